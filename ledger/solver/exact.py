"""The exact road: levels 1 and 2 of a pipeline whose pairs are listed one by one, proven.

Each level is solved as a program in fractions, whose optimum bounds every plan in whole numbers;
its solution is made whole exactly, and where the value is the bound, both are proven. Where it
is not, the program learns why (see `cuts`), or is asked in whole numbers itself.

The work limits of the exact strategy: of one search by its size, of a small problem in all.
"""

from __future__ import annotations

from fractions import Fraction
from math import isinf

from ledger.matching.plan import (
    Give,
    Level,
    Limit,
    Solution,
    completed,
    completeness,
    coverage,
)
from ledger.matching.problem import Problem
from ledger.solver.bounds import SAME, most_coverage, whole_below
from ledger.solver.cuts import Cut, add_cut
from ledger.solver.formulation import LARGEST_WHOLE, Formulation, level_one, level_two
from ledger.solver.highs import Deadline, Floats, Outcome, Solver, solver_name
from ledger.solver.local_search import improved
from ledger.solver.min_tickets import WHOLE_GAP, Loose, in_fractions, with_these_ends, with_tickets
from ledger.solver.options import Effort, Heed
from ledger.solver.pairs import pairs_of
from ledger.solver.rounding import made_whole, with_margins
from ledger.solver.strengthen import Relaxed, strengthened

_WORK = 4_000_000
"""How much a search may look at, in columns times checks; small ones end long before."""
_CHECKS_OF_A_START = 40
_LARGE_WORK = 700_000
_CHECKS_OF_A_LARGE_START = 20
_CHECKS_OF_A_BOUND = 8
"""Most of what the bound of level 2 gains on a large program, it gains at first."""
_LARGEST_AT_EASE = 4_000
"""Up to so many columns the work is enough for nearly any proof."""


def checks_of(formulation: Formulation) -> int:
    """Give how many checks a search may make."""
    columns = formulation.model.columns
    if columns <= _LARGEST_AT_EASE:
        return _CHECKS_OF_A_START + _WORK // columns
    if formulation.level > 1:
        return _CHECKS_OF_A_BOUND
    return _CHECKS_OF_A_LARGE_START + _LARGE_WORK // columns


SMALL_PROBLEM = 12
"""Up to so many needs, the work limit is one of the whole search: a CPU second, or less."""
WORK_OF_A_SMALL_PROBLEM = 1_600_000
"""In steps (see `Solver`) times the size of the program."""
_COLUMNS_OF_ANY = 30
_STEPS_OF_A_RUN = 50
"""What a run of the solver costs before its first step and after its last one."""
_SHARES = {(1, False): 0.25, (1, True): 0.4, (2, False): 0.6, (2, True): 1.0}
"""How much of the work may be used once a level has been solved in fractions, in whole numbers."""


class WorkLimit:
    """The counted work that is left to the search of one problem."""

    def __init__(self, problem: Problem) -> None:
        self._binds = len(problem.demands) <= SMALL_PROBLEM
        self.used = 0

    def steps_left(self, formulation: Formulation) -> int | None:
        """Give how many steps a run may make: None for any number, 0 where the limit is reached.

        Each program leaves a share of the work to those after it.
        """
        if not self._binds:
            return None
        allowed = int(WORK_OF_A_SMALL_PROBLEM * _SHARES[formulation.level, formulation.whole])
        steps = (allowed - self.used) // _size(formulation)
        return max(0, steps - _STEPS_OF_A_RUN)

    def count(self, formulation: Formulation, steps: int) -> None:
        """Add the work of one run."""
        self.used += _size(formulation) * (_STEPS_OF_A_RUN + steps)


def _size(formulation: Formulation) -> int:
    """Give what a step costs: some of it is the same for every program."""
    return _COLUMNS_OF_ANY + formulation.model.columns


_TOLERANCES = {1: 1e-6, 2: 1e-9}
"""The solver's, as a share of an amount. What it overlooks on level 1, exact flows find."""
_TOLERANCE_OF_PARTS = 1e-6
"""Where rows count whole parts. A smaller one lets the solver tighten bounds part by part."""

_STAGES = {1: "complete", 2: "coverage"}
_ROUNDS = 50
_NODES = 20_000
_HALF = 0.5
_SMALL_GAP = 0.0023
"""Where the clock runs, a plan with tickets is looked for once no more than this is open."""
_FOR_THE_ENDS = 0.6
_WORTH_A_START = Fraction(9, 10)
"""A plan worth less than this share of the bound leads the solver astray."""
_LARGEST_AT_ONCE = 1_500
"""Up to so many columns a level is asked for at once, beyond in steps."""


Plan = tuple[Give, ...]


def solve_exactly(
    problem: Problem, start: Plan, effort: Effort, bound: Fraction | None = None
) -> Solution:
    """Find the best plan there is, beginning with one that keeps all rules.

    `bound` is what is known of level 1: no plan completes more weight.
    """
    search = _Search(problem, start, effort)
    search.know(bound)
    return search.solution()


class _Search:
    """The best plan so far, and what no plan exceeds."""

    def __init__(self, problem: Problem, start: Plan, effort: Effort) -> None:
        self._problem = problem
        self._pairs = pairs_of(problem)
        self._effort = effort
        self._deadline = Deadline(effort.seconds)
        self._limited = False  # by time
        self._work = WorkLimit(problem)
        self._interrupted = False  # by the work limit
        self._cuts: list[Cut] = []
        self._ended = True  # the last search, by itself: what it left open is for whole numbers
        self._best = start
        weights = (problem.ventures[place].weight for place in self._pairs.hopeful)
        self._complete_bound = Fraction(sum(weights))
        self._coverage_bound = most_coverage(problem)

    def know(self, bound: Fraction | None) -> None:
        """Take a bound of level 1 that was proven before, if there is one."""
        if bound is not None:
            self._complete_bound = min(self._complete_bound, bound)

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
            self._limit(),
        )

    def _limit(self) -> Limit | None:
        """Say which limit was reached; what was proven all the same had work enough."""
        if self._limited:
            return Limit.TIME
        open_ = self._level_one().gap > 0 or self._covered().gap > 0
        return Limit.WORK if self._interrupted and open_ else None

    def _covered(self) -> Level:
        """Level 2 of the best plan; a bound that is the value but for a trace is the value."""
        value, bound = coverage(self._problem, self._best), self._coverage_bound
        near = value + SAME * max(Fraction(1), value)
        return Level(value, value if bound <= near else bound)

    def _complete(self) -> None:
        """Level 1."""
        self._solve_level_one(level_one(self._pairs))
        if self._is_complete() or not self._ended:
            return
        if any(self._pairs.every[at].high <= LARGEST_WHOLE for at in self._pairs.exchanging):
            self._solve_level_one(level_one(self._pairs, whole=True), whole=True)

    def _solve_level_one(self, formulation: Formulation, *, whole: bool = False) -> None:
        if self._is_complete():
            return
        if formulation.model.columns > _LARGEST_AT_ONCE:
            self._solve_in_steps(formulation, Loose(formulation, whole=whole))
            return
        relaxed = strengthened(formulation, self._deadline)
        self._limited |= self._deadline.passed
        if relaxed is not None:
            self._lower_bound(formulation, relaxed.bound)
            self._run(formulation)

    def _solve_in_steps(self, formulation: Formulation, loose: Loose) -> None:
        relaxed = loose.relaxed(self._deadline)
        if relaxed is None:
            self._limited |= self._deadline.passed
            return
        self._lower_bound(formulation, relaxed.bound)
        hasty = self._deadline.left is not None
        while not self._is_complete():
            before = self._level_one().value
            ended = self._without_tickets(loose, relaxed, hasty=hasty)
            if ended:
                self._run(formulation)
            if ended or (self._level_one().value == before and not hasty):
                return
            hasty = False

    def _without_tickets(self, loose: Loose, relaxed: Relaxed, *, hasty: bool) -> bool:
        """Find what may end complete in a smaller program, then a plan for it; say if it ended.

        What a smaller program does not prove with this much work, the whole one does not either.
        In haste a small gap is enough, and some of the time is left for the plan.
        """
        formulation = loose.formulation
        solver = loose.solver(_TOLERANCES[1], gap=_SMALL_GAP if hasty else 0.0)
        if self._level_one().value >= self._level_one().bound * _WORTH_A_START:
            solver.start_from(loose.program.start(self._fitting(formulation)))
        outcome = solver.solve(
            deadline=self._deadline.part(_FOR_THE_ENDS) if hasty else self._deadline,
            nodes=_NODES,
            checks=checks_of(formulation),
            steps=self._work.steps_left(formulation),
            heed=self._heed(formulation, plans=False),
        )
        self._count(formulation, solver, outcome)
        self._lower_bound(formulation, outcome.bound)
        if outcome.values is not None and outcome.value > self._level_one().value + _HALF:
            nearest = with_tickets(
                formulation,
                relaxed,
                loose.lifted(outcome.values),
                _TOLERANCES[1],
                self._deadline,
            )
            for values in nearest:
                self._take(formulation, values)
                if self._level_one().value >= round(outcome.value):
                    break
        self._limited |= self._deadline.passed
        self._ended = outcome.optimal and whole_below(outcome.bound) <= round(outcome.value)
        return self._ended

    def _is_complete(self) -> bool:
        return self._level_one().gap == 0

    def _cover(self) -> None:
        """Level 2."""
        weight = int(completeness(self._problem, self._best))
        formulation = level_two(self._pairs, weight)
        if formulation.model.columns > _LARGEST_AT_ONCE and not self._is_covered():
            self._cover_more(formulation)
        self._run(formulation)
        if self._is_covered() or not self._ended:
            return
        if any(self._pairs.every[at].high <= LARGEST_WHOLE for at in self._pairs.exchanging):
            self._run(level_two(self._pairs, weight, whole=True))

    def _cover_more(self, formulation: Formulation) -> None:
        """Cover more with the same ventures complete; the bound is that of any, in fractions."""
        solver = Solver(in_fractions(formulation), tolerance=_TOLERANCES[formulation.level])
        self._lower_bound(formulation, solver.solve(deadline=self._deadline).bound)
        values = with_these_ends(
            formulation, formulation.start(self._best), _TOLERANCES[1], self._deadline
        )
        if values is not None:
            self._take(formulation, values)
        self._limited |= self._deadline.passed

    def _is_covered(self) -> bool:
        return self._covered().gap == 0

    def _run(self, formulation: Formulation) -> None:
        """Solve a program, and again as long as exact flows cut solutions off."""
        solver = self._solver(formulation)
        for _ in range(_ROUNDS):
            if self._is_reached(formulation):
                return
            if self._deadline.passed:
                self._limited = True
                return
            if self._work.steps_left(formulation) == 0:
                break
            solver.start_from(formulation.start(self._fitting(formulation)))
            outcome = solver.solve(
                deadline=self._deadline,
                nodes=_NODES,
                checks=checks_of(formulation),
                steps=self._work.steps_left(formulation),
                heed=self._heed(formulation),
            )
            self._count(formulation, solver, outcome)
            self._limited |= outcome.timed_out
            self._ended = outcome.optimal
            self._lower_bound(formulation, outcome.bound)
            if outcome.values is None:
                return
            learnt = self._take(formulation, outcome.values)
            if learnt is None:
                return
            self._cuts.append(learnt)
            add_cut(solver, formulation, learnt)
        self._interrupted = True

    def _solver(self, formulation: Formulation) -> Solver:
        """Give a solver of a program with all cuts that were learnt."""
        solver = Solver(formulation.model, tolerance=_tolerance(formulation))
        if formulation.level == 1:
            solver.set_option("mip_abs_gap", WHOLE_GAP)
        for cut in self._cuts:
            add_cut(solver, formulation, cut)
        return solver

    def _count(self, formulation: Formulation, solver: Solver, outcome: Outcome) -> None:
        """Count the work of a run, and note whether its limit ended it."""
        self._work.count(formulation, solver.steps)
        solver.steps = 0
        self._interrupted |= not (outcome.optimal or outcome.infeasible or outcome.timed_out)

    def _heed(self, formulation: Formulation, *, plans: bool = True) -> Heed | None:
        """Give what tells of level 1 as the solver sees it, each time that it changes.

        Where its solutions are no plans yet, only its bound is told.
        """
        progress = self._effort.progress
        if progress is None:
            return None
        told: set[tuple[Fraction, Fraction]] = set()

        def heed(value: float, bound: float) -> None:
            level = self._level_one()
            if formulation.level == 1:
                level = Level(
                    level.value
                    if isinf(value) or not plans
                    else max(level.value, Fraction(round(value))),
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
        plan, cut = made_whole(formulation, values)
        if self._rank(plan) > self._rank(self._best):
            self._best = plan
        return cut

    def _is_reached(self, formulation: Formulation) -> bool:
        return self._is_complete() if formulation.level == 1 else self._is_covered()

    def _rank(self, plan: Plan) -> tuple[Fraction, Fraction]:
        return completeness(self._problem, plan), coverage(self._problem, plan)


def _tolerance(formulation: Formulation) -> float:
    return _TOLERANCE_OF_PARTS if formulation.whole else _TOLERANCES[formulation.level]
