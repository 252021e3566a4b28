"""Goals: the floors of quantities and numbers, which a plan meets as far as it can.

The shortfall of a plan is the sum over goals of what is missing, as a share of what each asks
for: one that gets nothing counts 1, one that is met 0. It is the level between coverage and
changes. What is given is counted exactly at the rate of the day, without rounding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from ledger.core.quantity import Unit, format_amount, format_quantity
from ledger.core.text import counted
from ledger.matching.plan import Allocation, Level, Solution
from ledger.matching.problem import MatchingGoal, MatchingProblem

_PLACES = 7
"""The decimal places of shares shown, as of coverage."""


def given_to(
    problem: MatchingProblem, goal: MatchingGoal, allocations: Iterable[Allocation]
) -> Fraction:
    """Return what a plan gives towards a goal: parts of its unit, or projects not yet counted."""
    own = [one for one in allocations if one.offer in goal.offers and one.need in goal.rates]
    if goal.unit is None:
        projects = {problem.needs[one.need].project for one in own}
        return Fraction(len(projects - goal.counted))
    return sum((goal.rates[one.need] * one.amount for one in own), Fraction(0))


def missing_of(
    problem: MatchingProblem, goal: MatchingGoal, allocations: Iterable[Allocation]
) -> Fraction:
    """Return what a plan leaves missing of a goal, never below zero."""
    return max(Fraction(0), goal.missing - given_to(problem, goal, allocations))


def shortfall(problem: MatchingProblem, allocations: Iterable[Allocation]) -> Fraction:
    """Return the shortfall of a plan: the sum of the shares that are missing of its goals."""
    plan = tuple(allocations)
    shares = (
        missing_of(problem, one, plan) / one.least for one in problem.goals if one.missing > 0
    )
    return sum(shares, Fraction(0))


def at_least_missing(problem: MatchingProblem) -> Fraction:
    """Return a shortfall below which no plan is: all that serves a goal goes to it."""
    return sum(
        (
            max(Fraction(0), one.missing - _most_given(problem, one)) / one.least
            for one in problem.goals
            if one.missing > 0
        ),
        Fraction(0),
    )


def _most_given(problem: MatchingProblem, goal: MatchingGoal) -> Fraction:
    """Return the most that the open needs and the free offers of a goal admit."""
    if not goal.offers:
        return Fraction(0)
    if goal.unit is None:
        projects = {problem.needs[need].project for need in goal.rates}
        return Fraction(len(projects - goal.counted))
    return sum((rate * problem.needs[at].open for at, rate in goal.rates.items()), Fraction(0))


@dataclass(frozen=True, slots=True)
class GoalState:
    """A goal beside a proposal: `least`, `placed` and `proposed` in its smallest part.

    Without a unit it counts projects.
    """

    limit: str
    group: str
    least: int
    placed: Fraction
    proposed: Fraction
    unit: Unit | None

    @property
    def missing(self) -> int:
        """What is missing, rounded up: a shortfall is never understated."""
        return max(0, ceil(self.least - self.placed - self.proposed))

    def sentence(self) -> str:
        """Describe the goal: what it asks for, what is placed, proposed and missing."""
        of = f" of {self.group}" if self.group else ""
        return (
            f"Limit {self.limit}{of} asks for at least {self._text(self.least)}: "
            f"{self._text(round(self.placed))} placed, {self._text(round(self.proposed))} "
            f"proposed, {self._text(self.missing)} short"
        )

    def _text(self, amount: int) -> str:
        if self.unit is not None:
            return format_quantity(amount, self.unit)
        return counted(amount, "project")

    def to_dict(self) -> dict[str, Any]:
        """Return the goal as in `cityfund.match/1`."""
        decimals = 0 if self.unit is None else self.unit.decimals
        return {
            "limit": self.limit,
            "group": self.group or None,
            "least": format_amount(self.least, decimals),
            "unit": None if self.unit is None else self.unit.code,
            "placed": format_amount(round(self.placed), decimals),
            "proposed": format_amount(round(self.proposed), decimals),
            "shortfall": format_amount(self.missing, decimals),
        }


@dataclass(frozen=True, slots=True)
class Floors:
    """The level of goals: its shortfall with a bound below which none is, and each goal."""

    level: Level
    goals: tuple[GoalState, ...] = ()

    def to_list(self) -> list[dict[str, Any]]:
        """Return the goals as in `cityfund.match/1`."""
        return [one.to_dict() for one in self.goals]

    def to_level(self) -> dict[str, Any]:
        """Return the level as in `cityfund.match/1`: the shares missing; less is better."""
        return {
            "name": "floors",
            "value": _decimal_text(self.level.value),
            "bound": _decimal_text(self.level.bound),
            "gap": _decimal_text(self.gap),
        }

    def to_record(self) -> dict[str, Any]:
        """Return the floors as they are recorded with a stored proposal."""
        return {"level": self.to_level(), "goals": self.to_list()}

    @property
    def gap(self) -> Fraction:
        """The relative gap: (value - bound) / max(1, value), since less is better."""
        return (self.level.value - self.level.bound) / max(Fraction(1), self.level.value)


def _decimal_text(value: Fraction) -> str:
    return format_amount(round(value * 10**_PLACES), _PLACES)


def floors_of(
    problem: MatchingProblem, solution: Solution, units: Mapping[str, Unit]
) -> Floors | None:
    """Return the level of goals of a solution, and each goal; None where there are none."""
    if not problem.goals:
        return None
    plan = solution.allocations
    value = shortfall(problem, plan)
    level = solution.shortfall or Level(value, Fraction(0), is_bound_computed=False)
    return Floors(
        level,
        tuple(
            GoalState(
                one.code,
                one.group,
                one.least,
                one.placed,
                given_to(problem, one, plan),
                None if one.unit is None else units[one.unit],
            )
            for one in problem.goals
        ),
    )
