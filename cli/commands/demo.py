"""`cityfund demo`: the founding story, played with real commands on a temporary ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, standalone

app = standalone()


@command(app, "demo", kind="plain")
def demo(
    call: Call,
    keep: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Keep the ledger in this new file."),
    ] = None,
) -> None:
    """Play the demonstration on a ledger of its own; yours is not touched."""
    from cli.demo.show import show_demo

    show_demo(call, keep)
