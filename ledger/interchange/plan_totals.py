"""Bring together the totals that registers state and the dated changes that make them up."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.factors import Side
from ledger.interchange.planning import SIDES, Planning
from ledger.interchange.problems import Place
from ledger.interchange.records import ChangeRow
from ledger.interchange.steps import Add, PostChange, Revise, Step
from ledger.journal import Act

_Key = tuple[Side, str]


def settle_totals(
    planning: Planning, acts: Iterable[Step], registers: list[Step], revisions: list[Revise]
) -> tuple[list[Step], list[Revise]]:
    """Let changes of quantity speak for the totals they make up; note totals they contradict.

    A new need or offer whose changes are in the import is added without a quantity: its history
    declares it. A total that differs from the ledger's only by the changes to post is no revision.
    """
    posted = [step.row for step in acts if isinstance(step, PostChange)]
    _note_missing(planning, {(row.side, row.code) for row in posted})
    if not posted:
        return registers, revisions
    sums = _sums(planning, posted)
    _note_undeclared(planning, posted, registers)
    for key, change in sums.items():
        stated, place = planning.totals.get(key, (None, None))
        total = planning.holdings.required.get(key, 0) + change
        if stated is not None and place is not None and stated != total:
            _note_other_total(planning, key, place)
    settled = [
        step._replace(quantity=None) if isinstance(step, Add) and _key(step) in sums else step
        for step in registers
    ]
    return settled, [step for step in revisions if (step.side, step.code) not in sums]


def _note_missing(planning: Planning, told: set[_Key]) -> None:
    """Note offers without a quantity, unless changes tell it or the ledger has none either.

    An offer whose declaration was reversed puts up nothing, and is exported so.
    """
    if planning.tables.broken.get("changes") or "changes" in planning.tables.unread:
        return
    for key, (quantity, place) in planning.totals.items():
        side, code = key
        known = code in planning.holdings.offers and key not in planning.holdings.required
        if side is Side.OFFER and quantity is None and key not in told and not known:
            planning.problem(place, "quantity", "missing-value", "The quantity is missing.")


def _key(step: Add) -> _Key | None:
    side = SIDES.get(step.kind)
    return None if side is None else (side, step.record.code)


def _sums(planning: Planning, posted: list[ChangeRow]) -> dict[_Key, int]:
    """Add up what the changes to post do to each total; a reversal takes back what it names."""
    by_sequence = {row.sequence: row for row in planning.tables.changes if row.sequence}
    sums: dict[_Key, int] = {}
    for row in posted:
        key = row.side, row.code
        sums[key] = sums.get(key, 0) + _net(row, by_sequence)
    return sums


def _net(row: ChangeRow, by_sequence: dict[int, ChangeRow]) -> int:
    """Give what one change adds to the total: withdrawing and lapsing leave it as it was."""
    sign = 1
    while row.act is Act.REVERSE:
        target = by_sequence.get(row.reverses or 0)
        if target is None or (target.sequence or 0) >= (row.sequence or 0):
            return 0
        row, sign = target, -sign
    return sign * row.amount if row.act in {Act.DECLARE, Act.REVISE} else 0


def _note_undeclared(
    planning: Planning, posted: list[ChangeRow], registers: Iterable[Step]
) -> None:
    """Note the first change of a new need or offer that is not its declaration."""
    waiting = {_key(step) for step in registers if isinstance(step, Add)}
    for row in posted:
        key = row.side, row.code
        if key in waiting:
            waiting.discard(key)
            if row.act is not Act.DECLARE:
                what = f"The first change of the new {row.side} {row.code} must be `declared`."
                planning.problem(row.place, "act", "not-declared", what)


def _note_other_total(planning: Planning, key: _Key, place: Place) -> None:
    side, code = key
    what = f"The changes of {side} {code} do not add up to this quantity."
    hint = "Give the total of all that was declared and revised, or leave the changes out."
    planning.problem(place, "quantity", "other-total", what, hint)
