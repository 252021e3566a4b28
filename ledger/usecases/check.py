"""Proving the books: every rule of the ledger recomputed from its journal, by name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import chain
from typing import Any, Final

from sqlalchemy import Connection

from ledger.checks import (
    CHECKS,
    CheckResult,
    kept,
    nights,
    proposals,
    seals,
)
from ledger.checks import (
    kept as shipped,
)
from ledger.checks import (
    nights as statements,
)
from ledger.checks.deals import BothSides, ResolvedOnce
from ledger.checks.history import AppendOnly, TwoTimes
from ledger.checks.mandate import Mandate
from ledger.checks.nights import Snapshots
from ledger.checks.passes import (
    AllowedMoves,
    Balanced,
    JournalCheck,
    NothingBelowZero,
    run_over,
    timeline,
)
from ledger.checks.rows import Books, Running
from ledger.core.dates import find_time_zone
from ledger.core.errors import NotFound
from ledger.core.suggest import nearest
from ledger.evidence.tree_head import SealMark
from ledger.store.checks import journal as reading
from ledger.store.checks import nights as by_night
from ledger.store.checks import stored_rows as beside
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


class UnknownCheck(NotFound):
    """A check was asked for that there is none of."""

    code = "unknown-check"
    default_why = f"The checks are: {', '.join(CHECKS)}."


def run_checks(
    ledger: Ledger, names: Sequence[str] | None = None, outside: Sequence[SealMark] = ()
) -> list[CheckResult]:
    """Run the named checks, or all, over one moment of the ledger; give them in their order.

    Seals that were kept `outside` the ledger are what its own are held to, asked for or not.
    Raises `UnknownCheck`.
    """
    requested = _requested_checks(names) | ({"seals"} if outside else set())
    with ledger.read() as connection:
        return run_over_snapshot(connection, requested, outside)


def run_over_snapshot(
    connection: Connection, requested: Collection[str], outside: Sequence[SealMark] = ()
) -> list[CheckResult]:
    """Run checks over what a connection sees; give them in their order."""
    calendar = find_time_zone(read_settings(connection)["time_zone"])
    books = reading.read_books(connection, calendar)
    found = {result.name: result for result in _results(connection, books, frozenset(requested))}
    if "seals" in requested:
        found["seals"] = _seals(connection, outside)
    return [found[name] for name in CHECKS if name in requested]


def check_document(results: Iterable[CheckResult]) -> dict[str, Any]:
    """Give the answer of the checks as the JSON document of `cityfund check`."""
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
    connection: Connection, books: Books, requested: frozenset[str]
) -> Iterable[CheckResult]:
    journal = [make(connection, books) for name, make in _JOURNAL.items() if name in requested]
    if journal or "balances" in requested:
        answers, running = run_over(reading.stream_entries(connection), books, journal)
        yield from answers
        if "balances" in requested:
            yield _balances(connection, books, running)
    for name, standing in _STANDING.items():
        if name in requested:
            yield standing(connection, books)


_JOURNAL: Final[dict[str, Callable[[Connection, Books], JournalCheck]]] = {
    "balanced": lambda _, books: Balanced(books),
    "allowed-moves": lambda _, books: AllowedMoves(books),
    "nothing-below-zero": lambda _, books: NothingBelowZero(books),
    "both-sides": lambda _, books: BothSides(books),
    "append-only": lambda db, books: AppendOnly(books, beside.stream_version_rows(db)),
    "resolved-once": lambda _, books: ResolvedOnce(books),
    "two-times": lambda _, books: TwoTimes(books),
    "snapshots": lambda db, books: Snapshots(books, by_night.read_snapshots(db)),
    "mandate": lambda db, books: Mandate(books, reading.read_histories(db), NEVER_OVERRIDDEN),
}


def _balances(connection: Connection, books: Books, running: Running) -> CheckResult:
    holders, deals = (
        beside.read_stored_balances(connection),
        beside.read_stored_deal_balances(connection),
    )
    return kept.balances(holders, deals, running, books)


def _seals(connection: Connection, outside: Sequence[SealMark]) -> CheckResult:
    found = sealed.read_seals(connection)
    last = sealed.last_sealed_request(connection)
    looked_at = seals.Sealing(
        found,
        sealed.stream_sealed(connection),
        stream_leaves(connection, BEFORE_ALL, last),
        sealed.count_unsealed(connection, last),
    )
    return seals.seals(looked_at, outside)


def _timeline(connection: Connection, books: Books) -> CheckResult:
    return timeline(reading.stream_timeline(connection), books)


def _guards(connection: Connection, books: Books) -> CheckResult:
    del books
    due, present = beside.read_guards(connection)
    return kept.guards(due, present, beside.read_allowed_moves(connection))


def _reference(connection: Connection, books: Books) -> CheckResult:
    del books
    return shipped.reference(shipped_rows(), stored_rows(connection))


def _broker(connection: Connection, books: Books) -> CheckResult:
    del connection
    return kept.broker(books)


def _request_keys(connection: Connection, books: Books) -> CheckResult:
    del books
    return kept.request_keys(
        beside.stream_requests(connection),
        beside.find_orphan_rows(connection),
        beside.read_repeated_keys(connection),
    )


def _exact(connection: Connection, books: Books) -> CheckResult:
    del books
    return kept.exact(
        beside.count_amounts(connection),
        chain(beside.read_amount_faults(connection), find_invalid_cells(connection)),
        beside.stream_decimals(connection),
    )


def _proposals(connection: Connection, books: Books) -> CheckResult:
    return proposals.proposals(
        read_proposal_rows(connection),
        read_introduced_lines(connection),
        find_entries_without_line(connection),
        books,
    )


def _statements(connection: Connection, books: Books) -> CheckResult:
    del books
    return statements.statements(
        by_night.read_written_rows(connection),
        by_night.read_statement_rows(connection),
        by_night.read_finding_rows(connection),
    )


def _nights(connection: Connection, books: Books) -> CheckResult:
    now = to_microseconds(moment_of(connection))
    return nights.nights(by_night.read_runs(connection), STEPS, now, books)


_STANDING: Final[dict[str, Callable[[Connection, Books], CheckResult]]] = {
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
