"""Credentials on a day: which are in force, and who ranks where.

For each measure of a topic the cities are ranked by their newest figure that is in force. Ties
share the better rank. Figures of different units are never compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from ledger.core.partial_dates import Period
from ledger.core.text import text_key
from ledger.registers.network import LOWER, Credential


def in_force(credential: Credential, day: date) -> bool:
    """Say whether a credential exists on a day and still holds, its last day included.

    It exists from the first day that it can be about; one without a date always does.
    """
    return Period(credential.as_of, credential.until).holds(day)


class Rank(NamedTuple):
    """A city's place among the cities that have a figure of a measure, and the figure."""

    place: int
    ranked: int
    credential: Credential

    @property
    def share(self) -> Fraction:
        """Give the place divided by the number of ranked cities: the smaller, the better."""
        return Fraction(self.place, self.ranked)

    def __str__(self) -> str:
        """Write it as it is printed: 1 of 174 by passengers a day (2013)."""
        as_of = "" if self.credential.as_of is None else f" ({self.credential.as_of})"
        return f"{self.place} of {self.ranked} by {self.credential.measure}{as_of}"


def ranks_by_city(credentials: Iterable[Credential], day: date) -> Mapping[str, tuple[Rank, ...]]:
    """Rank the cities by each measure of one topic; the best rank of each city comes first."""
    ranks: dict[str, list[Rank]] = {}
    for newest in _newest_by_measure(credentials, day).values():
        for rank in _ranking(newest.values()):
            ranks.setdefault(rank.credential.city, []).append(rank)
    return {city: tuple(sorted(every, key=_best_first)) for city, every in ranks.items()}


def _best_first(rank: Rank) -> tuple[Fraction, str, str]:
    credential = rank.credential
    return rank.share, text_key(credential.measure or ""), text_key(credential.unit or "")


def _newest_by_measure(
    credentials: Iterable[Credential], day: date
) -> dict[tuple[str, str], dict[str, Credential]]:
    """Give the newest figure in force of each city, by measure and unit."""
    newest: dict[tuple[str, str], dict[str, Credential]] = {}
    for credential in sorted(credentials, key=_oldest_first):
        if credential.measure is not None and in_force(credential, day):
            key = text_key(credential.measure), text_key(credential.unit or "")
            newest.setdefault(key, {})[credential.city] = credential
    return newest


def _oldest_first(credential: Credential) -> tuple[date, date, str]:
    """Order credentials by the time they are about; those without one are the oldest."""
    about = credential.as_of
    if about is None:
        return date.min, date.min, credential.code
    return about.first, about.last, credential.code


def _ranking(credentials: Iterable[Credential]) -> Iterator[Rank]:
    """Rank figures of one measure; those that are equal share the better place."""
    ordered = sorted(credentials, key=_value_first)
    place, before = 0, None
    for at, credential in enumerate(ordered, start=1):
        if credential.value != before:
            place, before = at, credential.value
        yield Rank(place, len(ordered), credential)


def _value_first(credential: Credential) -> tuple[Decimal, str]:
    value = credential.value or Decimal(0)
    return (value if credential.better == LOWER else -value), credential.city
