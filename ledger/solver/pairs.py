"""The pairs of a need and an offer that can take part in a plan, listed one by one.

For problems small enough to list every pair; `arcs` represents larger ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ledger.eligibility.index import Ratio
from ledger.matching.plan import Allocation
from ledger.matching.problem import MatchingCap, MatchingProblem

_MAX_LINE_AMOUNT = 10**4


class EligiblePair(NamedTuple):
    """A need and an offer that may allocate it `low` to `high`, or nothing."""

    need: int
    offer: int
    low: int
    high: int
    ratio: Ratio

    @property
    def all_or_nothing(self) -> bool:
        """Whether it allocates one fixed amount or nothing."""
        return self.low == self.high

    @property
    def is_rounded(self) -> bool:
        """Whether its sides are counted in different units, so that amounts are rounded."""
        return self.ratio.under != self.ratio.over


@dataclass(frozen=True)
class EligiblePairs:
    """All pairs that can be used in some plan, in order of need, then offer.

    `completable` are the projects that some plan might complete, judging each need alone; the
    others are incomplete in every plan and get nothing from conditional offers.
    """

    problem: MatchingProblem
    all: tuple[EligiblePair, ...]
    completable: tuple[int, ...]

    @cached_property
    def by_need(self) -> dict[int, list[int]]:
        """The indices of the pairs of each need that has any."""
        return _group_by(pair.need for pair in self.all)

    @cached_property
    def by_offer(self) -> dict[int, list[int]]:
        """The indices of the pairs of each offer that has any."""
        return _group_by(pair.offer for pair in self.all)

    @cached_property
    def index_of(self) -> dict[tuple[int, int], int]:
        """The index of each pair, by its need and offer."""
        return {(pair.need, pair.offer): at for at, pair in enumerate(self.all)}

    def plan(self, amounts: Iterable[int]) -> tuple[Allocation, ...]:
        """Return the plan of these amounts of all pairs."""
        return tuple(
            sorted(
                Allocation(pair.need, pair.offer, amount)
                for pair, amount in zip(self.all, amounts, strict=True)
                if amount
            )
        )

    def targets(self, amounts: Iterable[int], filled: Iterable[int]) -> list[int]:
        """Return what each need gets of these amounts, and all of it where it is to be filled."""
        needs = self.problem.needs
        targets = [0] * len(needs)
        for pair, amount in zip(self.all, amounts, strict=True):
            targets[pair.need] = min(targets[pair.need] + amount, needs[pair.need].open)
        for need in filled:
            targets[need] = needs[need].open
        return targets

    @cached_property
    def rounding_pairs(self) -> frozenset[int]:
        """The indices of the pairs whose amounts rounding can affect.

        Pairs are connected where they share a need or an offer. In a component without rounded
        pairs a plan is a flow in one unit, and integral by itself.
        """
        return _rounding_pairs(self)


def eligible_pairs(problem: MatchingProblem) -> EligiblePairs:
    """List the pairs of a problem, except those that no plan can use."""
    return _pairs_of(
        problem,
        (
            EligiblePair(need, offer, limits.low, limits.high, ratio)
            for need in range(len(problem.needs))
            for offer, limits in problem.eligible_offers(need)
            if (ratio := problem.ratio(need, offer)) is not None
        ),
    )


def pairs_among(problem: MatchingProblem, among: Iterable[tuple[int, int]]) -> EligiblePairs:
    """List the pairs of a problem among these needs and offers."""
    return _pairs_of(
        problem,
        (
            EligiblePair(need, offer, limits.low, limits.high, ratio)
            for need, offer in sorted(among)
            if (limits := problem.limits(need, offer)) is not None
            and (ratio := problem.ratio(need, offer)) is not None
        ),
    )


def _pairs_of(problem: MatchingProblem, listed: Iterable[EligiblePair]) -> EligiblePairs:
    candidates = [*listed]
    completable = _completable_projects(problem, candidates)
    return EligiblePairs(
        problem, tuple(_usable_pairs(problem, candidates, completable)), tuple(sorted(completable))
    )


def restricted_pairs(pairs: EligiblePairs, among: Collection[tuple[int, int]]) -> EligiblePairs:
    """Return the pairs among these needs and offers, and the projects that they might complete."""
    chosen = [pair for pair in pairs.all if (pair.need, pair.offer) in among]
    completable = _completable_projects(pairs.problem, chosen) & {*pairs.completable}
    return EligiblePairs(
        pairs.problem,
        tuple(_usable_pairs(pairs.problem, chosen, completable)),
        tuple(sorted(completable)),
    )


def _completable_projects(problem: MatchingProblem, candidates: list[EligiblePair]) -> set[int]:
    capacity = [0] * len(problem.needs)
    for pair in candidates:
        capacity[pair.need] += pair.high
    return {
        index
        for index, project in enumerate(problem.projects)
        if project.completable
        and all(capacity[one] >= problem.needs[one].open for one in project.needs)
    }


def _usable_pairs(
    problem: MatchingProblem, candidates: list[EligiblePair], completable: set[int]
) -> Iterable[EligiblePair]:
    return (
        pair
        for pair in candidates
        if not problem.offers[pair.offer].conditional
        or problem.needs[pair.need].project in completable
    )


def _group_by(keys: Iterable[int]) -> dict[int, list[int]]:
    by_key: dict[int, list[int]] = {}
    for index, key in enumerate(keys):
        by_key.setdefault(key, []).append(index)
    return by_key


def _counts(cap: MatchingCap, pair: EligiblePair) -> bool:
    """Say whether a cap on a quantity counts a pair: its flows are not integral by themselves."""
    return cap.counted is None and pair.need in cap.units and pair.offer in cap.offers


def _rounding_pairs(pairs: EligiblePairs) -> frozenset[int]:
    queue = [
        at
        for at, pair in enumerate(pairs.all)
        if pair.is_rounded or any(_counts(cap, pair) for cap in pairs.problem.caps)
    ]
    result = set(queue)
    by_need, by_offer = dict(pairs.by_need), dict(pairs.by_offer)
    while queue:
        pair = pairs.all[queue.pop()]
        # The pairs of each need and of each offer are looked at once.
        for at in (*by_need.pop(pair.need, ()), *by_offer.pop(pair.offer, ())):
            if at not in result:
                result.add(at)
                queue.append(at)
    return frozenset(result)


def steepest_slope(ratio: Ratio, high: int) -> float:
    """Return the steepest line through zero below all rounded-up amounts up to `high`.

    A rate with twelve decimals may cost a trace more than a whole number, and so one part more; the
    solver cannot represent a trace, but it can represent this slope.
    """
    if high > _MAX_LINE_AMOUNT or max(ratio.under * high, ratio.over) >= 2**62:
        return ratio.under / ratio.over
    amounts = np.arange(1, high + 1)
    return float(np.min(-(-amounts * ratio.under // ratio.over) / amounts))
