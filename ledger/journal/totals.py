"""The totals stated of a need or an offer: which one is in force on a day, and what keeps it so.

A quantity given for a day is the total from that day on, until the next day with a total. Entries
record changes: a declaration or a revision changes its day by the difference, and stores the total
that was said. A change that only compensates the total of a later day says none.

A total that was reversed on its own day was never stated. One reversed later held until then, and
its reversal states the total that it leaves, unless another total was stated since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple, Protocol, TypeVar


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalChange:
    """A change of a total: its entry, its day, the entry it reverses, and what it adds.

    `total` is the total stated, zero where the quantity is unknown from then on. One that stores
    none states none, but for entries recorded before totals were stored (`stored` is false).
    """

    number: int
    effective_on: date
    recorded_at: datetime
    reverses: int | None = None
    change: int = 0
    total: int | None = None
    stored: bool = True


class DatedChange(NamedTuple):
    """What a total changes by on a day."""

    effective_on: date
    change: int


def stated_totals(changes: Iterable[TotalChange]) -> list[TotalChange]:
    """Return the totals that count, by day and then as recorded, each with its `total`."""
    changes = list(changes)
    last = [with_total(one, changes) for one in lasting(changes)]
    stated = [one for one in last if one.total is not None]
    return sorted(stated, key=attrgetter("effective_on", "number"))


def in_force_on(stated: Sequence[TotalChange], day: date) -> TotalChange | None:
    """Return the total that counts on a day: the last one stated for the newest day."""
    return next((one for one in reversed(stated) if one.effective_on <= day), None)


def total_on(changes: Iterable[TotalChange], day: date) -> int:
    """Return what the changes until a day add up to."""
    return sum(one.change for one in changes if one.effective_on <= day)


def total_left(changes: Sequence[TotalChange], target: TotalChange, day: date) -> int | None:
    """Return the total that the reversal of a change states on a later day.

    None on the day of the change, and where another total was stated since: it stays.
    """
    if day <= target.effective_on:
        return None
    before = in_force_on(stated_totals(changes), day)
    as_if = TotalChange(
        number=max(one.number for one in changes) + 1,
        effective_on=target.effective_on,
        recorded_at=target.recorded_at,
        reverses=target.number,
    )
    after = in_force_on(stated_totals([*changes, as_if]), day)
    if _number(before) == _number(after):
        return None
    return 0 if after is None else after.total


def compensating_changes(
    before: Sequence[TotalChange], after: Sequence[TotalChange]
) -> list[DatedChange]:
    """Return by what each day has to change for every total to be the one that counts.

    `before` are the changes so far, `after` those with what is about to be recorded. Days whose
    total is stated by the same entry before and after keep what they have.
    """
    stated_before, stated_after = stated_totals(before), stated_totals(after)
    found: list[DatedChange] = []
    missing = 0
    for day in sorted({one.effective_on for one in after}):
        old, new = in_force_on(stated_before, day), in_force_on(stated_after, day)
        if _number(old) == _number(new):
            wanted = total_on(before, day)
        else:
            wanted = 0 if new is None else new.total or 0
        change = wanted - total_on(after, day) - missing
        if change:
            found.append(DatedChange(day, change))
            missing += change
    return found


def is_declaration_reversed(changes: Iterable[TotalChange]) -> bool:
    """Say whether a need or an offer has no quantity because its declaration was reversed.

    One that was never declared, or was revised to an unknown quantity, is unknown instead.
    """
    changes = list(changes)
    stated = stated_totals(changes)
    if not stated or stated[-1].reverses is None:
        return bool(changes) and not stated
    return not any(one.reverses is None and one.total == 0 for one in stated)


def _number(stated: TotalChange | None) -> int | None:
    return None if stated is None else stated.number


def with_total(one: TotalChange, changes: Iterable[TotalChange]) -> TotalChange:
    """Return a change with its total: where none was stored, what its day had then.

    That is the sum of all `changes` until its day that its request or an earlier one recorded.
    """
    if one.stored:
        return one
    known = (
        other
        for other in changes  # by number: timestamps step back where a clock was corrected
        if other.number <= one.number or other.recorded_at == one.recorded_at
    )
    return replace(one, total=total_on(known, one.effective_on), stored=True)


class _Dated(Protocol):
    """An entry: its number, its day, and the entry it reverses, if any."""

    @property
    def number(self) -> int: ...
    @property
    def effective_on(self) -> date: ...
    @property
    def reverses(self) -> int | None: ...


D = TypeVar("D", bound=_Dated)


def lasting(changes: Iterable[D]) -> list[D]:
    """Return entries without those that were reversed on their own day, and the reversals."""
    recorded = {one.number: one for one in changes}
    for number in sorted(recorded, reverse=True):
        one = recorded.get(number)
        if one is None or one.reverses is None:
            continue
        target = recorded.get(one.reverses)
        if target is not None and target.effective_on == one.effective_on:
            del recorded[number], recorded[target.number]
    return list(recorded.values())
