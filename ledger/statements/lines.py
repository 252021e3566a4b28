"""What a provider reports: the lines of its statements, and the days that they cover.

Amounts are whole smallest parts, negative for a commitment released or a delivery returned. A line
is in the unit of the need or of the offer. References are compared by their keys. Something can be
missing only from the days that a provider's statements cover.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple, TypeVar

from ledger.core.quantity import Unit
from ledger.core.text import ERASED, text_key

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
    file: str | None = field(default=None, compare=False)
    """The file that it came in, by its name within the inbox."""
    digest: str | None = field(default=None, compare=False)
    """The SHA-256 of that file."""
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
    """Return the form in which references are compared; None for none, or for marks only.

    What was erased is no reference: two of them are not the same.
    """
    return text_key(reference) or None if reference and reference != ERASED else None


class ReadLine(NamedTuple):
    """A statement line, and its line in the file."""

    line: StatementLine
    file_line: int


def grouped(pairs: Iterable[tuple[K, V]]) -> Mapping[K, list[V]]:
    """Return the values of each key, in order; a key without values has none."""
    result: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        result[key].append(value)
    return result


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
