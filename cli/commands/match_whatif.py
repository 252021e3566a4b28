"""`cityfund match whatif`: today's proposal beside the one of another world."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, cast

import typer

from cli.framework.command import Call
from cli.framework.completion import complete_codes
from cli.framework.match_query import FactorAlone, Office, Projects, TimeLimit
from cli.framework.options import TWO_WORDS
from cli.framework.session import ledger_of
from cli.views.whatif import emit_comparison

AddOffer = Annotated[
    list[str] | None,
    typer.Option(
        metavar="TEXT|FILE",
        help="Offer as 'factor=money quantity=50M unit=EUR', or a CSV file of offers.",
    ),
]
Withdraw = Annotated[
    list[str] | None,
    typer.Option(
        metavar="OFFER",
        help="Withdraw all that is available of an offer.",
        autocompletion=complete_codes("offer"),
    ),
]
Change = Annotated[
    list[str] | None,
    typer.Option(
        metavar=TWO_WORDS,
        help="Change a field: --change O-0001 min_ticket=3M.",
    ),
]


def whatif(
    call: Call,
    add_offer: AddOffer = None,
    withdraw: Withdraw = None,
    change: Change = None,
    office: Office = None,
    project: Projects = None,
    factor: FactorAlone = None,
    time_limit: TimeLimit = None,
) -> None:
    """Compare today's proposal with that of a scenario."""
    from cli.framework.match_query import query_of, solving_shown
    from ledger.solver.options import SolverOptions, parse_seconds
    from ledger.usecases.matching.whatif import WhatIfRequest, what_if

    seconds = parse_seconds(time_limit)
    changes = cast("Sequence[tuple[str, str]]", change or ())
    wish = WhatIfRequest(add_offers=add_offer or (), withdraw=withdraw or (), changes=changes)
    ledger = ledger_of(call)
    query = query_of(call, ledger, office=office, projects=project or (), factor=factor)
    with solving_shown(call) as on_progress:
        result = what_if(ledger, query, wish, SolverOptions(seconds, on_progress))
    emit_comparison(call, result)
