"""Solving near a baseline: the best plan, then of the plans nearly as good the one closest to it.

1. Solve levels 1 and 2 as without a baseline, and extend the baseline itself by what is left. The
   better of the two sets what is to be reached: its weight, and its coverage less the churn
   allowed, and never less than the baseline reaches; and the shortfall of its goals.
2. Where the baseline reaches that, it is the plan: no line changes.
3. Else the fewest changes are sought: by a mixed-integer program over all pairs of a small problem,
   and over the pairs of the plans known of a larger one (see `least_changes`).
4. Fewer deals and lower cost, as far as no more lines change.

The search of step 1 does not start from the baseline, so that the same ledger leads to the same
plan, and a plan that was stored stays as it is until something changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from time import monotonic
from typing import TYPE_CHECKING

from ledger.matching.caps import admissible
from ledger.matching.goals import shortfall
from ledger.matching.plan import (
    Changes,
    Level,
    Solution,
    completeness,
    count_changes,
    coverage,
)
from ledger.matching.problem import MatchingProblem
from ledger.solver.greedy import OfferArrays, Plan, best_plan, extended, rank
from ledger.solver.least_shortfall import with_least_shortfall
from ledger.solver.options import UNLIMITED, Deadline, SolverOptions
from ledger.solver.solve import MAX_PAIRS_EXACT, SECONDS_FOR_GOALS, count_pairs, solve

if TYPE_CHECKING:
    from ledger.solver.least_changes import Aim

MAX_PAIRS_ALL = 600
"""Up to this number of pairs the fewest changes are sought over all of them."""
MAX_PAIRS_KNOWN = 6_000
"""Up to this number of pairs of the plans known they are sought over these."""
_SECONDS_FOR_EXTENSION = 1.0


def solve_near(
    problem: MatchingProblem,
    baseline: Plan,
    churn: Fraction,
    options: SolverOptions = UNLIMITED,
) -> Solution:
    """Return the best plan on level 1 that covers nearly most, with few changes from a baseline.

    `baseline` is a plan of this problem; no plan returned is worse. Its coverage may be below the
    best found by the share `churn`.
    """
    began = monotonic()
    solution = solve(problem, options)
    return _Nearest(problem, baseline, churn, options.less(monotonic() - began)).solution(solution)


class _Nearest:
    def __init__(
        self, problem: MatchingProblem, baseline: Plan, churn: Fraction, options: SolverOptions
    ) -> None:
        self._problem, self._churn = problem, churn
        self._baseline = admissible(problem, baseline)
        self._options, self._deadline = options, Deadline(options.seconds)

    def solution(self, solution: Solution) -> Solution:
        extension = self._extended()
        best = best_plan(self._problem, [solution.allocations, extension, self._baseline])
        if self._problem.goals:
            solution = self._with_goals(solution, best)
            best = solution.allocations
        weight, best_coverage = rank(self._problem, best)
        least = self._least_coverage(weight, best_coverage)
        plan, bound = self._nearest((solution.allocations, extension, best), weight, least)
        changes = count_changes(self._baseline, plan)
        value, cover = rank(self._problem, plan)
        if solution.shortfall is not None:
            short = shortfall(self._problem, plan)
            least_short = min(short, solution.shortfall.bound)
            solution = replace(
                solution, shortfall=replace(solution.shortfall, value=short, bound=least_short)
            )
        return replace(
            solution,
            allocations=plan,
            complete=_at_least(solution.complete, value, value),
            coverage=_at_least(solution.coverage, cover, best_coverage),
            changes=Changes(changes, bound, best_coverage),
        )

    def _with_goals(self, solution: Solution, best: Plan) -> Solution:
        """Return the solution of the best plan, or of one equal to it that falls less short."""
        problem = self._problem
        if best != solution.allocations:
            seconds = SECONDS_FOR_GOALS if self._options.seconds else 0
            solution = with_least_shortfall(
                problem,
                replace(solution, allocations=best),
                self._options.at_least(seconds),
                count_pairs(problem),
            )
        equal = rank(self._problem, self._baseline) == rank(self._problem, solution.allocations)
        if equal and shortfall(problem, self._baseline) < shortfall(problem, solution.allocations):
            solution = replace(solution, allocations=self._baseline)
        return solution

    def _extended(self) -> Plan:
        left = self._deadline.left
        seconds = None if left is None else max(left, _SECONDS_FOR_EXTENSION)
        return extended(OfferArrays(self._problem), self._baseline, Deadline(seconds))

    def _least_coverage(self, weight: Fraction, best_coverage: Fraction) -> Fraction:
        least = best_coverage * (1 - self._churn)
        baseline_weight, baseline_coverage = rank(self._problem, self._baseline)
        return max(least, baseline_coverage) if baseline_weight == weight else least

    def _nearest(
        self, candidates: Iterable[Plan], weight: Fraction, least: Fraction
    ) -> tuple[Plan, int]:
        """Return the plan of the fewest changes that was found, and a bound."""
        *others, best = candidates
        most = shortfall(self._problem, best) if self._problem.goals else None
        if rank(self._problem, self._baseline) >= (weight, least) and self._meets(
            self._baseline, most
        ):
            return self._baseline, 0
        reached = [
            plan
            for plan in (*others, best)
            if completeness(self._problem, plan) == weight
            and coverage(self._problem, plan) >= least
            and self._meets(plan, most)
        ]
        best = min(reached, key=lambda plan: count_changes(self._baseline, plan))
        if self._deadline.passed:
            return best, 1
        from ledger.solver.least_changes import Aim  # noqa: PLC0415 - takes long to load

        aim = Aim(self._baseline, weight, least, most)
        return self._by_program(best, reached, aim)

    def _meets(self, plan: Plan, most: Fraction | None) -> bool:
        return most is None or shortfall(self._problem, plan) <= most

    def _by_program(self, best: Plan, reached: Iterable[Plan], aim: Aim) -> tuple[Plan, int]:
        from ledger.solver import least_changes as program  # noqa: PLC0415 - takes long to load
        from ledger.solver.closest import closest_plan  # noqa: PLC0415 - as above
        from ledger.solver.pairs import eligible_pairs, pairs_among, restricted_pairs  # noqa: PLC0415

        pair_count = count_pairs(self._problem)
        if pair_count <= MAX_PAIRS_ALL:
            pairs = eligible_pairs(self._problem)
            found = program.least_changes(pairs, aim, best, program.LIMITS, self._deadline)
            return found.plan, max(1, found.bound)
        limits = program.LIMITS_OF_KNOWN
        known = {pair[:2] for plan in (*reached, self._baseline) for pair in plan}
        if pair_count <= MAX_PAIRS_EXACT:
            pairs = eligible_pairs(self._problem)
        elif len(known) <= MAX_PAIRS_KNOWN:
            pairs = pairs_among(self._problem, known)
        else:
            return best, 1
        best = closest_plan(pairs, aim, best, limits, self._deadline)
        known |= {pair[:2] for pair in best}
        pairs = restricted_pairs(pairs, known)
        return program.least_changes(pairs, aim, best, limits, self._deadline).plan, 1


def _at_least(level: Level, value: Fraction, bound: Fraction) -> Level:
    return replace(level, value=value, bound=max(level.bound, bound))
