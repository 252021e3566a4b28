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
    """One act that was accepted; `request` is the place of its request among all."""

    number: int
    act: str
    deal: str | None
    day: date
    moment: datetime
    moves: tuple[Move, ...]
    reverses: int | None = None
    is_lapse: bool = False
    request: int = -1
    total: int | None = None


class Refused(Exception):
    """What the oracle says of an act that breaks a rule."""


Wanted = Callable[[Row], bool]


class Oracle:
    """The journal as a list; every question is a sum over it."""

    def __init__(self, is_fixed: Callable[[str | None], bool] = lambda _: False) -> None:
        self.rows: list[Row] = []
        self.is_fixed = is_fixed
        """Whether the entries of a deal stay as they are: it was recorded in error."""

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

    def required(self, side: str, code: str, day: date = date.max) -> int:
        """All that was declared or revised by the end of a day, whatever became of it."""
        return -self.stages(side, code, _until(day))["undeclared"]

    def totals(self, side: str, code: str, more: Iterable[Row] = ()) -> list[Row]:
        """The rows whose total counts, by day, with some more of the same need or offer.

        A total reversed on its own day was never stated, nor is one stated by what only keeps
        another.
        """
        own = (row for row in self.rows if changes_total(_of(row, side, code)))
        rows = {row.number: row for row in (*own, *more)}
        for number in sorted(rows, reverse=True):
            reverses = rows[number].reverses if number in rows else None
            if reverses in rows and rows[reverses].day == rows[number].day:
                del rows[number], rows[reverses]
        stated = [row for row in rows.values() if row.total is not None]
        return sorted(stated, key=lambda row: (row.day, row.number))

    def total_left(self, side: str, code: str, more: list[Row], row: Row, day: date) -> int | None:
        """The total that a later reversal of a row leaves; None where another one stays."""
        if day == row.day:
            return None
        gone = new_row(row.day, (), "reverse", None, row.number)._replace(number=2 * 10**9)
        before, after = (
            on_day(self.totals(side, code, rows), day) for rows in (more, [*more, gone])
        )
        if before == after:
            return None
        return after.total if after else 0

    def keeping(self, side: str, code: str, more: list[Row]) -> dict[date, int]:
        """What each day has to change by, so that with some more rows each total is as stated."""
        before, after = self.totals(side, code), self.totals(side, code, more)
        own = [row for row in self.rows if changes_total(_of(row, side, code))]
        changes: dict[date, int] = {}
        for day in sorted({row.day for row in (*own, *more)}):
            now = self.required(side, code, day)
            old, new = on_day(before, day), on_day(after, day)
            wanted = now if old == new else new.total or 0 if new else 0
            there = now + self.added([row for row in more if row.day <= day])
            there += sum(changes.values())
            if wanted != there:
                changes[day] = wanted - there
        return changes

    def added(self, rows: list[Row]) -> int:
        """What some rows of one need or offer add to its total."""
        return -_sum(move for row in rows for move in row.moves)["undeclared"]

    def fits(self, day: date, moves: Iterable[Move]) -> bool:
        """Say whether some moves leave nothing below zero: as recorded, and at the end of any day.

        Needs and offers are tested, and both sides of each deal.
        """
        rows = [*self.rows, new_row(day, moves)]
        return self.recordable(day, moves) and not self.short_days(rows)

    def last_day(self, deal: str) -> date:
        """The day of a deal's latest act by dates."""
        return max((row.day for row in self.rows if row.deal == deal), default=date.min)

    def stands(self, number: int) -> bool:
        """Say whether an entry is not reversed, or only by reversals that are."""
        return not any(row.reverses == number and self.stands(row.number) for row in self.rows)

    def may_be_reversed(self, row: Row) -> bool:
        """Say whether a reversal of a row would be the only one, and so for all that it undoes."""
        by_number = {one.number: one for one in self.rows}
        at, free = row, self.stands(row.number)
        while at.reverses is not None and free:
            siblings = [one.number for one in self.rows if one.reverses == at.reverses]
            free = max(siblings) == at.number
            at = by_number[at.reverses]
        return free

    def post(self, act: Row) -> None:
        """Record an act, after what makes room for it."""
        self.make_room(act)
        self._record(act)

    def make_room(self, act: Row) -> None:
        """Move the reversals that an act needs on the day of what they reverse.

        A reversal moves in two steps: it is reversed on its own day, and what it reversed is
        reversed again on the day of that. No step may leave anything below zero.
        """
        moved = self._reversals_to_move(act)
        for row in sorted(moved, key=lambda one: one.number, reverse=True):
            self._record(taken_back(row))
        for row in sorted(moved, key=lambda one: one.reverses or 0, reverse=True):
            self._record(row._replace(day=self.row(row.reverses).day, total=None))

    def _record(self, row: Row) -> None:
        if not self.fits(row.day, row.moves):
            raise Refused
        number = max((one.number for one in self.rows), default=0) + 1
        self.rows.append(row._replace(number=number))

    def _reversals_to_move(self, act: Row) -> list[Row]:
        """The newest reversals that give a stage something back only after it runs short."""
        moved: list[Row] = []
        while True:
            changes = [change for row in moved for change in self._both_steps(row)]
            short = self._first_short([*self.rows, *changes, act])
            if short is None:
                return moved
            day, mine, stage = short
            across = [
                row
                for row in self.rows
                if row.reverses is not None
                and row not in moved
                and self.row(row.reverses).day <= day < row.day
                and self.stands(row.number)
                and (row.total is not None or not changes_total(row.moves))
                and not self.is_fixed(row.deal)
                and any(mine(move) and move.target == stage for move in row.moves)
            ]
            if not across:
                raise Refused
            moved.append(max(across, key=lambda one: one.number))

    def _both_steps(self, row: Row) -> list[Row]:
        return [taken_back(row), row._replace(day=self.row(row.reverses).day)]

    def _first_short(self, rows: list[Row]) -> tuple[date, Callable[[Move], bool], str] | None:
        """The first day that ends below zero, whose moves they are, and the stage."""
        for day in self.short_days(rows)[:1]:
            for mine, free in _owners(rows):
                moves = (move for row in rows if row.day <= day for move in row.moves)
                for stage, amount in _sum(move for move in moves if mine(move)).items():
                    if amount < 0 and stage not in free:
                        return day, mine, stage
        return None

    def row(self, number: int | None) -> Row:
        """The row of a number."""
        return next(row for row in self.rows if row.number == number)

    def first_lapse(self, deal: str, day: date) -> Row | None:
        """The first lapse of a deal's hold after a day that was not reversed."""
        lapses = [
            row
            for row in self.rows
            if row.deal == deal
            and row.is_lapse
            and row.day > day
            and row.moves[0].source == "held"
            and self.stands(row.number)
        ]
        return min(lapses, key=lambda row: (row.day, row.number), default=None)

    def outlives(self, lapse: Row, part: int | None) -> bool:
        """Say whether a part may still be held when a lapse is over, unit by unit.

        Each unit on hold is as old as the day on which it was put there. A lapse takes only what is
        older than its day. What else leaves the hold takes the youngest units first, and its
        reversal puts those same units back. What came on the day of the lapse is not drawn on.
        """
        held = self.on_hold(lapse)
        older = sum(amount for day, amount in held.items() if day < lapse.day)
        return older == held.total() or (part is not None and part <= older)

    def on_hold(self, lapse: Row, rows: list[Row] | None = None) -> Counter[date]:
        """Count the units on hold when a lapse is over, by the day on which they were put there."""
        held: Counter[date] = Counter()
        moved: dict[int | None, Counter[date]] = {}
        every = self.rows if rows is None else rows
        of_deal = (row for row in every if row.deal == lapse.deal and row.day <= lapse.day)
        for row in sorted(of_deal, key=lambda one: (one.day, one.number)):
            for move in row.moves:
                if move.side != "need" or "held" not in {move.source, move.target}:
                    continue
                if move.target == "held":
                    units = moved.get(row.reverses, Counter({row.day: move.amount}))
                    held += units
                else:
                    given = moved.get(row.reverses, Counter()) & held
                    units = given + _first(held - given, move.amount - given.total(), row.is_lapse)
                    held -= units
                moved[row.number] = units
        return held

    def recordable(self, day: date, moves: Iterable[Move]) -> bool:
        """Say whether some moves leave nothing below zero in recorded order."""
        rows = [*self.rows, new_row(day, moves)]
        return all(
            _never_below_zero([move for row in rows for move in row.moves if mine(move)], free)
            for mine, free in _owners(rows)
        )

    def short_days(self, rows: list[Row]) -> list[date]:
        """The days at whose end something stands below zero, by the sum of all until then."""
        owners = _owners(rows)
        return [
            day
            for day in sorted({row.day for row in rows})
            if any(
                amount < 0 and stage not in free
                for mine, free in owners
                for stage, amount in _sum(
                    move for row in rows if row.day <= day for move in row.moves if mine(move)
                ).items()
            )
        ]

    def least(self, deal: str, side: str, stage: str, since: date) -> int:
        """The smallest amount that a deal's side has at the end of any day from one on."""
        days = [since, *(row.day for row in self.rows if row.day > since)]
        return min(self.deal(deal, side, _until(day))[stage] for day in days)


def on_day(totals: list[Row], day: date) -> Row | None:
    """The row whose total counts on a day."""
    return next((row for row in reversed(totals) if row.day <= day), None)


def changes_total(moves: Iterable[Move]) -> bool:
    return any("undeclared" in {move.source, move.target} for move in moves)


def _until(day: date) -> Wanted:
    return lambda row: row.day <= day


def new_row(
    day: date, moves: Iterable[Move], act: str = "", deal: str | None = None,
    reverses: int | None = None,
) -> Row:  # fmt: skip
    """A row that is about to be recorded."""
    moment = datetime.max.replace(tzinfo=UTC)
    return Row(10**9, act, deal, day, moment, tuple(moves), reverses)


def taken_back(row: Row) -> Row:
    """The row that reverses another on its own day, exactly."""
    moves = [move.back() for move in reversed(row.moves)]
    return new_row(row.day, moves, "reverse", row.deal, row.number)


def _owners(rows: Iterable[Row]) -> list[tuple[Callable[[Move], bool], set[str]]]:
    """Whoever has stages: what moves are theirs, and which stages are another's matter."""
    moves = [move for row in rows for move in row.moves]
    accounts = dict.fromkeys((move.side, move.code) for move in moves)
    sides = dict.fromkeys((move.deal, move.side) for move in moves if move.deal)
    return [
        *((lambda m, own=own: (m.side, m.code) == own, {"undeclared"}) for own in accounts),
        *((lambda m, own=own: (m.deal, m.side) == own, {FREE[own[1]]}) for own in sides),
    ]


def _first(held: Counter[date], amount: int, oldest: bool) -> Counter[date]:
    """The youngest or the oldest units on hold, as many as there are of an amount."""
    units: Counter[date] = Counter()
    for day in sorted(held, reverse=not oldest):
        units[day] = min(held[day], amount - units.total())
    return +units


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
