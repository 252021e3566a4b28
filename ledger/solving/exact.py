"""The exact road: levels 1 and 2 of a pipeline whose pairs are listed one by one, proven.

Each level is solved as a program in fractions, whose optimum bounds every plan in whole numbers;
its solution is made whole exactly, and where the value is the bound, both are proven. Where it
is not, the program learns why (see `cuts`), or is asked in whole numbers itself.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor, isinf

from ledger.matching.plan import Give, Level, Solution, completed, completeness, coverage
from ledger.matching.problem import Problem
from ledger.solving.cuts import Cut, add_cut, cut_from
from ledger.solving.effort import Effort
from ledger.solving.formulation import LARGEST_WHOLE, Formulation, level_one, level_two
from ledger.solving.highs import INFINITY, Deadline, Floats, Heed, Solver, solver_name
from ledger.solving.levels import improved
from ledger.solving.pairs import pairs_of
from ledger.solving.relaxation import Relaxed, restrict, strengthened
from ledger.solving.repair import Flow, kept

SAME = Fraction(1, 10**8)
"""A bound of the solver that exceeds an exact value by this share or less is that value."""

_TOLERANCES = {1: 1e-6, 2: 1e-9}
"""The solver's, as a share of an amount. What it overlooks on level 1, exact flows find."""

_TRACE = Fraction(1, 10**5)
_STAGES = {1: "complete", 2: "coverage"}
_ROUNDS = 50
_NODES = 20_000
_CHECKS = 1_500
_CHECKS_OF_A_START = 150
_LARGEST_AT_ONCE = 4_000


Plan = tuple[Give, ...]


def solve_exactly(problem: Problem, start: Plan, effort: Effort) -> Solution:
    """Find the best plan there is, beginning with one that keeps all rules."""
    return _Search(problem, start, effort).solution()


class _Search:
    """The best plan so far, and what no plan exceeds."""

    def __init__(self, problem: Problem, start: Plan, effort: Effort) -> None:
        self._problem = problem
        self._pairs = pairs_of(problem)
        self._effort = effort
        self._deadline = Deadline(effort.seconds)
        self._limited = False
        self._cuts: list[Cut] = []
        self._best = start
        weights = (problem.ventures[place].weight for place in self._pairs.hopeful)
        self._complete_bound = Fraction(sum(weights))
        self._coverage_bound = most_coverage(problem)

    def solution(self) -> Solution:
        if self._pairs.every:
            self._complete()
            self._cover()
        else:
            self._coverage_bound = Fraction(0)
        self._best = improved(self._problem, self._best)
        return Solution(
            self._best,
            self._level_one(),
            self._covered(),
            solver_name(),
            self._limited,
        )

    def _covered(self) -> Level:
        """Level 2 of the best plan; a bound that is the value but for a trace is the value."""
        value, bound = coverage(self._problem, self._best), self._coverage_bound
        near = value + SAME * max(Fraction(1), value)
        return Level(value, value if bound <= near else bound)

    def _complete(self) -> None:
        """Level 1."""
        self._solve_level_one(level_one(self._pairs))
        if self._is_complete() or not self._pairs.exchanging:
            return
        if any(self._pairs.every[at].high <= LARGEST_WHOLE for at in self._pairs.exchanging):
            self._solve_level_one(level_one(self._pairs, whole=True))

    def _solve_level_one(self, formulation: Formulation) -> None:
        if self._is_complete():
            return
        relaxed = strengthened(formulation, self._deadline)
        if relaxed is None:
            return
        self._lower_bound(formulation, relaxed.bound)
        if formulation.model.columns > _LARGEST_AT_ONCE and not self._is_complete():
            self._run(formulation, relaxed)
        self._run(formulation)

    def _is_complete(self) -> bool:
        return self._level_one().gap == 0

    def _cover(self) -> None:
        """Level 2."""
        weight = int(completeness(self._problem, self._best))
        self._run(level_two(self._pairs, weight))
        if self._is_covered() or not self._pairs.exchanging:
            return
        if any(self._pairs.every[at].high <= LARGEST_WHOLE for at in self._pairs.exchanging):
            self._run(level_two(self._pairs, weight, whole=True))

    def _is_covered(self) -> bool:
        return self._covered().gap == 0

    def _run(self, formulation: Formulation, relaxed: Relaxed | None = None) -> None:
        """Solve a program, and again as long as exact flows cut solutions off.

        With its relaxation, only what that leaves in doubt: a good plan soon, but no bound.
        """
        solver = Solver(formulation.model, tolerance=_TOLERANCES[formulation.level])
        if relaxed is not None:
            restrict(solver, formulation, relaxed)
        for cut in self._cuts:
            add_cut(solver, formulation, cut)
        for _ in range(_ROUNDS):
            if self._is_reached(formulation):
                return
            if self._deadline.passed:
                self._limited = True
                return
            if relaxed is None:
                solver.start_from(formulation.start(self._fitting(formulation)))
            outcome = solver.solve(
                deadline=self._deadline,
                nodes=_NODES,
                checks=_CHECKS if relaxed is None else _CHECKS_OF_A_START,
                heed=self._heed(formulation),
            )
            self._limited |= outcome.timed_out
            if relaxed is None:
                self._lower_bound(formulation, outcome.bound)
            if outcome.values is None:
                return
            learnt = self._take(formulation, outcome.values)
            if learnt is None:
                return
            self._cuts.append(learnt)
            add_cut(solver, formulation, learnt)

    def _heed(self, formulation: Formulation) -> Heed | None:
        """Give what tells of level 1 as the solver sees it, each time that it changes."""
        progress = self._effort.progress
        if progress is None:
            return None
        told: set[tuple[Fraction, Fraction]] = set()

        def heed(value: float, bound: float) -> None:
            level = self._level_one()
            if formulation.level == 1:
                level = Level(
                    level.value if isinf(value) else max(level.value, Fraction(round(value))),
                    level.bound if isinf(bound) else min(level.bound, whole_below(bound)),
                )
            if (level.value, level.bound) not in told:
                told.add((level.value, level.bound))
                progress(_STAGES[formulation.level], level.value, max(level.value, level.bound))

        return heed

    def _level_one(self) -> Level:
        value = completeness(self._problem, self._best)
        return Level(value, max(value, self._complete_bound))

    def _fitting(self, formulation: Formulation) -> Plan:
        """Give the part of the best plan that a program has columns for."""
        if formulation.level > 1:
            return self._best
        ends = set(completed(self._problem, self._best))
        return tuple(
            give for give in self._best if self._problem.demands[give.demand].venture in ends
        )

    def _lower_bound(self, formulation: Formulation, found: float) -> None:
        if isinf(found):
            return
        if formulation.level == 1:
            self._complete_bound = min(self._complete_bound, whole_below(found))
        else:
            bound = Fraction(found) / formulation.scale
            self._coverage_bound = min(self._coverage_bound, bound)

    def _take(self, formulation: Formulation, values: Floats) -> Cut | None:
        """Make a solution whole, keep it if it is the best so far, and learn from what it lacks."""
        learnt = self._keep(formulation, values)
        if learnt is None and not self._is_reached(formulation) and self._pairs.exchanging:
            roomier = with_margins(formulation, values)
            if roomier is not None:
                self._keep(formulation, roomier)
        return learnt

    def _keep(self, formulation: Formulation, values: Floats) -> Cut | None:
        flow, cut = self._flow(formulation, values, set(formulation.finished(values)))
        plan = kept(self._problem, flow.gives())
        if self._rank(plan) > self._rank(self._best):
            self._best = plan
        return cut

    def _is_reached(self, formulation: Formulation) -> bool:
        return self._is_complete() if formulation.level == 1 else self._is_covered()

    def _flow(
        self, formulation: Formulation, values: Floats, ends: set[int]
    ) -> tuple[Flow, Cut | None]:
        """Give a flow in whole numbers near a solution, and why it does not reach it, if known."""
        amounts = formulation.amounts(values)
        demands = self._problem.demands
        targets = [0] * len(demands)
        for pair, amount in zip(self._pairs.every, amounts, strict=True):
            targets[pair.demand] += amount
        ending = [place for end in sorted(ends) for place in self._problem.ventures[end].demands]
        for place in ending:
            targets[place] = demands[place].open
        flow = Flow(self._pairs, amounts, targets, self._forbidden(ends))
        cut = None
        for place in ending:
            blocked = flow.fill(place)
            if blocked is not None and cut is None:
                cut = cut_from(self._pairs, flow, blocked)
        flow.fill_up(self._by_worth(set(self._pairs.of_demand) - set(ending)))
        return flow, cut

    def _forbidden(self, ends: set[int]) -> set[int]:
        """Give the pairs on condition of ventures that do not end complete."""
        return {
            at
            for at, pair in enumerate(self._pairs.every)
            if self._problem.supplies[pair.supply].conditional
            and self._problem.demands[pair.demand].venture not in ends
        }

    def _by_worth(self, places: set[int]) -> list[int]:
        """Order demands by what one part of them adds to level 2, the most first."""
        demands, ventures = self._problem.demands, self._problem.ventures
        return sorted(
            places,
            key=lambda one: (
                -Fraction(ventures[demands[one].venture].weight, demands[one].net),
                one,
            ),
        )

    def _rank(self, plan: Plan) -> tuple[Fraction, Fraction]:
        return completeness(self._problem, plan), coverage(self._problem, plan)


def whole_below(bound: float) -> Fraction:
    """Round a bound on whole numbers down, but for what the solver may be off."""
    exact = Fraction(bound)
    return Fraction(floor(exact + max(_TRACE, SAME * abs(exact))))


def with_margins(formulation: Formulation, values: Floats) -> Floats | None:
    """Solve again with all choices made, keeping back what rounding across currencies may cost."""
    solver = Solver(formulation.model)
    columns, chosen = formulation.choices(values)
    solver.set_bounds(columns, chosen, chosen)
    for row, most in formulation.margins(values):
        solver.set_row_bounds(row, -INFINITY, most)
    return solver.solve().values


def most_coverage(problem: Problem) -> Fraction:
    """Give what level 2 would be if every demand got all that is open in it."""
    parts = (
        Fraction(problem.ventures[one.venture].weight * one.open, one.net)
        for one in problem.demands
    )
    return sum(parts, Fraction(0))
