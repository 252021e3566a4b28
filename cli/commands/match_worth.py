"""`cityfund match worth`: what one step more would bring, for the largest gaps."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.frame import Call
from cli.match_options import FactorAlone, Office, Projects, TimeLimit
from cli.session import ledger_of
from cli.worth_views import emit_worth


def worth(
    call: Call,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="Add needs up by columns: factor,sector,region."),
    ] = None,
    limit: Annotated[str | None, typer.Option(metavar="N", help="So many gaps: 20.")] = None,
    step: Annotated[
        list[str] | None,
        typer.Option(metavar="QUANTITY", help="One step, such as '5M EUR'; for each unit once."),
    ] = None,
    office: Office = None,
    project: Projects = None,
    factor: FactorAlone = None,
    time_limit: TimeLimit = None,
) -> None:
    """Show by how much the proposal would rise with one step more for each of the largest gaps."""
    from time import monotonic

    from cli.match_query import query_of
    from cli.worth_options import gaps_typed, steps_shown
    from ledger.solving.effort import Effort, seconds_typed
    from ledger.usecases.worth import WorthQuery, worth

    seconds, most = seconds_typed(time_limit), gaps_typed(limit)
    ledger = ledger_of(call)
    query = WorthQuery(
        match=query_of(call, ledger, office=office, projects=project or (), factor=factor),
        by=[name for text in by or () for name in text.split(",") if name.strip()],
        steps=step or (),
        most=most,
    )
    begun = monotonic()
    with steps_shown(call) as told:
        found = worth(ledger, query, Effort(seconds), told)
    emit_worth(call, found, monotonic() - begun)
