"""Variants of a problem, by which statements about the optimum are proven.

A statement such as "it could end complete, but others would not" is true because the variant in
which the project has priority was solved too, not because a price suggests it. The regret of a
forced choice is the difference between the optima. Goals are left out: what is proven is about
levels 1 and 2, which come before them.
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
from ledger.matching.problem import MatchingCap, MatchingOffer, MatchingProblem, MatchingProject

SAME_UNIT = Ratio(1, 1)


def only_needs(problem: MatchingProblem, needs: Collection[int]) -> MatchingProblem:
    """Return the problem of these needs without competition.

    Their projects may end complete with these needs alone.
    """
    return _restricted_to(problem, needs, completable=True)


def without_needs(problem: MatchingProblem, needs: Collection[int]) -> MatchingProblem:
    """Return the problem without these needs, as if other offers had served them."""
    others = [index for index in range(len(problem.needs)) if index not in set(needs)]
    return _restricted_to(problem, others)


def with_priority(problem: MatchingProblem, project: int) -> MatchingProblem:
    """Return the problem in which one project outweighs all others together."""
    others = sum(one.weight for index, one in enumerate(problem.projects) if index != project)
    projects = list(problem.projects)
    projects[project] = replace(projects[project], weight=others + 1)
    return replace(problem, projects=tuple(projects), goals=())


def with_extra_offer(
    problem: MatchingProblem, ratios: Mapping[int, Ratio], amount: int, code: str
) -> MatchingProblem:
    """Return the problem with one more offer, for some needs only and free of terms.

    `ratios` gives for each of these needs the rate from its unit to that of `amount`.
    """
    offer_class = len(problem.offers_of_class)
    links = list(problem.links)
    class_with_offer: dict[int, int] = {}
    changed_needs = list(problem.needs)
    for index, ratio in sorted(ratios.items()):
        need = problem.needs[index]
        if need.need_class not in class_with_offer:  # the needs of a kind are of one unit
            class_with_offer[need.need_class] = len(links)
            links.append({**problem.links[need.need_class], offer_class: ratio})
        changed_needs[index] = replace(need, need_class=class_with_offer[need.need_class])
    offers = (*problem.offers, MatchingOffer(code, offer_class, amount))
    return MatchingProblem(
        problem.projects,
        tuple(changed_needs),
        offers,
        tuple(links),
        dict(problem.outstanding),
        problem.caps,
    )


def with_extra_allocations(
    problem: MatchingProblem, allocations: Iterable[Allocation], needs: Iterable[int]
) -> tuple[Allocation, ...]:
    """Add allocations of the last offer to a plan, for the heaviest of these needs first."""
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
    """Remove all other needs, and the projects without needs; no need waits for what is removed.

    What removed needs would get may meet a floor, so none binds.
    """
    remaining = sorted(needs)
    place_of = {old: new for new, old in enumerate(remaining)}
    projects: list[MatchingProject] = []
    project_index: dict[int, int] = {}
    for index, project in enumerate(problem.projects):
        own_needs = tuple(place_of[one] for one in project.needs if one in place_of)
        if own_needs:
            project_index[index] = len(projects)
            is_completable = project.completable if completable is None else completable
            projects.append(
                replace(project, needs=own_needs, completable=is_completable, floors=())
            )
    own = (problem.needs[old] for old in remaining)
    return MatchingProblem(
        tuple(projects),
        tuple(
            replace(
                need,
                project=project_index[need.project],
                after=tuple(place_of[one] for one in need.after if one in place_of),
            )
            for need in own
        ),
        problem.offers,
        problem.links,
        {
            (place_of[need], offer): outstanding_amounts
            for (need, offer), outstanding_amounts in problem.outstanding.items()
            if need in place_of
        },
        tuple(_cap_of(cap, place_of, project_index) for cap in problem.caps),
    )


def _cap_of(
    cap: MatchingCap, place_of: Mapping[int, int], project_index: Mapping[int, int]
) -> MatchingCap:
    """Return a cap over the needs that remain."""
    units = {place_of[need]: unit for need, unit in cap.units.items() if need in place_of}
    counted = cap.counted and frozenset(
        project_index[one] for one in cap.counted if one in project_index
    )
    return replace(cap, units=units, counted=counted)


@dataclass(frozen=True, slots=True)
class Span:
    """An interval that contains a figure, both ends included."""

    lower: Fraction
    upper: Fraction

    @property
    def exact(self) -> bool:
        """Return whether the figure is known."""
        return self.lower == self.upper


@dataclass(frozen=True, slots=True)
class ForcedCompletion:
    """A project with priority: whether it ends complete, and the regret.

    `possible` is None without a proof. `regret` is the decrease of level 1. `lost` are the projects
    that end complete today only, `gained` those that do with the priority only, without the project
    itself.
    """

    possible: bool | None
    regret: Span
    lost: tuple[int, ...]
    gained: tuple[int, ...]


def compare_forced_completion(
    problem: MatchingProblem, today: Solution, project: int, forced: Solution
) -> ForcedCompletion:
    """Compare today's solution with that of `with_priority(problem, project)`."""
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
    """Return the interval of the difference of two levels, never below zero."""
    span = difference(higher, lower)
    return Span(max(Fraction(0), span.lower), max(Fraction(0), span.upper))


def difference(after: Level, before: Level) -> Span:
    """Return the interval of the difference of two levels."""
    return Span(after.value - before.bound, after.bound - before.value)
