"""What `db copy`, `db backup` and `db restore` say they did."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Final

from cli.frame import Call
from cli.output import emit_document, emit_lines
from cli.settings import mask_url
from cli.terminal import note, progress

if TYPE_CHECKING:
    from ledger.store.moving import Advance
    from ledger.usecases.moving_house import Moved, Watch

_DONE: Final = {
    "copy": "The ledger was copied to {target}.",
    "backup": "The ledger was backed up to {target}.",
    "restore": "The ledger at {target} was restored from {source}.",
}


def watched(call: Call, label: str) -> Watch:
    """Give what shows a bar on a terminal, told how many steps there will be."""

    def begin(total: int) -> AbstractContextManager[Advance]:
        return progress(call, label, total)

    return begin


def emit_moved(call: Call, moved: Moved, verb: str, *, source: str, target: str) -> None:
    """Say what was moved where, and what was compared."""
    source, target = mask_url(source), mask_url(target)
    call.remember(_DONE[verb].format(source=source, target=target))
    if call.format == "json":
        document = {"schema": f"cityfund.{verb}/1", "source": source, "target": target}
        emit_document({**document, **moved.as_document()})
        return
    emit_lines([_DONE[verb].format(source=source, target=target)])
    compared = moved.compared
    if compared is None:
        note(call, f"Its schema is {moved.revision}, an older one: it was copied as it is.")
        return
    entries = "entry" if compared.entries == 1 else "entries"
    told = f"{compared.entries:,} {entries}, {compared.versions:,} versions of records"
    emit_lines(
        [
            f"Compared and equal: {told}, {compared.rows:,} rows in all.",
            f"SHA-256 over all entries and versions: {compared.sha256}",
        ]
    )
