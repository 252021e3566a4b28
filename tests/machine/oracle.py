"""The oracle: what a ledger should say, by plain arithmetic on a list of moves.

It knows nothing of the program: no import from it, no balance kept, every answer added up anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from fractions import Fraction
from math import ceil
from typing import NamedTuple

FREE = {"need": "open", "offer": "available"}
LIVING = ("held", "committed", "delivered")


class Move(NamedTuple):
    """An amount of one need's or offer's smallest parts going from one stage to another."""

    side: str
    code: str
    deal: str | None
    source: str
    target: str
    amount: int

    def back(self) -> Move:
        return self._replace(source=self.target, target=self.source)


class Row(NamedTuple):
    """One act that was accepted."""

    number: int
    act: str
    deal: str | None
    day: date
    moment: datetime
    moves: tuple[Move, ...]


Wanted = Callable[[Row], bool]


class Oracle:
    """The journal as a list; every question is a sum over it."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def stages(self, side: str, code: str, wanted: Wanted = lambda _: True) -> Counter[str]:
        """Add up where a need or an offer stands, by the rows wanted."""
        return _sum(move for row in self.rows if wanted(row) for move in _of(row, side, code))

    def deal(self, deal: str, side: str, wanted: Wanted = lambda _: True) -> Counter[str]:
        """Add up where one side of a deal stands."""
        return _sum(
            move
            for row in self.rows
            if wanted(row)
            for move in row.moves
            if (move.deal, move.side) == (deal, side)
        )

    def required(self, side: str, code: str) -> int:
        """All that was declared or revised, whatever became of it."""
        return -self.stages(side, code)["undeclared"]

    def last_day(self, deal: str) -> date | None:
        """The day of a deal's latest act."""
        return max((row.day for row in self.rows if row.deal == deal), default=None)

    def fits(self, day: date, moves: Iterable[Move]) -> bool:
        """Say whether some moves leave nothing below zero: now, on every later day, per deal."""
        new = tuple(moves)
        fresh = Row(10**9, "", None, day, datetime.max.replace(tzinfo=UTC), new)
        by_day = sorted([*self.rows, fresh], key=lambda row: row.day)
        for side, code in {(move.side, move.code) for move in new}:
            for order in ([*self.rows, fresh], by_day):
                steps = [move for row in order for move in _of(row, side, code)]
                if not _never_below_zero(steps, {"undeclared"}):
                    return False
        for deal, side in {(move.deal, move.side) for move in new if move.deal}:
            steps = [
                move
                for row in [*self.rows, fresh]
                for move in row.moves
                if (move.deal, move.side) == (deal, side)
            ]
            if not _never_below_zero(steps, {FREE[side]}):
                return False
        return True


def to_hold(part: int, rate: Fraction) -> int:
    """The offer's smallest parts that a part of a need takes, rounded up."""
    return ceil(part * rate)


def to_move(offer_stage: int, need_stage: int, part: int) -> int:
    """The offer's part of a later move: all for all, else the floor of the proportion."""
    return offer_stage if part == need_stage else offer_stage * part // need_stage


def _of(row: Row, side: str, code: str) -> list[Move]:
    return [move for move in row.moves if (move.side, move.code) == (side, code)]


def _sum(moves: Iterable[Move]) -> Counter[str]:
    stages: Counter[str] = Counter()
    for move in moves:
        stages[move.source] -= move.amount
        stages[move.target] += move.amount
    return stages


def _never_below_zero(moves: Iterable[Move], but: set[str]) -> bool:
    stages: Counter[str] = Counter()
    for move in moves:
        stages[move.source] -= move.amount
        stages[move.target] += move.amount
        if stages[move.source] < 0 and move.source not in but:
            return False
    return True
