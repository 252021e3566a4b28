"""The days on which seats are in force, and what follows from them for a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, NamedTuple

from ledger.core.partial_dates import PartialDate
from ledger.reference.terms import Step, seat_roles
from ledger.registers.network import MEMBER
from ledger.registers.records import City, Seat


class Span(NamedTuple):
    """Days from a first to a last one, both included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Say whether a day is one of them."""
        return self.first <= day <= self.last

    def within(self, other: Span) -> Span:
        """Give the days that are in both; a last one before the first means none."""
        return Span(max(self.first, other.first), min(self.last, other.last))

    @property
    def days(self) -> int:
        """Count the days."""
        return max(0, (self.last - self.first).days + 1)


class HeldSeat(NamedTuple):
    """A seat with the days on which it is in force.

    `ended_by` names what ended it where its own dates do not: `body`, `office` or `city`.
    """

    seat: Seat
    span: Span
    ended_by: str | None = None

    @property
    def step(self) -> Step:
        """Give the step of its role."""
        return step_of(self.seat.role)


def step_of(role: str) -> Step:
    """Give the step of a role; one that is no longer in the list has none."""
    known = seat_roles().get(role)
    return Step.NONE if known is None else known.step


def held_seat(seat: Seat, place_ends: PartialDate | None, withdrawn_on: date | None) -> HeldSeat:
    """Give a seat with its days in force.

    A seat without an end ends with its body or office, and with the withdrawal of its city.
    Without a beginning it was always in force.
    """
    first = date.min if seat.from_ is None else seat.from_.first
    if seat.until is not None:
        return HeldSeat(seat, Span(first, seat.until.last))
    last, ended_by = date.max, None
    if place_ends is not None and place_ends.last < last:
        last, ended_by = place_ends.last, seat.place[0]
    if withdrawn_on is not None and withdrawn_on < last:
        last, ended_by = withdrawn_on, "city"
    return HeldSeat(seat, Span(first, last), ended_by)


def is_member(city: City, seats: Iterable[HeldSeat], day: date) -> bool:
    """Say whether a city is a member on a day; `seats` are those it has in the association.

    Without a seat of the role of member, it is one if the register says so.
    """
    memberships = [one for one in seats if one.seat.role == MEMBER]
    return city.member and (not memberships or any(one.span.holds(day) for one in memberships))


class Memberships(NamedTuple):
    """The cities that are not in the association on a day, and since when the others were."""

    left: frozenset[str]
    since: Mapping[str, PartialDate]

    def since_of(self, city: City) -> PartialDate | None:
        """Give since when a city is a member: by its seats, or what the register says."""
        return self.since.get(city.code, city.member_since)


NO_MEMBERSHIPS: Final = Memberships(frozenset(), {})
"""Where no association is set: the register alone says who is a member."""


def member_since(seats: Iterable[HeldSeat]) -> PartialDate | None:
    """Give the beginning of the earliest membership in the association, if one is known."""
    known = (one.seat.from_ for one in seats if one.seat.role == MEMBER)
    return min((one for one in known if one is not None), key=lambda one: one.first, default=None)


class Crowded(NamedTuple):
    """The first day on which a body has more deciding seats in force than it has, and how many."""

    day: date
    held: int
    seats: int

    def sentence(self, body: str) -> str:
        """Say of a body what it has and how many are in force, without a full stop."""
        has = "1 deciding seat" if self.seats == 1 else f"{self.seats} deciding seats"
        return f"body {body} has {has}, and {self.held} are in force on {self.day}"


def crowded(seats: int | None, held: Iterable[HeldSeat]) -> Crowded | None:
    """Give the first day with more deciding seats in force than there are to hold, if any."""
    if seats is None:
        return None
    deciding = [one.span for one in held if one.step is Step.DECIDING and one.span.days]
    for day in sorted(span.first for span in deciding):
        count = sum(span.holds(day) for span in deciding)
        if count > seats:
            return Crowded(day, count, seats)
    return None
