"""Which acts of a request a restriction can refuse: those that raise what a pair has.

An act passes where, for its pair, the request raises none of held + committed + delivered,
committed + delivered, and delivered on any day: one must be able to get out of what is barred, and
to correct a figure downward. What raises one is tested on the day that it takes effect; a lapse
that is taken back for a commitment, on the day of the commitment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from ledger.core.errors import RefusedByRule
from ledger.core.factors import Side, Stage
from ledger.journal.entries import Act, Draft
from ledger.registers.records import Restriction
from ledger.restrictions.bars import describe

MEASURES: Final = (
    frozenset({Stage.HELD, Stage.COMMITTED, Stage.DELIVERED}),
    frozenset({Stage.COMMITTED, Stage.DELIVERED}),
    frozenset({Stage.DELIVERED}),
)
"""The stages whose sums a barred pair may not raise."""


class Restricted(RefusedByRule, code="restricted"):
    """A restriction bars the pair on the day of the act."""

    default_why = "A restriction in force on that day bars the pair, and no exemption covers it."

    @classmethod
    def by(
        cls, bars: Sequence[Restriction], pair: str, day: date, *, why: str | None = None
    ) -> Restricted:
        """Make the refusal of a pair, as a sentence names it, that restrictions bar on a day.

        `why` names the restrictions, unless it is given.
        """
        codes = [one.code for one in bars]
        shown = ", ".join(f"cityfund restriction show {one}" for one in codes)
        leave = " and ".join(f"cityfund exemption add {one}" for one in codes)
        return cls(
            f"{pair} are barred on {day}.",
            why=f"{'; '.join(map(describe, bars))}." if why is None else why,
            next_step=f"See {'it' if len(codes) == 1 else 'them'} with: {shown}. An agreement of "
            "both sides cannot lift a restriction; where its authority gave leave, record that "
            f"with: {leave}.",
        )


class Change(NamedTuple):
    """By how much an entry changes each measure of its pair, on its day."""

    day: date
    act: str
    by_measure: tuple[int, ...]

    @property
    def restores_hold(self) -> bool:
        """Return whether the entry takes back that a hold was given up."""
        held, firm, _ = self.by_measure
        return self.act == Act.REVERSE and held > 0 >= firm


def change_of(day: date, act: str, moves: Iterable[tuple[str, str, int]]) -> Change:
    """Add up what an entry moves of its need: from a stage, to a stage, how much."""
    changes = [0] * len(MEASURES)
    for source, target, amount in moves:
        for place, stages in enumerate(MEASURES):
            changes[place] += ((target in stages) - (source in stages)) * amount
    return Change(day, act, tuple(changes))


def change_by(draft: Draft) -> Change:
    """Give what an entry about to be posted changes of its pair, in parts of the need's unit."""
    moves = (
        (one.from_stage, one.to_stage, one.amount)
        for one in draft.movements
        if one.side is Side.NEED and one.deal is not None
    )
    return change_of(draft.details.effective_on, draft.act, moves)


def raising(changes: Sequence[Change]) -> list[int]:
    """Give the places of the entries, all of one pair, by which a request raises a measure.

    None where the measures on every day are at most what they were before the request.
    """
    places: set[int] = set()
    for measure in range(len(MEASURES)):
        by_day: Mapping[date, int] = _sums((one.day, one.by_measure[measure]) for one in changes)
        total, is_raised = 0, False
        for day in sorted(by_day):
            total += by_day[day]
            is_raised = is_raised or total > 0
        if is_raised:
            places |= {at for at, one in enumerate(changes) if one.by_measure[measure] > 0}
    return sorted(places)


def day_tested(changes: Sequence[Change], place: int) -> date:
    """Give the day on which an entry of a request, all of one pair, is tested: its own.

    What restores a lapsed hold for a commitment that was signed before it lapsed is tested on the
    day of that commitment, if nothing more is on hold after it: only because its letter was late
    had the hold to be restored.
    """
    own = changes[place]
    if not own.restores_hold:
        return own.day
    left = 0
    for one in changes[place:]:
        held, firm, _ = one.by_measure
        left += held - firm
        if one.act == Act.COMMIT:
            return own.day if left > 0 else min(own.day, one.day)
    return own.day


def _sums(changes: Iterable[tuple[date, int]]) -> dict[date, int]:
    sums: defaultdict[date, int] = defaultdict(int)
    for day, change in changes:
        sums[day] += change
    return dict(sums)
