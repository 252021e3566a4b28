"""The mixed-integer program of a pipeline whose pairs are listed one by one.

With `b` what is open in a demand, `c` what a supply has, `r` the rate of a pair, and `low` and
`high` its limits, the columns are

- `z` of a hopeful venture, 0 or 1: it ends complete;
- `t` of a pair, 0 to 1, which gives `t x high`; 0 or 1 where `low` is `high`;
- `y` of a pair with a smallest amount, 0 or 1: it gives anything;

and the rows, each divided by its `b` or `c` so that the solver's tolerance is a share of them,

- capacity: the sum of `r x high x t` of a supply is at most `c`;
- level 1: the sum of `high x t` of a demand is exactly `b x z`. A venture that is not completed
  takes nothing, so conditions hold by themselves; nothing is lost, for level 1 counts no parts;
- level 2: that sum is at most `b`, and at least `b x z`; what a conditional supply gives is at
  most `z`; the weight of all `z` is at least what level 1 has reached;
- ticket: `t` is at most `y`, and at least `y x low / high`.

All `x` may be fractions here: so every plan in whole numbers is a solution of this program, and
its optimum bounds theirs. `whole` asks for whole numbers where currencies meet: then `t` counts
smallest parts of the demand, and a column `w` counts those of the supply, `w >= r x t`, rounded up.
Rows whose columns all count parts are not divided: the solver's tolerance is a share of one part.

Amounts rounded up across currencies, as a line the solver can see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from ledger.eligibility.index import Ratio
from ledger.matching.plan import Give, completed
from ledger.solver.highs import INFINITY, Floats, Kind, Model, Places
from ledger.solver.pairs import Pair, Pairs

_LARGEST_LINE = 10**4


def steepest(ratio: Ratio, high: int) -> float:
    """Give the steepest line from zero that no rounded up amount lies below, up to `high`.

    A rate with twelve places may cost a trace more than a whole number, and so one part more; the
    solver can't see a trace, but it sees this slope.
    """
    if high > _LARGEST_LINE or ratio.under * high >= 2**62:
        return ratio.under / ratio.over
    amounts = np.arange(1, high + 1)
    return float(np.min(-(-amounts * ratio.under // ratio.over) / amounts))


LARGEST_WHOLE = 10**6
"""Up to this amount, whole numbers are asked of the solver where they do not come by themselves."""
_LARGEST_COMMON = 5_000


@dataclass(frozen=True, slots=True)
class Formulation:
    """A model with the meaning of its columns.

    `opens` are the `y` of pairs with a smallest amount (-1: none), for pairs that give one
    amount or nothing their `t`; `takes` are the `w` (-1: none); `units` what one `t` gives;
    `capacities` the row of each supply. The objective is that of the level times `scale`.
    """

    pairs: Pairs
    model: Model
    ends: Mapping[int, int]
    shares: Places
    opens: Places
    takes: Places
    units: tuple[int, ...]
    capacities: Mapping[int, int]
    scale: Fraction
    level: int
    whole: bool

    def amounts(self, values: Floats) -> list[int]:
        """Give the nearest whole amount of each pair, 0 of those that are closed."""
        found = []
        for at, pair in enumerate(self.pairs.every):
            if self.shares[at] < 0 or (self.opens[at] >= 0 and values[self.opens[at]] < _HALF):
                found.append(0)
            elif pair.whole:
                found.append(pair.high)
            else:
                found.append(_times(values[self.shares[at]], self.units[at]))
        return found

    def finished(self, values: Floats) -> tuple[int, ...]:
        """Give the ventures that are to end complete."""
        return tuple(venture for venture, column in self.ends.items() if values[column] > _HALF)

    def choices(self, values: Floats) -> tuple[Places, Floats]:
        """Give the columns that are 0 or 1, and which of these they are."""
        opens = np.unique(self.opens[self.opens >= 0])
        columns = np.concatenate([np.array(list(self.ends.values()), np.int32), opens])
        return columns, np.round(values[columns])

    def margins(self, values: Floats) -> Iterable[tuple[int, float]]:
        """Give each capacity's row with what it leaves when rounding of open pairs is kept back.

        A pair whose amount is rounded up by a part takes what that costs and one part more.
        """
        amounts = self.amounts(values)
        for supply, row in self.capacities.items():
            free = self.pairs.problem.supplies[supply].free
            back = 0
            for at in self.pairs.of_supply[supply]:
                pair = self.pairs.every[at]
                if at in self.pairs.exchanging and amounts[at] and not pair.whole:
                    back += pair.ratio.to_offer(1) + 1
            if back:
                yield row, max(0, free - back) / free

    def start(self, gives: Iterable[Give]) -> Floats:
        """Say a plan as values of the columns."""
        listed = list(gives)
        values = np.zeros(self.model.columns)
        for venture in completed(self.pairs.problem, listed):
            if venture in self.ends:
                values[self.ends[venture]] = 1
        for give in listed:
            at = self.pairs.place[give.demand, give.supply]
            if self.opens[at] >= 0:
                values[self.opens[at]] = 1
            values[self.shares[at]] = give.amount / self.units[at]
            if self.takes[at] >= 0:
                values[self.takes[at]] = self.pairs.every[at].ratio.to_offer(give.amount)
        return values


_HALF = 0.5


def _times(share: np.float64, unit: int) -> int:
    return round(Fraction(float(share)) * unit)


def level_one(pairs: Pairs, *, whole: bool = False, tickets: bool = True) -> Formulation:
    """Formulate level 1: the weight of the hopeful ventures that end complete.

    Without `tickets` the smallest amounts are left out, but of pairs that give one amount.
    """
    draft = _Draft(pairs, lambda pair: draft.venture(pair) in draft.ends, whole=whole)
    hopeful = pairs.hopeful
    draft.add_ends([pairs.problem.ventures[one].weight for one in hopeful])
    draft.add_pairs(lambda _: Fraction(0), tickets=tickets)
    draft.add_capacities()
    draft.add_exact_coverage()
    return draft.done(Fraction(1), level=1)


def level_two(pairs: Pairs, weight: int, *, whole: bool = False) -> Formulation:
    """Formulate level 2: what all demands get, of plans whose complete weight is at least this."""
    draft = _Draft(pairs, lambda _: True, whole=whole)
    scale = _scale(pairs)
    draft.add_ends([0] * len(pairs.hopeful))
    draft.add_pairs(lambda pair: _worth(pairs, pair) * scale)
    draft.add_capacities()
    draft.add_free_coverage()
    draft.add_conditions()
    draft.add_weight(weight)
    return draft.done(scale, level=2)


def _worth(pairs: Pairs, pair: Pair) -> Fraction:
    demand = pairs.problem.demands[pair.demand]
    return Fraction(pairs.problem.ventures[demand.venture].weight, demand.net)


def _scale(pairs: Pairs) -> Fraction:
    """Give what makes every worth a whole number, if that is small enough to help the solver."""
    common = 1
    for demand in pairs.of_demand:
        common = lcm(common, pairs.problem.demands[demand].net)
        if common > _LARGEST_COMMON:
            return Fraction(1)
    return Fraction(common)


class _Draft:
    """A formulation while it is written."""

    def __init__(self, pairs: Pairs, takes_part: Callable[[Pair], bool], *, whole: bool) -> None:
        self._pairs, self._takes_part, self._whole = pairs, takes_part, whole
        self.ends: dict[int, int] = {}
        self._model = Model()
        size = len(pairs.every)
        self._shares = np.full(size, -1, np.int32)
        self._opens = np.full(size, -1, np.int32)
        self._takes = np.full(size, -1, np.int32)
        self._units = [1] * size
        self._capacities: dict[int, int] = {}

    def venture(self, pair: Pair) -> int:
        return self._pairs.problem.demands[pair.demand].venture

    def add_ends(self, weights: list[int]) -> None:
        columns = self._model.add_columns(np.array(weights, np.float64), 0, 1, Kind.WHOLE)
        self.ends.update(zip(self._pairs.hopeful, columns.tolist(), strict=True))

    def add_pairs(self, worth: Callable[[Pair], Fraction], *, tickets: bool = True) -> None:
        """Add the columns of all pairs that take part, with their tickets."""
        chosen = [at for at, pair in enumerate(self._pairs.every) if self._takes_part(pair)]
        counted = [self._counts_parts(at) for at in chosen]
        pairs = [self._pairs.every[at] for at in chosen]
        for at, pair, in_parts in zip(chosen, pairs, counted, strict=True):
            self._units[at] = 1 if in_parts else pair.high
        gain = [
            float(worth(pair) * self._units[at]) for at, pair in zip(chosen, pairs, strict=True)
        ]
        most = [pair.high // self._units[at] for at, pair in zip(chosen, pairs, strict=True)]
        kinds = [
            Kind.WHOLE if pair.whole or in_parts else Kind.CONTINUOUS
            for pair, in_parts in zip(pairs, counted, strict=True)
        ]
        self._shares[chosen] = self._model.add_columns(
            np.array(gain), 0, np.array(most, np.float64), np.array(kinds, np.uint8)
        )
        whole = [at for at, pair in zip(chosen, pairs, strict=True) if pair.whole]
        self._opens[whole] = self._shares[whole]
        if tickets:
            self._add_tickets([at for at in chosen if self._has_ticket(self._pairs.every[at])])

    @staticmethod
    def _has_ticket(pair: Pair) -> bool:
        return 1 < pair.low < pair.high

    def _counts_parts(self, at: int) -> bool:
        pair = self._pairs.every[at]
        asked = self._whole and at in self._pairs.exchanging
        return asked and not pair.whole and pair.high <= LARGEST_WHOLE

    def _add_tickets(self, places: list[int]) -> None:
        size = len(places)
        if not size:
            return
        self._opens[places] = self._model.add_columns(0, 0, 1, Kind.WHOLE, count=size)
        least = [self._pairs.every[at].low / self._units[at] for at in places]
        most = [self._pairs.every[at].high / self._units[at] for at in places]
        for limit, lower, upper in ((least, 0, INFINITY), (most, -INFINITY, 0)):
            rows = self._model.add_rows(lower, upper, size)
            self._model.put(rows, self._shares[places], 1)
            self._model.put(rows, self._opens[places], -np.array(limit))

    def add_capacities(self) -> None:
        """Let no supply give more than it has, in its own unit."""
        for supply, places in self._pairs.of_supply.items():
            free = self._pairs.problem.supplies[supply].free
            part = free if self._is_in_parts(places) else 1
            (row,) = self._model.add_rows(-INFINITY, part, 1).tolist()
            self._capacities[supply] = row
            costs = [self._cost(at) for at in places if self._shares[at] >= 0]
            self._model.put(
                row, [one[0] for one in costs], [float(one[1] * part / free) for one in costs]
            )

    def _cost(self, at: int) -> tuple[int, Fraction | int]:
        """Give the column by which a pair draws on its supply, and how much one of it draws."""
        pair = self._pairs.every[at]
        if pair.whole:
            return int(self._shares[at]), pair.ratio.to_offer(pair.high)
        rate = Fraction(pair.ratio.under, pair.ratio.over)
        if not self._counts_parts(at) or pair.ratio.over == 1:
            return int(self._shares[at]), rate * self._units[at]
        most = pair.ratio.to_offer(pair.high)
        (taken,) = self._model.add_columns(0, 0, most, Kind.WHOLE, count=1).tolist()
        self._takes[at] = taken
        row = self._model.add_rows(0, INFINITY, 1)
        self._model.put(row, taken, 1)
        self._model.put(row, self._shares[at], -steepest(pair.ratio, pair.high))
        return taken, 1

    def add_exact_coverage(self) -> None:
        for venture, end in self.ends.items():
            for demand in self._pairs.problem.ventures[venture].demands:
                row = self._model.add_rows(0, 0, 1)
                self._model.put(row, end, -self._scale(demand))
                self._put_shares(row, demand)

    def add_free_coverage(self) -> None:
        for demand in self._pairs.of_demand:
            self._put_shares(self._model.add_rows(-INFINITY, self._scale(demand), 1), demand)
            end = self.ends.get(self._pairs.problem.demands[demand].venture)
            if end is not None:
                row = self._model.add_rows(0, INFINITY, 1)
                self._put_shares(row, demand)
                self._model.put(row, end, -self._scale(demand))

    def _put_shares(self, row: Places, demand: int) -> None:
        places = self._pairs.of_demand[demand]
        part = self._pairs.problem.demands[demand].open / self._scale(demand)
        self._model.put(row, self._shares[places], [self._units[at] / part for at in places])

    def _scale(self, demand: int) -> int:
        """Give what the rows of a demand are multiplied by: all of it where they count parts."""
        in_parts = self._is_in_parts(self._pairs.of_demand[demand])
        return self._pairs.problem.demands[demand].open if in_parts else 1

    def _is_in_parts(self, places: Iterable[int]) -> bool:
        """Say whether all columns of a row count parts, so that it counts them as well."""
        listed = [at for at in places if self._shares[at] >= 0]
        every = self._pairs.every
        return any(self._counts_parts(at) for at in listed) and all(
            self._counts_parts(at) or every[at].whole for at in listed
        )

    def add_conditions(self) -> None:
        """Let a conditional supply give to a venture only where it ends complete."""
        for at, pair in enumerate(self._pairs.every):
            if self._pairs.problem.supplies[pair.supply].conditional:
                column = self._opens[at] if self._opens[at] >= 0 else self._shares[at]
                most = 1 if self._opens[at] >= 0 else pair.high // self._units[at]
                row = self._model.add_rows(-INFINITY, 0, 1)
                self._model.put(row, column, 1)
                self._model.put(row, self.ends[self.venture(pair)], -most)

    def add_weight(self, weight: int) -> None:
        """Ask that what ends complete weighs at least this."""
        if not self.ends:
            return
        row = self._model.add_rows(weight, INFINITY, 1)
        weights = [self._pairs.problem.ventures[venture].weight for venture in self.ends]
        self._model.put(row, list(self.ends.values()), weights)

    def done(self, scale: Fraction, *, level: int) -> Formulation:
        """Give what was written."""
        return Formulation(
            self._pairs,
            self._model,
            self.ends,
            self._shares,
            self._opens,
            self._takes,
            tuple(self._units),
            self._capacities,
            scale,
            level,
            self._whole,
        )
