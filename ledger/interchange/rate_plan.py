"""Decide what a file of the ECB's rates would do to a ledger: pure, from quotes and holdings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from ledger.interchange.ecb import BASE, SOURCE, Quote
from ledger.interchange.steps import Tally, changed_rates
from ledger.rates.rates import Rate


class Held(Protocol):
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
    """What is new, what changes, how many are as they were, and what an officer said otherwise.

    `kept` are the days and currencies for which an officer's own rate, or the withdrawal of this
    very figure, stands against the file's.
    """

    new: tuple[Quote, ...]
    changed: tuple[ChangedQuote, ...]
    same: int
    kept: tuple[ChangedQuote, ...]

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
            Tally("rates", len(self.new), len(self.changed), 0, self.same + len(self.kept)),
        ]

    def rates(self) -> Iterable[Rate]:
        """Give the rates to record."""
        yield from map(rate_of, (*self.new, *(one.quote for one in self.changed)))


def rate_of(quote: Quote) -> Rate:
    """Give a quote of the file as the rate that the ledger keeps."""
    return Rate(quote.day, BASE, quote.currency, Decimal(quote.figure), SOURCE)


def differing(
    quotes: Iterable[Quote], held: Mapping[tuple[date, str], Held]
) -> tuple[list[Quote], list[tuple[Quote, Held]], int]:
    """Part quotes into new ones, those that the ledger has otherwise, and the count of the equal.

    A figure that was withdrawn is otherwise, whatever it was.
    """
    new: list[Quote] = []
    other: list[tuple[Quote, Held]] = []
    same = 0
    for quote in quotes:
        here = held.get((quote.day, quote.currency))
        if here is None:
            new.append(quote)
        elif not here.withdrawn and _equal(quote.figure, here.figure):
            same += 1
        else:
            other.append((quote, here))
    return new, other, same


def plan_rates(
    new: Iterable[Quote],
    other: Iterable[tuple[Quote, Held]],
    same: int,
    own: Collection[int],
) -> RatePlan:
    """Plan an import of rates. `own` are the requests by which officers gave rates of their own.

    A correction of the ECB's becomes a new version. What an officer set by hand stays: the file
    would undo it night after night.
    """
    changed: list[ChangedQuote] = []
    kept: list[ChangedQuote] = []
    for quote, here in other:
        said_gone = here.withdrawn and _equal(quote.figure, here.figure)
        stays = said_gone or (here.request_id in own and not here.withdrawn)
        (kept if stays else changed).append(ChangedQuote(quote, here.figure))
    return RatePlan(tuple(new), tuple(changed), same, tuple(kept))


def _equal(figure: str, other: str) -> bool:
    return figure == other or Decimal(figure) == Decimal(other)
