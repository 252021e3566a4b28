"""Run the named checks: every rule of the ledger recomputed from its journal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import chain
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from ledger.checks import CHECKS, CheckResult
from ledger.checks.approvals import Approvals
from ledger.checks.chain import check_chain
from ledger.checks.deals import BothSides, ResolvedOnce
from ledger.checks.file import Checking, check_file
from ledger.checks.history import AppendOnly, TwoTimes
from ledger.checks.journal_pass import (
    AllowedMoves,
    Balanced,
    JournalCheck,
    NothingBelowZero,
    check_journal,
    check_timeline,
)
from ledger.checks.limits import RatesAt, WithinLimits
from ledger.checks.mandate import Mandate, Registers
from ledger.checks.nights import Snapshots, check_nights, check_statements
from ledger.checks.proposals import check_proposals
from ledger.checks.restrictions import RestrictedActs
from ledger.checks.rows import CheckContext
from ledger.checks.seals import SealCheckInput, check_seals
from ledger.checks.sequence import InSequence
from ledger.checks.stored_rows import (
    check_balances,
    check_broker,
    check_exactness,
    check_guards,
    check_in_error,
    check_instalments,
    check_phases,
    check_reference_tables,
    check_request_keys,
)
from ledger.checks.totals import check_totals
from ledger.core.errors import NotFound
from ledger.core.quantity import Unit
from ledger.core.suggest import nearest
from ledger.evidence.tree_head import TreeHead
from ledger.rates.rates import RateFinder, rate_finder
from ledger.store.checks import journal as journal_rows
from ledger.store.checks import nights as night_rows
from ledger.store.checks import stored_rows as rows
from ledger.store.checks.approvals import read_approval_rows
from ledger.store.checks.file import errors_of_no_row, read_file_faults
from ledger.store.checks.identity_changes import read_identity_changes, read_shared_codes
from ledger.store.checks.in_error import count_records, find_resting_on_errors
from ledger.store.checks.instalments import find_due
from ledger.store.checks.phases import find_statuses
from ledger.store.checks.schema import read_schema
from ledger.store.db.queries import read_settings
from ledger.store.db.reference import shipped_rows, stored_rows
from ledger.store.db.types import to_microseconds
from ledger.store.evidence import seals as sealed
from ledger.store.evidence.leaves import AFTER_ALL, BEFORE_ALL, stream_leaves
from ledger.store.evidence.links import read_links
from ledger.store.rates import read_day_rates
from ledger.store.session.ledger import Ledger, moment_of
from ledger.usecases.deals.terms import NEVER_OVERRIDDEN
from ledger.usecases.night_step import STEPS

CHECK_SCHEMA: Final = "cityfund.check/1"


class UnknownCheck(NotFound, code="unknown-check"):
    """The name is not one of the checks."""

    default_why = f"The checks are: {', '.join(CHECKS)}."


def run_checks(
    ledger: Ledger,
    names: Sequence[str] | None = None,
    outside: Sequence[TreeHead] = (),
    *,
    known: Sequence[str] = (),
    sealed_only: bool = False,
) -> list[CheckResult]:
    """Run the named checks, or all, over one moment of the ledger, in their order.

    Tree heads kept `outside` the ledger are always compared with its seals. With `sealed_only` the
    leaves that no seal covers are passed over, where they are sealed right after. Hashes of
    requests that are `known` from receipts have to be there.
    Raises `UnknownCheck`.
    """
    requested = _requested_checks(names) | ({"seals"} if outside else set())
    with ledger.read() as connection:
        return run_over_snapshot(
            connection, requested, outside, known=known, sealed_only=sealed_only
        )


def run_over_snapshot(
    connection: Connection,
    requested: Collection[str],
    outside: Sequence[TreeHead] = (),
    *,
    known: Sequence[str] = (),
    sealed_only: bool = False,
) -> list[CheckResult]:
    """Run checks over what a connection sees, in their order."""
    checking = Checking(raises=errors_of_no_row(connection))
    with checking.attempt({"file"} & {*requested}) as names:
        if names:
            checking.add(check_file(read_file_faults(connection)))
    with checking.attempt({"chain"} & {*requested}) as names:
        if names:
            one_writer = journal_rows.had_one_writer(connection)
            checking.add(check_chain(read_links(connection), known, one_writer=one_writer))
    with checking.attempt({*requested} - {"file", "seals", "chain"}) as names:
        if names:
            zone, now = read_settings(connection).zone, moment_of(connection)
            context = journal_rows.read_context(connection, zone, now)
            _run_in_context(checking, connection, context, frozenset(requested))
    with checking.attempt({"seals"} & {*requested}) as names:
        if names:
            checking.add(_seals(connection, outside, sealed_only=sealed_only))
    results = checking.results()
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


def _run_in_context(
    checking: Checking, connection: Connection, context: CheckContext, requested: frozenset[str]
) -> None:
    journal = {name: make for name, make in _JOURNAL_CHECKS.items() if name in requested}
    with checking.attempt({*journal, "balances"} & requested) as names:
        if names:
            judged_by = journal_rows.Histories(connection, context)
            made = [make(_Reading(connection, context, judged_by)) for make in journal.values()]
            answers, balances = check_journal(
                journal_rows.stream_entries(connection), context, made
            )
            for answer in answers:
                checking.add(answer)
            if "balances" in names:
                stored = rows.read_stored_balances(connection)
                stored_deals = rows.read_stored_deal_balances(connection)
                checking.add(check_balances(stored, stored_deals, balances, context))
    for name, check in _TABLE_CHECKS.items():
        with checking.attempt({name} & requested) as names:
            if names:
                checking.add(check(connection, context))


class _Reading(NamedTuple):
    """What the checks of the journal read from."""

    connection: Connection
    context: CheckContext
    histories: journal_rows.Histories


_JOURNAL_CHECKS: Final[dict[str, Callable[[_Reading], JournalCheck]]] = {
    "balanced": lambda one: Balanced(one.context),
    "allowed-moves": lambda one: AllowedMoves(one.context),
    "nothing-below-zero": lambda one: NothingBelowZero(one.context),
    "both-sides": lambda one: BothSides(one.context),
    "append-only": lambda one: AppendOnly(
        one.context,
        rows.stream_version_rows(one.connection),
        read_identity_changes(one.connection),
        read_shared_codes(one.connection),
    ),
    "resolved-once": lambda one: ResolvedOnce(one.context),
    "two-times": lambda one: TwoTimes(one.context),
    "snapshots": lambda one: Snapshots(
        one.context, night_rows.read_snapshots(one.connection, one.context)
    ),
    "mandate": lambda one: Mandate(
        one.context, one.histories.of(*journal_rows.MANDATE_REGISTERS), NEVER_OVERRIDDEN
    ),
    "restrictions": lambda one: RestrictedActs(
        one.context, _judged_by(one.histories, "restriction", "exemption")
    ),
    "limits": lambda one: WithinLimits(
        one.context,
        _judged_by(one.histories, "limit"),
        _rates_at(one.connection),
        _base_unit(one.connection, one.context),
    ),
    "approvals": lambda one: Approvals(
        one.context,
        read_approval_rows(one.connection, one.context.units),
        _rates_at(one.connection),
    ),
    "sequence": lambda one: InSequence(one.context, one.histories.of("need")["need"]),
}


def _judged_by(histories: journal_rows.Histories, kind: str, *more: str) -> Registers:
    """Read the records of a register, and what they are judged by where there are any."""
    own = histories.of(kind)
    return histories.of(kind, *more, *journal_rows.MANDATE_REGISTERS) if own[kind] else own


def _rates_at(connection: Connection) -> RatesAt:
    """Give what reads the rates of a day as known at a moment, each once."""

    @cache
    def rates_at(day: date, moment: int) -> RateFinder:
        known_at = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=moment)
        return rate_finder(read_day_rates(connection, day, known_at), day)

    return rates_at


def _base_unit(connection: Connection, context: CheckContext) -> Unit:
    return context.units[read_settings(connection).base_currency]


def _seals(
    connection: Connection, outside: Sequence[TreeHead], *, sealed_only: bool
) -> CheckResult:
    results = sealed.read_seals(connection)
    last = sealed.last_sealed_request(connection)
    sealing = SealCheckInput(
        results,
        sealed.stream_sealed(connection),
        stream_leaves(connection, BEFORE_ALL, last),
        sealed.count_unsealed(connection, last),
        () if sealed_only else stream_leaves(connection, last, AFTER_ALL),
    )
    return check_seals(sealing, outside)


_TABLE_CHECKS: Final[dict[str, Callable[[Connection, CheckContext], CheckResult]]] = {
    "timeline": lambda db, context: check_timeline(journal_rows.stream_timeline(db), context),
    "totals": lambda db, context: check_totals(journal_rows.stream_total_changes(db), context),
    "in-error": lambda db, _: check_in_error(count_records(db), find_resting_on_errors(db)),
    "phases": lambda db, _: check_phases(find_statuses(db)),
    "instalments": lambda db, _: check_instalments(find_due(db)),
    "guards": lambda db, _: check_guards(
        *rows.read_guards(db), rows.read_allowed_moves(db), read_schema(db)
    ),
    "reference": lambda db, _: check_reference_tables(shipped_rows(), stored_rows(db)),
    "broker": lambda _, context: check_broker(context),
    "request-keys": lambda db, _: check_request_keys(
        rows.stream_requests(db), rows.find_orphan_rows(db), rows.read_repeated_keys(db)
    ),
    "exact": lambda db, _: check_exactness(
        rows.count_amounts(db),
        chain(rows.read_amount_faults(db), journal_rows.find_invalid_cells(db)),
        rows.stream_decimals(db),
    ),
    "proposals": lambda db, context: check_proposals(
        rows.read_proposal_rows(db),
        rows.read_introduced_lines(db),
        rows.find_entries_without_line(db),
        context,
    ),
    "statements": lambda db, _: check_statements(
        night_rows.read_written_rows(db),
        night_rows.read_statement_rows(db),
        night_rows.read_finding_rows(db),
    ),
    "nights": lambda db, context: check_nights(
        night_rows.read_runs(db), STEPS, to_microseconds(moment_of(db)), context
    ),
}
