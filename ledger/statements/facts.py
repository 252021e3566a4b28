"""What the ledger has to compare with statements: deals, and the entries that lines can report.

Amounts are whole smallest parts of both sides' units, negative for a commitment released or a
delivery returned. The facts are indexed on first use by what the comparison looks them up by.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from ledger.core.factors import Side
from ledger.core.quantity import Quantity, Unit
from ledger.core.text import normalised_code
from ledger.statements.lines import LineKind, grouped, reference_key


@dataclass(frozen=True, slots=True, kw_only=True)
class DealEntry:
    """One entry of a deal that a statement can report: neither reversed nor a reversal."""

    number: int
    deal: str
    kind: LineKind
    day: date
    need_amount: int
    offer_amount: int
    reference: str | None = None
    reference_key: str | None = field(init=False, repr=False, compare=False)
    """The form in which the reference is compared."""

    def __post_init__(self) -> None:
        """Find the key of the reference once: every matching pass asks for it."""
        object.__setattr__(self, "reference_key", reference_key(self.reference))

    @property
    def act_key(self) -> tuple[object, ...]:
        """Return the key by which another act of the deal is this act again."""
        return act_key(self.deal, self.kind, self.day, self.need_amount, self.reference)


def act_key(
    deal: str, kind: LineKind, day: date, need_amount: int, reference: str | None
) -> tuple[object, ...]:
    """Return the key by which an act of a deal is another one again."""
    return (deal, kind, day, need_amount, reference_key(reference))


class Lapse(NamedTuple):
    """A hold of a deal that lapsed on a day; the amount is the need's.

    What was `passed_on` is no longer available: the offer was over by then.
    """

    day: date
    amount: int
    passed_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DealFacts:
    """The facts of a deal that statements need; its stages are the need's.

    `lapses` are those of its holds that count, in the order of their days.
    """

    code: str
    offer: str
    need: str
    provider: str
    need_unit: Unit
    offer_unit: Unit
    rate: Fraction = Fraction(1)
    held: int = 0
    committed: int = 0
    delivered: int = 0
    held_until: date | None = None
    instrument: str | None = None
    lapses: tuple[Lapse, ...] = ()
    office: str | None = None

    @property
    def is_cross_currency(self) -> bool:
        """Return whether the two sides are in different units."""
        return self.need_unit.code != self.offer_unit.code


@dataclass(frozen=True, kw_only=True)
class LedgerFacts:
    """The ledger's side of the comparison: deals by normalised code, and their entries.

    `offers` are the providers of offers and `needs` the codes of needs, by normalised code; `free`
    is what each of them has open or available.
    """

    deals: Mapping[str, DealFacts] = field(default_factory=dict)
    entries: Sequence[DealEntry] = ()
    offers: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)
    free: Mapping[tuple[Side, str], Quantity] = field(default_factory=dict)

    def deal(self, code: str) -> DealFacts | None:
        """Return a deal by its code, in any case."""
        return self.deals.get(normalised_code(code))

    def free_of(self, side: Side, code: str) -> Quantity | None:
        """Return what a need or an offer has open or available; None if it is unknown."""
        return self.free.get((side, normalised_code(code)))

    def deal_of(self, entry: DealEntry) -> DealFacts:
        """Return the deal of an entry."""
        return self._by_code[entry.deal]

    @cached_property
    def _by_code(self) -> Mapping[str, DealFacts]:
        return {deal.code: deal for deal in self.deals.values()}

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """The position of each deal among all."""
        return {code: place for place, code in enumerate(self._by_code)}

    @cached_property
    def entries_of(self) -> Mapping[str, Sequence[DealEntry]]:
        """The entries of each provider's deals, in recorded order."""
        return grouped((self.deal_of(entry).provider, entry) for entry in self.entries)

    @cached_property
    def entries_with(self) -> Mapping[tuple[str, str | None], Sequence[DealEntry]]:
        """The entries of each kind and key of a reference, of any provider."""
        return grouped(((entry.kind, entry.reference_key), entry) for entry in self.entries)

    @cached_property
    def entries_in(self) -> Mapping[str, Sequence[DealEntry]]:
        """The entries of each deal, in recorded order."""
        return grouped((entry.deal, entry) for entry in self.entries)

    @cached_property
    def acts(self) -> frozenset[tuple[object, ...]]:
        """The keys by which another act would repeat one that is recorded."""
        return frozenset(entry.act_key for entry in self.entries)

    def lowest_committed(self, deal: DealFacts, day: date) -> int:
        """Return the least that a deal has committed at the end of a day or of any later one."""
        if deal.code not in self._committed:
            self._committed[deal.code] = _lowest_levels(deal.committed, self.entries_in[deal.code])
        days, lowest = self._committed[deal.code]
        return lowest[bisect_right(days, day)]

    @cached_property
    def _committed(self) -> dict[str, tuple[list[date], list[int]]]:
        return {}

    @cached_property
    def deals_of(self) -> Mapping[str, Sequence[DealFacts]]:
        """The deals of each provider, in their order."""
        return grouped((deal.provider, deal) for deal in self.deals.values())


def _lowest_levels(level: int, entries: Sequence[DealEntry]) -> tuple[list[date], list[int]]:
    """Return the days of a deal's acts, and the least committed before each and after the last."""
    changes: dict[date, int] = {}
    for entry in entries:
        sign = 1 if entry.kind is LineKind.COMMITMENT else -1
        changes[entry.day] = changes.get(entry.day, 0) + sign * entry.need_amount
    days, lowest = sorted(changes), [level]
    for day in reversed(days):
        level -= changes[day]
        lowest.append(min(level, lowest[-1]))
    return days, lowest[::-1]


def amount_in(entry: DealEntry, deal: DealFacts, unit: str) -> int | None:
    """Return an entry's amount in a unit; None if neither side is in it."""
    if unit == deal.need_unit.code:
        return entry.need_amount
    return entry.offer_amount if unit == deal.offer_unit.code else None
