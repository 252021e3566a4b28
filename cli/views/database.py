"""The answers of `db copy`, `db backup`, `db restore`, `init` and `db upgrade`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from cli.framework.command import Call
from cli.framework.ledger_names import shown_url
from cli.framework.output import emit_document, emit_lines
from cli.framework.terminal import note, progress
from ledger.core.text import counted

if TYPE_CHECKING:
    from ledger.usecases.admin.copy import CopyResult, ShowProgress
    from ledger.usecases.admin.set_up import SetUpResult

_DONE: Final = {
    "copy": "The ledger was copied to {target}.",
    "backup": "The ledger was backed up to {target}.",
    "restore": "The ledger at {target} was restored from {source}.",
}


def with_progress(call: Call, label: str) -> ShowProgress:
    """Return a progress bar for a terminal, given the number of steps."""
    return partial(progress, call, label)


def emit_grants(call: Call, statements: Sequence[str]) -> None:
    """Write SQL statements, each of them a line; as text in one transaction."""
    if call.format == "json":
        emit_document({"schema": "cityfund.grants/1", "statements": list(statements)})
        return
    emit_lines(f"{one};" for one in ("BEGIN", *statements, "COMMIT"))


def emit_copied(call: Call, moved: CopyResult, verb: str, *, source: str, target: str) -> None:
    """Write what was copied, and the result of the comparison; both places as they may be shown."""
    call.remember(_DONE[verb].format(source=source, target=target))
    if call.format == "json":
        document = {"schema": f"cityfund.{verb}/1", "source": source, "target": target}
        emit_document({**document, **moved.as_document()})
        return
    emit_lines([_DONE[verb].format(source=source, target=target)])
    compared = moved.compared
    if compared is None:
        note(call, f"Its schema is older ({moved.revision}): it was copied unchanged.")
        return
    entries = counted(compared.entries, "entry", "entries")
    counts = f"{entries}, {counted(compared.versions, 'version')} of records"
    emit_lines(
        [
            f"Compared and equal: {counts}, {counted(compared.rows, 'row')} in all.",
            f"SHA-256 over all entries and versions: {compared.sha256}",
        ]
    )


def emit_set_up(call: Call, made: SetUpResult) -> None:
    """Write whether the ledger was created, upgraded or already current."""
    url = shown_url(call.settings.db_url)
    zone, currency = made.time_zone, made.base_currency
    if call.format == "json":
        document: dict[str, object] = {"schema": "cityfund.init/1", "database": url}
        document["before"] = made.before
        emit_document(
            {**document, "after": made.after, "time_zone": zone, "base_currency": currency}
        )
        return
    if made.before is None:
        line = f"A new ledger is ready at {url}."
    elif made.before != made.after:
        line = f"The ledger at {url} was upgraded from {made.before} to {made.after}."
    else:
        line = f"The ledger at {url} is up to date."
    emit_lines([line, f"Time zone: {zone}. Base currency: {currency}."])
    if made.rights_are_old:
        note(call, "Next: cityfund db grants --apply, so that roles get their rights on new tables")
    if made.before is None:
        note(call, "Next: cityfund city add NAME --country CODE, or cityfund import FOLDER")
