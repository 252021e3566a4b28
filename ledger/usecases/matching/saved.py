"""Store, list and re-check proposals; `accept` introduces their lines."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic_ns
from typing import Any

from sqlalchemy import Connection

from ledger.core.errors import InvalidInput, NotFound
from ledger.core.requests import Request
from ledger.eligibility.counts import outstanding_by_need
from ledger.eligibility.rules import Failure
from ledger.eligibility.verdict import BestAmount, pairing_at
from ledger.journal.receipts import Receipt
from ledger.matching.likelihood import Likelihood, likelihoods_record
from ledger.matching.line_changes import changes_record
from ledger.matching.reserves import LineReserve
from ledger.matching.stored import StoredProposal, in_error_failure, line_failures
from ledger.rates.rates import OldRate, old_rates, plain_rates, rate_finder
from ledger.solver.options import SolverOptions
from ledger.store.db.queries import first_receipt
from ledger.store.proposals import last_position, latest_code, read_proposal
from ledger.store.rates import StoredRates
from ledger.store.registers import find_code
from ledger.store.session.execute import execute
from ledger.store.session.ledger import Ledger
from ledger.store.session.snapshot import Reader, Snapshot
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.matching.likelihoods import likelihoods_of, read_decided
from ledger.usecases.matching.propose import (
    MATCHED,
    MatchQuery,
    MatchResult,
    line_reserves,
    read_pipeline,
    solve_pipeline,
)

_MANY_LINES = 200


class NoProposal(NotFound, code="no-proposal"):
    """A proposal was asked for, and none has been stored yet."""

    default_why = "A proposal that is only shown is not kept."
    default_next = "Store one first: cityfund match --save"


class PastIsNotSaved(InvalidInput, code="past-is-not-saved"):
    """A proposal of another time was to be stored."""

    default_why = "A stored proposal is accepted as things stand now, and is dated today."
    default_next = "Leave --as-of and --known-at out, or leave --save out to look only."


@dataclass(frozen=True, slots=True)
class SolvedProposal:
    """A proposal just solved, with the last entry and request before it, and its time.

    `likelihoods` are those of its lines, `reserves` theirs if they were asked for.
    """

    matched: MatchResult
    entry: int | None
    request: int | None
    milliseconds: int
    likelihoods: tuple[Likelihood | None, ...]
    reserves: tuple[LineReserve | None, ...] | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """The receipt of a proposal, and the proposal itself where it was solved now."""

    receipt: dict[str, Any]
    solved_proposal: SolvedProposal | None


def solve_now(ledger: Ledger, query: MatchQuery, options: SolverOptions) -> SolvedProposal:
    """Solve over what the ledger holds, and remember on which state; nothing is locked meanwhile.

    Raises as `read_pipeline` does.
    """
    started = monotonic_ns()
    with ledger.reader(query.times) as reader:
        position = last_position(reader.connection)
        snapshot = reader.snapshot(*MATCHED)
        pipeline = read_pipeline(reader, snapshot, query)
        decided = read_decided(reader, snapshot)
    matched = solve_pipeline(pipeline, options)
    likelihoods = likelihoods_of(snapshot, decided, matched.proposal.lines)
    reserves = line_reserves(matched) if query.reserves else None
    took = (monotonic_ns() - started) // 10**6
    return SolvedProposal(matched, *position, took, likelihoods, reserves)


def save(ledger: Ledger, request: Request, query: MatchQuery, options: SolverOptions) -> Saved:
    """Solve outside any transaction, then store the proposal in one write.

    A repeated key returns the original receipt, and nothing is solved again.
    """
    with ledger.read() as connection:
        first = first_receipt(connection, request)
    if first is not None:
        return Saved(first, None)
    solved_proposal = solve_now(ledger, query, options)
    return Saved(
        execute(ledger, request, lambda uow: store(uow, solved_proposal, query)), solved_proposal
    )


def store(uow: UnitOfWork, solved_proposal: SolvedProposal, query: MatchQuery) -> Receipt:
    """Store a proposal under a new code, with a note where the ledger changed meanwhile."""
    proposal = solved_proposal.matched.proposal
    if len(proposal.lines) > _MANY_LINES:
        uow.remember_ids()
    projects = solved_proposal.matched.pipeline.snapshot.records("project")
    stored = StoredProposal(
        code=uow.code_for("proposal", None),
        proposal=proposal,
        weights={code: projects[code].weight for code in proposal.complete},
        selection=tuple(query.where),
        milliseconds=solved_proposal.milliseconds,
        solved_on=solved_proposal.entry,
        recorded_at=uow.now,
        actor=uow.request.actor,
        reason=uow.request.reason,
        accepted={},
    )
    uow.add_proposal(stored)
    _note_changes(uow, solved_proposal, stored.code)
    return uow.receipt(
        proposal=stored.code,
        since_baseline=changes_record(proposal, solved_proposal.matched.line_changes),
        floors=None if proposal.floors is None else proposal.floors.to_record(),
        likelihoods=likelihoods_record(solved_proposal.likelihoods),
        reserves=None
        if solved_proposal.reserves is None
        else [None if one is None else [*one] for one in solved_proposal.reserves],
    )


def _note_changes(uow: UnitOfWork, solved_proposal: SolvedProposal, code: str) -> None:
    entry, request = last_position(uow.connection)
    if (entry, request) == (solved_proposal.entry, solved_proposal.request):
        return
    since = (
        "other records were changed"
        if entry == solved_proposal.entry
        else f"entry {entry} is the last"
    )
    uow.note(
        "ledger-changed",
        f"The ledger moved on while this was solved ({since} now); "
        f"whether its lines still fit: cityfund match show {code}",
    )


def find_proposal(connection: Connection, typed: str | None) -> StoredProposal:
    """Find a stored proposal by its code as typed, or the latest. Raises `NoProposal`."""
    code = latest_code(connection) if typed is None else find_code(connection, "proposal", typed)
    if code is None:
        raise NoProposal("There is no stored proposal.")
    return read_proposal(connection, code)


def old_rates_of(reader: Reader, stored: StoredProposal, most_days: int) -> list[OldRate]:
    """Return the rates of a proposal's lines that rested on an old quote on its day."""
    day, lines = stored.proposal.day, stored.proposal.lines
    pairs = [(line.unit.code, line.offer_unit.code) for line in lines]
    return old_rates(rate_finder(StoredRates(reader.connection), day), pairs, day, most_days)


def failures_by_line(snapshot: Snapshot, stored: StoredProposal) -> dict[int, tuple[Failure, ...]]:
    """Return, for each open line that no longer fits, the reasons."""
    outstanding = outstanding_by_need(snapshot.deals.values())
    rate_of = plain_rates(snapshot.rate_of)
    lines = dict(stored.numbered_lines)
    by_line: dict[int, tuple[Failure, ...]] = {}
    for number in stored.open_lines:
        line = lines[number]
        need, offer = snapshot.need_facts.get(line.need), snapshot.offer_facts.get(line.offer)
        if need is None or offer is None:
            by_line[number] = (in_error_failure(line.need if need is None else line.offer),)
            continue
        pairing = pairing_at(
            need,
            offer,
            snapshot.day,
            BestAmount(line.amount, line.offer_amount),
            outstanding.get(line.need, {}),
        )
        rate = rate_of(line.unit.code, line.offer_unit.code)
        by_line[number] = line_failures(line, pairing, rate)
    return {number: failures for number, failures in by_line.items() if failures}
