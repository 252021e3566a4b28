"""`cityfund match`: proposals that complete the most projects: solve, store, accept, explain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from cli.framework.command import Call, command, noun
from cli.framework.completion import complete_any, complete_codes
from cli.framework.match_query import (
    FRESH,
    MATCHING,
    NEAR_BASELINE,
    matching,
    query_of,
    require_save,
)
from cli.framework.options import TWO_WORDS, comma_separated, with_parameters
from cli.framework.output import emit_rows
from cli.framework.receipts import remember_receipt
from cli.framework.session import ask_first, execute_call, ledger_of, request_of, required_date
from cli.framework.terminal import progress
from cli.framework.usage_errors import UntilMissing
from cli.views.match.answer import LIST_COLUMNS, list_row
from ledger.core.errors import InvalidInput

if TYPE_CHECKING:
    from ledger.journal.receipts import Receipt
    from ledger.reports.table import Column
    from ledger.solver.options import SolverOptions
    from ledger.store.session.ledger import Ledger
    from ledger.store.session.unit_of_work import UnitOfWork
    from ledger.usecases.matching.propose import MatchQuery

app = noun("Propose allocations, store and accept proposals.", default="propose")
ProposalOption = Annotated[
    str | None,
    typer.Option(
        help="Stored proposal; default: the latest.",
        autocompletion=complete_codes("proposal"),
    ),
]


def _gap_columns() -> Sequence[Column]:
    """Return the columns by which needs are selected."""
    from cli.views.gap import ROW_COLUMNS

    return ROW_COLUMNS


@command(app, "propose", dated=True, saves=True, prose=True)
@with_parameters(*NEAR_BASELINE)
def propose(
    call: Call,
    save: Annotated[bool, typer.Option("--save", help="Store the proposal.")] = False,
    reserves: Annotated[
        bool, typer.Option("--reserves", help="Name a second-best offer for each line.")
    ] = False,
    **_options: Any,
) -> None:
    """Propose the allocations that complete the most projects."""
    del reserves  # read with the other options of the query
    require_save(call, save=save)
    with matching(call, _gap_columns()) as (ledger, query, options):
        answer = _save if save else _propose
        answer(call, ledger, query, options)


def _propose(call: Call, ledger: Ledger, query: MatchQuery, options: SolverOptions) -> None:
    from cli.views.match.answer import emit_match_result
    from ledger.usecases.matching.saved import solve_now

    emit_match_result(call, solve_now(ledger, query, options), query.where)


def _save(call: Call, ledger: Ledger, query: MatchQuery, options: SolverOptions) -> None:
    from cli.framework.session import rate_days_of
    from cli.views.match.answer import emit_match_result, emit_saved
    from ledger.usecases.matching.saved import find_proposal, old_rates_of, save

    request = request_of(
        call, also_given={"where": " and ".join(query.where)} if query.where else {}
    )
    saved = save(ledger, request, query, options)
    remember_receipt(call, saved.receipt)
    if saved.solved_proposal is not None and (call.format != "json" or call.write.dry_run):
        emit_match_result(call, saved.solved_proposal, query.where, saved.receipt)
        return
    with ledger.reader() as reader:
        stored = find_proposal(reader.connection, saved.receipt["proposal"])
        snapshot = reader.snapshot("need", "offer")
        old = old_rates_of(reader, stored, rate_days_of(call))
    emit_saved(call, snapshot, stored, saved.receipt, old)


@command(app, "list")
def list_(call: Call) -> None:
    """List stored proposals with their accepted lines."""
    from ledger.store.proposals import read_proposals

    with ledger_of(call).reader() as reader:
        proposals, snapshot = read_proposals(reader.connection), reader.snapshot()
    rows = [list_row(snapshot, stored) for stored in proposals]
    emit_rows(rows, LIST_COLUMNS, call.read, head={"schema": "cityfund.proposals/1"})


@command(app, "show", prose=True)
def show(
    call: Call,
    proposal: Annotated[
        str | None,
        typer.Argument(
            help="Stored proposal; default: the latest.", autocompletion=complete_codes("proposal")
        ),
    ] = None,
) -> None:
    """Show a stored proposal and the state of each line."""
    from cli.framework.session import rate_days_of
    from cli.views.match.answer import emit_stored
    from ledger.store.proposals import receipt_of
    from ledger.usecases.matching.propose import MATCHED
    from ledger.usecases.matching.saved import find_proposal, old_rates_of

    with ledger_of(call).reader() as reader:
        stored, snapshot = find_proposal(reader.connection, proposal), reader.snapshot(*MATCHED)
        receipt = receipt_of(reader.connection, stored.code)
        old = old_rates_of(reader, stored, rate_days_of(call))
    emit_stored(call, snapshot, stored, receipt, old)


@command(app, "accept", kind="write", dated=True, destructive=True)
def accept(
    call: Call,
    lines: Annotated[
        str | None, typer.Argument(help="Lines such as 1-4,7; default: all open lines.")
    ] = None,
    proposal: ProposalOption = None,
    until: Annotated[str | None, typer.Option(help="Last day of the holds.")] = None,
    fitting: Annotated[
        bool, typer.Option("--fitting", help="Omit lines that no longer fit.")
    ] = False,
) -> None:
    """Turn lines of a stored proposal into introductions, held until a date."""
    from cli.views.match.text import accept_preview_lines, emit_accepted
    from ledger.usecases.matching.accept import Acceptance, accept

    if until is None:
        raise UntilMissing("The holds have no last day.", next_step="Add --until DATE.")
    last = required_date(call, until)
    acceptance = Acceptance(until=last, proposal=proposal, lines=lines, fitting=fitting)

    def work(uow: UnitOfWork) -> Receipt:
        return accept(uow, acceptance)

    emit_accepted(
        call,
        execute_call(call, ask_first(call, work, accept_preview_lines) if lines is None else work),
    )


@command(app, "explain", dated=True)
@with_parameters(*NEAR_BASELINE)
def explain(
    call: Call,
    code: Annotated[
        str,
        typer.Argument(
            help="A project, a need or an offer.",
            autocompletion=complete_any("project", "need", "offer"),
        ),
    ],
    **_options: Any,
) -> None:
    """Explain a project, need or offer: its allocation today, and what blocks it."""
    from cli.views.explain import emit_explanation
    from ledger.usecases.matching.explaining.explain import explain

    with matching(call, _gap_columns()) as (ledger, query, options):
        explanation = explain(ledger, code, query, options)
    emit_explanation(call, explanation)


@command(app, "worth", dated=True)
@with_parameters(*MATCHING, FRESH)
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
    **_options: Any,
) -> None:
    """Show what one more step for each of the largest gaps would gain."""
    from time import monotonic

    from cli.views.scenario import emit_worth
    from ledger.solver.options import SolverOptions, parse_seconds
    from ledger.usecases.matching.worth import WorthQuery, worth

    seconds, most = parse_seconds(call.params["time_limit"]), parse_gap_count(limit)
    ledger = ledger_of(call)
    query = WorthQuery(
        match=query_of(call, ledger, _gap_columns()),
        by=comma_separated(by),
        steps=step or (),
        most=most,
    )
    started = monotonic()
    with _steps_shown(call) as on_progress:
        table = worth(ledger, query, SolverOptions(seconds), on_progress)
    emit_worth(call, table, monotonic() - started)


_DEFAULT, _MOST = 20, 9999


class UnusableLimit(InvalidInput, code="unusable-limit"):
    """A number of gaps that is no whole number from 1 on."""

    default_why = "Each gap is weighed by solving once more."
    default_next = "Give a number such as 20, or leave it out."


def parse_gap_count(text: str | None) -> int:
    """Read how many gaps are to be weighed. Raises `UnusableLimit`."""
    if text is None:
        return _DEFAULT
    from ledger.core.numbers import whole_numeral

    number = whole_numeral(text)
    if number is None or not 1 <= number <= _MOST:
        raise UnusableLimit(f"{text!r} is no number of gaps.")
    return number


@contextmanager
def _steps_shown(call: Call) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal, a step for each gap; yields the callback for each advance."""
    with progress(call, "Weighing gaps", 1) as advance:
        done = [0.0]

        def on_progress(number: int, total: int) -> None:
            share = number / total
            advance(share - done[0])  # type: ignore[arg-type]
            done[0] = share

        yield on_progress


@command(app, "whatif", dated=True)
@with_parameters(*NEAR_BASELINE)
def whatif(
    call: Call,
    add_offer: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TEXT|FILE",
            help="Offer as 'factor=money quantity=50M unit=EUR', or a CSV file of offers.",
        ),
    ] = None,
    withdraw: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OFFER",
            help="Withdraw all that is available of an offer.",
            autocompletion=complete_codes("offer"),
        ),
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option(metavar=TWO_WORDS, help="Change a field: --change O-0001 min_ticket=3M."),
    ] = None,
    lift: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RESTRICTION",
            help="Suppose that a restriction bars nothing.",
            autocompletion=complete_codes("restriction"),
        ),
    ] = None,
    **_options: Any,
) -> None:
    """Compare today's proposal with that of a scenario."""
    from cli.views.scenario import emit_comparison
    from ledger.usecases.matching.whatif import WhatIfRequest, what_if

    changes = cast("Sequence[tuple[str, str]]", change or ())
    request = WhatIfRequest(
        add_offers=add_offer or (),
        withdraw=comma_separated(withdraw),
        changes=changes,
        lift=comma_separated(lift),
    )
    with matching(call, _gap_columns()) as (ledger, query, options):
        comparison = what_if(ledger, query, request, options)
    emit_comparison(call, comparison)
