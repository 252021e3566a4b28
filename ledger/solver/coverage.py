"""Level 2: the relaxation that prices coverage, and the allocation of what is left.

Variables: y[n,s], the part of need n that group s supplies; c[n], the covered part of n;
z[p], the completed part of project p.
Parameters: v[n] = weight x open / net; V, the weight that level 1 has reached.

    max sum v[n] c[n]
    sum over s of y[n,s] = c[n],  z[p of n] <= c[n] <= 1
    the part of c[n] supplied by conditional offers is at most z[p of n]
    sum over n of load[n,s] y[n,s] <= 1,  sum weight[p] z[p] >= V

z is free: a bound for one set of completed projects would hold for no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ledger.solver.arcs import ArcBlock, Arcs, BoolArray, FloatArray, IndexArray, RestrictedProblem
from ledger.solver.assignment import Assignment
from ledger.solver.bounds import coverage_weights, weights
from ledger.solver.candidates import CandidateList
from ledger.solver.construct import allocate_from_group, fill_need
from ledger.solver.highs import INFINITY, Model, Solver
from ledger.solver.options import Deadline
from ledger.solver.pdhg import PdhgState, solve_pdhg
from ledger.solver.relaxation import TOLERANCE
from ledger.solver.rounding import with_rounding_margin

_STEPS = 150
_REALLOCATED_FOR = 10_000
"""The number of needs for which others are reallocated, the most valuable first."""


@dataclass(frozen=True, slots=True)
class CoverageOptimum:
    """An optimum of the relaxation of level 2; `price` is the dual price of V."""

    flow: FloatArray
    prices: FloatArray
    price: float


def solve_coverage(
    arcs: Arcs,
    block: ArcBlock,
    completable: BoolArray,
    value: int,
    deadline: Deadline,
) -> CoverageOptimum | None:
    """Solve the relaxation of level 2 over these arcs; None where the time was too short."""
    model, indices = coverage_model(arcs, block, completable, value)
    solver = Solver(model, tolerance=TOLERANCE)
    solver.set_option("solver", "simplex")
    result = solver.solve(deadline=deadline)
    if result.values is None or result.duals is None or not result.optimal:
        return None
    return indices.optimum(result.values, result.duals)


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
    """The indices of the flows, the capacity rows and the weight row in the model."""

    flows: IndexArray
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
    return model, _ModelIndices(flows, capacity_rows, weight_row)


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
"""The part of each capacity kept free for rounding."""


def reallocate_for_coverage(
    assignment: Assignment, arcs: Arcs, block: ArcBlock, deadline: Deadline
) -> bool:
    """Reallocate the divisible needs of completed projects so that the open needs get most.

    The program of level 2 with the completed projects fixed chooses the amounts; they are rounded.
    Return whether every completed project is still complete, otherwise nothing has changed.
    """
    program = _FixedProjects(assignment, arcs, block)
    flow = program.solve(deadline)
    if flow is None:
        return False
    checkpoint = assignment.checkpoint()
    if program.apply(flow, deadline):
        return True
    assignment.roll_back(checkpoint)
    return False


class _FixedProjects:
    """Level 2 with the completed projects fixed, over arcs whose amounts may change.

    Needs of completed projects keep their allocations if they are indivisible or use an offer with
    a minimum ticket.
    """

    def __init__(self, assignment: Assignment, arcs: Arcs, block: ArcBlock) -> None:
        self._assignment, self._arcs = assignment, arcs
        problem, groups = assignment.problem, arcs.groups
        done = np.array([assignment.is_complete(one) for one in range(len(problem.projects))])
        completed = done[arcs.project]
        ticketed = groups.min_ticket > 0
        keeps = np.array(
            [
                any(ticketed[groups.group_of_offer[offer]] for offer in given)
                for given in assignment.amounts
            ]
        )
        self._moves = completed & arcs.divisible & ~keeps
        self._open = ~completed
        usable = np.where(
            self._moves[block.need],
            ~ticketed[block.group],
            self._open[block.need] & ~groups.conditional[block.group],
        )
        self._block = block.select(usable)
        self._fixed = self._fixed_load(completed & ~self._moves)

    def _fixed_load(self, fixed: BoolArray) -> FloatArray:
        """Return the part of each capacity that the needs use that keep their allocations."""
        problem, groups = self._assignment.problem, self._arcs.groups
        load = np.zeros(len(groups.free))
        for need in np.flatnonzero(fixed).tolist():
            for offer, amount in self._assignment.amounts[need].items():
                ratio = problem.ratio(need, offer)
                assert ratio is not None
                load[groups.group_of_offer[offer]] += ratio.to_offer(amount)
        return load / groups.free

    def solve(self, deadline: Deadline) -> FloatArray | None:
        """Return the amounts as parts of the needs, None where there was no optimum in time."""
        arcs, block = self._arcs, self._block
        model = Model()
        value = np.where(self._open, coverage_weights(arcs), 0.0)
        flows = model.add_columns(value[block.need], 0.0, block.share, count=len(block.need))
        least = np.where(self._moves, 1.0, 0.0)
        rows = model.add_rows(least, 1.0, len(arcs.open))
        model.add_entries(rows[block.need], flows, 1.0)
        left = np.maximum(0.0, 1 - self._fixed)
        capacity_rows = model.add_rows(-INFINITY, left, len(left))
        model.add_entries(capacity_rows[block.group], flows, block.load)
        # Completed projects may use all of a capacity: there is no margin then.
        margins = np.full(len(left), _CAPACITY_MARGIN)
        model = with_rounding_margin(model, capacity_rows, margins)
        solver = Solver(model, tolerance=TOLERANCE)
        solver.set_option("solver", "simplex")
        result = solver.solve(deadline=deadline)
        return result.values[flows] if result.optimal and result.values is not None else None

    def apply(self, flow: FloatArray, deadline: Deadline) -> bool:
        """Round and allocate the amounts; return whether the completed projects are complete."""
        assignment = self._assignment
        moved = np.flatnonzero(self._moves).tolist()
        assignment.clear(moved)
        assignment.clear(np.flatnonzero(self._open).tolist())
        candidates = CandidateList(
            self._arcs, self._block, flow, np.zeros(len(self._arcs.groups.free))
        )
        members = candidates.members

        def allocate(need: int) -> None:
            for group, amount, _ in candidates.groups(need):
                left = min(round(amount), assignment.open[need])
                allocate_from_group(assignment, members[group], need, left)

        for need in moved:
            if deadline.passed:
                return False
            allocate(need)
        # Rounding may leave a part open: an augmenting path finds room for it.
        for need in moved:
            if deadline.passed or not fill_need(assignment, candidates, need):
                return False
        value = coverage_weights(self._arcs)
        needs = np.flatnonzero(self._open & (value > 0))
        for need in needs[np.argsort(-value[needs], kind="stable")].tolist():
            if deadline.passed:
                return False
            allocate(need)
        return True
