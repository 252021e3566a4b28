"""The exact algorithm: the mixed-integer program of all pairs, solved level by level with proofs.

Each level is solved as a program with continuous amounts, whose optimum bounds every plan in whole
numbers (see `formulation`). Its solution is rounded and repaired exactly; where the value equals
the bound, both are proven. Otherwise a cut says why rounding failed (see `cuts`), or the program
is solved with integer amounts. Large programs are first solved without minimum tickets (see
`min_tickets`).

Work is limited by counted steps: per search and per program by the size of the program, and in
total for a small problem.
"""

from __future__ import annotations

from fractions import Fraction
from math import isinf

from ledger.matching.caps import admissible
from ledger.matching.plan import (
    Level,
    SearchLimit,
    Solution,
    completed,
    completeness,
    coverage,
)
from ledger.matching.problem import MatchingProblem
from ledger.solver.bounds import BOUND_TOLERANCE, integer_bound, max_coverage
from ledger.solver.columns import Formulation
from ledger.solver.cuts import NoGoodCut, add_cut
from ledger.solver.formulation import (
    LARGEST_INTEGER,
    level_one_program,
    level_two_program,
)
from ledger.solver.greedy import Plan, rank
from ledger.solver.highs import FloatArray, Solver, SolveResult, solver_name
from ledger.solver.local_search import reduce_deals_and_cost
from ledger.solver.min_tickets import (
    INTEGER_GAP,
    TicketRelaxation,
    solutions_with_tickets,
    solve_near_projects,
)
from ledger.solver.options import BoundCallback, Deadline, SolverOptions, TimeUp
from ledger.solver.pairs import eligible_pairs
from ledger.solver.rounding import round_to_plan, solve_with_margins
from ledger.solver.strengthen import LpOptimum, solve_strengthened

_WORK_LIMIT = 4_000_000
"""The work limit of one search, in columns times checks; small ones end long before."""
_START_CHECKS = 40
_LARGE_WORK_LIMIT = 700_000
_LARGE_START_CHECKS = 20
_BOUND_CHECKS = 8
"""The bound of level 2 of a large program improves most in its first checks."""
_MAX_COLUMNS_FULL_WORK = 4_000
"""Up to this number of columns the work limit allows nearly any proof."""


def check_limit(formulation: Formulation) -> int:
    """Return the maximum number of checks of a search."""
    columns = formulation.model.columns
    if columns <= _MAX_COLUMNS_FULL_WORK:
        return _START_CHECKS + _WORK_LIMIT // columns
    if formulation.level > 1:
        return _BOUND_CHECKS
    return _LARGE_START_CHECKS + _LARGE_WORK_LIMIT // columns


SMALL_PROBLEM = 12
"""Up to this number of needs, the work limit applies to the whole search: at most about a second.
"""
SMALL_PROBLEM_WORK_LIMIT = 1_600_000
"""In steps (see `Solver`) times the size of the program."""
_BASE_COLUMNS = 30
_BASE_STEPS = 50
"""The fixed cost of a run of the solver, in steps."""
_WORK_SHARES = {(1, False): 0.25, (1, True): 0.4, (2, False): 0.6, (2, True): 1.0}
"""The share of the work that may be used once a level is solved, continuous or integral."""


class WorkLimit:
    """The counted work left to the search of one problem."""

    def __init__(self, problem: MatchingProblem) -> None:
        self._binds = len(problem.needs) <= SMALL_PROBLEM
        self.used = 0

    def steps_left(self, formulation: Formulation) -> int | None:
        """Return the maximum number of steps of a run; None: no limit, 0: limit reached.

        Each program leaves a share of the work to those after it.
        """
        if not self._binds:
            return None
        allowed = int(
            SMALL_PROBLEM_WORK_LIMIT * _WORK_SHARES[formulation.level, formulation.integral]
        )
        steps = (allowed - self.used) // _step_cost(formulation)
        return max(0, steps - _BASE_STEPS)

    def count(self, formulation: Formulation, steps: int) -> None:
        """Add the work of one run."""
        self.used += _step_cost(formulation) * (_BASE_STEPS + steps)


def _step_cost(formulation: Formulation) -> int:
    """Return the cost of a step: a fixed part, and a part per column."""
    return _BASE_COLUMNS + formulation.model.columns


_TOLERANCES = {1: 1e-6, 2: 1e-9}
"""Relative tolerances of the solver. What it misses on level 1, exact flows detect."""
_INTEGRAL_TOLERANCE = 1e-6
"""For rows that count whole parts; a smaller one lets the solver tighten part by part."""

_STAGES = {1: "complete", 2: "coverage"}
_ROUNDS = 50
_SEARCHES = 4
"""The searches of one program have together as many checks as this number of searches."""
_NODES = 20_000
_HALF = 0.5
_SMALL_GAP = 0.0023
"""With a time limit, plans with tickets are sought once the gap is at most this."""
_TIME_SHARE_OF_PROJECTS = 0.6
_MIN_START_SHARE = Fraction(99, 100)
"""A plan below this share of the bound misleads the solver as a start."""
_MAX_COLUMNS_OF_SWAPS = 8_000
"""Up to this number of columns other sets of completed projects are tried for level 2."""
_PROJECTS_OF_A_SWAP = 2
_MAX_SWAPS = 4
_MIN_SWAP_GAIN = 1 + Fraction(1, 10**5)
_MAX_COLUMNS_AT_ONCE = 1_500
"""Up to this number of columns a level is solved at once, larger ones in steps."""


def solve_exactly(
    problem: MatchingProblem, start: Plan, options: SolverOptions, bound: Fraction | None = None
) -> Solution:
    """Return the best plan, starting from a feasible one.

    `bound` is a known bound of level 1.
    """
    return _Search(problem, start, options, bound).solution()


class _Search:
    """The search: the best plan so far, and the bounds."""

    def __init__(
        self, problem: MatchingProblem, start: Plan, options: SolverOptions, bound: Fraction | None
    ) -> None:
        self._problem = problem
        self._pairs = eligible_pairs(problem)
        self._options = options
        self._deadline = Deadline(options.seconds)
        self._time_limit_reached = False  # by time
        self._work = WorkLimit(problem)
        self._interrupted = False  # by the work limit
        self._cuts: list[NoGoodCut] = []
        self._proven = True  # the last search, by itself: what it left open is for whole numbers
        self._best = start
        weights = (problem.projects[index].weight for index in self._pairs.completable)
        self._complete_bound = Fraction(sum(weights))
        if bound is not None:
            self._complete_bound = min(self._complete_bound, bound)
        self._coverage_bound = max_coverage(problem)

    def solution(self) -> Solution:
        if self._pairs.all:
            try:
                self._complete()
                self._cover()
            except TimeUp:
                self._time_limit_reached = True
        else:
            self._coverage_bound = Fraction(0)
        fewer = reduce_deals_and_cost(self._problem, self._best, self._deadline)
        same = completed(self._problem, fewer) == completed(self._problem, self._best)
        if same and admissible(self._problem, fewer) == fewer:
            self._best = fewer  # a limit may not admit that another offer gives
        return Solution(
            self._best,
            self._level_one(),
            self._level_two(),
            solver_name(),
            self._limit(),
        )

    def _limit(self) -> SearchLimit | None:
        """Return the limit that was reached; none where the optimum was proven."""
        if self._time_limit_reached:
            return SearchLimit.TIME
        open_ = self._level_one().gap > 0 or self._level_two().gap > 0
        return SearchLimit.WORK if self._interrupted and open_ else None

    def _level_two(self) -> Level:
        """Level 2 of the best plan; a bound within tolerance of the value is the value."""
        value, bound = coverage(self._problem, self._best), self._coverage_bound
        near = value + BOUND_TOLERANCE * max(Fraction(1), value)
        return Level(value, value if bound <= near else bound)

    @property
    def _has_integer_amounts(self) -> bool:
        """Whether a program with integer amounts differs from that with continuous ones."""
        pairs = self._pairs
        return any(pairs.all[at].high <= LARGEST_INTEGER for at in pairs.rounding_pairs)

    def _complete(self) -> None:
        """Solve level 1."""
        self._solve_level_one(level_one_program(self._pairs, deadline=self._deadline))
        if self._is_proven(1) or not self._proven:
            return
        if self._has_integer_amounts:
            program = level_one_program(self._pairs, integral=True, deadline=self._deadline)
            self._solve_level_one(program, integral=True)

    def _solve_level_one(self, formulation: Formulation, *, integral: bool = False) -> None:
        if self._is_proven(1):
            return
        if formulation.model.columns > _MAX_COLUMNS_AT_ONCE:
            ticket_relaxation = TicketRelaxation(
                formulation, integral=integral, deadline=self._deadline
            )
            self._solve_by_ticket_relaxation(formulation, ticket_relaxation)
            return
        optimum = solve_strengthened(formulation, self._deadline)
        self._time_limit_reached |= self._deadline.passed
        if optimum is not None:
            self._tighten_bound(formulation, optimum.bound)
            self._run(formulation)

    def _solve_by_ticket_relaxation(
        self, formulation: Formulation, ticket_relaxation: TicketRelaxation
    ) -> None:
        optimum = ticket_relaxation.solve_relaxation(self._deadline)
        if optimum is None:
            self._time_limit_reached |= self._deadline.passed
            return
        self._tighten_bound(formulation, optimum.bound)
        time_limited = self._deadline.left is not None
        while not self._is_proven(1):
            before = self._level_one().value
            proven = self._solve_ticket_relaxation(
                ticket_relaxation, optimum, time_limited=time_limited
            )
            if proven:
                self._run(formulation)
            if proven or (self._level_one().value == before and not time_limited):
                return
            time_limited = False

    def _solve_ticket_relaxation(
        self, ticket_relaxation: TicketRelaxation, optimum: LpOptimum, *, time_limited: bool
    ) -> bool:
        """Solve the ticket relaxation, then find a plan near it; return whether it was proven.

        What the smaller program does not prove within its work limit, the full one does not either.
        With a time limit a small gap is enough, and part of the time is left for the plan.
        """
        formulation = ticket_relaxation.formulation
        solver = ticket_relaxation.solver(_TOLERANCES[1], gap=_SMALL_GAP if time_limited else 0.0)
        if self._level_one().value >= self._level_one().bound * _MIN_START_SHARE:
            solver.start_from(ticket_relaxation.program.column_values(self._start_for(formulation)))
        result = solver.solve(
            deadline=self._deadline.part(_TIME_SHARE_OF_PROJECTS)
            if time_limited
            else self._deadline,
            nodes=_NODES,
            checks=check_limit(formulation),
            steps=self._work.steps_left(formulation),
            on_bound=self._bound_callback(formulation, are_plans=False),
        )
        self._count(formulation, solver, result)
        self._tighten_bound(formulation, result.bound)
        if result.values is not None and result.value > self._level_one().value + _HALF:
            solutions = solutions_with_tickets(
                formulation,
                optimum,
                ticket_relaxation.lift(result.values),
                _TOLERANCES[1],
                self._deadline,
            )
            for values in solutions:
                self._adopt(formulation, values)
                if self._level_one().value >= round(result.value):
                    break
        self._time_limit_reached |= self._deadline.passed
        self._proven = result.optimal and integer_bound(result.bound) <= round(result.value)
        return self._proven

    def _cover(self) -> None:
        """Solve level 2."""
        weight = int(completeness(self._problem, self._best))
        formulation = level_two_program(self._pairs, weight, deadline=self._deadline)
        if formulation.model.columns > _MAX_COLUMNS_AT_ONCE and not self._is_proven(2):
            self._improve_coverage(formulation)
        self._run(formulation)
        if _MAX_COLUMNS_AT_ONCE < formulation.model.columns <= _MAX_COLUMNS_OF_SWAPS:
            self._swap_projects(formulation)
        if self._is_proven(2) or not self._proven:
            return
        if self._has_integer_amounts:
            program = level_two_program(self._pairs, weight, integral=True, deadline=self._deadline)
            self._run(program)

    def _improve_coverage(self, formulation: Formulation) -> None:
        """Improve coverage with the same projects complete; the bound is that of the relaxation."""
        solver = Solver(formulation.model.relaxed(), tolerance=_TOLERANCES[formulation.level])
        self._tighten_bound(formulation, solver.solve(deadline=self._deadline).bound)
        values = solve_near_projects(
            formulation, formulation.column_values(self._best), _TOLERANCES[1], self._deadline
        )
        if values is not None:
            self._adopt(formulation, values)
        self._time_limit_reached |= self._deadline.passed

    def _swap_projects(self, formulation: Formulation) -> None:
        """Improve coverage by other sets of completed projects, a swap at a time.

        Which of the sets of equal weight leaves most to the other needs is what the program of
        level 2 finds last.
        """
        for _ in range(_MAX_SWAPS):
            if self._is_proven(2) or self._deadline.passed:
                return
            before = coverage(self._problem, self._best)
            values = solve_near_projects(
                formulation,
                formulation.column_values(self._best),
                _TOLERANCES[1],
                self._deadline,
                changes=_PROJECTS_OF_A_SWAP,
            )
            if values is None:
                return
            self._keep_if_better(formulation, values)
            with_margins = solve_with_margins(formulation, values, self._deadline)
            if with_margins is not None:
                self._keep_if_better(formulation, with_margins)
            if coverage(self._problem, self._best) < before * _MIN_SWAP_GAIN:
                return

    def _run(self, formulation: Formulation) -> None:
        """Solve a program repeatedly while exact flows cut its solutions off."""
        solver = self._solver(formulation)
        most = check_limit(formulation)
        for _ in range(_ROUNDS):
            if self._is_proven(formulation.level):
                return
            if self._deadline.passed:
                self._time_limit_reached = True
                return
            checks_left = _SEARCHES * most - solver.checks_made
            if self._work.steps_left(formulation) == 0 or checks_left <= 0:
                break
            solver.start_from(formulation.column_values(self._start_for(formulation)))
            result = solver.solve(
                deadline=self._deadline,
                nodes=_NODES,
                checks=min(most, checks_left),
                steps=self._work.steps_left(formulation),
                on_bound=self._bound_callback(formulation),
            )
            self._count(formulation, solver, result)
            self._time_limit_reached |= result.time_limit_reached
            self._proven = result.optimal
            self._tighten_bound(formulation, result.bound)
            if result.values is None:
                return
            cut = self._adopt(formulation, result.values)
            if cut is None:
                return
            self._cuts.append(cut)
            add_cut(solver, formulation, cut)
        self._interrupted = True

    def _solver(self, formulation: Formulation) -> Solver:
        """Return a solver of a program with all cuts so far."""
        solver = Solver(formulation.model, tolerance=_tolerance(formulation))
        if formulation.level == 1:
            solver.stop_at_gap(INTEGER_GAP)
        for cut in self._cuts:
            add_cut(solver, formulation, cut)
        return solver

    def _count(self, formulation: Formulation, solver: Solver, result: SolveResult) -> None:
        """Count the work of a run, and record whether its limit ended it."""
        self._work.count(formulation, solver.steps)
        solver.steps = 0
        self._interrupted |= not (result.optimal or result.infeasible or result.time_limit_reached)

    def _bound_callback(
        self, formulation: Formulation, *, are_plans: bool = True
    ) -> BoundCallback | None:
        """Return a callback that reports level 1 as the solver improves it.

        Where its solutions are not plans, only its bound is reported.
        """
        progress = self._options.progress
        if progress is None:
            return None
        reported: set[tuple[Fraction, Fraction]] = set()

        def callback(value: float, bound: float) -> None:
            level = self._level_one()
            if formulation.level == 1:
                level = Level(
                    level.value
                    if isinf(value) or not are_plans
                    else max(level.value, Fraction(round(value))),
                    level.bound if isinf(bound) else min(level.bound, integer_bound(bound)),
                )
            if (level.value, level.bound) not in reported:
                reported.add((level.value, level.bound))
                progress(_STAGES[formulation.level], level.value, max(level.value, level.bound))

        return callback

    def _level_one(self) -> Level:
        value = completeness(self._problem, self._best)
        return Level(value, max(value, self._complete_bound))

    def _start_for(self, formulation: Formulation) -> Plan:
        """Return the part of the best plan that a program has columns for."""
        if formulation.level > 1:
            return self._best
        completed_projects = set(completed(self._problem, self._best))
        return tuple(
            allocation
            for allocation in self._best
            if self._problem.needs[allocation.need].project in completed_projects
        )

    def _tighten_bound(self, formulation: Formulation, solver_bound: float) -> None:
        if isinf(solver_bound):
            return
        if formulation.level == 1:
            self._complete_bound = min(self._complete_bound, integer_bound(solver_bound))
        else:
            bound = Fraction(solver_bound) / formulation.scale
            self._coverage_bound = min(self._coverage_bound, bound)

    def _adopt(self, formulation: Formulation, values: FloatArray) -> NoGoodCut | None:
        """Round a solution, keep the plan if it is the best so far, and return a cut if blocked."""
        cut = self._keep_if_better(formulation, values)
        if cut is None and not self._is_proven(formulation.level) and self._pairs.rounding_pairs:
            with_margins = solve_with_margins(formulation, values, self._deadline)
            if with_margins is not None:
                self._keep_if_better(formulation, with_margins)
        return cut

    def _keep_if_better(self, formulation: Formulation, values: FloatArray) -> NoGoodCut | None:
        plan, cut = round_to_plan(formulation, values)
        if rank(self._problem, plan) > rank(self._problem, self._best):
            self._best = plan
        return cut

    def _is_proven(self, level: int) -> bool:
        """Return whether the best plan reaches the bound of a level."""
        return (self._level_one() if level == 1 else self._level_two()).gap == 0


def _tolerance(formulation: Formulation) -> float:
    return _INTEGRAL_TOLERANCE if formulation.integral else _TOLERANCES[formulation.level]
