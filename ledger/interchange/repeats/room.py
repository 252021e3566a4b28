"""The room of a need or an offer on each day: the totals stated, and what is placed by then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from ledger.core.factors import Stage
from ledger.interchange.records import DealActRow
from ledger.journal.entries import Act

RAISED_WITH_DEALS: Final = "given by its deals before the day of the edition"
"""The reason of a total of an offer that counts from the day of an act of its source on."""

RAISED: Final = "given above required"
"""The reason of a total that is raised to what is given; it is no statement of anybody."""


class TotalOn(NamedTuple):
    """A total that counts from a day on; of one day the last one counts.

    One that is not `is_entered` was stated, but what was given by then stood above it.
    """

    day: date
    place: int
    total: int
    is_raise: bool = False
    is_entered: bool = True


@dataclass(slots=True)
class Room:
    """A need or an offer on its days: the totals stated and raised, and what takes from them.

    `placed` are changes of what is held, committed, delivered, withdrawn or expired; `held` is
    what each deal holds, and `by_entry` what an entry placed.
    """

    totals: list[TotalOn] = field(default_factory=list)
    placed: list[tuple[date, int]] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)
    committed: dict[str, int] = field(default_factory=dict)
    delivered: dict[str, int] = field(default_factory=dict)
    by_entry: dict[int, tuple[date, int]] = field(default_factory=dict)

    def state(
        self, day: date, total: int, *, is_raise: bool = False, is_entered: bool = True
    ) -> None:
        """Add a total that is said last of its day."""
        self.totals.append(TotalOn(day, len(self.totals), total, is_raise, is_entered))

    def stated_on(self, day: date) -> int:
        """Give what is stated to be required on a day, raises left out."""
        return _in_force([one for one in self.totals if not one.is_raise], day)

    def required_on(self, day: date) -> int:
        """Give what the ledger requires on a day."""
        return _in_force([one for one in self.totals if one.is_entered], day)

    def placed_on(self, day: date) -> int:
        """Give what is placed by the end of a day."""
        return sum(change for when, change in self.placed if when <= day)

    def needed_on(self, day: date) -> int:
        """Give what is to be required on a day: the larger of what is stated and what is given."""
        return max(self.stated_on(day), self.placed_on(day))

    def days(self) -> list[date]:
        """Give every day on which something changes, in order."""
        return sorted({one.day for one in self.totals} | {day for day, _ in self.placed})

    def left_from(self, day: date) -> int:
        """Give what is not placed on the day, nor on any later one."""
        later = [day, *(one for one in self.days() if one > day)]
        return max(0, min(self.required_on(one) - self.placed_on(one) for one in later))

    def place(self, row: DealActRow) -> None:
        """Move the quantity of an act between the stages of its deal, and note what it places."""
        held, committed = self.held.get(row.code, 0), self.committed.get(row.code, 0)
        change = 0
        match row.act:
            case Act.INTRODUCE:
                change = row.amount
                self.held[row.code] = held + row.amount
            case Act.COMMIT:
                drawn = row.amount if held else 0
                change = row.amount - drawn
                self.held[row.code] = held - drawn
                self.committed[row.code] = committed + row.amount
            case Act.DELIVER:
                self.committed[row.code] = committed - row.amount
                self.delivered[row.code] = self.delivered.get(row.code, 0) + row.amount
            case Act.RETURN:
                self.committed[row.code] = committed + row.amount
                self.delivered[row.code] = self.delivered.get(row.code, 0) - row.amount
            case _:
                change = -row.amount
                stage = self.committed if row.from_stage is Stage.COMMITTED else self.held
                stage[row.code] = stage.get(row.code, 0) - row.amount
        if change:
            self.placed.append((row.effective_on, change))

    def possible(self, row: DealActRow) -> int:
        """Give how much of an act can be done as far as its need and its deal are concerned."""
        held = self.held.get(row.code, 0)
        match row.act:
            case Act.INTRODUCE:
                return self.left_from(row.effective_on)
            case Act.COMMIT:
                return held or self.left_from(row.effective_on)
            case Act.DELIVER:
                return max(0, self.committed.get(row.code, 0))
            case Act.RETURN:
                return max(0, self.delivered.get(row.code, 0))
            case _:
                stage = self.committed if row.from_stage is Stage.COMMITTED else self.held
                return max(0, stage.get(row.code, 0))


def _in_force(totals: Iterable[TotalOn], day: date) -> int:
    counted = [one for one in totals if one.day <= day]
    return max(counted).total if counted else 0
