"""What is refused of seats: two of a kind at once, and a project of a city that is no member."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ledger.core.errors import LedgerError, RefusedByRule
from ledger.registers.network import HOST
from ledger.registers.records import City, Seat


class SeatOverlaps(RefusedByRule, code="seat-overlaps"):
    """A city would hold two seats of one role in one body or office at once."""

    default_why = "A city holds one seat of a role in a body or an office at a time."


class AlreadyHosted(RefusedByRule, code="already-hosted"):
    """An office would have two hosts at once."""

    default_why = "One city hosts an office at a time."


class NotAMember(RefusedByRule, code="not-a-member"):
    """A project was to be put under a city that is known only by its ties."""

    default_why = "Only member cities have projects; others are known as twin, host or teacher."


def require_member(city: City) -> None:
    """Refuse a city without membership as that of a project. Raises `NotAMember`."""
    if not city.member:
        raise NotAMember(
            f"City {city.code} ({city.name}) is not a member.",
            next_step=f"Where it has become one: cityfund city edit {city.code} --member yes",
        )


class Seats:
    """Seats, looked up by those that they could overlap: of one place and role, and of one city.

    Of the hosts of an office those of every city are looked up.
    """

    def __init__(self, seats: Iterable[Seat] = ()) -> None:
        """Take the seats in the order in which overlaps are found."""
        self._alike: defaultdict[tuple[str, ...], list[Seat]] = defaultdict(list)
        for seat in seats:
            self.add(seat)

    def add(self, seat: Seat) -> None:
        """Take one more seat."""
        self._alike[_kind_of(seat)].append(seat)

    def refusal_of(self, seat: Seat) -> SeatOverlaps | AlreadyHosted | None:
        """Give the refusal of a seat that surely overlaps one of these, if it does."""
        return overlap(seat, self._alike.get(_kind_of(seat), ()))


def _kind_of(seat: Seat) -> tuple[str, ...]:
    return (*seat.place, seat.role, "" if _hosts(seat) else seat.city)


def _hosts(seat: Seat) -> bool:
    return seat.role == HOST and bool(seat.office)


def overlaps(seats: Iterable[Seat]) -> Iterator[LedgerError]:
    """Give a refusal for each seat that surely overlaps one that comes before it, in order."""
    before = Seats()
    for seat in seats:
        refusal = before.refusal_of(seat)
        if refusal is not None:
            yield refusal
        before.add(seat)


def overlap(seat: Seat, others: Iterable[Seat]) -> SeatOverlaps | AlreadyHosted | None:
    """Give the refusal of a seat that surely overlaps another of its place, if one does.

    Two are of a kind if they have the city and the role in common; of an office, if both host it.
    """
    for other in others:
        if other.code == seat.code or other.role != seat.role:
            continue
        is_same_city = other.city == seat.city
        if not (is_same_city or _hosts(seat)) or not seat.period.surely_overlaps(other.period):
            continue
        refusal = SeatOverlaps if is_same_city else AlreadyHosted
        kind, code = seat.place
        return refusal(
            f"Seat {seat.code} of city {seat.city} ({seat.role} of {kind} {code}, {time(seat)}) "
            f"overlaps seat {other.code} of city {other.city} ({time(other)}).",
            next_step=f"Correct its dates, or end the other: cityfund seat end {other.code} "
            "--until DATE",
        )
    return None


def time(seat: Seat) -> str:
    """Describe the dates of a seat as written."""
    begin = f"from {seat.from_}" if seat.from_ else "beginning not known"
    return f"{begin} until {seat.until}" if seat.until else f"{begin}, without end"
