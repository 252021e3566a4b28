"""A standalone command that also has another verb."""

from __future__ import annotations

from cli.framework.command import Call, command, noun, standalone
from cli.framework.output import emit_document

app = noun("Sample gaps.", default="gaps")
status = standalone()


@command(app, "gaps", hidden=True)
def gaps(call: Call) -> None:
    """List the gaps."""
    emit_document({"command": call.command_name, "where": list(call.read.where)})


@command(app, "trend")
def trend(call: Call) -> None:
    """List the trend."""
    emit_document({"command": call.command_name})


@command(status, "status", kind="plain")
def show_status(call: Call, part: str | None = None) -> None:
    """Say how things stand."""
    emit_document({"command": call.command_name, "part": part})
