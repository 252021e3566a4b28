"""The best whole amounts on one island of needs and offers, some needs to be filled to the last.

Each pair gives nothing or an amount of its range. The search halves ranges until whole amounts
with costs rounded up stand at a corner of the linear program that bounds what is left to try.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from exact_lp import maximise
from match_cases import down
from pair_ranges import Pair

HALF = Fraction(1, 2)

Plan = dict[tuple[str, str], int]


class TooHard(Exception):
    """The search had to try more than it was allowed to."""


@dataclass(frozen=True)
class Island:
    """Pairs, what is open and available, what a unit given is worth, and which needs must fill."""

    pairs: tuple[Pair, ...]
    open: dict[str, int]
    available: dict[str, int]
    gain: dict[str, Fraction]
    full: frozenset[str]


class Range(NamedTuple):
    """What a pair may still give: from `low` to `high`, or nothing too while it `may_rest`."""

    low: int
    high: int
    may_rest: bool


Ranges = tuple[Range, ...]


def best_on_island(
    island: Island, slack: Fraction = Fraction(0), tries: int = 1_000
) -> tuple[Fraction, Plan] | None:
    """Give the best coverage and a plan of it, or None where the needs can't all be filled.

    With a slack the plan may lie so far below the best: among hundreds of millions of cents
    there is no end of plans that differ by one.
    """
    for need in island.full:
        if sum(p.high for p in island.pairs if p.need == need) < island.open[need]:
            return None
    return _Search(island, slack, tries).best()


class _Search:
    def __init__(self, island: Island, slack: Fraction, tries: int) -> None:
        self.island = island
        self.pairs = island.pairs
        self.tries = tries
        self.scale = lcm(1, *(gain.denominator for gain in island.gain.values()))
        self.slack = down(slack * self.scale)
        self.gains = [int(island.gain[pair.need] * self.scale) for pair in self.pairs]
        # One unit towards a need that must fill is worth more than all else together.
        prize = 1 + sum(int(island.gain[n] * self.scale) * island.open[n] for n in island.open)
        self.aim = prize * sum(island.open[need] for need in island.full)
        for place, pair in enumerate(self.pairs):
            if pair.need in island.full:
                self.gains[place] += prize
        self.rounded = [p for p, pair in enumerate(self.pairs) if pair.worth.denominator > 1]

    def best(self) -> tuple[Fraction, Plan] | None:
        """Search depth first, the likelier half first, and keep the best."""
        best, plan = self.aim - 1, None
        todo = [tuple(Range(pair.low, pair.high, may_rest=True) for pair in self.pairs)]
        while todo:
            ranges = todo.pop()
            self.tries -= 1
            if self.tries < 0:
                raise TooHard(self.island)
            found = self._bound(ranges)
            if found is None or down(found[0]) <= best + (self.slack if plan else 0):
                continue
            halves = self._halves(ranges, found[1])
            if halves is None:
                best, plan = down(found[0]), [int(amount) for amount in found[1]]
            else:
                todo.extend(halves)
        if plan is None:
            return None
        gives = {(p.need, p.offer): x for p, x in zip(self.pairs, plan, strict=True) if x}
        return Fraction(best - self.aim, self.scale), gives

    def _bound(self, ranges: Ranges) -> tuple[Fraction, list[Fraction]] | None:
        """Bound what the ranges allow, costs not rounded beyond what their ends force."""
        base = [0 if one.may_rest else one.low for one in ranges]
        costs = [pair.cost(low) for pair, low in zip(self.pairs, base, strict=True)]
        left_need, left_offer = dict(self.island.open), dict(self.island.available)
        for pair, low, cost in zip(self.pairs, base, costs, strict=True):
            left_need[pair.need] -= low
            left_offer[pair.offer] -= cost
        if min([*left_need.values(), *left_offer.values()], default=0) < 0:
            return None
        most = [one.high - low for one, low in zip(ranges, base, strict=True)]
        value, at = self._corner(base, costs, most, left_need, left_offer)
        return value, [low + more for low, more in zip(base, at, strict=True)]

    def _corner(
        self,
        base: list[int],
        costs: list[int],
        most: list[int],
        left_need: dict[str, int],
        left_offer: dict[str, int],
    ) -> tuple[Fraction, list[Fraction]]:
        size = len(self.pairs)
        by_need: dict[str, dict[int, int]] = {code: {} for code in left_need}
        by_offer: dict[str, dict[int, int]] = {code: {} for code in left_offer}
        rounding = []
        for place, pair in enumerate(self.pairs):
            by_need[pair.need][place] = 1
            top, bottom = pair.worth.numerator, pair.worth.denominator
            if bottom == 1:
                by_offer[pair.offer][place] = top
                continue
            # The cost, a column of its own: at least the exact worth of what is given.
            cost = size + len(rounding)
            by_offer[pair.offer][cost] = 1
            rounding.append(
                ({place: top, cost: -bottom}, bottom * costs[place] - top * base[place])
            )
        rows = [(row, left_need[code]) for code, row in by_need.items()]
        rows += [(row, left_offer[code]) for code, row in by_offer.items()]
        none: list[int | None] = [None] * len(rounding)
        gains = [*self.gains, *(0 for _ in rounding)]
        found = maximise(gains, rows + rounding, [*most, *none])
        given = sum(gain * low for gain, low in zip(self.gains, base, strict=True))
        return found.value + given, found.at[:size]

    def _halves(self, ranges: Ranges, at: list[Fraction]) -> list[Ranges] | None:
        """Split a range that the corner does not keep; the last half is the one to try first."""
        for place, (one, amount) in enumerate(zip(ranges, at, strict=True)):
            if one.may_rest and 0 < amount < one.low:
                return self._opened(ranges, place, first=2 * amount >= one.low)
        for place, amount in enumerate(at):
            if amount.denominator > 1:
                return self._split(
                    ranges, place, down(amount), at_top=amount - down(amount) >= HALF
                )
        return self._rounded_up(ranges, at)

    def _rounded_up(self, ranges: Ranges, at: list[Fraction]) -> list[Ranges] | None:
        """Split where whole amounts cost more, each rounded up, than an offer has."""
        spent = dict.fromkeys(self.island.available, 0)
        for pair, amount in zip(self.pairs, at, strict=True):
            spent[pair.offer] += pair.cost(int(amount))
        for place in self.rounded:
            pair, amount = self.pairs[place], int(at[place])
            if spent[pair.offer] <= self.island.available[pair.offer]:
                continue
            whole = down(amount * pair.worth)
            if whole == amount * pair.worth:
                continue
            cheaper = down(whole / pair.worth)
            one = ranges[place]
            if not one.may_rest and pair.cost(one.low) == pair.cost(amount):
                continue  # its cost is counted in full already
            return self._split(ranges, place, cheaper, at_top=False)
        return None

    def _opened(self, ranges: Ranges, place: int, *, first: bool) -> list[Ranges]:
        one = ranges[place]
        rest = _with(ranges, place, Range(0, 0, may_rest=False))
        gives = _with(ranges, place, one._replace(may_rest=False))
        return [rest, gives] if first else [gives, rest]

    def _split(self, ranges: Ranges, place: int, last: int, *, at_top: bool) -> list[Ranges]:
        """Split at `last`: up to it, or more than it."""
        one = ranges[place]
        more = Range(max(one.low, last + 1), one.high, may_rest=False)
        less = Range(one.low, min(one.high, last), one.may_rest)
        if less.low > less.high:
            less = Range(0, 0, may_rest=False) if one.may_rest else less
        halves = (less, more) if at_top else (more, less)
        return [_with(ranges, place, half) for half in halves if half.low <= half.high]


def _with(ranges: Ranges, place: int, one: Range) -> Ranges:
    return (*ranges[:place], one, *ranges[place + 1 :])
