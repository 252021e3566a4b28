"""Which days a provider's statements speak of: only there can something be missing from them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ledger.statements.facts import Line, LineKind


@dataclass(frozen=True, slots=True)
class Span:
    """Days from a first to a last, both included."""

    first: date
    last: date

    def __contains__(self, day: object) -> bool:
        """Say whether a day is one of them."""
        return isinstance(day, date) and self.first <= day <= self.last


def spans(lines: Iterable[Line], today: date) -> Mapping[LineKind, Span]:
    """Give what a provider's lines cover by their kind.

    Statements are of whole months: from the first day of the month of the earliest line to the
    last of the month of the latest, and no day past `today`. A kind of which there is no line at
    all is one that the provider does not tell.
    """
    days: dict[LineKind, list[date]] = {}
    for line in lines:
        days.setdefault(line.kind, []).append(line.day)
    return {
        kind: Span(min(found).replace(day=1), min(_month_end(max(found)), today))
        for kind, found in days.items()
    }


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
