"""How far deals ever got: the first day on which each reached a stage, reversals folded in.

And the last day on which something of each was delivered.

A release, a return or a lapse takes back a quantity, not what was reached; a reversal does, for the
entry it reverses never counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final, NamedTuple

from ledger.core.factors import Stage
from ledger.journal.entries import Act, entries_reversed

REACHING: Final[Mapping[Act, Stage]] = {
    Act.INTRODUCE: Stage.HELD,
    Act.COMMIT: Stage.COMMITTED,
    Act.DELIVER: Stage.DELIVERED,
}
"""The acts by which a deal gets further, and the stage that each reaches."""

ORDER: Final = (Stage.HELD, Stage.COMMITTED, Stage.DELIVERED)


class DealEntry(NamedTuple):
    """An entry of a deal that took it further, or reversed another."""

    number: int
    deal: str
    act: Act
    day: date
    reverses: int | None = None


def first_days(steps: Iterable[DealEntry]) -> dict[str, dict[Stage, date]]:
    """Give the first day on which each deal reached each stage, by the entries given.

    Who reached a stage has reached those before it too, at the latest on that day. A deal whose
    entries are all reversed has reached none, and is left out.
    """
    days: dict[str, dict[Stage, date]] = {}
    for one in _in_effect(steps):
        of_deal = days.setdefault(one.deal, {})
        for stage in ORDER[: ORDER.index(REACHING[one.act]) + 1]:
            of_deal[stage] = min(one.day, of_deal.get(stage, one.day))
    return days


def last_deliveries(steps: Iterable[DealEntry]) -> dict[str, date]:
    """Give the day of the last delivery of each deal that stands, by the entries given."""
    days: dict[str, date] = {}
    for one in _in_effect(steps):
        if one.act is Act.DELIVER:
            days[one.deal] = max(one.day, days.get(one.deal, one.day))
    return days


def _in_effect(steps: Iterable[DealEntry]) -> Iterator[DealEntry]:
    """Give the entries that took a deal further and are not reversed."""
    entries = list(steps)
    undone = entries_reversed(
        (one.number, one.reverses) for one in entries if one.reverses is not None
    )
    return (one for one in entries if one.act in REACHING and one.number not in undone)
