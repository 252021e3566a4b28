"""The best proposal of a small case, exactly: every set of projects, and every choice after it.

Sets of projects that end complete are tried from the heaviest down. What a set asks falls apart
into islands of needs and offers that meet; on each, whole amounts are searched by halving ranges
under the bound of an exact linear program. No float and no solver takes part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from island_search import Island, Plan, best_on_island
from match_cases import Case
from pair_ranges import Pair, may_end_complete, pairs_of

LARGE = 10_000
SLACK = Fraction(1, 10**10)


class Best(NamedTuple):
    """Levels 1 and 2 at their optimum, and one plan that reaches both: amounts by need, offer.

    Where amounts are large no plan covers more than `slack` above this one; else none covers more.
    """

    weight: int
    coverage: Fraction
    gives: Plan
    slack: Fraction = Fraction(0)


def best_of(case: Case) -> Best:
    """Find the optimum of a case."""
    pairs = pairs_of(case)
    weights = {code: case.project[code].weight for code in may_end_complete(case, pairs)}
    islands = _Islands(case, pairs)
    best: Best | None = None
    for chosen in _heaviest_first(weights):
        weight = sum(weights[code] for code in chosen)
        if best is not None and weight < best.weight:
            break
        for placed in _earlier_sets(case, chosen):
            found = islands.best(chosen, placed)
            if found is not None and (best is None or found[0] > best.coverage):
                best = Best(weight, *found, islands.slack * len(islands.parts))
    assert best is not None, "giving nothing is always possible"
    return best


def _heaviest_first(weights: dict[str, int]) -> Iterator[frozenset[str]]:
    every = (
        frozenset(some)
        for size in range(len(weights) + 1)
        for some in combinations(sorted(weights), size)
    )
    yield from sorted(every, key=lambda some: (-sum(weights[one] for one in some), sorted(some)))


def _earlier_sets(case: Case, chosen: frozenset[str]) -> Iterator[frozenset[str]]:
    """Give every set of needs that others come after and that might end placed beside `chosen`."""
    earlier = {code for need in case.needs for code in need.after}
    free = sorted(
        code
        for code in earlier
        if case.asked(code)
        and case.need[code].required is not None
        and case.open[code] > 0
        and case.need[code].project not in chosen
    )
    for size in range(len(free) + 1):
        yield from map(frozenset, combinations(free, size))


class _Islands:
    """The parts of a case that share neither need nor offer, and what was found on each."""

    def __init__(self, case: Case, pairs: list[Pair]) -> None:
        self.case = case
        self.parts = list(_apart(pairs))
        large = max(case.open.values(), default=0) > LARGE
        self.slack = SLACK if large else Fraction(0)
        self.known: dict[object, tuple[Fraction, Plan] | None] = {}

    def best(self, chosen: frozenset[str], placed: frozenset[str]) -> tuple[Fraction, Plan] | None:
        """Give the best coverage where these projects end complete and these needs are placed.

        None where they can't. A need that waits for another that is not placed gets nothing.
        """
        total, gives = Fraction(0), Plan()
        for place, part in enumerate(self.parts):
            mine = chosen & {self.case.need[pair.need].project for pair in part}
            key = place, mine, placed
            if key not in self.known:
                island = self._island(part, mine, placed)
                self.known[key] = best_on_island(island, self.slack)
            found = self.known[key]
            if found is None:
                return None
            total += found[0]
            gives |= found[1]
        served = {pair.need for part in self.parts for pair in part}
        return (total, gives) if placed <= served else None

    def _may_give(self, need: str, chosen: frozenset[str], placed: frozenset[str]) -> bool:
        return all(
            one in placed
            or self.case.need[one].project in chosen
            or (self.case.need[one].required is not None and not self.case.open[one])
            for one in self.case.need[need].after
        )

    def _island(self, part: list[Pair], chosen: frozenset[str], placed: frozenset[str]) -> Island:
        case = self.case
        allowed = tuple(
            pair
            for pair in part
            if (not case.offer[pair.offer].only_complete or case.need[pair.need].project in chosen)
            and self._may_give(pair.need, chosen, placed)
        )
        needs = {pair.need for pair in part}
        return Island(
            pairs=allowed,
            open={code: case.open[code] for code in needs},
            available={pair.offer: case.available[pair.offer] for pair in part},
            gain={
                code: Fraction(case.project[case.need[code].project].weight, case.need[code].net)
                for code in needs
            },
            full=frozenset(
                code for code in needs if case.need[code].project in chosen or code in placed
            ),
        )


def _apart(pairs: Iterable[Pair]) -> Iterator[list[Pair]]:
    """Split pairs into groups that share neither need nor offer."""
    groups: list[tuple[set[str], list[Pair]]] = []
    for pair in pairs:
        ends, mine = {pair.need, pair.offer}, [pair]
        apart = []
        for group in groups:
            if group[0] & ends:
                ends |= group[0]
                mine = group[1] + mine
            else:
                apart.append(group)
        groups = [*apart, (ends, mine)]
    for _, mine in groups:
        yield mine
