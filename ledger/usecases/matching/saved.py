"""The life of a proposal but for its lines being taken up: stored, listed, looked at again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from time import monotonic_ns
from typing import Any

from ledger.core.errors import InvalidInput, NotFound
from ledger.core.requests import Request
from ledger.eligibility.counts import Outstanding, outstanding_by_need
from ledger.eligibility.verdict import Failure, Pairing
from ledger.journal.receipts import Receipt
from ledger.matching.proposal import Line
from ledger.matching.stored import KeptProposal, misfits
from ledger.solver.options import Effort
from ledger.store.db.queries import first_receipt
from ledger.store.proposals import last_position, latest_code, read_proposal
from ledger.store.registers import find_code
from ledger.store.session.execute import execute
from ledger.store.session.ledger import Ledger
from ledger.store.session.snapshot import Picture
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.matching.propose import Matched, MatchQuery, read_pipeline, solved

_MANY_LINES = 200


class NoProposal(NotFound):
    """A proposal was asked for, and none has been stored yet."""

    code = "no-proposal"
    default_why = "A proposal that is only shown is not kept."
    default_next = "Store one first: cityfund match --save"


class PastIsNotSaved(InvalidInput):
    """A proposal of another time was to be stored."""

    code = "past-is-not-saved"
    default_why = "A stored proposal is taken up as things stand now, and is dated today."
    default_next = "Leave --as-of and --known-at out, or leave --save out to look only."


@dataclass(frozen=True, slots=True)
class Fresh:
    """A proposal just solved, on which entry and request of its ledger, and how long it took."""

    matched: Matched
    entry: int | None
    request: int | None
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Saved:
    """A proposal's receipt, and the proposal itself where it was solved now, not said before."""

    receipt: dict[str, Any]
    fresh: Fresh | None


def solve_now(ledger: Ledger, query: MatchQuery, effort: Effort) -> Fresh:
    """Solve over what the ledger holds, and remember on which state; nothing is locked meanwhile.

    Raises as `read_pipeline` does.
    """
    begun = monotonic_ns()
    with ledger.picture(query.times) as picture:
        position = last_position(picture.connection)
        pipeline = read_pipeline(picture, query.where)
    matched = solved(pipeline, effort)
    return Fresh(matched, *position, (monotonic_ns() - begun) // 10**6)


def save(ledger: Ledger, request: Request, query: MatchQuery, effort: Effort) -> Saved:
    """Solve outside any transaction, then store the proposal in one write.

    A key that was said before gives the first receipt, and nothing is solved again.
    """
    with ledger.read() as connection:
        first = first_receipt(connection, request)
    if first is not None:
        return Saved(first, None)
    fresh = solve_now(ledger, query, effort)
    return Saved(execute(ledger, request, lambda uow: store(uow, fresh, query)), fresh)


def store(uow: UnitOfWork, fresh: Fresh, query: MatchQuery) -> Receipt:
    """Store a proposal under a code of its own; say so where the ledger moved on meanwhile."""
    proposal = fresh.matched.proposal
    if len(proposal.lines) > _MANY_LINES:
        uow.remember_ids()
    projects = fresh.matched.pipeline.picture.records("project")
    kept = KeptProposal(
        code=uow.code_for("proposal", None),
        proposal=proposal,
        weights={code: projects[code].weight for code in proposal.complete},
        selection=tuple(query.where),
        milliseconds=fresh.milliseconds,
        solved_on=fresh.entry,
        recorded_at=uow.now,
        actor=uow.request.actor,
        reason=uow.request.reason,
        taken={},
    )
    uow.add_proposal(kept)
    return uow.receipt(proposal=kept.code, notes=_moved_on(uow, fresh, kept.code))


def _moved_on(uow: UnitOfWork, fresh: Fresh, code: str) -> tuple[str, ...]:
    entry, request = last_position(uow.connection)
    if (entry, request) == (fresh.entry, fresh.request):
        return ()
    since = "other records were changed" if entry == fresh.entry else f"entry {entry} is the last"
    note = (
        f"The ledger moved on while this was solved ({since} now); "
        f"whether its lines still fit: cityfund match show {code}"
    )
    return (note,)


def find_proposal(picture: Picture, typed: str | None) -> KeptProposal:
    """Find a stored proposal by its code as typed, or the latest. Raises `NoProposal`."""
    connection = picture.connection
    code = latest_code(connection) if typed is None else find_code(connection, "proposal", typed)
    if code is None:
        raise NoProposal("There is no stored proposal.")
    return read_proposal(connection, code)


def line_misfits(picture: Picture, kept: KeptProposal) -> dict[int, tuple[Failure, ...]]:
    """Give, for each line that nobody took up, why it no longer fits; nothing where it does."""
    living = outstanding_by_need(picture.deals.values())
    lines = dict(kept.numbered)
    found = {}
    for number in kept.left:
        line = lines[number]
        pairing = _pairing(picture, line, living.get(line.need, {}))
        found[number] = misfits(line, pairing, _rate_today(picture, line))
    return {number: failures for number, failures in found.items() if failures}


def _rate_today(picture: Picture, line: Line) -> Decimal | None:
    if line.unit.code == line.offer_unit.code:
        return Decimal(1)
    found = picture.rate_of(line.unit.code, line.offer_unit.code)
    return None if found is None else found.rate


def _pairing(picture: Picture, line: Line, living: Mapping[str, Outstanding]) -> Pairing:
    here = living.get(line.offer, Outstanding(0, 0))
    return Pairing(
        picture.need_facts[line.need],
        picture.offer_facts[line.offer],
        picture.day,
        line.amount,
        line.offer_amount,
        here.need,
        here.offer,
        tuple(sorted(code for code in living if code != line.offer)),
    )
