"""`cityfund report`: what came of the fund's work in its network, computed for a day."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, noun
from cli.framework.session import optional_date, read_ledger

app = noun("Reports on the network: seats.")

First = Annotated[
    str | None,
    typer.Option("--from", metavar="DATE", help="First day of the span (default: everything)."),
]
Last = Annotated[
    str | None, typer.Option("--to", metavar="DATE", help="Last day of the span (default: as-of).")
]


@command(app, "seats", dated=True)
def seats(call: Call, first: First = None, last: Last = None) -> None:
    """Report what cities held in bodies and offices, and what came of each seat.

    Days are those of the span on which a seat is in force; a partial date begins on its first day
    and ends on its last. A seat without an end ends with its body or office, or with the
    withdrawal of its city. It is used if something came of it, or if its city contributed at a
    meeting of the body while it was in force.
    """
    from cli.views.seat import emit_report
    from ledger.usecases.seats import report_seats

    days = optional_date(call, first), optional_date(call, last)
    with read_ledger(call) as reader:
        emit_report(call, report_seats(reader, *days))
