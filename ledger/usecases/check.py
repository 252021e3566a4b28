"""Run the named checks: every rule of the ledger recomputed from its journal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import chain
from typing import Any, Final

from sqlalchemy import Connection

from ledger.checks import CHECKS, CheckResult
from ledger.checks.deals import BothSides, ResolvedOnce
from ledger.checks.history import AppendOnly, TwoTimes
from ledger.checks.journal_pass import (
    AllowedMoves,
    Balanced,
    JournalCheck,
    NothingBelowZero,
    check_journal,
    check_timeline,
)
from ledger.checks.mandate import Mandate
from ledger.checks.nights import Snapshots, check_nights, check_statements
from ledger.checks.proposals import check_proposals
from ledger.checks.rows import CheckContext, RunningBalances
from ledger.checks.seals import SealCheckInput, check_seals
from ledger.checks.stored_rows import (
    check_balances,
    check_broker,
    check_exactness,
    check_guards,
    check_reference_tables,
    check_request_keys,
)
from ledger.core.dates import find_time_zone
from ledger.core.errors import NotFound
from ledger.core.suggest import nearest
from ledger.evidence.tree_head import TreeHead
from ledger.store.checks import journal as journal_rows
from ledger.store.checks import nights as night_rows
from ledger.store.checks import stored_rows as rows
from ledger.store.checks.journal import find_invalid_cells
from ledger.store.checks.stored_rows import (
    find_entries_without_line,
    read_introduced_lines,
    read_proposal_rows,
)
from ledger.store.db.queries import read_settings
from ledger.store.db.reference import shipped_rows, stored_rows
from ledger.store.db.types import to_microseconds
from ledger.store.evidence import seals as sealed
from ledger.store.evidence.leaves import BEFORE_ALL, stream_leaves
from ledger.store.session.ledger import Ledger, moment_of
from ledger.usecases.deals.terms import NEVER_OVERRIDDEN
from ledger.usecases.night_step import STEPS

CHECK_SCHEMA: Final = "cityfund.check/1"


class UnknownCheck(NotFound, code="unknown-check"):
    """The name is not one of the checks."""

    default_why = f"The checks are: {', '.join(CHECKS)}."


def run_checks(
    ledger: Ledger, names: Sequence[str] | None = None, outside: Sequence[TreeHead] = ()
) -> list[CheckResult]:
    """Run the named checks, or all, over one moment of the ledger, in their order.

    Tree heads kept `outside` the ledger are always compared with its seals.
    Raises `UnknownCheck`.
    """
    requested = _requested_checks(names) | ({"seals"} if outside else set())
    with ledger.read() as connection:
        return run_over_snapshot(connection, requested, outside)


def run_over_snapshot(
    connection: Connection, requested: Collection[str], outside: Sequence[TreeHead] = ()
) -> list[CheckResult]:
    """Run checks over what a connection sees, in their order."""
    calendar = find_time_zone(read_settings(connection)["time_zone"])
    context = journal_rows.read_context(connection, calendar)
    results = {
        result.name: result for result in _results(connection, context, frozenset(requested))
    }
    if "seals" in requested:
        results["seals"] = _seals(connection, outside)
    return [results[name] for name in CHECKS if name in requested]


def check_document(results: Iterable[CheckResult]) -> dict[str, Any]:
    """Return the results as the JSON document of `cityfund check`."""
    checks = [
        {**result._asdict(), "failures": list(result.failures), "notes": list(result.notes)}
        for result in results
    ]
    return {"schema": CHECK_SCHEMA, "checks": checks}


def _requested_checks(names: Sequence[str] | None) -> frozenset[str]:
    for name in names or ():
        if name not in CHECKS:
            close = nearest(name, CHECKS)
            hint = f"Did you mean {' or '.join(close)}?" if close else "Leave it out to run all."
            raise UnknownCheck(f"There is no check {name!r}.", next_step=hint)
    return frozenset(names or CHECKS)


def _results(
    connection: Connection, context: CheckContext, requested: frozenset[str]
) -> Iterable[CheckResult]:
    journal = [
        make(connection, context) for name, make in _JOURNAL_CHECKS.items() if name in requested
    ]
    if journal or "balances" in requested:
        answers, balances = check_journal(journal_rows.stream_entries(connection), context, journal)
        yield from answers
        if "balances" in requested:
            yield _balances(connection, context, balances)
    for name, check in _TABLE_CHECKS.items():
        if name in requested:
            yield check(connection, context)


_JOURNAL_CHECKS: Final[dict[str, Callable[[Connection, CheckContext], JournalCheck]]] = {
    "balanced": lambda _, context: Balanced(context),
    "allowed-moves": lambda _, context: AllowedMoves(context),
    "nothing-below-zero": lambda _, context: NothingBelowZero(context),
    "both-sides": lambda _, context: BothSides(context),
    "append-only": lambda db, context: AppendOnly(context, rows.stream_version_rows(db)),
    "resolved-once": lambda _, context: ResolvedOnce(context),
    "two-times": lambda _, context: TwoTimes(context),
    "snapshots": lambda db, context: Snapshots(context, night_rows.read_snapshots(db)),
    "mandate": lambda db, context: Mandate(
        context, journal_rows.read_histories(db), NEVER_OVERRIDDEN
    ),
}


def _balances(
    connection: Connection, context: CheckContext, balances: RunningBalances
) -> CheckResult:
    holders, deals = (
        rows.read_stored_balances(connection),
        rows.read_stored_deal_balances(connection),
    )
    return check_balances(holders, deals, balances, context)


def _seals(connection: Connection, outside: Sequence[TreeHead]) -> CheckResult:
    results = sealed.read_seals(connection)
    last = sealed.last_sealed_request(connection)
    sealing = SealCheckInput(
        results,
        sealed.stream_sealed(connection),
        stream_leaves(connection, BEFORE_ALL, last),
        sealed.count_unsealed(connection, last),
    )
    return check_seals(sealing, outside)


def _timeline(connection: Connection, context: CheckContext) -> CheckResult:
    return check_timeline(journal_rows.stream_timeline(connection), context)


def _guards(connection: Connection, context: CheckContext) -> CheckResult:
    del context
    due, present = rows.read_guards(connection)
    return check_guards(due, present, rows.read_allowed_moves(connection))


def _reference(connection: Connection, context: CheckContext) -> CheckResult:
    del context
    return check_reference_tables(shipped_rows(), stored_rows(connection))


def _broker(connection: Connection, context: CheckContext) -> CheckResult:
    del connection
    return check_broker(context)


def _request_keys(connection: Connection, context: CheckContext) -> CheckResult:
    del context
    return check_request_keys(
        rows.stream_requests(connection),
        rows.find_orphan_rows(connection),
        rows.read_repeated_keys(connection),
    )


def _exact(connection: Connection, context: CheckContext) -> CheckResult:
    del context
    return check_exactness(
        rows.count_amounts(connection),
        chain(rows.read_amount_faults(connection), find_invalid_cells(connection)),
        rows.stream_decimals(connection),
    )


def _proposals(connection: Connection, context: CheckContext) -> CheckResult:
    return check_proposals(
        read_proposal_rows(connection),
        read_introduced_lines(connection),
        find_entries_without_line(connection),
        context,
    )


def _statements(connection: Connection, context: CheckContext) -> CheckResult:
    del context
    return check_statements(
        night_rows.read_written_rows(connection),
        night_rows.read_statement_rows(connection),
        night_rows.read_finding_rows(connection),
    )


def _nights(connection: Connection, context: CheckContext) -> CheckResult:
    now = to_microseconds(moment_of(connection))
    return check_nights(night_rows.read_runs(connection), STEPS, now, context)


_TABLE_CHECKS: Final[dict[str, Callable[[Connection, CheckContext], CheckResult]]] = {
    "timeline": _timeline,
    "guards": _guards,
    "reference": _reference,
    "broker": _broker,
    "request-keys": _request_keys,
    "exact": _exact,
    "proposals": _proposals,
    "statements": _statements,
    "nights": _nights,
}
