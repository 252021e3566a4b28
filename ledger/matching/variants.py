"""Other problems beside today's, by which statements about the optimum are proven.

A statement such as "it could end complete, but others would not" is true because the problem in
which the project comes before all others was solved too, not because a price suggests it.

What completing one project would cost the others: today's optimum beside a forced one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from ledger.eligibility.index import Ratio
from ledger.matching.plan import Give, Level, Solution, completed, completeness, given_to
from ledger.matching.problem import Demand, Problem, Supply, Venture

SAME_UNIT = Ratio(1, 1)


def alone(problem: Problem, demands: Collection[int]) -> Problem:
    """Give the problem in which nobody else asks for anything.

    The projects of these demands may end complete with these alone.
    """
    return _kept(problem, demands, completable=True)


def served_elsewhere(problem: Problem, demands: Collection[int]) -> Problem:
    """Give the problem in which these demands were served by offers that nobody else wants."""
    others = [place for place in range(len(problem.demands)) if place not in set(demands)]
    return _kept(problem, others)


def before_all_others(problem: Problem, venture: int) -> Problem:
    """Give the problem in which one project weighs more than all the others together."""
    others = sum(one.weight for place, one in enumerate(problem.ventures) if place != venture)
    ventures = list(problem.ventures)
    ventures[venture] = replace(ventures[venture], weight=others + 1)
    return replace(problem, ventures=tuple(ventures))


def with_more(problem: Problem, ratios: Mapping[int, Ratio], amount: int, code: str) -> Problem:
    """Give the problem with one more supply, for some demands alone and free of any terms.

    `ratios` gives for each of these demands the rate from its unit to that of `amount`.
    """
    kind = len(problem.supplies_of_kind)
    links = list(problem.links)
    own: dict[int, int] = {}
    changed = list(problem.demands)
    for place, ratio in sorted(ratios.items()):
        demand = problem.demands[place]
        if demand.kind not in own:  # the demands of a kind are of one unit
            own[demand.kind] = len(links)
            links.append({**problem.links[demand.kind], kind: ratio})
        changed[place] = replace(demand, kind=own[demand.kind])
    supplies = (*problem.supplies, Supply(code, kind, amount))
    return Problem(problem.ventures, tuple(changed), supplies, tuple(links), dict(problem.living))


def filled(problem: Problem, gives: Iterable[Give], demands: Iterable[int]) -> tuple[Give, ...]:
    """Add to a plan what the last supply can give to some demands, the heaviest first."""
    plan = list(gives)
    left = given_to(problem, plan)
    supply = len(problem.supplies) - 1
    free = problem.supplies[supply].free
    weights = {one: problem.ventures[problem.demands[one].venture].weight for one in demands}
    for place in sorted(weights, key=lambda one: (-weights[one], one)):
        limits, ratio = problem.limits(place, supply), problem.ratio(place, supply)
        if limits is None or ratio is None:
            continue
        amount = min(problem.demands[place].open - left[place], ratio.to_need(free))
        if amount >= limits.low:
            plan.append(Give(place, supply, amount))
            free -= ratio.to_offer(amount)
    return tuple(sorted(plan))


def _kept(
    problem: Problem, demands: Collection[int], *, completable: bool | None = None
) -> Problem:
    """Leave out all other demands, and the ventures that have none left."""
    kept = sorted(demands)
    place_of = {old: new for new, old in enumerate(kept)}
    ventures: list[Venture] = []
    venture_of: dict[int, int] = {}
    for place, venture in enumerate(problem.ventures):
        own = tuple(place_of[one] for one in venture.demands if one in place_of)
        if own:
            venture_of[place] = len(ventures)
            may = venture.completable if completable is None else completable
            ventures.append(replace(venture, demands=own, completable=may))
    return Problem(
        tuple(ventures),
        tuple(_moved(problem.demands[old], venture_of) for old in kept),
        problem.supplies,
        problem.links,
        {
            (place_of[demand], supply): lives
            for (demand, supply), lives in problem.living.items()
            if demand in place_of
        },
    )


def _moved(demand: Demand, venture_of: Mapping[int, int]) -> Demand:
    return replace(demand, venture=venture_of[demand.venture])


@dataclass(frozen=True, slots=True)
class Span:
    """A figure that is known to lie between two bounds, both included."""

    least: Fraction
    most: Fraction

    @property
    def exact(self) -> bool:
        """Say whether the figure is known."""
        return self.least == self.most


@dataclass(frozen=True, slots=True)
class Contest:
    """A project that was put before all others: whether it ends complete then, and what falls.

    `possible` is None where the search ended without a proof. `fall` is by how much level 1
    falls. `loses` are the projects that end complete today and would not, `gains` those that
    would and do not today, without the project itself.
    """

    possible: bool | None
    fall: Span
    loses: tuple[int, ...]
    gains: tuple[int, ...]


def contest(problem: Problem, today: Solution, venture: int, forced: Solution) -> Contest:
    """Compare today's solution with that of the problem in which a project comes first.

    `forced` solves `variants.before_all_others(problem, venture)`.
    """
    others = sum(one.weight for place, one in enumerate(problem.ventures) if place != venture)
    ahead = others + 1
    now, then = set(completed(problem, today.gives)), set(completed(problem, forced.gives))
    if venture not in then:
        possible = False if forced.complete.bound < ahead else None
        return Contest(possible, Span(Fraction(0), today.complete.bound), (), ())
    weight = problem.ventures[venture].weight
    reached = Level(completeness(problem, forced.gives), forced.complete.bound - ahead + weight)
    fall = between(today.complete, reached)
    return Contest(
        possible=True,
        fall=fall,
        loses=tuple(sorted(now - then)),
        gains=tuple(sorted(then - now - {venture})),
    )


def between(higher: Level, lower: Level) -> Span:
    """Give by how much one level exceeds another; never below nothing."""
    nothing = Fraction(0)
    return Span(max(nothing, higher.value - lower.bound), max(nothing, higher.bound - lower.value))
