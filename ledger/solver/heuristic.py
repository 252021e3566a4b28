"""The algorithm for medium and large problems: relax, dive, construct, improve, and bound.

1. Relax: solve the linear relaxation of level 1 and strengthen it with cover cuts, or price it by a
   first-order method where it is too large. Its dual prices prove a bound.
2. Dive: fix projects and arcs round by round until few projects are undecided (relax-and-fix).
3. Construct: complete whole projects in order of the relaxation, in whole numbers; where a direct
   allocation is not possible, other needs move to other offers.
4. Improve: solve the undecided projects as one sub-MIP, then by large-neighbourhood search; for
   large problems by exchange local search before it. Sub-MIPs are solved only where each offer is a
   supply group of its own.
5. Level 2: allocate what is left to open needs, and bound the coverage by prices.

Medium problems have too many pairs for the exact program and few enough for large sub-MIPs. Dense
problems, with far more arcs than a plan uses, are not relaxed exactly: the quick plan is made again
with the projects in order of gain at the prices, and improved.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ledger.matching.plan import (
    Level,
    SearchLimit,
    Solution,
    completed,
    completeness,
    coverage,
)
from ledger.matching.problem import MatchingProblem
from ledger.matching.sequence import has_sequence
from ledger.solver.arc_choice import ArcChoice, ArcLimits
from ledger.solver.arcs import Arcs, RestrictedProblem
from ledger.solver.assignment import Assignment
from ledger.solver.bounds import (
    complete_bound,
    coverage_bound,
    max_completeness,
    max_coverage,
    net_gains,
)
from ledger.solver.candidates import CandidateList
from ledger.solver.construct import complete_project, exchange_search
from ledger.solver.coverage import (
    CoverageProgram,
    allocate_coverage,
    approximate_coverage,
)
from ledger.solver.diving import dive, relax_and_fix
from ledger.solver.greedy import (
    OfferArrays,
    Plan,
    best_plan,
    filled,
    greedy_plan,
    greedy_plan_in_order,
)
from ledger.solver.highs import FloatArray, solver_name
from ledger.solver.lns import (
    ARC_LIMITS,
    LARGE_ARC_LIMITS,
    LARGE_LIMITS,
    LNS_ARC_LIMITS,
    LNS_LIMITS,
    START_LIMITS,
    Lns,
    LnsLimits,
    solve_undecided,
)
from ledger.solver.options import UNLIMITED, Deadline, SolverOptions, TimeUp
from ledger.solver.pricing import price_all_arcs, price_groups
from ledger.solver.relaxation import (
    Relaxation,
    RelaxationOptimum,
    completable_projects,
    reduced_cost_arcs,
)
from ledger.solver.repair import without_unmet_conditions

MAX_ARCS_LISTED = 1_000_000
"""Up to this number of arcs all are used together; beyond, the cheapest of each need."""
ARCS_PER_NEED_CONSTRUCTION = 48
"""The arcs per need for construction, where only the cheapest are used."""
ARCS_PER_NEED = 12
"""The arcs per need for diving."""
MIN_DENSITY = 100
"""From this number of arcs per need, where not all are listed, the quick plan in order of gain is
better than what diving leads to, and takes far less."""
_SECONDS_TO_FILL = 1.0
"""The time in which open needs are filled once the time limit has been reached."""
MAX_NEEDS_LP = 30_000
"""Up to this number of needs the relaxation is a linear program; beyond, it is priced."""


class Strategy(NamedTuple):
    """How a plan is improved.

    Diving leaves up to `max_undecided` projects to one sub-MIP, of this work limit; `exchanges`:
    projects are exchanged before the neighbourhood search.
    """

    max_undecided: int
    undecided_work_limit: int
    limits: LnsLimits
    arc_limits: ArcLimits
    exchanges: bool = False


LARGE = Strategy(200, 1_300_000, LARGE_LIMITS, LARGE_ARC_LIMITS, exchanges=True)
MEDIUM = Strategy(100, 400_000, LNS_LIMITS, LNS_ARC_LIMITS)
START = Strategy(60, 80_000, START_LIMITS, LNS_ARC_LIMITS)


def solve_by_search(
    problem: MatchingProblem,
    strategy: Strategy,
    options: SolverOptions = UNLIMITED,
    known_plan: Plan | None = None,
) -> Solution:
    """Return a plan with proven bounds where the exact algorithm would take too long.

    It is never worse than the known plan. Where that completes as much as any plan can, level 1 is
    not searched.
    """
    return _Search(problem, options, known_plan, strategy).solution()


def start_plan(
    problem: MatchingProblem, options: SolverOptions, known_plan: Plan
) -> tuple[Plan, Fraction]:
    """Return a quick plan for level 1 from which another search continues, and its bound."""
    search = _Search(problem, options, known_plan, START)
    with suppress(TimeUp):
        search.complete()
    return search.best(), search.bound


def _arcs(problem: MatchingProblem, deadline: Deadline) -> Arcs:
    """Return the arcs, per offer where a need is indivisible and they are few enough.

    An indivisible need has to fit one offer, which an aggregated capacity would hide.
    """
    if len(problem.needs) <= MAX_NEEDS_LP and not all(one.divisible for one in problem.needs):
        per_offer_arcs = Arcs(problem, per_offer=True, deadline=deadline)
        if per_offer_arcs.count <= MAX_ARCS_LISTED:
            return per_offer_arcs
    return Arcs(problem, deadline=deadline)


class _Search:
    """The search: the plan so far, and the bounds."""

    def __init__(
        self,
        problem: MatchingProblem,
        options: SolverOptions,
        known_plan: Plan | None,
        strategy: Strategy,
    ) -> None:
        self._problem, self._options, self._strategy = problem, options, strategy
        self._deadline = Deadline(options.seconds)
        self._known_plan = greedy_plan(problem) if known_plan is None else known_plan
        self._is_priced = True
        self._arcs = (
            _arcs(problem, self._deadline)
            if strategy is LARGE
            else Arcs(problem, per_offer=True, deadline=self._deadline)
        )
        self._max_undecided = strategy.max_undecided if self._arcs.per_offer else 0
        self._assignment = Assignment(problem)
        self._moved_plan: Plan | None = None
        self.bound = max_completeness(problem)
        self._coverage_bound = max_coverage(problem)

    def solution(self) -> Solution:
        """Return a plan, level 1 first, with bounds of both levels.

        It is never worse than the known plan, and it is the best there is when the time is up.
        """
        with suppress(TimeUp):
            self._cover(self.complete())
        limit = SearchLimit.TIME if self._deadline.passed else None
        allocations = self.best()
        return Solution(
            allocations,
            Level(completeness(self._problem, allocations), self.bound),
            Level(coverage(self._problem, allocations), self._coverage_bound),
            solver=solver_name(),
            limit=limit,
        )

    def best(self) -> Plan:
        """Return the best of the plans reached and the known one."""
        return best_plan(self._problem, self._plans(complete=not self._deadline.passed))

    def _plans(self, *, complete: bool) -> Iterator[Plan]:
        """Yield the plans reached and the known one; level 2 may still be open in the first."""
        plan = without_unmet_conditions(self._problem, self._assignment.plan())
        if complete and not (self._problem.caps or has_sequence(self._problem)):
            yield plan
        elif complete or completeness(self._problem, plan) >= completeness(
            self._problem, self._known_plan
        ):
            yield filled(self._arrays, plan, self._deadline.at_least(_SECONDS_TO_FILL))
        if self._moved_plan is not None:
            yield self._moved_plan
        yield self._known_plan

    @property
    def _is_lp_solvable(self) -> bool:
        """Whether the relaxation is small enough for a linear program."""
        return len(self._problem.needs) <= MAX_NEEDS_LP

    @property
    def _is_listed(self) -> bool:
        """Whether all arcs are used together."""
        return self._arcs.count <= MAX_ARCS_LISTED

    @property
    def _is_dense(self) -> bool:
        """Whether each need has far more arcs than a plan uses."""
        return not self._is_listed and self._arcs.count >= MIN_DENSITY * len(self._problem.needs)

    def _restricted_problem_of(self) -> RestrictedProblem:
        """Return the arcs, or the cheapest of each need where there are too many."""
        arcs = self._arcs
        self._report("pricing")
        completable = completable_projects(arcs)
        if self._is_lp_solvable and self._is_listed:
            return RestrictedProblem.unsolved(
                arcs.all(), completable, np.zeros(len(arcs.groups.free))
            )
        priced = price_groups(arcs, completable, self._deadline)
        best, self._is_priced = priced.best, not self._deadline.passed
        self.bound = min(self.bound, best.bound)
        self._order_by_gain(net_gains(arcs, best.prices, cost=best.cost))
        if not self._is_lp_solvable:
            self._report("relax-and-fix")
            priced = relax_and_fix(arcs, completable, priced, self._deadline)
            return RestrictedProblem(
                priced.block, completable, best.prices, priced.part, priced.flow
            )
        block = price_all_arcs(arcs, best.prices, completable, ARCS_PER_NEED_CONSTRUCTION).block
        return RestrictedProblem.unsolved(block, completable, best.prices)

    def complete(self) -> RestrictedProblem:
        """Solve level 1; return what it was restricted to."""
        restricted = self._restricted_problem_of()
        if not self._adopts_known():
            self._complete(restricted)
        return restricted

    def _complete(self, restricted: RestrictedProblem) -> None:
        if not self._is_priced:
            # Prices of an interrupted search are worse than none: the known plan is better.
            self._assignment.replace(self._known_plan)
        relaxation = (
            Relaxation(self._arcs, restricted.block, restricted.completable)
            if self._is_lp_solvable and not self._is_dense
            else None
        )
        optimum = None if relaxation is None else self._relaxed(relaxation, restricted)
        if self._is_priced and self._adopts_known():
            return
        dive_end = None
        if relaxation is not None and optimum is not None:
            dive_end = self._dive(restricted, relaxation, optimum)
        self._construct(restricted, optimum, dive_end)

    def _dive(
        self, restricted: RestrictedProblem, relaxation: Relaxation, optimum: RelaxationOptimum
    ) -> RelaxationOptimum:
        """Dive on few arcs of each need; return the end over all arcs."""
        self._report("diving")
        selected = reduced_cost_arcs(restricted.block, optimum, ARCS_PER_NEED)
        dive_end = dive(
            self._arcs,
            relaxation.restricted_to(selected),
            self._deadline,
            self._max_undecided,
        )
        if dive_end is None:
            return optimum
        flow = np.zeros(len(restricted.block.need))
        flow[selected] = dive_end.flow
        return replace(dive_end, flow=flow, dual_charges=optimum.dual_charges)

    def _construct(
        self,
        restricted: RestrictedProblem,
        optimum: RelaxationOptimum | None,
        dive_end: RelaxationOptimum | None,
    ) -> None:
        """Construct a plan, projects with the largest completed part first."""
        self._report("construction")
        part, flow = (
            (restricted.part, restricted.flow)
            if dive_end is None
            else (dive_end.part, dive_end.flow)
        )
        prices, dual_charges = (
            (restricted.prices, None) if optimum is None else (optimum.prices, optimum.dual_charges)
        )
        candidates = CandidateList(self._arcs, restricted.block, flow, prices)
        gains = net_gains(self._arcs, prices, dual_charges if self._is_listed else None)
        if optimum is not None:
            self._order_by_gain(gains)
        if self._is_dense:
            self._adopt_known_if_heavier()
        for project in np.lexsort((-gains, -np.round(part, 6))).tolist():
            self._deadline.check()
            if restricted.completable[project] and not self._assignment.is_complete(project):
                complete_project(self._assignment, candidates, project)
        if dive_end is not None and self._max_undecided and not self._deadline.passed:
            self._report("undecided projects")
            choice = ArcChoice.select(
                restricted, self._arcs, dive_end, self._assignment, ARC_LIMITS
            )
            work_limit = self._strategy.undecided_work_limit
            solve_undecided(choice, self._assignment, dive_end, work_limit, self._deadline)
        self._adopt_known_if_heavier()
        self._improve(restricted, optimum, candidates, gains)

    def _improve(
        self,
        restricted: RestrictedProblem,
        optimum: RelaxationOptimum | None,
        candidates: CandidateList,
        gains: FloatArray,
    ) -> None:
        """Improve the constructed plan."""
        if self._is_lp_solvable and self._strategy.exchanges:
            self._report("local search")
            exchange_search(self._assignment, candidates, gains, self._deadline)
        if optimum is not None and self._arcs.per_offer:
            self._search_neighbourhoods(restricted, optimum, gains)

    def _search_neighbourhoods(
        self, restricted: RestrictedProblem, optimum: RelaxationOptimum, gains: FloatArray
    ) -> None:
        """Improve the plan by sub-MIPs until the search ends or the bound is reached."""
        choice = ArcChoice.select(
            restricted, self._arcs, optimum, self._assignment, self._strategy.arc_limits
        )
        lns = Lns(choice, self._assignment, optimum.prices, gains, self._deadline)
        for _ in lns.rounds(self._strategy.limits):
            self._report("neighbourhood search")
            if self._assignment.completed_weight >= self.bound or self._deadline.passed:
                break

    def _order_by_gain(self, gains: FloatArray) -> None:
        """Make the quick plan again with the projects in order of gain; keep the better plan.

        `gains` are the weight of each project less its cost at the prices of the relaxation.
        """
        self._deadline.check()
        order = np.argsort(-gains, kind="stable").tolist()
        plan = greedy_plan_in_order(self._arrays, order, self._deadline)
        self._known_plan = best_plan(self._problem, (self._known_plan, plan))

    @cached_property
    def _arrays(self) -> OfferArrays:
        return OfferArrays(self._problem)

    def _adopts_known(self) -> bool:
        """Adopt the projects that the known plan completes, if no plan completes more."""
        if completeness(self._problem, self._known_plan) < self.bound:
            return False
        self._replace_by_known_completed()
        return True

    def _adopt_known_if_heavier(self) -> None:
        """Adopt the projects that the known plan completes, if they weigh more."""
        if completeness(self._problem, self._known_plan) > self._assignment.completed_weight:
            self._replace_by_known_completed()

    def _replace_by_known_completed(self) -> None:
        """Replace the plan by what the known plan gives to the projects that it completes."""
        ends = set(completed(self._problem, self._known_plan))
        project_of = [need.project for need in self._problem.needs]
        self._assignment.replace(one for one in self._known_plan if project_of[one.need] in ends)

    def _relaxed(
        self, relaxation: Relaxation, restricted: RestrictedProblem
    ) -> RelaxationOptimum | None:
        """Solve the relaxation and bound level 1, without and with cover cuts."""
        self._report("relaxation")
        optimum = relaxation.solve_tightened(self._deadline)
        if optimum is None:
            return None
        self.bound = min(
            self.bound, complete_bound(self._arcs, optimum.prices, restricted.completable)
        )
        if self._is_listed:
            self._report("cover cuts")
            optimum = relaxation.add_cover_cuts(optimum, self._deadline)
            bound = complete_bound(
                self._arcs, optimum.prices, restricted.completable, optimum.dual_charges
            )
            self.bound = min(self.bound, bound)
        return optimum

    def _cover(self, restricted: RestrictedProblem) -> None:
        """Solve level 2 and bound it."""
        arcs, value, block, completable = (
            self._arcs,
            self._assignment.completed_weight,
            restricted.block,
            restricted.completable,
        )
        self._report("coverage")
        coverage = None
        if self._is_lp_solvable:
            program = CoverageProgram(arcs, block, completable, value)
            moved = program.reallocated(self._assignment, self._deadline)
            if moved is not None:
                self._moved_plan = filled(self._arrays, moved, self._deadline)
            coverage = program.optimum(self._deadline)
        if coverage is None:
            coverage = approximate_coverage(arcs, restricted, value, self._deadline)
        candidates = CandidateList(arcs, block, coverage.flow, coverage.prices)
        allocate_coverage(self._assignment, candidates, self._deadline)
        bound = coverage_bound(arcs, coverage.prices, completable, value, coverage.price)
        self._coverage_bound = min(self._coverage_bound, bound)

    def _report(self, stage: str) -> None:
        if self._options.progress is not None:
            self._options.progress(stage, Fraction(self._assignment.completed_weight), self.bound)
