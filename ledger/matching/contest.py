"""What completing one project would cost the others: today's optimum beside a forced one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ledger.matching.plan import Level, Solution, completed, completeness
from ledger.matching.problem import Problem


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
