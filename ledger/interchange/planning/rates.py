"""Plan the import of a file of ECB rates from its quotes and the ledger's rates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.interchange.ecb import BASE, SOURCE, Quote
from ledger.interchange.planning.steps import Tally, changed_rates
from ledger.rates.rates import HeldQuote, Rate


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
        same = self.same + len(self.unchanged)
        return [Tally("rates", len(self.new), len(self.changed), 0, same)]

    def rates(self) -> Iterable[Rate]:
        """Give the rates to record."""
        yield from map(rate_of, (*self.new, *(one.quote for one in self.changed)))


def rate_of(quote: Quote) -> Rate:
    """Give a quote of the file as the rate that the ledger keeps."""
    return Rate(quote.day, BASE, quote.currency, Decimal(quote.figure), SOURCE)


def plan_rates(
    quotes: Iterable[Quote],
    stored: Mapping[tuple[date, str], HeldQuote],
    requests_by_hand: Callable[[set[int]], Collection[int]],
) -> RatePlan:
    """Plan an import of rates against the quotes stored, by day and currency.

    A correction of the ECB's becomes a new version. What an officer set by hand stays: the file
    would undo it night after night. `requests_by_hand` selects the requests by which officers
    gave rates of their own.
    """
    new: list[Quote] = []
    different: list[tuple[Quote, HeldQuote, bool]] = []
    same = 0
    for quote in quotes:
        held = stored.get((quote.day, quote.currency))
        if held is None:
            new.append(quote)
            continue
        equal = quote.figure == held.figure or Decimal(quote.figure) == Decimal(held.figure)
        if equal and not held.withdrawn:
            same += 1
        else:
            different.append((quote, held, equal))
    requests = {held.request_id for _, held, _ in different}
    by_hand = requests_by_hand(requests) if requests else ()
    changed: list[ChangedQuote] = []
    unchanged: list[ChangedQuote] = []
    for quote, held, equal in different:
        stays = equal if held.withdrawn else held.request_id in by_hand
        (unchanged if stays else changed).append(ChangedQuote(quote, held.figure))
    return RatePlan(tuple(new), tuple(changed), same, tuple(unchanged))
