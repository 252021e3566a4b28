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
from ledger.matching.plan import (
    Allocation,
    Level,
    Solution,
    allocated_to_needs,
    completed,
    completeness,
)
from ledger.matching.problem import MatchingNeed, MatchingOffer, MatchingProblem, MatchingProject

SAME_UNIT = Ratio(1, 1)


def only_needs(problem: MatchingProblem, needs: Collection[int]) -> MatchingProblem:
    """Give the problem in which nobody else asks for anything.

    The projects of these demands may end complete with these alone.
    """
    return _restricted_to(problem, needs, completable=True)


def without_needs(problem: MatchingProblem, needs: Collection[int]) -> MatchingProblem:
    """Give the problem in which these demands were served by offers that nobody else wants."""
    others = [index for index in range(len(problem.needs)) if index not in set(needs)]
    return _restricted_to(problem, others)


def with_priority(problem: MatchingProblem, project: int) -> MatchingProblem:
    """Give the problem in which one project weighs more than all the others together."""
    others = sum(one.weight for index, one in enumerate(problem.projects) if index != project)
    projects = list(problem.projects)
    projects[project] = replace(projects[project], weight=others + 1)
    return replace(problem, projects=tuple(projects))


def with_extra_offer(
    problem: MatchingProblem, ratios: Mapping[int, Ratio], amount: int, code: str
) -> MatchingProblem:
    """Give the problem with one more supply, for some demands alone and free of any terms.

    `ratios` gives for each of these demands the rate from its unit to that of `amount`.
    """
    offer_class = len(problem.offers_of_class)
    links = list(problem.links)
    class_with_offer: dict[int, int] = {}
    changed_needs = list(problem.needs)
    for index, ratio in sorted(ratios.items()):
        need = problem.needs[index]
        if need.need_class not in class_with_offer:  # the demands of a kind are of one unit
            class_with_offer[need.need_class] = len(links)
            links.append({**problem.links[need.need_class], offer_class: ratio})
        changed_needs[index] = replace(need, need_class=class_with_offer[need.need_class])
    offers = (*problem.offers, MatchingOffer(code, offer_class, amount))
    return MatchingProblem(
        problem.projects, tuple(changed_needs), offers, tuple(links), dict(problem.outstanding)
    )


def with_extra_allocations(
    problem: MatchingProblem, allocations: Iterable[Allocation], needs: Iterable[int]
) -> tuple[Allocation, ...]:
    """Add to a plan what the last supply can give to some demands, the heaviest first."""
    plan = list(allocations)
    allocated = allocated_to_needs(problem, plan)
    offer = len(problem.offers) - 1
    free = problem.offers[offer].free
    weights = {one: problem.projects[problem.needs[one].project].weight for one in needs}
    for index in sorted(weights, key=lambda one: (-weights[one], one)):
        limits, ratio = problem.limits(index, offer), problem.ratio(index, offer)
        if limits is None or ratio is None:
            continue
        amount = min(problem.needs[index].open - allocated[index], ratio.to_need(free))
        if amount >= limits.low:
            plan.append(Allocation(index, offer, amount))
            free -= ratio.to_offer(amount)
    return tuple(sorted(plan))


def _restricted_to(
    problem: MatchingProblem, needs: Collection[int], *, completable: bool | None = None
) -> MatchingProblem:
    """Leave out all other demands, and the ventures that have none left."""
    remaining = sorted(needs)
    place_of = {old: new for new, old in enumerate(remaining)}
    projects: list[MatchingProject] = []
    venture_of: dict[int, int] = {}
    for index, project in enumerate(problem.projects):
        own_needs = tuple(place_of[one] for one in project.needs if one in place_of)
        if own_needs:
            venture_of[index] = len(projects)
            is_completable = project.completable if completable is None else completable
            projects.append(replace(project, needs=own_needs, completable=is_completable))
    return MatchingProblem(
        tuple(projects),
        tuple(_with_project(problem.needs[old], venture_of) for old in remaining),
        problem.offers,
        problem.links,
        {
            (place_of[need], offer): outstanding_amounts
            for (need, offer), outstanding_amounts in problem.outstanding.items()
            if need in place_of
        },
    )


def _with_project(need: MatchingNeed, venture_of: Mapping[int, int]) -> MatchingNeed:
    return replace(need, project=venture_of[need.project])


@dataclass(frozen=True, slots=True)
class Span:
    """A figure that is known to lie between two bounds, both included."""

    lower: Fraction
    upper: Fraction

    @property
    def exact(self) -> bool:
        """Say whether the figure is known."""
        return self.lower == self.upper


@dataclass(frozen=True, slots=True)
class ForcedCompletion:
    """A project that was put before all others: whether it ends complete then, and what falls.

    `possible` is None where the search ended without a proof. `fall` is by how much level 1
    falls. `loses` are the projects that end complete today and would not, `gains` those that
    would and do not today, without the project itself.
    """

    possible: bool | None
    regret: Span
    lost: tuple[int, ...]
    gained: tuple[int, ...]


def compare_forced_completion(
    problem: MatchingProblem, today: Solution, project: int, forced: Solution
) -> ForcedCompletion:
    """Compare today's solution with that of the problem in which a project comes first.

    `forced` solves `variants.before_all_others(problem, venture)`.
    """
    others = sum(one.weight for index, one in enumerate(problem.projects) if index != project)
    weight_with_priority = others + 1
    completed_today, completed_then = (
        set(completed(problem, today.allocations)),
        set(completed(problem, forced.allocations)),
    )
    if project not in completed_then:
        possible = False if forced.complete.bound < weight_with_priority else None
        return ForcedCompletion(possible, Span(Fraction(0), today.complete.bound), (), ())
    weight = problem.projects[project].weight
    level_reached = Level(
        completeness(problem, forced.allocations),
        forced.complete.bound - weight_with_priority + weight,
    )
    regret = between(today.complete, level_reached)
    return ForcedCompletion(
        possible=True,
        regret=regret,
        lost=tuple(sorted(completed_today - completed_then)),
        gained=tuple(sorted(completed_then - completed_today - {project})),
    )


def between(higher: Level, lower: Level) -> Span:
    """Give by how much one level exceeds another; never below nothing."""
    zero = Fraction(0)
    return Span(max(zero, higher.value - lower.bound), max(zero, higher.bound - lower.value))
