"""Which acts of a request a restriction can refuse: those that raise what a pair has.

An act passes where, for its pair, the request raises none of held + committed + delivered,
committed + delivered, and delivered on any day: one must be able to get out of what is barred, and
to correct a figure downward. What raises one is tested on the day that it takes effect.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from ledger.core.errors import RefusedByRule
from ledger.core.factors import Side, Stage
from ledger.journal.entries import Draft

MEASURES: Final = (
    frozenset({Stage.HELD, Stage.COMMITTED, Stage.DELIVERED}),
    frozenset({Stage.COMMITTED, Stage.DELIVERED}),
    frozenset({Stage.DELIVERED}),
)
"""The stages whose sums a barred pair may not raise."""


class Restricted(RefusedByRule, code="restricted"):
    """A restriction bars the pair on the day of the act."""

    default_why = "A restriction in force on that day bars the pair, and no exemption covers it."
    default_next = (
        "See it with: cityfund restriction show RESTRICTION. An agreement of both sides cannot "
        "lift it; where its authority gave leave, record that with: cityfund exemption add."
    )


def changes_by_measure(draft: Draft) -> tuple[int, ...]:
    """Give by how much an entry changes each measure of its pair, in parts of the need's unit."""
    changes = [0] * len(MEASURES)
    for movement in draft.movements:
        if movement.side is not Side.NEED or movement.deal is None:
            continue
        for place, stages in enumerate(MEASURES):
            added = (movement.to_stage in stages) - (movement.from_stage in stages)
            changes[place] += added * movement.amount
    return tuple(changes)


def days_raised(drafts: Iterable[Draft]) -> list[date]:
    """Give the days of the entries, all of one pair, by which a request raises a measure.

    None where the measures on every day are at most what they were before the request.
    """
    days: set[date] = set()
    changes = [(draft.details.effective_on, changes_by_measure(draft)) for draft in drafts]
    for place in range(len(MEASURES)):
        by_day: Mapping[date, int] = _sums((day, change[place]) for day, change in changes)
        total, is_raised = 0, False
        for day in sorted(by_day):
            total += by_day[day]
            is_raised = is_raised or total > 0
        if is_raised:
            days |= {day for day, change in changes if change[place] > 0}
    return sorted(days)


def _sums(changes: Iterable[tuple[date, int]]) -> dict[date, int]:
    sums: defaultdict[date, int] = defaultdict(int)
    for day, change in changes:
        sums[day] += change
    return dict(sums)
