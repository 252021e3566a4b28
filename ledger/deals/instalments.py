"""When the parts of a deal are due: its instalments, its due date, and what of it is overdue.

The quantity of a deal is divided by its instalments, each due on a day; the rest is due on the due
date of the deal, or on no day where it has none. What is delivered is set against the parts that
are due first, then what is committed, then what is held. A part is overdue while something of it
is committed after its day: what is only held is not owed yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.core.factors import Stage


@dataclass(frozen=True, slots=True)
class Instalment:
    """A quantity of a deal that is due on a day, in the smallest part of the need's unit.

    One that is `withdrawn` is due no more: it was put off to another day, or dropped.
    """

    code: str
    deal: str
    due_on: date
    quantity: int
    unit: str
    withdrawn: bool = False


def instalment_of(deal: str, due_on: date, quantity: int, unit: str) -> Instalment:
    """Make an instalment of a deal, with its code."""
    return Instalment(f"{deal}/{due_on}", deal, due_on, quantity, unit)


@dataclass(frozen=True, slots=True)
class DuePart:
    """A part of a deal with its day, None for what is due on no day, and what became of it.

    `instalment` is its code; the rest of a deal has none.
    """

    due_on: date | None
    delivered: int
    committed: int
    held: int
    instalment: str | None = None

    @property
    def quantity(self) -> int:
        """All of the part."""
        return self.delivered + self.committed + self.held

    def is_overdue(self, day: date) -> bool:
        """Say whether something of it is committed after its day."""
        return bool(self.committed) and self.due_on is not None and self.due_on < day


def in_force(instalments: Iterable[Instalment]) -> list[int]:
    """Return the quantities of the instalments that are not withdrawn."""
    return [one.quantity for one in instalments if not one.withdrawn]


def schedule(
    stages: Mapping[Stage, int], instalments: Iterable[Instalment] = (), due_on: date | None = None
) -> list[DuePart]:
    """Divide what a deal has in each stage among its parts, those due first ahead.

    Where the instalments exceed what the deal has, as after a release, the last ones are cut.
    """
    delivered = stages.get(Stage.DELIVERED, 0)
    signed = delivered + stages.get(Stage.COMMITTED, 0)
    rest = signed + stages.get(Stage.HELD, 0)
    planned: list[tuple[date | None, int, str | None]] = []
    due = [one for one in instalments if not one.withdrawn]
    for one in sorted(due, key=lambda one: one.due_on):
        quantity = min(one.quantity, rest)
        planned.append((one.due_on, quantity, one.code))
        rest -= quantity
    planned.append((due_on, rest, None))
    planned.sort(key=lambda part: part[0] or date.max)
    parts, before = [], 0
    for day, quantity, code in planned:
        after = before + quantity
        given = _within(before, after, delivered)
        owed = _within(before, after, signed) - given
        if quantity:
            parts.append(DuePart(day, given, owed, quantity - given - owed, code))
        before = after
    return parts


def _within(first: int, last: int, filled: int) -> int:
    """Return how much of the span between two amounts is filled, which is from zero up."""
    return max(min(last, filled) - first, 0)


def overdue(parts: Iterable[DuePart], day: date) -> int:
    """Return how much of a deal is overdue on a day."""
    return sum(one.committed for one in parts if one.is_overdue(day))


def days_late(parts: Sequence[DuePart], day: date, delivered_on: date | None) -> int | None:
    """Return by how many days a deal is or was late, zero in time; None where nothing has a day.

    It is late by the days since the first part that is overdue; else it was by those between the
    day of the last part that something is delivered of and the last delivery, on `delivered_on`.
    """
    signed = [(one, one.due_on) for one in parts if one.committed or one.delivered]
    dated = [(one, due_on) for one, due_on in signed if due_on is not None]
    if not dated:
        return None
    late = [due_on for one, due_on in dated if one.is_overdue(day)]
    if late:
        return (day - min(late)).days
    reached = [due_on for one, due_on in dated if one.delivered]
    if delivered_on is None or not reached:
        return 0
    return max((delivered_on - max(reached)).days, 0)
