"""A proposal: a solution in codes, quantities and units, for officers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from ledger.core.quantity import Unit, format_amount
from ledger.deals.deal import decimal_rate, exact_text, significant_rate
from ledger.eligibility.index import RateOf
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.eligibility.verdict import rate_between
from ledger.gaps.rows import BaseCurrency
from ledger.matching.build import BuiltProblem
from ledger.matching.goals import Floors, floors_of
from ledger.matching.plan import (
    Allocation,
    Changes,
    Level,
    SearchLimit,
    Solution,
    completed,
)

LEVEL_PLACES = 7
"""The decimal places of fractions shown: coverage, and every gap."""


@dataclass(frozen=True, slots=True)
class Line:
    """A proposed allocation of an offer to a need; `rate` is offer units per need unit."""

    offer: str
    need: str
    project: str
    factor: str
    amount: int
    unit: Unit
    offer_amount: int
    offer_unit: Unit
    rate: Fraction

    def to_dict(self) -> dict[str, str]:
        """Return the line as in `cityfund.match/1`."""
        return {
            "offer": self.offer,
            "need": self.need,
            "project": self.project,
            "factor": self.factor,
            "quantity": format_amount(self.amount, self.unit.decimals),
            "unit": self.unit.code,
            "offer_quantity": format_amount(self.offer_amount, self.offer_unit.decimals),
            "offer_unit": self.offer_unit.code,
            "rate": f"{significant_rate(decimal_rate(self.rate)):f}",
            "rate_exact": exact_text(self.rate),
        }


@dataclass(frozen=True, slots=True)
class Cost:
    """The yearly cost of the money of a plan, in the base currency, without `unknown` lines."""

    amount: Fraction
    unknown: int
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The proposal of a day: levels, completed projects, and lines in order.

    `without_rate` are the pairs of units (of the need, of the offer) left out without a rate.
    `limit_reached` says that a limit ended the search, `limit` which one; a stored proposal does
    not record which. `changes` are those from its baseline; without one every
    line is one. `floors` are the goals, if there are any.
    """

    day: date
    solver: str
    complete_level: Level
    coverage_level: Level
    cost: Cost
    complete: tuple[str, ...]
    lines: tuple[Line, ...]
    without_rate: tuple[tuple[str, str], ...] = ()
    limit_reached: bool = False
    limit: SearchLimit | None = None
    changes: Changes | None = None
    floors: Floors | None = None

    def levels(self) -> list[dict[str, Any]]:
        """Return the levels of the objective in their strict order, as in `cityfund.match/1`."""
        complete = self.complete_level
        cost = {
            "name": "cost",
            "value": _decimal_text(self.cost.amount / 10**self.cost.unit.decimals, 2),
            "unit": self.cost.unit.code,
            "unknown": self.cost.unknown,
        }
        return [
            {
                "name": "complete",
                "value": str(complete.value),
                "bound": str(complete.bound),
                "gap": _decimal_text(complete.gap) if complete.gap else "0",
            },
            {
                "name": "coverage",
                "value": _decimal_text(self.coverage_level.value),
                "bound": _decimal_text(self.coverage_level.bound),
                "gap": _decimal_text(self.coverage_level.gap),
            },
            *self._floors_levels(),
            *self._changes_levels(),
            {"name": "deals", "value": str(len(self.lines))},
            cost,
        ]

    @property
    def best_coverage(self) -> Fraction:
        """The coverage of the best plan found, of which some may be given up to change less."""
        own = self.coverage_level.value
        return own if self.changes is None else max(own, self.changes.best_coverage)

    def _floors_levels(self) -> list[dict[str, Any]]:
        """Return the level of goals, where there are any: what is missing of them, by share."""
        return [] if self.floors is None else [self.floors.to_level()]

    def _changes_levels(self) -> list[dict[str, Any]]:
        """Return the level of changes, which an old stored proposal does not have."""
        changes = self.changes
        if changes is None:
            return []
        return [
            {
                "name": "changes",
                "value": str(changes.value),
                "bound": str(changes.bound),
                "best_coverage": _decimal_text(self.best_coverage),
            }
        ]


def propose(
    built: BuiltProblem,
    solution: Solution,
    needs: Mapping[str, NeedFacts],
    offers: Mapping[str, OfferFacts],
    day: date,
    rate_of: RateOf,
    base: BaseCurrency,
    units: Mapping[str, Unit] = MappingProxyType({}),
) -> Proposal:
    """Express a solution in the codes and units of the ledger; `units` are those of goals."""
    problem = built.problem
    lines = tuple(
        _line(built, allocation, needs, offers, rate_of)
        for allocation in sorted(solution.allocations)  # needs stand by project, then need
    )
    return Proposal(
        day=day,
        solver=solution.solver,
        complete_level=solution.complete,
        coverage_level=solution.coverage,
        cost=_cost(lines, offers, base),
        complete=tuple(
            problem.projects[one].code for one in completed(problem, solution.allocations)
        ),
        lines=lines,
        without_rate=built.without_rate,
        limit_reached=solution.limit_reached,
        limit=solution.limit,
        changes=solution.changes or Changes(len(lines), len(lines), solution.coverage.value),
        floors=floors_of(problem, solution, units),
    )


def _line(
    built: BuiltProblem,
    allocation: Allocation,
    needs: Mapping[str, NeedFacts],
    offers: Mapping[str, OfferFacts],
    rate_of: RateOf,
) -> Line:
    problem = built.problem
    need = needs[problem.needs[allocation.need].code]
    offer = offers[problem.offers[allocation.offer].code]
    ratio = problem.ratio(allocation.need, allocation.offer)
    rate = rate_between(need, offer, rate_of(need.balance.unit.code, offer.balance.unit.code))
    assert ratio is not None
    assert rate is not None
    return Line(
        offer=offer.offer.code,
        need=need.need.code,
        project=need.project.code,
        factor=need.need.factor.value,
        amount=allocation.amount,
        unit=need.balance.unit,
        offer_amount=ratio.to_offer(allocation.amount),
        offer_unit=offer.balance.unit,
        rate=rate,
    )


def _cost(lines: Sequence[Line], offers: Mapping[str, OfferFacts], base: BaseCurrency) -> Cost:
    total, unknown = Fraction(0), 0
    for line in lines:
        if line.unit.kind != "money":
            continue
        percent = offers[line.offer].offer.rate
        amount = base.convert(line.amount, line.unit)
        if percent is None or amount is None:
            unknown += 1
        else:
            total += amount * Fraction(percent) / 100
    return Cost(total, unknown, base.unit)


def _decimal_text(value: Fraction, decimals: int = LEVEL_PLACES) -> str:
    """Format a fraction rounded half-even to this number of places."""
    return format_amount(round(value * 10**decimals), decimals)
