"""Partnerships and undertakings, and what is refused of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.core.errors import InvalidInput, RefusedByRule
from ledger.core.partial_dates import PartialDate, Period
from ledger.core.text import normalised_code

PARTNERSHIP: Final = "partnership"
UNDERTAKING: Final = "undertaking"


@dataclass(frozen=True, slots=True)
class Partnership:
    """A tie of two cities, which stand in the order of their codes whichever was named first.

    `signed` is None where it is not known, `ended` where it is in force.
    """

    code: str
    city: str
    with_city: str
    kind: str
    topics: tuple[str, ...] = ()
    signed: PartialDate | None = None
    ended: PartialDate | None = None
    aim: str | None = None
    source: str | None = None
    origin: str | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        """Put the two cities in the order of their codes."""
        one, other = self.city, self.with_city
        if (normalised_code(one), one) > (normalised_code(other), other):
            object.__setattr__(self, "city", other)
            object.__setattr__(self, "with_city", one)

    @property
    def cities(self) -> tuple[str, str]:
        """Give both cities in the order of their codes."""
        return self.city, self.with_city

    @property
    def period(self) -> Period:
        """Give the time in which it is in force."""
        return Period(self.signed, self.ended)

    def has_begun(self, day: date) -> bool:
        """Say whether it had begun by a day; one without a signing date always had."""
        return self.signed is None or self.signed.first <= day

    def other(self, city: str) -> str:
        """Give the city on the other side."""
        return self.with_city if city == self.city else self.city


@dataclass(frozen=True, slots=True)
class Undertaking:
    """What one city of a partnership, `by`, is to do or has done; `lasts` says that it goes on.

    `host` and `payer` are cities, of the two or not.
    """

    code: str
    partnership: str
    by: str
    what: str
    host: str | None = None
    payer: str | None = None
    due_on: date | None = None
    done_on: PartialDate | None = None
    lasts: bool = False
    until: PartialDate | None = None
    note: str | None = None

    def is_known_by(self, day: date) -> bool:
        """Say whether it exists on a day: without a due date it exists from when it was done."""
        return self.done_on is None or self.is_done_by(day) or self.due_on is not None

    def is_done_by(self, day: date) -> bool:
        """Say whether it was done by a day."""
        return self.done_on is not None and self.done_on.first <= day

    def is_late(self, day: date) -> bool:
        """Say whether it was due before a day and is not done by it."""
        return self.due_on is not None and self.due_on < day and not self.is_done_by(day)


class SameCity(InvalidInput, code="same-city"):
    """A partnership was to be recorded of a city with itself."""

    default_why = "A partnership ties two different cities."
    default_next = "Name the other city."


class NotAParty(RefusedByRule, code="not-a-party"):
    """An undertaking was to be recorded of a city that is no party of the partnership."""

    default_why = "What a partnership is to bring is undertaken by one of its two cities."


class Partnerships:
    """Partnerships by their cities and kind, to find those of one kind that overlap."""

    def __init__(self, partnerships: Iterable[Partnership]) -> None:
        """Index some partnerships."""
        self._alike: defaultdict[tuple[str, ...], list[Partnership]] = defaultdict(list)
        for one in partnerships:
            self._alike[*one.cities, one.kind].append(one)

    def overlapping(self, one: Partnership) -> Partnership | None:
        """Give another partnership of the same cities and kind that surely overlaps with one."""
        for other in self._alike[*one.cities, one.kind]:
            if other.code != one.code and other.period.surely_overlaps(one.period):
                return other
        return None


def require_two_cities(one: Partnership) -> None:
    """Refuse a partnership of a city with itself. Raises `SameCity`."""
    if one.city == one.with_city:
        raise SameCity(f"{one.city} was named on both sides.")


def require_party(undertaking: Undertaking, partnership: Partnership) -> None:
    """Refuse an undertaking of a city that is no party. Raises `NotAParty`."""
    if undertaking.by not in partnership.cities:
        raise NotAParty(
            f"{undertaking.by} is no party of partnership {partnership.code}.",
            next_step=f"Name {' or '.join(partnership.cities)}; another city can host it or pay.",
        )
