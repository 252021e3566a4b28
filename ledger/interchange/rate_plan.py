"""Plan the import of a file of ECB rates from its quotes and the ledger's rates."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from ledger.interchange.ecb import BASE, SOURCE, Quote
from ledger.interchange.steps import Tally, changed_rates
from ledger.rates.rates import Rate


class StoredQuote(Protocol):
    """What counts of one currency and day in the ledger."""

    @property
    def figure(self) -> str:
        """The figure as it is kept."""

    @property
    def withdrawn(self) -> bool:
        """Say whether it was withdrawn."""

    @property
    def request_id(self) -> int:
        """The request it came by."""


class ChangedQuote(NamedTuple):
    """A figure of the file that differs from the ledger's."""

    quote: Quote
    before: str


@dataclass(frozen=True, slots=True)
class RatePlan:
    """The rates an import adds and changes, how many are the same, and which an officer set.

    `unchanged` lists the days and currencies for which an officer's own rate, or the withdrawal
    of this very figure, takes precedence over the file.
    """

    new: tuple[Quote, ...]
    changed: tuple[ChangedQuote, ...]
    same: int
    unchanged: tuple[ChangedQuote, ...]

    @property
    def changes_nothing(self) -> bool:
        """Say whether the ledger has all of it already."""
        return not self.new and not self.changed

    def highlights(self) -> list[str]:
        """Name each figure that changes, up to a few."""
        return changed_rates([(rate_of(one.quote), one.before) for one in self.changed])

    def tallies(self) -> list[Tally]:
        """Count for the preview and the receipt; what was kept is as it was."""
        return [
            Tally("rates", len(self.new), len(self.changed), 0, self.same + len(self.unchanged)),
        ]

    def rates(self) -> Iterable[Rate]:
        """Give the rates to record."""
        yield from map(rate_of, (*self.new, *(one.quote for one in self.changed)))


def rate_of(quote: Quote) -> Rate:
    """Give a quote of the file as the rate that the ledger keeps."""
    return Rate(quote.day, BASE, quote.currency, Decimal(quote.figure), SOURCE)


def compare_quotes(
    quotes: Iterable[Quote], held: Mapping[tuple[date, str], StoredQuote]
) -> tuple[list[Quote], list[tuple[Quote, StoredQuote]], int]:
    """Sort quotes into new ones and changed ones, and count those that are equal.

    A withdrawn figure counts as different.
    """
    new: list[Quote] = []
    other: list[tuple[Quote, StoredQuote]] = []
    same = 0
    for quote in quotes:
        stored = held.get((quote.day, quote.currency))
        if stored is None:
            new.append(quote)
        elif not stored.withdrawn and _equal(quote.figure, stored.figure):
            same += 1
        else:
            other.append((quote, stored))
    return new, other, same


def plan_rates(
    new: Iterable[Quote],
    other: Iterable[tuple[Quote, StoredQuote]],
    same: int,
    own: Collection[int],
) -> RatePlan:
    """Plan an import of rates. `own` are the requests by which officers gave rates of their own.

    A correction of the ECB's becomes a new version. What an officer set by hand stays: the file
    would undo it night after night.
    """
    changed: list[ChangedQuote] = []
    unchanged: list[ChangedQuote] = []
    for quote, stored in other:
        is_withdrawn = stored.withdrawn and _equal(quote.figure, stored.figure)
        is_own = is_withdrawn or (stored.request_id in own and not stored.withdrawn)
        (unchanged if is_own else changed).append(ChangedQuote(quote, stored.figure))
    return RatePlan(tuple(new), tuple(changed), same, tuple(unchanged))


def _equal(figure: str, other: str) -> bool:
    return figure == other or Decimal(figure) == Decimal(other)
