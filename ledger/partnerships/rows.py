"""The rows of the report on partnerships, and their sums by what they have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from ledger.core.errors import InvalidInput
from ledger.core.quantity import Unit, format_amount
from ledger.core.suggest import nearest
from ledger.core.text import commonest_spellings, text_key
from ledger.partnerships.records import Partnership, Undertaking
from ledger.partnerships.status import Outcome, Status, Trace
from ledger.registers.records import City

Cell = object
Row = dict[str, Cell]

_CITY: Final = "city"
_TOPIC: Final = "topic"
BY: Final = (_CITY, "country", "kind", _TOPIC, "office")
"""What partnerships can be summed by; one with two cities counts with each of them."""


class UnknownGrouping(InvalidInput, code="unknown-grouping"):
    """A report was to be summed by something that its rows do not have."""

    default_next = f"Choose among: {', '.join(BY)}."


def grouping_named(text: str) -> str:
    """Find what to sum by, in any case. Raises `UnknownGrouping`."""
    name = text.strip().casefold()
    if name in BY:
        return name
    near = nearest(name, BY, limit=1)
    why = f"The nearest is {near[0]}." if near else "Partnerships are not summed by that."
    raise UnknownGrouping(f"Nothing can be summed by {text.strip()!r}.", why=why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much came of a partnership by a day, by what it was; late undertakings by their codes."""

    undertakings: int = 0
    done: int = 0
    late: tuple[str, ...] = ()
    approaches: int = 0
    interested: int = 0
    declined: int = 0
    meetings: int = 0
    deals: int = 0


def count_undertakings(undertakings: Iterable[Undertaking], day: date) -> Counts:
    """Count the undertakings that there were on a day, those done by it, and those late."""
    known = done = 0
    late: list[str] = []
    for one in undertakings:
        if one.is_done_by(day):
            done += 1
        elif one.done_on is not None and one.due_on is None:
            continue  # it was done later, and had no due date until then
        elif one.due_on is not None and one.due_on < day:
            late.append(one.code)
        known += 1
    return _counts_of(known, done, tuple(late))


@lru_cache(maxsize=256)
def _counts_of(undertakings: int, done: int, late: tuple[str, ...]) -> Counts:
    """Make counts: most partnerships have the same ones."""
    return Counts(undertakings=undertakings, done=done, late=late)


@dataclass(frozen=True, slots=True)
class Quantities:
    """What is held, committed and delivered, in one unit, of the deals that came of it."""

    unit: Unit
    held: int = 0
    committed: int = 0
    delivered: int = 0

    def to_dict(self) -> Row:
        """Return it with its amounts as exact decimal text."""
        amounts = {"held": self.held, "committed": self.committed, "delivered": self.delivered}
        decimals = self.unit.decimals
        return {
            "unit": self.unit.code,
            **{name: format_amount(amount, decimals) for name, amount in amounts.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnershipRow:
    """A partnership on a day: its status, its outcome, its newest trace, and what came of it."""

    partnership: Partnership
    cities: tuple[City, City]
    status: Status
    outcome: Outcome
    trace: Trace | None
    counts: Counts
    quantities: tuple[Quantities, ...]
    openings: int = 0

    @property
    def is_in_force(self) -> bool:
        """Say whether its end has not passed."""
        return self.status is not Status.ENDED

    @property
    def is_idle(self) -> bool:
        """Say whether openings are looked for: it is in force, and sleeps or nothing came of it."""
        sleeps = self.status is Status.SLEEPING or self.outcome is Outcome.NONE
        return self.is_in_force and sleeps

    def to_dict(self) -> Row:
        """Return the row as in `cityfund.partnerships/1`."""
        one, (city, with_city), counts = self.partnership, self.cities, self.counts
        return {
            "partnership": one.code,
            "city": one.city,
            "city_name": city.name,
            "with_city": one.with_city,
            "with_city_name": with_city.name,
            "kind": one.kind,
            "topics": list(one.topics),
            "countries": _distinct(city.country, with_city.country),
            "offices": _distinct(city.office, with_city.office),
            "signed": one.signed,
            "ended": one.ended,
            "aim": one.aim,
            "status": self.status,
            "outcome": self.outcome,
            "newest_trace": None if self.trace is None else self.trace.written,
            "trace": None if self.trace is None else f"{self.trace.what} {self.trace.record}",
            "undertakings": counts.undertakings,
            "done": counts.done,
            "late": len(counts.late),
            "late_undertakings": list(counts.late),
            "approaches": counts.approaches,
            "interested": counts.interested,
            "declined": counts.declined,
            "meetings": counts.meetings,
            "deals": counts.deals,
            "quantities": [quantity.to_dict() for quantity in self.quantities],
            "openings": self.openings,
        }


def _distinct(*values: str) -> list[str]:
    return list(dict.fromkeys(values))


def group_rows(rows: Iterable[PartnershipRow], by: Sequence[str]) -> list[Row]:
    """Count partnerships by what they have in common; one is in a group for each of its cities.

    Groups come in the order of their keys; a partnership without a topic is in the group of none.
    """
    every = list(rows)
    spellings = _topic_spellings(every) if _TOPIC in by else {}
    groups: dict[tuple[str, ...], dict[str, PartnershipRow]] = {}
    for row in every:
        code = row.partnership.code
        for key in _keys(row, by):
            groups.setdefault(key, {})[code] = row
    names = {city.code: city.name for row in every for city in row.cities} if _CITY in by else {}
    found: list[Row] = []
    for key in sorted(groups):
        cells: Row = dict(zip(by, key, strict=True))
        if _TOPIC in cells:
            cells[_TOPIC] = spellings.get(str(cells[_TOPIC]))
        if _CITY in cells:
            cells["city_name"] = names[str(cells[_CITY])]
        found.append({**cells, **_sums(list(groups[key].values()))})
    return found


def _topic_spellings(rows: Iterable[PartnershipRow]) -> dict[str, str]:
    return commonest_spellings(topic for row in rows for topic in row.partnership.topics)


def _keys(row: PartnershipRow, by: Sequence[str]) -> dict[tuple[str, ...], None]:
    """Give each group that a row is in: one city at a time has its code, country and office."""
    keys: dict[tuple[str, ...], None] = {}
    topics = [*map(text_key, row.partnership.topics)] if _TOPIC in by else []
    for city in row.cities:
        cells = {
            _CITY: city.code,
            "country": city.country,
            "office": city.office,
            "kind": row.partnership.kind,
        }
        for topic in topics or ("",):
            cells[_TOPIC] = topic
            keys[tuple([cells[name] for name in by])] = None
    return keys


def _sums(rows: Sequence[PartnershipRow]) -> Row:
    # Members of an enumeration are told apart by identity: to hash one is a call for each row.
    every = [row.status for row in rows]
    statuses = {status: len([1 for one in every if one is status]) for status in Status}
    return {
        "ties": len(rows),
        "in_force": len(rows) - statuses[Status.ENDED],
        **{status.value: count for status, count in statuses.items()},
        "without_outcome": len([1 for row in rows if row.outcome is Outcome.NONE]),
        "late": sum([len(row.counts.late) for row in rows]),
        "openings": sum([row.openings for row in rows]),
    }


def not_counted(rows: Iterable[PartnershipRow]) -> Mapping[str, int]:
    """Count what the report could not judge, by what is missing."""
    every = list(rows)
    return {
        "without_signed": sum(row.partnership.signed is None for row in every),
        "without_aim": sum(row.partnership.aim is None for row in every),
    }
