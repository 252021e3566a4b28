"""What is compared: the lines of a provider's statements, and the acts the ledger has of its deals.

Amounts are whole smallest parts, below zero for what was taken back: a commitment released, a
delivery returned. A line counts in the unit of the need or of the offer, as its provider does.

The kinds of findings, and what a difference between a statement and the ledger consists of.

Which lines of a provider's statements count: a statement sent again takes the former's place.

Which days a provider's statements speak of: only there can something be missing from them.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, TypeVar

from ledger.core.quantity import Unit
from ledger.core.text import normalised_code

K = TypeVar("K")
V = TypeVar("V")


class LineKind(StrEnum):
    """What a line of a statement says was done."""

    COMMITMENT = "commitment"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One line of a statement. `number` is what the provider calls it within the statement.

    The codes are as the provider wrote them, and may be ones that the ledger does not have.
    """

    provider: str
    statement: str
    number: str
    day: date
    kind: LineKind
    amount: int
    unit: Unit
    deal: str | None = None
    offer: str | None = None
    need: str | None = None
    reference: str | None = None

    @property
    def citation(self) -> str:
        """Give what an act is recorded under where the line has no reference of its own."""
        return f"{self.statement}/{self.number}"

    @property
    def duplicate_key(self) -> tuple[object, ...]:
        """Give what makes another line of the same deal say the same thing a second time."""
        return (self.kind, self.day, self.amount, self.unit.code, self.reference)

    @property
    def payment_key(self) -> tuple[object, ...]:
        """Give what makes another line of the same deal repeat it, on whatever day."""
        return (self.kind, self.amount, self.unit.code, self.reference)


class ReadLine(NamedTuple):
    """A line of a statement, and the line of the file that it stands on."""

    line: StatementLine
    file_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DealEntry:
    """One act of a deal that a statement can tell of: an entry that stands and is no reversal."""

    number: int
    deal: str
    kind: LineKind
    day: date
    need_amount: int
    offer_amount: int
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DealFacts:
    """A deal as far as a statement is concerned; `held` and `committed` are the need's.

    No act of it is dated before `last_on`.
    """

    code: str
    offer: str
    need: str
    provider: str
    need_unit: Unit
    offer_unit: Unit
    rate: Decimal = Decimal(1)
    held: int = 0
    committed: int = 0
    last_on: date | None = None
    office: str | None = None

    @property
    def is_cross_currency(self) -> bool:
        """Say whether the two sides count in different units."""
        return self.need_unit.code != self.offer_unit.code


@dataclass(frozen=True, kw_only=True)
class LedgerFacts:
    """What the ledger knows: deals by folded code, their acts, and who holds the offers named.

    `offers` are the providers of offers and `needs` the codes of needs, by folded code.
    """

    deals: Mapping[str, DealFacts] = field(default_factory=dict)
    entries: Sequence[DealEntry] = ()
    offers: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)

    def deal(self, code: str) -> DealFacts | None:
        """Give a deal by its code, in whatever capitals."""
        return self.deals.get(normalised_code(code))

    def deal_of(self, entry: DealEntry) -> DealFacts:
        """Give the deal of an act."""
        return self._by_code[entry.deal]

    def entries_of(self, provider: str) -> Sequence[DealEntry]:
        """Give the acts of a provider's deals, in recorded order."""
        return self._entries_of.get(provider, ())

    def entries_with(self, kind: str, reference: str) -> Sequence[DealEntry]:
        """Give the acts of a kind that bear a reference, whoever's they are."""
        return self._entries_with.get((kind, reference), ())

    def deals_of(self, provider: str) -> Sequence[DealFacts]:
        """Give a provider's deals, in their order."""
        return self._deals_of.get(provider, ())

    def position(self, deal: str) -> int:
        """Give the place of a deal among all."""
        return self._ranks[deal]

    @cached_property
    def _by_code(self) -> Mapping[str, DealFacts]:
        return {deal.code: deal for deal in self.deals.values()}

    @cached_property
    def _ranks(self) -> Mapping[str, int]:
        return {code: place for place, code in enumerate(self._by_code)}

    @cached_property
    def _entries_of(self) -> Mapping[str, list[DealEntry]]:
        return _grouped((self.deal_of(entry).provider, entry) for entry in self.entries)

    @cached_property
    def _entries_with(self) -> Mapping[tuple[str, str], list[DealEntry]]:
        return _grouped(
            ((entry.kind, entry.reference), entry)
            for entry in self.entries
            if entry.reference is not None
        )

    @cached_property
    def _deals_of(self) -> Mapping[str, list[DealFacts]]:
        return _grouped((deal.provider, deal) for deal in self.deals.values())


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    result: dict[K, list[V]] = {}
    for key, value in pairs:
        result.setdefault(key, []).append(value)
    return result


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far two dates may lie apart and still be the same day's business."""

    days: int = 3

    def admits(self, one: date, other: date) -> bool:
        """Say whether two days are near enough."""
        return abs((one - other).days) <= self.days


def amount_in(entry: DealEntry, deal: DealFacts, unit: str) -> int | None:
    """Give an act's amount in a unit; None where neither side counts in it."""
    if unit == deal.need_unit.code:
        return entry.need_amount
    return entry.offer_amount if unit == deal.offer_unit.code else None


class FindingKind(StrEnum):
    """What a finding is: a difference of a statement, or trouble in coming by one."""

    AMOUNT = "amount-differs"
    DATE = "date-differs"
    UNIT = "unit-differs"
    SIGN = "sign-differs"
    SPLIT = "split-lines"
    MERGED = "merged-lines"
    DUPLICATE = "duplicate"
    UNKNOWN = "unknown-here"
    MISSING = "missing-there"
    PARTY = "wrong-party"
    ROUNDING = "rate-rounding"
    FILE = "bad-file"
    SILENT = "silent-provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference: the lines and the acts that it is between, either of which may be none.

    `deal` is the one it is about, where there is one; `other` what was named instead.
    """

    kind: FindingKind
    lines: tuple[StatementLine, ...] = ()
    entries: tuple[DealEntry, ...] = ()
    deal: str | None = None
    other: str | None = None


def current_lines(
    statements: Iterable[Sequence[StatementLine]],
) -> Mapping[str, list[StatementLine]]:
    """Give each provider's lines that count, of statements in the order in which they came.

    A statement that comes again with a line it had before replaces the former, lines that it no
    longer has included; with new lines alone it goes on.
    """
    result: dict[str, dict[str, list[StatementLine]]] = {}
    for lines in statements:
        groups: dict[tuple[str, str], list[StatementLine]] = {}
        for line in lines:
            groups.setdefault((line.provider, line.statement), []).append(line)
        for (provider, name), own in groups.items():
            current = result.setdefault(provider, {})
            before = current.get(name, [])
            again = {line.number for line in before} & {line.number for line in own}
            current[name] = own if again else [*before, *own]
    return {
        provider: [line for lines in by_name.values() for line in lines]
        for provider, by_name in result.items()
    }


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days from a first to a last, both included."""

    first: date
    last: date

    def __contains__(self, day: object) -> bool:
        """Say whether a day is one of them."""
        return isinstance(day, date) and self.first <= day <= self.last


def days_covered(lines: Iterable[StatementLine], today: date) -> Mapping[LineKind, DayRange]:
    """Give what a provider's lines cover by their kind.

    Statements are of whole months: from the first day of the month of the earliest line to the
    last of the month of the latest, and no day past `today`. A kind of which there is no line at
    all is one that the provider does not tell.
    """
    days: dict[LineKind, list[date]] = {}
    for line in lines:
        days.setdefault(line.kind, []).append(line.day)
    return {
        kind: DayRange(min(result).replace(day=1), min(_month_end(max(result)), today))
        for kind, result in days.items()
    }


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
