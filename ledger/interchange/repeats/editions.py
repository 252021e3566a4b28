"""Editions of a source: what a new one posts is its statement less the previous one, act by act.

Rows that say the same as before post nothing, whatever became of their acts since. A row whose
date alone changed is a correction; a row of a new day or reference is a new act; the rest is one
difference for each deal and act, dated on the day of the edition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from ledger.core.factors import Stage
from ledger.interchange.records import DealActRow
from ledger.interchange.repeats.state import StatedRow
from ledger.journal.entries import Act

ActOfDeal = tuple[Act, Stage]
"""An act, and the stage out of which it releases."""

_RANK: Final = {Act.RETURN: 0, Act.RELEASE: 1, Act.INTRODUCE: 2, Act.COMMIT: 3, Act.DELIVER: 4}
"""What gives back comes before what takes."""


class DateChange(NamedTuple):
    """A row that says of an act another day than before, and the row that said the former one."""

    before: StatedRow
    now: DealActRow


class Restated(NamedTuple):
    """What a source states of one act of a deal now and before: sums of smallest parts.

    `posted` are the acts that make the difference.
    """

    act: ActOfDeal
    before: int
    now: int
    row: DealActRow
    posted: tuple[DealActRow, ...]


@dataclass(slots=True)
class Edition:
    """What a new edition does to one deal."""

    same: list[DealActRow] = field(default_factory=list)
    moved: list[DateChange] = field(default_factory=list)
    new: list[DealActRow] = field(default_factory=list)
    restated: list[Restated] = field(default_factory=list)
    superseded: list[StatedRow] = field(default_factory=list)
    """Former rows that are no longer said: what they gave is in others."""
    gone: list[StatedRow] = field(default_factory=list)
    """Former rows that are gone, and whose acts stay."""
    released: list[StatedRow] = field(default_factory=list)
    """Former rows that are gone, and whose quantity is taken back."""


def edition_of(
    before: Sequence[StatedRow],
    now: Sequence[DealActRow],
    day: date,
    *,
    as_row: Callable[[StatedRow], DealActRow],
    releases: bool,
) -> Edition:
    """Compare what a source states of one deal with what it stated earlier.

    With `releases` what is gone is taken back, as the act of the row that `as_row` makes of it.
    """
    edition = Edition()
    acts = dict.fromkeys([*map(_act_of_stated, before), *map(_act_of, now)])
    commits = any(act is Act.COMMIT for act, _ in acts)
    for act in acts:
        one = _Comparison(
            [row for row in before if _act_of_stated(row) == act],
            [row for row in now if _act_of(row) == act],
        )
        one.compare(edition, releases=releases)
        if one.difference:
            row = one.row or as_row(one.last_before)
            posted = tuple(_posted_for(row, act, one.difference, day, commits=commits))
            edition.restated.append(Restated(act, one.said_before, one.said_now, row, posted))
    return edition


def in_their_order(rows: Iterable[DealActRow]) -> list[DealActRow]:
    """Put acts of one deal and day in an order that can be done."""
    return sorted(rows, key=lambda row: _RANK[row.act])


class _Comparison:
    """The rows of one act of a deal, taken out in pairs until differences are left."""

    def __init__(self, before: list[StatedRow], now: list[DealActRow]) -> None:
        self.said_before = sum(map(_amount, before))
        self.said_now = sum(row.amount for row in now)
        self.difference = 0
        self.row: DealActRow | None = now[0] if now else None
        self._former = before
        self._before, self._now = [*before], [*now]

    @property
    def last_before(self) -> StatedRow:
        """Give the row that stands for the act where no row says it any more."""
        return self._former[-1]

    def compare(self, edition: Edition, *, releases: bool) -> None:
        """Add to an edition what the rows of this act do."""
        for _, row in self._pairs(date_differs=False, amount_differs=False):
            edition.same.append(row)
        for old, row in self._pairs(date_differs=True, amount_differs=False):
            edition.moved.append(DateChange(old, row))
            edition.superseded.append(old)
        changed = self._pairs(date_differs=False, amount_differs=True)
        difference = sum(row.amount - _amount(old) for old, row in changed)
        edition.superseded += [old for old, _ in changed]
        added = sum(row.amount for row in self._now)
        lost = sum(map(_amount, self._before))
        if self._now and (self._before or difference < 0):
            # The same amount is given in other rows: only what differs in all is posted.
            difference += added - lost
            edition.superseded += self._before
            self._now.clear()
            self._before.clear()
        elif self._before and releases:
            difference -= lost
            edition.released += [row for row in self._before if _amount(row)]
        elif self._before:
            edition.gone += self._before
        edition.new += self._now
        if changed:
            self.row = changed[0][1]
        self.difference = difference

    def _pairs(
        self, *, date_differs: bool, amount_differs: bool
    ) -> list[tuple[StatedRow, DealActRow]]:
        """Take out the rows that are alike but for what may differ."""
        pairs = []
        for row in [*self._now]:
            for old in self._before:
                if (
                    old.cells.get("reference") == row.reference
                    and (date_differs or old.cells["effective_on"] == row.effective_on.isoformat())
                    and (amount_differs or _amount(old) == row.amount)
                ):
                    pairs.append((old, row))
                    self._before.remove(old)
                    self._now.remove(row)
                    break
        return pairs


def _posted_for(
    row: DealActRow, act: ActOfDeal, difference: int, day: date, *, commits: bool
) -> Iterable[DealActRow]:
    """Give the acts that post a difference, on the day of the edition."""
    kind, stage = act
    amount = abs(difference)
    one = row._replace(amount=amount, effective_on=day, offer_quantity=None)
    if difference > 0:
        yield one
        return
    match kind:
        case Act.INTRODUCE:
            yield one._replace(act=Act.RELEASE, from_stage=Stage.HELD, held_until=None)
        case Act.COMMIT:
            yield one._replace(act=Act.RELEASE, from_stage=Stage.COMMITTED)
        case Act.DELIVER:
            yield one._replace(act=Act.RETURN)
            if not commits:  # what is delivered was committed for it alone
                yield one._replace(act=Act.RELEASE, from_stage=Stage.COMMITTED)
        case Act.RETURN:
            yield one._replace(act=Act.DELIVER)
        case _:
            again = Act.COMMIT if stage is Stage.COMMITTED else Act.INTRODUCE
            yield one._replace(act=again, from_stage=Stage.HELD)


def _act_of(row: DealActRow) -> ActOfDeal:
    return row.act, row.from_stage


def _act_of_stated(row: StatedRow) -> ActOfDeal:
    return Act(row.cells["act"]), Stage(row.cells.get("from_stage", Stage.HELD))


def _amount(row: StatedRow) -> int:
    return int(row.cells["amount"])
