"""`cityfund match worth`: what one step more would bring, for the largest gaps.

How many gaps are weighed, and what is seen while they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from cli.framework.command import Call
from cli.framework.match_query import FactorAlone, Office, Projects, TimeLimit
from cli.framework.session import ledger_of
from cli.framework.terminal import progress
from cli.views.worth import emit_worth
from ledger.core.errors import InvalidInput


def worth(
    call: Call,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="Group needs by columns: factor,sector,region."),
    ] = None,
    limit: Annotated[
        str | None, typer.Option(metavar="N", help="Number of gaps; default: 20.")
    ] = None,
    step: Annotated[
        list[str] | None,
        typer.Option(metavar="QUANTITY", help="Step, such as '5M EUR'; once per unit."),
    ] = None,
    office: Office = None,
    project: Projects = None,
    factor: FactorAlone = None,
    time_limit: TimeLimit = None,
) -> None:
    """Show what one more step for each of the largest gaps would gain."""
    from time import monotonic

    from cli.framework.match_query import query_of
    from ledger.solver.options import SolverOptions, parse_seconds
    from ledger.usecases.matching.worth import WorthQuery, worth

    seconds, most = parse_seconds(time_limit), parse_gap_count(limit)
    ledger = ledger_of(call)
    query = WorthQuery(
        match=query_of(call, ledger, office=office, projects=project or (), factor=factor),
        by=[name for text in by or () for name in text.split(",") if name.strip()],
        steps=step or (),
        most=most,
    )
    started = monotonic()
    with steps_shown(call) as on_progress:
        result = worth(ledger, query, SolverOptions(seconds), on_progress)
    emit_worth(call, result, monotonic() - started)


_DEFAULT, _DIGITS = 20, 4


class UnusableLimit(InvalidInput, code="unusable-limit"):
    """A number of gaps that is no whole number from 1 on."""

    default_why = "Each gap is weighed by solving once more."
    default_next = "Give a number such as 20, or leave it out."


def parse_gap_count(text: str | None) -> int:
    """Read how many gaps are to be weighed. Raises `UnusableLimit`."""
    if text is None:
        return _DEFAULT
    plain = text.strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) <= _DIGITS and int(plain)):
        raise UnusableLimit(f"{text!r} is no number of gaps.")
    return int(plain)


@contextmanager
def steps_shown(call: Call) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal, a step for each gap; gives what to tell of the advance."""
    with progress(call, "Weighing gaps", 1) as advance:
        done = [0.0]

        def on_progress(number: int, total: int) -> None:
            share = number / total
            advance(share - done[0])  # type: ignore[arg-type]
            done[0] = share

        yield on_progress
