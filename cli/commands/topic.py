"""`cityfund topic`: the topics of other records, which have no register of their own."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, noun
from cli.framework.completion import complete_stored
from cli.framework.session import act, read_ledger

app = noun("Topics of needs, offers, partnerships and credentials.")


@command(app, "list")
def list_(call: Call) -> None:
    """List the topics in use, with their spellings and the numbers of records."""
    from cli.framework.output import emit_rows
    from cli.views.columns import columns
    from ledger.usecases.registers.topics import topics_in_use

    with read_ledger(call) as reader:
        rows = [one._asdict() for one in topics_in_use(reader.connection)]
    shown = columns("topic needs offers partnerships credentials spellings", spellings="Spellings")
    emit_rows(rows, shown, call.read, head={"schema": "cityfund.topics/1"})


@command(app, "rename", kind="write", destructive=True)
def rename(
    call: Call,
    old: Annotated[
        str,
        typer.Argument(
            help="A topic in use, in any spelling.", autocompletion=complete_stored("topics")
        ),
    ],
    new: Annotated[str, typer.Argument(help="Its new name or spelling.")],
) -> None:
    """Rename a topic in every record that has it."""
    from ledger.usecases.registers.topics import rename_topic

    act(call, lambda uow: rename_topic(uow, old, new), asks=True)
