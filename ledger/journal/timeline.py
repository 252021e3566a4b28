"""The effective timeline: what stands in each stage at the end of each day.

It is the sum of all movements dated on or before that day, in whatever order they were recorded,
reversed or not. Reports, views and checks use the same sum; within a day only the recorded order
is tested, by the balances.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

from ledger.core.errors import RefusedByRule
from ledger.core.factors import Stage
from ledger.core.quantity import Unit, format_quantity
from ledger.journal.entries import WAITING


class OverdrawnLater(RefusedByRule, code="overdrawn-later"):
    """An act would leave a stage below zero at the end of its day or of a later one."""

    default_why = "Nothing falls below zero on any day, in whatever order acts are recorded."
    default_next = "Give a later date or a smaller quantity."


class TimelinePosting(NamedTuple):
    """One movement on the timeline of effective dates; `deal` is the id of its deal, if any."""

    effective_on: date
    number: int
    line: int
    from_stage: Stage
    to_stage: Stage
    amount: int
    deal: int | None = None

    def change_of(self, stage: Stage) -> int:
        """Return what the movement adds to a stage; negative where it takes."""
        return self.amount * ((self.to_stage == stage) - (self.from_stage == stage))


class Overdraft(NamedTuple):
    """The first day that ends with a stage below zero, by how much, and the posting that takes."""

    day: date
    stage: Stage
    missing: int
    cause: TimelinePosting


@dataclass(frozen=True, slots=True)
class Timeline:
    """A need, an offer or one side of a deal: its stages at the end of `day`, and what follows.

    `later` are the recorded postings dated after `day`.
    """

    day: date
    stages: Mapping[Stage, int]
    later: tuple[TimelinePosting, ...] = ()

    def least(self, stage: Stage) -> int:
        """Return the smallest amount that a stage has at the end of any day from `day` on."""
        return min(left for _, left in self._amounts(stage))

    def first_day_with(self, stage: Stage, amount: int) -> date | None:
        """Return the first day from which on a stage has an amount at the end of every day."""
        first: date | None = None
        for day, left in self._amounts(stage):
            first = (first or day) if left >= amount else None
        return first

    def _amounts(self, stage: Stage) -> Iterator[tuple[date, int]]:
        left = self.stages.get(stage, 0)
        yield self.day, left
        for day, postings in _by_day(self.later):
            left += sum(one.change_of(stage) for one in postings)
            yield day, left

    def first_overdraft(
        self, changes: Iterable[TimelinePosting], may_go_below: frozenset[Stage]
    ) -> Overdraft | None:
        """Return where postings about to be made, dated `day` or later, first overdraw a stage.

        Stages in `may_go_below` are not tested: the counter-stage of declarations, and for a
        deal's side the account's free stages.
        """
        stages = dict(self.stages)
        for day, group in _by_day((*self.later, *changes)):
            postings = list(group)
            for stage in dict.fromkeys(one.from_stage for one in postings):
                left = stages.get(stage, 0) + sum(one.change_of(stage) for one in postings)
                if left < 0 and stage not in may_go_below:
                    cause = _cause(stages.get(stage, 0), postings, stage)
                    return Overdraft(day, stage, -left, cause)
            _apply(stages, postings)
        return None


def timeline_from(
    day: date, now: Mapping[Stage, int], postings: Iterable[TimelinePosting]
) -> Timeline:
    """Build the timeline from a day on, from the present stages and the postings dated after it."""
    later = tuple(one for one in postings if one.effective_on > day)
    stages = dict(now)
    _apply(stages, later, -1)
    return Timeline(day, stages, later)


def _apply(stages: dict[Stage, int], postings: Iterable[TimelinePosting], sign: int = 1) -> None:
    for one in postings:
        stages[one.from_stage] = stages.get(one.from_stage, 0) - sign * one.amount
        stages[one.to_stage] = stages.get(one.to_stage, 0) + sign * one.amount


def _by_day(
    postings: Iterable[TimelinePosting],
) -> Iterator[tuple[date, Iterator[TimelinePosting]]]:
    return groupby(sorted(postings), key=attrgetter("effective_on"))


def _cause(left: int, postings: list[TimelinePosting], stage: Stage) -> TimelinePosting:
    """Return the posting of a day that takes a stage below zero, where it stays to the day's end.

    `left` is what the stage has before the day; `postings` are in recorded order.
    """
    cause = postings[0]
    for one in postings:
        before, left = left, left + one.change_of(stage)
        if one.from_stage == stage and (left < 0 <= before or cause.from_stage != stage):
            cause = one
    return cause


NOT_POSTED_YET: Final = 2**63
"""Stands for the number of an entry about to be posted: after all that have one."""


class TimelineFault(NamedTuple):
    """A need, an offer or a deal's side that would be overdrawn at the end of some day."""

    who: str
    account_id: int
    deal_id: int | None
    unit: Unit
    overdraft: Overdraft
    workable_from: date | None


def overdrawn_refusal(fault: TimelineFault) -> OverdrawnLater:
    """Return the refusal of a fault: the first day and stage below zero, and who takes it."""
    day, stage, missing, cause = fault.overdraft
    taken = format_quantity(cause.amount, fault.unit)
    short = format_quantity(missing, fault.unit)
    what = f"{fault.who[:1].upper()}{fault.who[1:]} would have -{short} {stage} on {day}."
    if cause.number >= NOT_POSTED_YET:
        why = f"This act takes {taken} from it on {cause.effective_on}."
    elif cause.number >= WAITING:
        why = f"An earlier act of this request takes {taken} from it on {day}."
    else:
        why = f"Entry {cause.number} takes {taken} from it on {day}."
    kind, _, code = fault.who.partition(" ")
    date_to_give = "a later date"
    if fault.workable_from is not None:
        date_to_give = f"{fault.workable_from} or a later date"
    return OverdrawnLater(
        what,
        why=why,
        next_step=f"Give {date_to_give} or a smaller quantity; "
        f"see the acts: cityfund journal list --{kind} {code}",
    )
