"""The data compared: statement lines, the ledger's deals and their entries, and differences.

Amounts are whole smallest parts, negative for a commitment released or a delivery returned. A line
is in the unit of the need or of the offer. Something can be missing only from the days that a
provider's statements cover. References are compared by their keys.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Final, NamedTuple, TypeVar

from ledger.core.factors import Side
from ledger.core.quantity import Quantity, Unit, format_amount
from ledger.core.text import normalised_code, text_key

K = TypeVar("K")
V = TypeVar("V")


class LineKind(StrEnum):
    """The kind of act that a statement line reports."""

    COMMITMENT = "commitment"
    DELIVERY = "delivery"

    __hash__ = str.__hash__  # in most keys: the hash of an enumeration takes twice as long


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One line of a statement. `number` is the provider's own, unique within the statement.

    The codes are as the provider wrote them, and may be unknown to the ledger.
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
    reference_key: str | None = field(init=False, repr=False, compare=False)
    """The form in which the reference is compared."""

    def __post_init__(self) -> None:
        """Find the key of the reference once: every matching pass asks for it."""
        object.__setattr__(self, "reference_key", reference_key(self.reference))

    @property
    def citation(self) -> str:
        """Return the reference under which an act is recorded if the line has none."""
        return f"{self.statement}/{self.number}"

    @property
    def citation_key(self) -> str:
        """Return the form in which the citation is compared."""
        return text_key(self.citation)

    @property
    def duplicate_key(self) -> tuple[object, ...]:
        """Return the key by which another line of the same deal is a duplicate."""
        return (self.kind, self.day, self.amount, self.unit.code, self.reference_key)

    @property
    def payment_key(self) -> tuple[object, ...]:
        """Return the key by which another line of the same deal repeats the payment, on any day."""
        return (self.kind, self.amount, self.unit.code, self.reference_key)


def reference_key(reference: str | None) -> str | None:
    """Return the form in which references are compared; None for none, or for marks only."""
    return text_key(reference) or None if reference else None


class ReadLine(NamedTuple):
    """A statement line, and its line in the file."""

    line: StatementLine
    file_line: int


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


def grouped(pairs: Iterable[tuple[K, V]]) -> Mapping[K, list[V]]:
    """Return the values of each key, in order; a key without values has none."""
    result: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        result[key].append(value)
    return result


TOLERANCE_DAYS: Final = 3
"""Days by which two dates may differ and still agree, unless another number is given."""


def quantity_text(amount: int, unit: Unit) -> str:
    """Format an amount as a command takes it: exact, with its unit."""
    return f"{format_amount(amount, unit.decimals)} {unit.code}"


def amount_in(entry: DealEntry, deal: DealFacts, unit: str) -> int | None:
    """Return an entry's amount in a unit; None if neither side is in it."""
    if unit == deal.need_unit.code:
        return entry.need_amount
    return entry.offer_amount if unit == deal.offer_unit.code else None


class FindingKind(StrEnum):
    """The kind of a finding: a difference, or a problem with a provider's statements."""

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
    UNCLEAR = "unclear-sum"
    REPLACED = "replaced-lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnclearSum:
    """The sets of acts of one line, or of lines of one act, none of which is asserted.

    `sets` are the first of `count`; of a search that was not completed neither is known.
    """

    count: int = 0
    sets: tuple[tuple[DealEntry | StatementLine, ...], ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference between lines and entries; one of the two may be empty.

    `deal` is the one deal concerned, if any; `other` is what the line names instead. A doubtful
    difference has another explanation: no command is suggested.
    """

    kind: FindingKind
    lines: tuple[StatementLine, ...] = ()
    entries: tuple[DealEntry, ...] = ()
    deal: str | None = None
    other: str | None = None
    unclear: UnclearSum | None = None
    doubtful: bool = False


def days_covered(
    lines: Iterable[StatementLine], today: date
) -> Mapping[LineKind, tuple[date, date]]:
    """Return the first and the last day that a provider's lines cover, by their kind.

    Statements are of whole months: from the first day of the month of the earliest line to the last
    of the month of the latest, up to `today`. A kind without lines is one that the provider does
    not report.
    """
    days = grouped((line.kind, line.day) for line in lines)
    return {
        kind: (min(result).replace(day=1), min(_month_end(max(result)), today))
        for kind, result in days.items()
    }


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
