"""The pairs of a problem that may take part in a plan, one by one, with what can be said before.

For pipelines small enough to list every pair; larger ones go another road.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ledger.eligibility.index import Ratio
from ledger.matching.problem import Problem


class Pair(NamedTuple):
    """A demand and a supply that may serve it with `low` to `high`, or with nothing."""

    demand: int
    supply: int
    low: int
    high: int
    ratio: Ratio

    @property
    def whole(self) -> bool:
        """Whether it gives one certain amount or nothing."""
        return self.low == self.high

    @property
    def exchanges(self) -> bool:
        """Whether its two sides count in different parts, so that rounding may cost one."""
        return self.ratio.under != self.ratio.over


@dataclass(frozen=True)
class Pairs:
    """All pairs that may give in some plan, in order of demand, then supply.

    `hopeful` are the ventures that some plan might complete, so far as each of their demands is
    looked at alone; the others end incomplete in every plan, and get nothing on condition.
    """

    problem: Problem
    every: tuple[Pair, ...]
    hopeful: tuple[int, ...]

    @cached_property
    def of_demand(self) -> dict[int, list[int]]:
        """The places of the pairs of each demand that has any."""
        return _grouped(pair.demand for pair in self.every)

    @cached_property
    def of_supply(self) -> dict[int, list[int]]:
        """The places of the pairs of each supply that has any."""
        return _grouped(pair.supply for pair in self.every)

    @cached_property
    def place(self) -> dict[tuple[int, int], int]:
        """The place of each pair, by its demand and supply."""
        return {(pair.demand, pair.supply): at for at, pair in enumerate(self.every)}

    @cached_property
    def exchanging(self) -> frozenset[int]:
        """The places of the pairs whose amounts rounding may touch: those joined to an exchange.

        Pairs are joined where they share a demand or a supply. Where none of a joined group
        exchanges, a plan is a flow in one unit, and whole numbers come by themselves.
        """
        return _touched(self)


def pairs_of(problem: Problem) -> Pairs:
    """List the pairs of a problem, but for those that can give nothing in any plan."""
    listed = [
        Pair(demand, supply, limits.low, limits.high, ratio)
        for demand in range(len(problem.demands))
        for supply, limits in problem.partners(demand)
        if (ratio := problem.ratio(demand, supply)) is not None
    ]
    hopeful = _hopeful(problem, listed)
    return Pairs(problem, tuple(_without_idle(problem, listed, hopeful)), tuple(sorted(hopeful)))


def _hopeful(problem: Problem, listed: list[Pair]) -> set[int]:
    reach = [0] * len(problem.demands)
    for pair in listed:
        reach[pair.demand] += pair.high
    return {
        place
        for place, venture in enumerate(problem.ventures)
        if venture.completable
        and all(reach[one] >= problem.demands[one].open for one in venture.demands)
    }


def _without_idle(problem: Problem, listed: list[Pair], hopeful: set[int]) -> Iterable[Pair]:
    return (
        pair
        for pair in listed
        if not problem.supplies[pair.supply].conditional
        or problem.demands[pair.demand].venture in hopeful
    )


def _grouped(keys: Iterable[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for place, key in enumerate(keys):
        found.setdefault(key, []).append(place)
    return found


def _touched(pairs: Pairs) -> frozenset[int]:
    waiting = [at for at, pair in enumerate(pairs.every) if pair.exchanges]
    found = set(waiting)
    while waiting:
        pair = pairs.every[waiting.pop()]
        for at in (*pairs.of_demand[pair.demand], *pairs.of_supply[pair.supply]):
            if at not in found:
                found.add(at)
                waiting.append(at)
    return frozenset(found)
