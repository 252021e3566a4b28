"""The order in which the acts of an import are posted.

Acts that carry a sequence come in its order; they are history of another ledger. The rest follow by
date. Within a day they keep the file's order, which is the reverse one in a file that begins with
the newest day; where the file is in no order of days, or its order cannot be done, they come in the
order in which a quantity moves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Final

from ledger.core.factors import Stage
from ledger.interchange.records import ChangeRow, DealActRow
from ledger.journal.entries import Act

ActRow = ChangeRow | DealActRow

_RANK: Final = {
    Act.DECLARE: 0,
    Act.REVISE: 1,
    Act.REINSTATE: 1,
    Act.INTRODUCE: 2,
    Act.COMMIT: 3,
    Act.DELIVER: 4,
    Act.RETURN: 5,
    Act.RELEASE: 6,
    Act.WITHDRAW: 7,
    Act.EXPIRE: 7,
    Act.REVERSE: 8,
}
"""Which act of one day comes first where its file has no order."""

_Stages = dict[str, dict[Stage, int]]


def in_order(rows: Sequence[ActRow], known_deals: Collection[str]) -> list[ActRow]:
    """Put acts in an order in which they can be done.

    `known_deals` have a history in the ledger already, so that only the ledger can tell what of
    them can be done.
    """
    numbered = sorted((row for row in rows if row.sequence is not None), key=attrgetter("sequence"))
    dated = sorted(
        (row for row in _in_file_order(rows) if row.sequence is None),
        key=attrgetter("effective_on"),
    )
    unordered = {file for file, step in _directions(rows).items() if step == 0}
    skipped = {*known_deals, *(row.code for row in numbered)}
    stages: _Stages = {}
    ordered = [*numbered]
    for _, group in groupby(dated, attrgetter("effective_on")):
        day = sorted(group, key=_phase)
        before = {row.code: {**stages.get(row.code, {})} for row in day}
        possible = [_apply(before, row) for row in day if row.code not in skipped]
        if not all(possible) or any(row.place.file in unordered for row in day):
            day.sort(key=_rank)
        for row in day:
            _apply(stages, row)
        ordered += day
    return ordered


def _directions(rows: Iterable[ActRow]) -> dict[str, int]:
    """Give 1 for a file whose days rise, -1 for one whose days fall, 0 for one in no order."""
    days: dict[str, list[date]] = {}
    for row in rows:
        if row.sequence is None and isinstance(row, DealActRow):
            days.setdefault(row.place.file, []).append(row.effective_on)
    return {
        file: 1
        if all(one <= other for one, other in pairwise(listed))
        else -1
        if all(one >= other for one, other in pairwise(listed))
        else 0
        for file, listed in days.items()
    }


def _in_file_order(rows: Sequence[ActRow]) -> list[ActRow]:
    """Give the rows of each file as they follow one another in time."""
    directions = _directions(rows)
    ordered: list[ActRow] = []
    for file, group in groupby(rows, lambda row: row.place.file):
        ordered += [*group][:: directions.get(file) or 1]
    return ordered


def _rank(row: ActRow) -> int:
    if row.act is Act.REVISE and row.amount < 0:
        return _RANK[Act.WITHDRAW]
    return _RANK[row.act]


def _phase(row: ActRow) -> int:
    """Put what adds to a quantity before the acts of deals, and what takes from it after them."""
    if isinstance(row, DealActRow):
        return 1
    return 0 if _rank(row) < _RANK[Act.INTRODUCE] else 2


def _apply(stages: _Stages, row: ActRow) -> bool:
    """Move the quantity of an act between the stages of its deal; say whether it was there."""
    if not isinstance(row, DealActRow):
        return True
    deal = stages.setdefault(row.code, {})
    held = deal.get(Stage.HELD, 0)
    source, target = {
        Act.INTRODUCE: (None, Stage.HELD),
        Act.COMMIT: (Stage.HELD if held else None, Stage.COMMITTED),
        Act.DELIVER: (Stage.COMMITTED, Stage.DELIVERED),
        Act.RETURN: (Stage.DELIVERED, Stage.COMMITTED),
        Act.RELEASE: (row.from_stage, None),
    }.get(row.act, (None, None))
    if source is not None:
        deal[source] = deal.get(source, 0) - row.amount
    if target is not None:
        deal[target] = deal.get(target, 0) + row.amount
    return source is None or deal[source] >= 0
