"""The level of goals: the least shortfall of plans equal on levels 1 and 2.

The program is that of level 2 with the weight and the coverage of the plan required (see
`formulation`) and the rows of goals (see `limit_rows`). Its objective is the sum of the shares that
are missing, and its optimum bounds every such plan, within the solver's tolerance. Each solution is
rounded and checked in whole numbers. Where rounding loses coverage, the program is solved again
with the amounts of all needs as they are, so that only other offers give them.

With more pairs than the exact algorithm takes, only the pairs of the plan and those that could meet
a goal are tried; with too many of these nothing is, and the answer says that no bound is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import isinf
from typing import TYPE_CHECKING

from ledger.matching.goals import at_least_missing, shortfall
from ledger.matching.plan import (
    Level,
    Solution,
    completed,
    completeness,
    coverage,
)
from ledger.matching.problem import MatchingProblem
from ledger.solver.greedy import Plan
from ledger.solver.options import Deadline, SolverOptions

if TYPE_CHECKING:
    from ledger.solver.columns import Formulation
    from ledger.solver.highs import FloatArray
    from ledger.solver.pairs import EligiblePairs

MAX_PAIRS = 20_000
"""Up to this number of pairs all are tried,"""
MAX_PAIRS_TRIED = 8_000
"""and with more of them up to this number of those of the plan and of the goals."""
_NODES = 2_000
_CHECKS, _CHECKS_TIMES_COLUMNS = 40, 400_000
_TOLERANCE = 1e-9
_NEAR = Fraction(1, 10**8)
"""A bound within this of the value is the value: it is a solver's figure."""


def with_least_shortfall(
    problem: MatchingProblem, solution: Solution, options: SolverOptions, pair_count: int
) -> Solution:
    """Return the solution with offers chosen so that its goals are met as far as possible.

    Levels 1 and 2 stay as they are. Nothing is searched where no time is given.
    """
    if not problem.goals:
        return solution
    least = at_least_missing(problem)
    plan, bound, is_computed = solution.allocations, least, False
    if shortfall(problem, plan) > least and options.seconds != 0:
        deadline = Deadline(options.seconds)
        plan, found = _searched(problem, plan, pair_count, deadline)
        if found is not None:
            bound, is_computed = max(bound, found), True
    value = shortfall(problem, plan)
    if value <= bound + _NEAR:
        bound, is_computed = value, True
    fewer = _fewer_deals(problem, plan) if plan != solution.allocations else plan
    level = Level(value, bound, is_computed)
    return replace(solution, allocations=fewer, shortfall=level)


def _searched(
    problem: MatchingProblem, plan: Plan, pair_count: int, deadline: Deadline
) -> tuple[Plan, Fraction | None]:
    """Return the best plan found, and a bound where the program was of all pairs."""
    from ledger.solver.pairs import eligible_pairs, pairs_among  # noqa: PLC0415 - takes long to load

    if pair_count <= MAX_PAIRS:
        return _Search(problem, deadline).solved(eligible_pairs(problem), plan)
    tried = {one[:2] for one in plan}
    if len(tried) > MAX_PAIRS_TRIED:
        return plan, None
    for pair in _pairs_of_goals(problem, plan):
        tried.add(pair)
        if len(tried) >= MAX_PAIRS_TRIED:
            break
    return _Search(problem, deadline).solved(pairs_among(problem, tried), plan)[0], None


def _pairs_of_goals(problem: MatchingProblem, plan: Plan) -> Iterator[tuple[int, int]]:
    """Give the pairs of a goal and of the needs that a plan serves, those served most first."""
    served: dict[int, int] = {}
    for one in plan:
        served[one.need] = served.get(one.need, 0) + one.amount
    for goal in problem.goals:
        if goal.missing > 0:
            own = [need for need in goal.rates if need in served]
            own.sort(key=lambda need: (-goal.rates[need] * served[need], need))
            for need in own:
                for offer in sorted(goal.offers):
                    if problem.limits(need, offer) is not None:
                        yield need, offer


class _Search:
    """The search over some pairs, from a plan that it never makes worse."""

    def __init__(self, problem: MatchingProblem, deadline: Deadline) -> None:
        self._problem, self._deadline = problem, deadline

    def solved(self, pairs: EligiblePairs, plan: Plan) -> tuple[Plan, Fraction | None]:
        """Return the plan of the least shortfall that was found, and a bound of these pairs."""
        bound: Fraction | None = None
        for integral in (False, True) if pairs.rounding_pairs else (False,):
            plan, found = self._run(pairs, plan, integral=integral, are_needs_fixed=False)
            bound = found if bound is None or (found is not None and found > bound) else bound
            if self._is_reached(plan, bound):
                return plan, bound
            plan, _ = self._run(pairs, plan, integral=integral, are_needs_fixed=True)
            if self._is_reached(plan, bound):
                return plan, bound
        return plan, bound

    def _is_reached(self, plan: Plan, bound: Fraction | None) -> bool:
        value = shortfall(self._problem, plan)
        return self._deadline.passed or (bound is not None and value <= bound + _NEAR)

    def _run(
        self, pairs: EligiblePairs, plan: Plan, *, integral: bool, are_needs_fixed: bool
    ) -> tuple[Plan, Fraction | None]:
        from ledger.solver.highs import Solver  # noqa: PLC0415 - takes long to load

        program = self._program(pairs, plan, integral=integral, are_needs_fixed=are_needs_fixed)
        solver = Solver(program.model, tolerance=_TOLERANCE)
        solver.start_from(program.column_values(plan))
        result = solver.solve(
            deadline=self._deadline,
            nodes=_NODES,
            checks=_CHECKS + _CHECKS_TIMES_COLUMNS // max(1, program.model.columns),
        )
        bound = None if isinf(result.bound) else max(Fraction(0), -Fraction(result.bound))
        if result.values is None:
            return plan, bound
        best = min(
            (plan, *self._admitted(program, result.values, plan)),
            key=lambda one: shortfall(self._problem, one),
        )
        return best, bound

    def _program(
        self, pairs: EligiblePairs, plan: Plan, *, integral: bool, are_needs_fixed: bool
    ) -> Formulation:
        from ledger.solver.formulation import partial_coverage_program  # noqa: PLC0415 - as above

        weight = completeness(self._problem, plan)
        builder = partial_coverage_program(pairs, weight, lambda _: Fraction(0), integral=integral)
        if are_needs_fixed:
            builder.add_amounts_of_needs(plan)
        else:
            builder.add_min_coverage(coverage(self._problem, plan))
        builder.add_goals(gain=-1.0)
        return builder.build(Fraction(1), level=2)

    def _admitted(self, program: Formulation, values: FloatArray, plan: Plan) -> Iterator[Plan]:
        """Give the plans near a solution that keep every rule, and levels 1 and 2 of a plan."""
        from ledger.solver.least_changes import is_feasible  # noqa: PLC0415 - as above
        from ledger.solver.rounding import round_to_plan  # noqa: PLC0415 - as above

        own = program.pairs.plan(program.amounts(values))
        for found in (own, tuple(sorted(round_to_plan(program, values)[0]))):
            reached = completeness(self._problem, found) >= completeness(
                self._problem, plan
            ) and coverage(self._problem, found) >= coverage(self._problem, plan)
            if reached and is_feasible(self._problem, found):
                yield found


def _fewer_deals(problem: MatchingProblem, plan: Plan) -> Plan:
    """Return the plan with fewer deals, if its goals are met as far and limits admit it."""
    from ledger.solver.least_changes import is_feasible  # noqa: PLC0415 - takes long to load
    from ledger.solver.local_search import reduce_deals_and_cost  # noqa: PLC0415 - as above

    fewer = reduce_deals_and_cost(problem, plan)
    same = completed(problem, fewer) == completed(problem, plan)
    no_worse = shortfall(problem, fewer) <= shortfall(problem, plan)
    return fewer if same and no_worse and is_feasible(problem, fewer) else plan
