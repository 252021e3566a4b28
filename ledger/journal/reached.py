"""How far deals ever got: the first day on which each reached a stage, reversals folded in.

A release, a return or a lapse takes back a quantity, not what was reached; a reversal does, for the
entry it reverses never counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    entries = list(steps)
    undone = entries_reversed(
        (one.number, one.reverses) for one in entries if one.reverses is not None
    )
    days: dict[str, dict[Stage, date]] = {}
    for one in entries:
        if one.act not in REACHING or one.number in undone:
            continue
        of_deal = days.setdefault(one.deal, {})
        for stage in ORDER[: ORDER.index(REACHING[one.act]) + 1]:
            of_deal[stage] = min(one.day, of_deal.get(stage, one.day))
    return days
