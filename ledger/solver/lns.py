"""Large-neighbourhood search: related projects are solved again as one sub-MIP.

Variables of a sub-MIP: `z` of its projects in {0, 1}; flows of their candidate arcs, in {0, 1} for
indivisible needs, semi-continuous for arcs with a minimum ticket; flows of completed projects
outside: indivisible needs keep their offers, other amounts may change within the arcs they use and
the candidate arcs without a minimum.
Constraints: the flows of a need inside sum to `z`, outside to 1; capacity of each supply group;
flows at most share x `z` where the relaxation needed that row.
Objective: the weight of the completed projects of the sub-MIP.

The projects left undecided by diving are solved in the same way, from the state where diving
stopped. The search proper grows a sub-MIP from an incomplete project through the projects related
to it, and ends after some sub-MIPs without a gain (Shaw, "Using constraint programming and local
search methods to solve vehicle routing problems", CP 1998).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ledger.solver.arc_choice import ArcChoice, ArcLimits, PlanState
from ledger.solver.arcs import BoolArray
from ledger.solver.assignment import Assignment
from ledger.solver.bounds import weights
from ledger.solver.diving import FRACTION_TOLERANCE, MIN_FLOW, undecided_projects
from ledger.solver.highs import INFINITY, FloatArray, IndexArray, Model, Solver, VariableType
from ledger.solver.options import Deadline
from ledger.solver.pairs import EligiblePair, EligiblePairs
from ledger.solver.relaxation import RelaxationOptimum
from ledger.solver.repair import Flow
from ledger.solver.rounding import with_rounding_margin

_TOLERANCE = 1e-6
_MARGIN_TOLERANCE = 1e-9
_HALF = 0.5
_SECONDS_TO_ROUND = 1.0
"""The time in which a solution is rounded once the time limit has been reached."""
_ABSOLUTE_GAP = 0.9
"""Weights are integers, so a gap below one is none."""


@dataclass(frozen=True, slots=True)
class SubMipResult:
    """The weight gained (0 or more), whether no more is possible, and the work used."""

    weight_gain: int
    proven: bool
    work: int


class SubMip:
    """A sub-MIP of some projects, while flows of the others may change.

    It starts from the plan of the assignment, or from a `state` that was never applied.
    """

    def __init__(
        self,
        choice: ArcChoice,
        assignment: Assignment,
        projects: list[int],
        state: PlanState | None = None,
    ) -> None:
        self._choice, self._assignment, self._projects = choice, assignment, projects
        self._from_assignment = state is None
        state = choice.state_of(assignment) if state is None else state
        self._completed, self._allocated = state.completed, state.allocated
        self._is_free_project = np.zeros(len(choice.completable), dtype=bool)
        self._is_free_project[projects] = True
        self._arc_indices = np.flatnonzero(self._selected_arcs())

    def _selected_arcs(self) -> BoolArray:
        choice, allocated = self._choice, self._allocated > 0
        block, arcs = choice.block, choice.arcs
        project = arcs.project[block.need]
        free = choice.candidate & (choice.low == 0) & arcs.divisible[block.need]
        selected: BoolArray = np.where(
            self._is_free_project[project],
            choice.candidate | allocated,
            self._completed[project] & (allocated | free),
        )
        return selected

    def improve(self, work_limit: int, nodes: int, deadline: Deadline) -> SubMipResult:
        """Solve the sub-MIP within a work limit, and keep a better plan."""
        model = Model()
        weight = weights(self._choice.arcs)
        completable = self._choice.completable[self._projects].astype(np.float64)
        parts = np.full(len(weight), -1, np.int32)
        parts[self._projects] = model.add_columns(
            weight[self._projects], 0.0, completable, VariableType.INTEGER
        )
        flows = self._add_flows(model)
        self._add_coverage_rows(model, parts, flows)
        capacity_rows = self._add_capacity_rows(model, flows)
        self._add_share_rows(model, parts, flows)
        solver = Solver(model, tolerance=_TOLERANCE)
        solver.stop_at_gap(_ABSOLUTE_GAP)
        solver.disable_feasibility_jump()
        if self._from_assignment:
            start_completed = self._completed[self._projects].astype(np.float64)
            solver.start_from(np.concatenate([start_completed, self._allocated[self._arc_indices]]))
        result = solver.solve(
            nodes=nodes, checks=max(1, work_limit // model.columns), deadline=deadline
        )
        gain = 0
        outside = float(weight @ (self._completed & ~self._is_free_project))
        if (
            result.values is not None
            and outside + result.value > self._assignment.completed_weight + _HALF
        ):
            with_margin = self._with_rounding_margin(
                model, result.values, flows, capacity_rows, deadline
            )
            gain = self._round_and_apply(
                result.values if with_margin is None else with_margin,
                flows,
                deadline.at_least(_SECONDS_TO_ROUND),
            )
        return SubMipResult(gain, result.optimal, solver.checks_made * model.columns)

    def _add_flows(self, model: Model) -> IndexArray:
        choice, at = self._choice, self._arc_indices
        need = choice.block.need[at]
        inside = self._is_free_project[choice.arcs.project[need]]
        indivisible, low = ~choice.arcs.divisible[need], choice.low[at]
        high = np.where(indivisible, 1.0, choice.block.share[at])
        types = np.full(len(at), int(VariableType.CONTINUOUS), np.uint8)
        types[inside & indivisible] = int(VariableType.INTEGER)
        types[inside & ~indivisible & (low > 0)] = int(VariableType.SEMI_CONTINUOUS)
        lows = np.where(indivisible, np.where(inside, 0.0, 1.0), low)
        return model.add_columns(0.0, np.minimum(lows, high), high, types, count=len(at))

    def _add_coverage_rows(self, model: Model, parts: IndexArray, flows: IndexArray) -> None:
        choice = self._choice
        project = choice.arcs.project
        inside = self._is_free_project[project]
        needs = np.flatnonzero(inside | self._completed[project])
        row_of = np.full(len(project), -1, np.int64)
        filled = np.where(inside[needs], 0.0, 1.0)
        row_of[needs] = model.add_rows(filled, filled, len(needs))
        inside_needs = np.flatnonzero(inside)
        model.add_entries(row_of[inside_needs], parts[project[inside_needs]], -1.0)
        model.add_entries(row_of[choice.block.need[self._arc_indices]], flows, 1.0)

    def _add_capacity_rows(self, model: Model, flows: IndexArray) -> IndexArray:
        """Add the capacity rows; return the row of each flow."""
        block, at = self._choice.block, self._arc_indices
        groups, row = np.unique(block.group[at], return_inverse=True)
        capacity_rows = model.add_rows(-INFINITY, 1.0, len(groups))
        model.add_entries(capacity_rows[row], flows, block.load[at])
        rows_of_flows: IndexArray = capacity_rows[row]
        return rows_of_flows

    def _add_share_rows(self, model: Model, parts: IndexArray, flows: IndexArray) -> None:
        choice, at = self._choice, self._arc_indices
        block, project = choice.block, choice.arcs.project[choice.block.need[at]]
        limited_flows = np.flatnonzero(self._is_free_project[project] & choice.share_limited[at])
        rows = model.add_rows(-INFINITY, 0.0, len(limited_flows))
        model.add_entries(rows, flows[limited_flows], 1.0)
        model.add_entries(rows, parts[project[limited_flows]], -block.share[at][limited_flows])

    def _with_rounding_margin(
        self,
        model: Model,
        values: FloatArray,
        flows: IndexArray,
        capacity_rows: IndexArray,
        deadline: Deadline,
    ) -> FloatArray | None:
        """Solve again with all choices fixed and a rounding margin in the capacities."""
        types = np.concatenate(model.types)
        losses = np.where(values[flows] > _TOLERANCE, self._rounding_losses(), 0.0)
        margins = np.bincount(capacity_rows, losses, model.rows).astype(np.float64)
        rows = np.flatnonzero(margins).astype(np.int32)
        closed = (types == VariableType.SEMI_CONTINUOUS) & (values < _TOLERANCE)
        chosen = np.flatnonzero(closed | (types == VariableType.INTEGER)).astype(np.int32)
        costless = replace(model, costs=[np.zeros(model.columns)])
        solver = Solver(
            with_rounding_margin(costless, rows, margins[rows]), tolerance=_MARGIN_TOLERANCE
        )
        solver.set_bounds(chosen, np.round(values[chosen]), np.round(values[chosen]))
        margin_values = solver.solve(deadline=deadline).values
        return None if margin_values is None else margin_values[: model.columns]

    def _rounding_losses(self) -> FloatArray:
        """Return the rounding loss of each flow across currencies, as a part of its group."""
        choice, problem = self._choice, self._assignment.problem
        losses = np.zeros(len(self._arc_indices))
        for index, at in enumerate(self._arc_indices.tolist()):
            offer = int(choice.offer[at])
            need = int(choice.block.need[at])
            ratio = problem.ratio(need, offer)
            divisible = problem.needs[need].divisible
            if divisible and ratio is not None and ratio.under != ratio.over:
                losses[index] = (ratio.to_offer(1) + 1) / problem.offers[offer].free
        return losses

    def _round_and_apply(self, values: FloatArray, flows: IndexArray, deadline: Deadline) -> int:
        """Round a solution and apply it if it completes more; return the gain."""
        assignment, problem = self._assignment, self._assignment.problem
        weight_before = self._assignment.completed_weight
        ends = self._completed & ~self._is_free_project
        ends[np.array(self._projects, np.int64)[values[: len(self._projects)] > _HALF]] = True
        needs = [index for index, one in enumerate(problem.needs) if ends[one.project]]
        allocations = self._flow(values[flows], ends, needs, deadline).allocations()
        checkpoint = assignment.checkpoint()
        assignment.replace(allocations)
        for index in np.flatnonzero(ends).tolist():
            if not assignment.is_complete(index):
                assignment.clear(problem.projects[index].needs)
        gain = self._assignment.completed_weight - weight_before
        if gain <= 0:
            assignment.roll_back(checkpoint)
        return max(0, gain)

    def _flow(
        self, flow_shares: FloatArray, ends: BoolArray, needs: list[int], deadline: Deadline
    ) -> Flow:
        """Return the nearest integer flow that fills these needs as far as possible in time."""
        assignment, choice = self._assignment, self._choice
        pairs: list[EligiblePair] = []
        amounts: list[int] = []
        for at, part in zip(self._arc_indices.tolist(), flow_shares.tolist(), strict=True):
            need, offer = int(choice.block.need[at]), int(choice.offer[at])
            limits, ratio = assignment.limits(need, offer), assignment.problem.ratio(need, offer)
            one = assignment.problem.needs[need]
            if limits is None or ratio is None or not ends[one.project]:
                continue
            pairs.append(EligiblePair(need, offer, *limits, ratio))
            amounts.append(round(part * one.open) if part > _TOLERANCE else 0)
        targets = [0] * len(assignment.problem.needs)
        for need in needs:
            targets[need] = assignment.problem.needs[need].open
        flow = Flow(EligiblePairs(assignment.problem, tuple(pairs), ()), amounts, targets)
        for need in needs:
            deadline.check()
            flow.fill(need)
        return flow


ARC_LIMITS = ArcLimits(divisible=8, indivisible=12)
_UNDECIDED_NODES = 300


def solve_undecided(
    choice: ArcChoice,
    assignment: Assignment,
    end: RelaxationOptimum,
    work_limit: int,
    deadline: Deadline,
) -> None:
    """Solve the undecided projects of a dive as one sub-MIP; keep a better plan.

    `end` is over all arcs of the choice.
    """
    undecided_flags = undecided_projects(choice.arcs, choice.block, end) & choice.completable
    state = PlanState(
        (end.part > 1 - FRACTION_TOLERANCE) & ~undecided_flags,
        np.where(end.flow > MIN_FLOW, end.flow, 0.0),
    )
    sub_mip = SubMip(choice, assignment, np.flatnonzero(undecided_flags).tolist(), state)
    sub_mip.improve(work_limit, _UNDECIDED_NODES, deadline)


_MIN_GAIN = -1.5
"""Projects below this gain start no sub-MIP."""


@dataclass(frozen=True, slots=True)
class LnsLimits:
    """The size and work limit of the sub-MIPs of a search, and what ends it.

    It ends after `max_failures` sub-MIPs without a gain, or at its total work limit.
    """

    projects: int
    work_limit: int
    max_failures: int = 1
    total_work_limit: int = 600_000


LNS_LIMITS = LnsLimits(100, 300_000, total_work_limit=300_000)
LNS_ARC_LIMITS = ArcLimits(divisible=3, indivisible=8)
"""For medium plans: few, so that a sub-MIP comes further within its work limit."""
START_LIMITS = LnsLimits(80, 200_000)
"""For the plan from which another search continues."""
LARGE_LIMITS = LnsLimits(30, 1_500_000, 2, 6_000_000)
LARGE_ARC_LIMITS = ArcLimits(divisible=3, indivisible=6)
"""For large plans: few, since the flows of many projects outside may change."""
_NODES = 500


_SCARCE = 1e-6


class _Relatedness:
    """The scarce offers that each project could use, and the projects that could use each.

    The projects most related to those already chosen are added one by one (Shaw 1998).

    `gain` is the weight of each project less its cost at the prices of the relaxation: those with
    much to gain or lose are certain, and less worth solving again.
    """

    def __init__(self, choice: ArcChoice, prices: FloatArray, gain: FloatArray) -> None:
        block = choice.block
        at = np.flatnonzero(choice.candidate & (prices[block.group] > _SCARCE))
        projects = choice.arcs.project[block.need[at]]
        pairs = np.unique(np.column_stack([projects, block.group[at]]), axis=0)
        self._groups: dict[int, list[int]] = {}
        self._users: dict[int, list[int]] = {}
        for project, group in pairs.tolist():
            self._groups.setdefault(project, []).append(group)
            self._users.setdefault(group, []).append(project)
        self._uncertainty = np.where(choice.completable, 1 / (1 + np.abs(gain)), 0.0)

    def most_related(self, project: int, most: int) -> list[int]:
        """Return a project and up to `most` in all, each the most related to those before."""
        score = np.zeros(len(self._uncertainty))
        free = np.ones(len(score), dtype=bool)
        related, scored = [project], set[int]()
        free[project] = False
        while len(related) < most:
            for group in self._groups.get(related[-1], ()):
                if group not in scored:
                    scored.add(group)
                    users = self._users[group]
                    score[users] += 1 / len(users)
            chosen = int(np.argmax(score * self._uncertainty * free))
            if score[chosen] * self._uncertainty[chosen] <= 0 or not free[chosen]:
                break
            related.append(chosen)
            free[chosen] = False
        return related


class Lns:
    """The large-neighbourhood search."""

    def __init__(
        self,
        choice: ArcChoice,
        assignment: Assignment,
        prices: FloatArray,
        gains: FloatArray,
        deadline: Deadline,
    ) -> None:
        self._choice, self._assignment = choice, assignment
        self._deadline = deadline
        order = np.argsort(-gains, kind="stable").tolist()
        self._seeds = [one for one in order if np.isfinite(gains[one]) and gains[one] > _MIN_GAIN]
        self._relatedness = _Relatedness(choice, prices, gains)

    def rounds(self, limits: LnsLimits) -> Iterator[int]:
        """Solve one sub-MIP after the other, and yield the gain of each."""
        failures = work = 0
        for projects in self._unsolved_blocks(limits.projects):
            if (
                self._deadline.passed
                or failures == limits.max_failures
                or work >= limits.total_work_limit
            ):
                return
            sub_mip = SubMip(self._choice, self._assignment, projects)
            result = sub_mip.improve(limits.work_limit, _NODES, self._deadline)
            failures = 0 if result.weight_gain else failures + 1
            work += result.work
            yield result.weight_gain

    def _unsolved_blocks(self, size: int) -> Iterator[list[int]]:
        """Yield the projects related to each incomplete project that is in no sub-MIP yet."""
        seen: set[int] = set()
        for project in self._seeds:
            if project not in seen and not self._assignment.is_complete(project):
                related = self._relatedness.most_related(project, size)
                seen.update(related)
                yield related
