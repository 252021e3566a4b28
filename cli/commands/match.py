"""`cityfund match`: the pairings that complete the most projects, and what to do with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.match_explain import explain
from cli.commands.match_whatif import whatif
from cli.commands.match_worth import worth
from cli.framework.command import Call, command, noun
from cli.framework.completion import complete_codes
from cli.framework.match_query import FactorAlone, Office, Projects, TimeLimit
from cli.framework.options import WRITE_PANEL
from cli.framework.output import emit_rows
from cli.framework.receipts import remember_receipt
from cli.framework.session import execute_call, ledger_of, optional_date, request_on
from cli.views.match import LIST_COLUMNS, list_row

if TYPE_CHECKING:
    from ledger.solver.options import SolverOptions
    from ledger.store.session.ledger import Ledger
    from ledger.usecases.matching.propose import MatchQuery

app = noun("Propose allocations, store and accept proposals.", default="propose")
ProposalOption = Annotated[
    str | None,
    typer.Option(
        help="Stored proposal; default: the latest.",
        autocompletion=complete_codes("proposal"),
    ),
]


@command(app, "propose", dated=True)
def propose(
    call: Call,
    office: Office = None,
    project: Projects = None,
    factor: FactorAlone = None,
    time_limit: TimeLimit = None,
    save: Annotated[bool, typer.Option("--save", help="Store the proposal.")] = False,
    reason: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Reason for storing it.", rich_help_panel=WRITE_PANEL),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            metavar="KEY", help="Request key: said twice, done once.", rich_help_panel=WRITE_PANEL
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Show the result, store nothing.", rich_help_panel=WRITE_PANEL
        ),
    ] = False,
) -> None:
    """Propose the allocations that complete the most projects."""
    from cli.framework.match_query import query_of, require_save, solving_shown
    from ledger.solver.options import SolverOptions, parse_seconds

    require_save(call, save=save)
    del reason, key, dry_run  # the call's own options of writing hold them
    seconds = parse_seconds(time_limit)
    ledger = ledger_of(call)
    query = query_of(call, ledger, office=office, projects=project or (), factor=factor)
    with solving_shown(call) as on_progress:
        answer = _save if save else _propose
        answer(call, ledger, query, SolverOptions(seconds, on_progress))


def _propose(call: Call, ledger: Ledger, query: MatchQuery, options: SolverOptions) -> None:
    from cli.views.match import emit_match_result
    from ledger.usecases.matching.saved import solve_now

    solved_proposal = solve_now(ledger, query, options)
    emit_match_result(
        call, solved_proposal.matched, solved_proposal.milliseconds / 1000, query.where
    )


def _save(call: Call, ledger: Ledger, query: MatchQuery, options: SolverOptions) -> None:
    from cli.views.match import emit_match_result, emit_saved
    from ledger.usecases.matching.saved import find_proposal, save

    request = request_on(call, {"where": " and ".join(query.where)} if query.where else {})
    saved = save(ledger, request, query, options)
    remember_receipt(call, saved.receipt)
    if saved.solved_proposal is not None and (call.format != "json" or call.write.dry_run):
        solved_proposal = saved.solved_proposal
        seconds = solved_proposal.milliseconds / 1000
        emit_match_result(call, solved_proposal.matched, seconds, query.where, saved.receipt)
        return
    with ledger.reader() as reader:
        stored = find_proposal(reader.connection, saved.receipt["proposal"])
        snapshot = reader.snapshot("need", "offer")
    emit_saved(call, snapshot, stored, saved.receipt)


@command(app, "list")
def list_(call: Call) -> None:
    """List stored proposals with their accepted lines."""
    from ledger.store.proposals import read_proposals

    with ledger_of(call).reader() as reader:
        proposals, snapshot = read_proposals(reader.connection), reader.snapshot()
    rows = [list_row(snapshot, stored) for stored in proposals]
    emit_rows(rows, LIST_COLUMNS, call.read, head={"schema": "cityfund.proposals/1"})


@command(app, "show")
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
    from cli.views.match import emit_stored
    from ledger.usecases.matching.propose import MATCHED
    from ledger.usecases.matching.saved import find_proposal

    with ledger_of(call).reader() as reader:
        stored, snapshot = find_proposal(reader.connection, proposal), reader.snapshot(*MATCHED)
    emit_stored(call, snapshot, stored)


@command(app, "accept", kind="write")
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
    from cli.framework.match_query import require_last_day
    from cli.views.match_text import emit_accepted
    from ledger.usecases.matching.accept import Acceptance, accept

    require_last_day(until)
    last = optional_date(call, until)
    assert last is not None
    acceptance = Acceptance(until=last, proposal=proposal, lines=lines, fitting=fitting)
    emit_accepted(call, execute_call(call, lambda uow: accept(uow, acceptance)))


command(app, "explain", dated=True)(explain)
command(app, "worth", dated=True)(worth)
command(app, "whatif", dated=True)(whatif)
