"""What `init` and `db upgrade` say they did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.frame import Call
from cli.output import emit_document, emit_lines
from cli.settings import mask_url
from cli.terminal import note

if TYPE_CHECKING:
    from ledger.usecases.set_up import Made


def emit_made(call: Call, made: Made) -> None:
    """Say whether a ledger was made, upgraded, or was current already."""
    url = mask_url(call.settings.db_url)
    if call.format == "json":
        document = {"schema": "cityfund.init/1", "database": url, "before": made.before}
        emit_document({**document, "after": made.after})
        return
    if made.before is None:
        emit_lines([f"A new ledger is ready at {url}."])
        note(call, "Next: cityfund city add NAME --country CODE, or cityfund import FOLDER")
    elif made.before != made.after:
        emit_lines([f"The ledger at {url} was upgraded from {made.before} to {made.after}."])
    else:
        emit_lines([f"The ledger at {url} is up to date."])
