"""`cityfund brief`: one page of all that has to be known of a record, an office or one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.completion import complete_any
from cli.framework.session import ledger_of, optional_date, read_ledger
from ledger.registers.table import versioned

app = standalone()


@command(app, "brief", kind="plain", dated=True, writes=("md", "html"))
def brief(
    call: Call,
    record: Annotated[
        str | None,
        typer.Argument(
            metavar="[CODE]",
            help="A record, also as KIND:CODE.",
            autocompletion=complete_any(*versioned()),
        ),
    ] = None,
    office: Annotated[str | None, typer.Option(help="An office and all of its cities.")] = None,
    mine: Annotated[
        bool, typer.Option("--mine", help="All that you are the owner of; --actor says who.")
    ] = False,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Add what was recorded since; newer notes.")
    ] = None,
    output: Annotated[str | None, typer.Option(metavar="FILE", help="Write to this file.")] = None,
) -> None:
    """Write one page about a record, an office, or what you look after, to hand it over.

    It has where everything stands, people, approaches, references, notes and next steps.
    """
    from cli.framework.register_commands import NotThereThen
    from cli.framework.usage_errors import BadUsage
    from cli.views.brief import emit_brief
    from ledger.usecases.brief import brief_of_office, brief_of_owner, brief_of_record

    asked = [bool(record), bool(office), mine]
    if sum(asked) != 1:
        raise BadUsage(
            "A brief is about one thing: a CODE, --office CODE or --mine.",
            why="None of them was given." if not any(asked) else "More than one was given.",
            next_step="Name a record, for example: cityfund brief PRJ-0001",
        )
    ledger_of(call)
    day = optional_date(call, since)
    with read_ledger(call) as reader:
        if record is not None:
            made = brief_of_record(reader, record, day)
        elif office is not None:
            made = brief_of_office(reader, office, day)
        else:
            made = brief_of_owner(reader, call.settings.actor, day)
        if not made.subjects:
            raise NotThereThen(f"There was no {made.title} at that time.")
        emit_brief(call, reader, made, None if output in {None, "-"} else Path(output or ""))
