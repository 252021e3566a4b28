"""Level 2: the relaxation that prices coverage, and the allocation of what is left.

Variables: y[n,s], the part of need n that group s supplies; c[n], the covered part of n;
z[p], the completed part of project p.
Parameters: v[n] = weight x open / net; V, the weight that level 1 has reached.

    max sum v[n] c[n]
    sum over s of y[n,s] = c[n],  z[p of n] <= c[n] <= 1
    the part of c[n] supplied by conditional offers is at most z[p of n]
    sum over n of load[n,s] y[n,s] <= 1,  sum weight[p] z[p] >= V

z is free for the bound: one for a set of completed projects would hold for no other. For a plan it
is fixed; where capacities alone limit amounts, a plan after a swap of completed projects is tried
as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ledger.matching.sequence import has_sequence
from ledger.solver.arcs import ArcBlock, Arcs, BoolArray, FloatArray, IndexArray, RestrictedProblem
from ledger.solver.assignment import Assignment
from ledger.solver.bounds import completion_gains, coverage_weights, weights
from ledger.solver.candidates import CandidateList
from ledger.solver.construct import allocate_from_group, fill_need
from ledger.solver.diving import MIN_FLOW
from ledger.solver.greedy import Plan, best_plan
from ledger.solver.highs import INFINITY, Model, Solver, SolveResult, VariableType
from ledger.solver.options import Deadline
from ledger.solver.pdhg import PdhgState, solve_pdhg
from ledger.solver.relaxation import TOLERANCE

_STEPS = 150
_HALF = 0.5
_REALLOCATED_FOR = 10_000
"""The number of needs for which others are reallocated, the most valuable first."""


@dataclass(frozen=True, slots=True)
class CoverageOptimum:
    """An optimum of the relaxation of level 2; `price` is the dual price of V."""

    flow: FloatArray
    prices: FloatArray
    price: float


def approximate_coverage(
    arcs: Arcs, restricted: RestrictedProblem, value: int, deadline: Deadline
) -> CoverageOptimum:
    """Approximate the optimum of the relaxation of level 2 where it is too large to solve."""
    block, needs = restricted.block, len(arcs.open)
    model, indices = coverage_model(arcs, block, restricted.completable, value)
    # Start: the solution of level 1, with a unit of weight worth the average coverage.
    price = (
        coverage_weights(arcs).sum() / max(1.0, weights(arcs).sum())
        if restricted.prices.any()
        else 0.0
    )
    values, prices = np.zeros(model.columns), np.zeros(model.rows)
    values[: len(restricted.completable)] = restricted.part
    values[len(restricted.completable) :][:needs] = np.bincount(block.need, restricted.flow, needs)
    values[indices.flows] = restricted.flow
    prices[indices.capacity_rows], prices[indices.weight_row] = price * restricted.prices, -price
    state = solve_pdhg(model, _STEPS, PdhgState(values, prices), deadline)
    return indices.optimum(state.values, state.prices)


class _ModelIndices(NamedTuple):
    """The indices of z and y, and of the rows of needs, of capacities and of V in the model."""

    parts: IndexArray
    flows: IndexArray
    need_rows: IndexArray
    capacity_rows: IndexArray
    weight_row: IndexArray

    def optimum(self, values: FloatArray, prices: FloatArray) -> CoverageOptimum:
        """Read a solution."""
        return CoverageOptimum(
            flow=values[self.flows],
            prices=np.abs(prices[self.capacity_rows]),
            price=float(abs(prices[self.weight_row[0]])),
        )


def coverage_model(
    arcs: Arcs, block: ArcBlock, completable: BoolArray, value: int
) -> tuple[Model, _ModelIndices]:
    """Build the program of level 2 over these arcs, with the indices of its parts."""
    model = Model()
    weight, needs = weights(arcs), len(arcs.open)
    parts = model.add_columns(0.0, 0.0, completable.astype(np.float64), count=len(completable))
    covers = model.add_columns(coverage_weights(arcs), 0.0, 1.0)
    flows = model.add_columns(0.0, 0.0, block.share, count=len(block.need))
    coverage_rows = model.add_rows(0.0, 0.0, needs)
    model.add_entries(coverage_rows, covers, -1.0)
    model.add_entries(coverage_rows[block.need], flows, 1.0)
    completion_rows = model.add_rows(0.0, INFINITY, needs)
    model.add_entries(completion_rows, covers, 1.0)
    model.add_entries(completion_rows, parts[arcs.project], -1.0)
    _add_conditions(model, arcs, block, parts, flows)
    weight_row = model.add_rows(float(value), INFINITY, 1)
    model.add_entries(weight_row, parts, np.where(completable, weight, 0.0))
    capacity_rows = model.add_rows(-INFINITY, 1.0, len(arcs.groups.free))
    model.add_entries(capacity_rows[block.group], flows, block.load)
    return model, _ModelIndices(parts, flows, coverage_rows, capacity_rows, weight_row)


def _add_conditions(
    model: Model, arcs: Arcs, block: ArcBlock, parts: IndexArray, flows: IndexArray
) -> None:
    bound = np.flatnonzero(arcs.groups.conditional[block.group])
    needs, row = np.unique(block.need[bound], return_inverse=True)
    rows = model.add_rows(-INFINITY, 0.0, len(needs))
    model.add_entries(rows, parts[arcs.project[needs]], -1.0)
    model.add_entries(rows[row], flows[bound], 1.0)


def allocate_coverage(
    assignment: Assignment, candidates: CandidateList, deadline: Deadline
) -> None:
    """Allocate what is left to open needs, the most valuable first, by unconditional offers.

    Other needs may be reallocated to make room for the first ones. Ends with `TimeUp` once the
    deadline has passed.
    """
    problem = assignment.problem
    open_needs = [need for need, amount in enumerate(assignment.open) if amount]

    def priority(need: int) -> tuple[float, int]:
        one = problem.needs[need]
        groups = candidates.groups(need)
        cheapest = min((price for _, _, price in groups), default=0.0)
        coverage_weight = problem.projects[one.project].weight * one.open / one.net
        return cheapest - coverage_weight, need

    deadline.check()
    for index, need in enumerate(sorted(open_needs, key=priority)):
        deadline.check()
        reallocate = index < _REALLOCATED_FOR
        fill_need(assignment, candidates, need, conditional=False, reallocate=reallocate)


_CAPACITY_MARGIN = 1e-6
"""The part of each capacity left free for rounding, as far as possible."""
_SWAPPED = 60
"""The number of completed projects, and of others, that a swap may change."""
_SWAP_WORK = 400_000
"""The work limit of a swap, in columns times checks."""
_SWAP_CHECKS = 10
"""With fewer checks nothing is found."""
_SWAP_ARCS, _OTHER_ARCS = 3, 1
"""The cheapest arcs of each need of these projects, and of other needs, that a swap may use."""
_SWAP_OPTIONS = (
    ("mip_rel_gap", 1.1e-3),
    ("mip_heuristic_effort", 0.6),
    ("mip_allow_restart", False),
)
"""A better solution is sought, not a proof."""


class _FixedPlan(NamedTuple):
    """Projects that end complete, and the part of its need that each arc then supplies."""

    completed: BoolArray
    flow: FloatArray


class CoverageProgram:
    """The program of level 2 over some arcs."""

    def __init__(self, arcs: Arcs, block: ArcBlock, completable: BoolArray, value: int) -> None:
        self._arcs, self._block, self._completable = arcs, block, completable
        self._model, self._indices = coverage_model(arcs, block, completable, value)
        # Completed projects may use all of a capacity: there is no margin then.
        rows = self._indices.capacity_rows
        self._margins = self._model.add_columns(1.0, 0.0, 0.0, count=len(rows))
        self._model.add_entries(rows, self._margins, _CAPACITY_MARGIN)
        self._solver = Solver(self._model, tolerance=TOLERANCE)
        self._solver.set_option("solver", "simplex")

    def optimum(self, deadline: Deadline) -> CoverageOptimum | None:
        """Solve the relaxation with z free; None where the time was too short."""
        least, most = np.zeros(len(self._completable)), self._completable.astype(np.float64)
        self._set_rows(np.zeros(len(self._arcs.open)), np.zeros(len(self._margins)))
        result = self._solved(least, most, self._block.share, 0.0, deadline)
        if result is None or result.values is None or result.duals is None:
            return None
        return self._indices.optimum(result.values, result.duals)

    def reallocated(self, assignment: Assignment, deadline: Deadline) -> Plan | None:
        """Return the plan with the needs of completed projects moved so that open needs get most.

        Needs of completed projects keep their allocations if they are indivisible or use an offer
        with a minimum ticket. A swap is kept only where it is better in whole numbers too. None
        where no such plan was found in time. The assignment does not change.
        """
        projects = range(len(self._completable))
        completed = np.array([assignment.is_complete(one) for one in projects], dtype=bool)
        unmoved = completed[self._arcs.project] & self._keeps(assignment)
        self._set_rows(unmoved.astype(np.float64), self._load(assignment, unmoved))
        checkpoint, plans = assignment.checkpoint(), list[Plan]()
        for fixed in self._fixed_plans(completed, unmoved, deadline):
            if self._apply(assignment, unmoved, fixed, deadline):
                plans.append(assignment.plan())
            assignment.roll_back(checkpoint)
        return best_plan(assignment.problem, plans) if plans else None

    def _keeps(self, assignment: Assignment) -> BoolArray:
        """Return which needs keep what they have."""
        groups = self._arcs.groups
        ticketed = (groups.min_ticket > 0)[groups.group_of_offer].tolist()
        uses_ticket = [any(ticketed[offer] for offer in given) for given in assignment.amounts]
        keeps: BoolArray = np.array(uses_ticket, dtype=bool) | ~self._arcs.divisible
        return keeps

    def _load(self, assignment: Assignment, needs: BoolArray) -> FloatArray:
        """Return the part of each capacity that these needs use."""
        problem, groups = assignment.problem, self._arcs.groups
        load = np.zeros(len(groups.free))
        for need in np.flatnonzero(needs).tolist():
            for offer, amount in assignment.amounts[need].items():
                ratio = problem.ratio(need, offer)
                assert ratio is not None
                load[groups.group_of_offer[offer]] += ratio.to_offer(amount)
        return load / groups.free

    def _fixed_plans(
        self, completed: BoolArray, unmoved: BoolArray, deadline: Deadline
    ) -> Iterator[_FixedPlan]:
        """Yield the best plan of these completed projects, and of others after a swap."""
        result = self._with_fixed(completed, unmoved, deadline)
        if result is None or result.values is None:
            return
        yield _FixedPlan(completed, result.values[self._indices.flows])
        if not self._are_amounts_free():
            return  # other projects might not end complete in whole numbers
        swapped = self._swapped(completed, result, deadline)
        if (swapped == completed).all():
            return
        result = self._with_fixed(swapped, unmoved, deadline)
        if result is not None and result.values is not None:
            yield _FixedPlan(swapped, result.values[self._indices.flows])

    def _are_amounts_free(self) -> bool:
        """Return whether capacities alone limit the amounts."""
        arcs, problem = self._arcs, self._arcs.problem
        is_limited = problem.caps or any(one.floors for one in problem.projects)
        return not (
            is_limited
            or has_sequence(problem)
            or arcs.groups.min_ticket.any()
            or not arcs.divisible.all()
        )

    def _with_fixed(
        self, completed: BoolArray, unmoved: BoolArray, deadline: Deadline
    ) -> SolveResult | None:
        """Solve the program with z fixed; None where there was no optimum in time."""
        fixed, usable = completed.astype(np.float64), self._usable(completed, unmoved)
        return self._solved(fixed, fixed, np.where(usable, self._block.share, 0.0), 1.0, deadline)

    def _usable(self, completed: BoolArray, unmoved: BoolArray) -> BoolArray:
        """Return the arcs whose flows may change where these projects end complete."""
        groups, block = self._arcs.groups, self._block
        usable: BoolArray = np.where(
            completed[self._arcs.project[block.need]],
            (groups.min_ticket[block.group] == 0) & ~unmoved[block.need],
            ~groups.conditional[block.group],
        )
        return usable

    def _solved(
        self,
        least: FloatArray,
        most: FloatArray,
        share: FloatArray,
        margin: float,
        deadline: Deadline,
    ) -> SolveResult | None:
        """Solve the linear program within these limits of z, y and the margins."""
        solver, indices = self._solver, self._indices
        solver.set_bounds(indices.parts, least, most)
        solver.set_bounds(indices.flows, np.zeros(len(share)), share)
        nothing = np.zeros(len(self._margins))
        solver.set_bounds(self._margins, nothing, nothing + margin)
        result = solver.solve(deadline=deadline)
        return result if result.optimal else None

    def _set_rows(self, filled: FloatArray, load: FloatArray) -> None:
        """Set the parts of needs and of capacities that are allocated outside of the program."""
        solver, indices = self._solver, self._indices
        solver.set_bounds_of_rows(indices.need_rows, -filled, -filled)
        left = np.maximum(0.0, 1 - load)
        solver.set_bounds_of_rows(indices.capacity_rows, np.full(len(left), -INFINITY), left)

    def _swapped(self, completed: BoolArray, result: SolveResult, deadline: Deadline) -> BoolArray:
        """Return other completed projects of as much weight that leave more to open needs.

        A sub-MIP starts from a result with z fixed: z is free of the completed projects that cost
        the most coverage at its prices, and of the others that cost the least. Its arcs are those
        of the start, those that its relaxation uses, and the cheapest.
        """
        indices, share = self._indices, self._block.share
        if result.values is None or result.duals is None:
            return completed
        prices = np.abs(result.duals[indices.capacity_rows])
        free = self._swappable(completed, prices)
        least = np.where(free, 0.0, completed)
        most = np.where(free, self._completable, completed).astype(np.float64)
        relaxed = self._solved(least, most, share, 0.0, deadline)
        if relaxed is None or relaxed.values is None:
            return completed
        flows = np.maximum(result.values, relaxed.values)[indices.flows]
        selected = (flows > MIN_FLOW) | self._cheapest(free, prices)
        if selected.sum() * _SWAP_CHECKS > _SWAP_WORK:
            return completed
        types = np.zeros(self._model.columns, np.uint8)
        types[indices.parts[free]] = VariableType.INTEGER
        solver = Solver(replace(self._model, types=[types]), tolerance=TOLERANCE)
        solver.disable_feasibility_jump()
        for name, setting in _SWAP_OPTIONS:
            solver.set_option(name, setting)
        solver.set_bounds(indices.parts, least, most)
        solver.set_bounds(indices.flows, np.zeros(len(share)), np.where(selected, share, 0.0))
        start = result.values.copy()
        start[self._margins] = 0.0
        solver.start_from(start)
        checks = _SWAP_WORK // int(selected.sum())
        values = solver.solve(checks=checks, deadline=deadline).values
        return completed if values is None else values[indices.parts] > _HALF

    def _swappable(self, completed: BoolArray, prices: FloatArray) -> BoolArray:
        """Return the completed projects that cost the most coverage, and others of least cost."""
        order = np.argsort(completion_gains(self._arcs, prices), kind="stable")
        free = np.zeros(len(completed), dtype=bool)
        free[order[completed[order]][:_SWAPPED]] = True
        free[order[(self._completable & ~completed)[order]][-_SWAPPED:]] = True
        return free

    def _cheapest(self, free: BoolArray, prices: FloatArray) -> BoolArray:
        """Return the cheapest arcs of each need, more of them of the projects that are free."""
        block = self._block
        price = np.round(block.load * prices[block.group], 6)
        inside = free[self._arcs.project[block.need]]
        return block.cheapest(price, np.where(inside, _SWAP_ARCS, _OTHER_ARCS))

    def _apply(
        self, assignment: Assignment, unmoved: BoolArray, plan: _FixedPlan, deadline: Deadline
    ) -> bool:
        """Round and allocate the amounts; return whether the completed projects are complete."""
        arcs, usable = self._arcs, self._usable(plan.completed, unmoved)
        assignment.clear(np.flatnonzero(~unmoved).tolist())
        nothing = np.zeros(len(arcs.groups.free))
        candidates = CandidateList(arcs, self._block.select(usable), plan.flow[usable], nothing)

        def allocate(need: int) -> None:
            for group, amount, _ in candidates.groups(need):
                left = min(round(amount), assignment.open[need])
                allocate_from_group(assignment, candidates.members[group], need, left)

        moved = np.flatnonzero(plan.completed[arcs.project] & ~unmoved).tolist()
        for need in moved:
            if deadline.passed:
                return False
            allocate(need)
        # Rounding may leave a part open: room is made for it.
        for need in moved:
            if deadline.passed or not fill_need(assignment, candidates, need):
                return False
        value = np.where(plan.completed[arcs.project], 0.0, coverage_weights(arcs))
        for need in np.argsort(-value, kind="stable")[: np.count_nonzero(value > 0)].tolist():
            if deadline.passed:
                return False
            allocate(need)
        return True
