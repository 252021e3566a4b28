"""Rules of cities, projects, bodies and seats that hold for commands and imports alike."""

from __future__ import annotations

from typing import Any

from ledger.core.errors import RefusedByRule
from ledger.core.text import first_few
from ledger.partnerships.records import (
    PARTNERSHIP,
    UNDERTAKING,
    require_party,
    require_two_cities,
)
from ledger.reference.terms import Step
from ledger.registers.network import MEMBER, SEAT
from ledger.registers.pairs import INSTALMENT, LIMIT
from ledger.registers.records import Body, City, Seat
from ledger.seats.rules import NotAMember, require_member
from ledger.seats.spans import crowded, held_seat, member_since, step_of
from ledger.store.registers import load_where
from ledger.store.session.seats import seats_at
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.registers.instalments import require_unit
from ledger.usecases.registers.limits import require_limit

_MOST_NAMED = 5


class BodyInCircle(RefusedByRule, code="body-in-circle"):
    """A body would be a part of itself, directly or through others."""

    default_why = "A body is a part of another one that is not a part of it."


class ShownFromSeat(RefusedByRule, code="shown-from-seat"):
    """The beginning of a membership was to be edited that follows from a seat."""

    default_why = "A city is a member since its earliest seat of that role in the association."


def require_allowed(uow: UnitOfWork, kind: str, after: Any, before: Any = None) -> None:
    """Refuse what no register allows of a new or edited record of the network.

    Raises `NotAMember`, `ShownFromSeat`, `BodyInCircle`, `SameCity`, `NotAParty`, `WrongUnit` and
    `BadLimit`.
    """
    if kind == "project" and (before is None or before.city != after.city):
        require_member(uow.record("city", after.city))
    elif kind == "city" and before is not None:
        _refuse_lone_projects(uow, before, after)
        _refuse_member_since(uow, before, after)
    elif kind == "body":
        _refuse_circle(uow, after)
    elif kind == PARTNERSHIP:
        require_two_cities(after)
    elif kind == UNDERTAKING:
        require_party(after, uow.record(PARTNERSHIP, after.partnership))
    elif kind == INSTALMENT.name:
        require_unit(uow, after)
    elif kind == LIMIT.name:
        require_limit(uow, after)


def _refuse_lone_projects(uow: UnitOfWork, before: City, after: City) -> None:
    """Refuse to make a city that has projects one that is no member."""
    if after.member or not before.member:
        return
    projects = load_where(uow.connection, "project", "city", [uow.id_of("city", before.code)])
    if projects:
        raise NotAMember(
            f"City {before.code} has projects: {first_few([*projects], _MOST_NAMED)}.",
            next_step="Where it has left, end its seat: cityfund seat end SEAT --until DATE",
        )


def _refuse_member_since(uow: UnitOfWork, before: City, after: City) -> None:
    """Refuse to edit the beginning of a membership that a seat tells."""
    if before.member_since == after.member_since or uow.settings.association is None:
        return
    association = uow.record("body", uow.settings.association)
    stored = load_where(uow.connection, SEAT.name, "city", [uow.id_of("city", before.code)])
    seats = [one.record for one in stored.values() if one.record.body == association.code]
    since = member_since(held_seat(one, association.until, None) for one in seats)
    if since is not None:
        seat = next(one for one in seats if one.role == MEMBER and one.from_ == since)
        raise ShownFromSeat(
            f"City {before.code} is a member of {association.code} since {since}, by seat "
            f"{seat.code}.",
            next_step=f"Correct the seat: cityfund seat edit {seat.code} --from DATE",
        )


def _refuse_circle(uow: UnitOfWork, body: Body) -> None:
    chain = [body.code]
    while body.parent is not None:
        chain.append(body.parent)
        if body.parent == chain[0]:
            raise BodyInCircle(
                f"Body {chain[0]} would be a part of itself: {' in '.join(chain)}.",
                next_step=f"Name another parent: cityfund body edit {chain[0]} --parent BODY",
            )
        body = uow.record("body", body.parent)


def note_crowded(uow: UnitOfWork, record: Seat | Body) -> None:
    """Note that a body has more deciding seats in force than there are to hold."""
    code = record.body if isinstance(record, Seat) else record.code
    if code is None:
        return
    uow.flush_registers()
    body: Body = uow.record("body", code)
    if body.seats is None or (
        isinstance(record, Seat) and step_of(record.role) is not Step.DECIDING
    ):
        return
    seats = seats_at(uow, [("body", code)])["body", code]
    found = crowded(body.seats, (held_seat(one, body.until, None) for one in seats))
    if found is not None:
        uow.note("too-many-seats", found.sentence(code))
