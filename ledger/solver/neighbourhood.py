"""A sub-MIP of some projects while the rest of the plan is fixed.

The projects release their allocations; the freed capacity is allocated again.
Variables: `z` of each project in {0, 1}; the flow of each candidate arc, in {0, 1} for indivisible
needs, semi-continuous for arcs with a minimum ticket.
Constraints: the flows of a need sum to `z`; capacity left of each supply group; share x `z`.
Objective: the weight of completed projects.

The solution is rounded to whole numbers and kept if it completes more weight, or as much with less
of what is scarce.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ledger.solver.assignment import Assignment
from ledger.solver.bounds import FULL
from ledger.solver.candidates import CandidateList
from ledger.solver.construct import construct_from_solution
from ledger.solver.highs import INFINITY, FloatArray, IndexArray, Model, Solver, VariableType
from ledger.solver.options import Deadline

_TOLERANCE = 1e-7
_HALF = 0.5
SMALLEST_TICKET = 1e-6
"""A minimum amount below this part of a need is ignored."""


@dataclass(frozen=True, slots=True)
class _Arc:
    """A candidate arc in parts of the open amount; `load` is relative to the capacity left."""

    need: int
    group: int
    low: float
    high: float
    load: float
    price: float


@dataclass(frozen=True, slots=True)
class SubMipLimits:
    """The limits of a sub-MIP: arcs per need, nodes and checks."""

    arcs: int
    nodes: int
    checks: int


class FixedRestSubMip:
    """A sub-MIP of some projects, the rest of the plan fixed."""

    def __init__(
        self, assignment: Assignment, candidates: CandidateList, projects: list[int]
    ) -> None:
        self._assignment, self._candidates, self._projects = assignment, candidates, projects
        problem = assignment.problem
        self._needs = [one for index in projects for one in problem.projects[index].needs]

    def improve(self, limits: SubMipLimits, deadline: Deadline | None = None) -> int:
        """Solve the sub-MIP and keep a better plan; return the weight gained, 0 or more."""
        assignment = self._assignment
        value_before = self._value_of_plan()
        current_shares = {need: self._group_shares(need) for need in self._needs}
        completed = [float(assignment.is_complete(index)) for index in self._projects]
        checkpoint = assignment.checkpoint()
        assignment.clear(self._needs)
        arcs = [
            arc for one in self._needs for arc in self._arcs(one, current_shares[one], limits.arcs)
        ]
        start = [current_shares[arc.need].get(arc.group, 0.0) for arc in arcs]
        answer = self._solve(arcs, np.array(completed + start), limits, deadline)
        if answer is not None and answer[0] > value_before[0] - _HALF:
            self._round_and_apply(arcs, answer[1].tolist())
            value_after = self._value_of_plan()
            if value_after > value_before:
                return value_after[0] - value_before[0]
        assignment.roll_back(checkpoint)
        return 0

    def _value_of_plan(self) -> tuple[int, float]:
        """Return the completed weight, and the negative cost of the scarce capacity it uses."""
        assignment = self._assignment
        weight = sum(
            assignment.problem.projects[index].weight
            for index in self._projects
            if assignment.is_complete(index)
        )
        return weight, -sum(self._price_of(need) for need in self._needs)

    def _price_of(self, need: int) -> float:
        group_shares = self._group_shares(need)
        if not group_shares:
            return 0.0
        prices = {group: price for group, _, price in self._candidates.groups(need)}
        highest_price = max(prices.values(), default=0.0)
        return sum(part * prices.get(group, highest_price) for group, part in group_shares.items())

    def _group_shares(self, need: int) -> dict[int, float]:
        """Return the part of a need that each supply group supplies."""
        open_ = self._assignment.problem.needs[need].open
        shares: dict[int, float] = {}
        for offer, amount in self._assignment.amounts[need].items():
            group = self._candidates.group_of(offer)
            shares[group] = shares.get(group, 0.0) + amount / open_
        return shares

    def _arcs(self, need: int, current_shares: Iterable[int], most: int) -> list[_Arc]:
        """Return the candidate arcs of a need: those in use, then the best others."""
        prices = {group: price for group, _, price in self._candidates.groups(need)}
        arcs: list[_Arc] = []
        for group in dict.fromkeys([*current_shares, *prices]):
            arc = self._arc(need, group, prices.get(group, 0.0))
            if arc is not None:
                arcs.append(arc)
            if len(arcs) == most:
                break
        return arcs

    def _arc(self, need: int, group: int, price: float) -> _Arc | None:
        assignment, members = self._assignment, self._candidates.members[group]
        one = assignment.problem.needs[need]
        assignable_amounts = [assignment.assignable(need, offer) for offer in members]
        high = min(one.open, sum(assignable_amounts)) if one.divisible else max(assignable_amounts)
        limits, ratio = (
            assignment.limits(need, members[0]),
            assignment.problem.ratio(need, members[0]),
        )
        if not high or ratio is None:
            return None
        low = limits.low if limits is not None and len(members) == 1 else 1
        free = sum(assignment.free[offer] for offer in members)
        load = ratio.to_offer(one.open) / free
        return _Arc(need, group, low / one.open, high / one.open, load, price)

    def _solve(
        self, arcs: list[_Arc], start: FloatArray, limits: SubMipLimits, deadline: Deadline | None
    ) -> tuple[float, FloatArray] | None:
        """Solve the program; return the weight it completes, and its columns."""
        projects = [self._assignment.problem.projects[index] for index in self._projects]
        weights = np.array([float(one.weight * one.completable) for one in projects])
        model = Model()
        parts = model.add_columns(weights, 0.0, np.minimum(weights, 1.0), VariableType.INTEGER)
        types = np.array([self._variable_type(arc) for arc in arcs], np.uint8)
        flows = model.add_columns(
            0.0,
            np.where(types == VariableType.SEMI_CONTINUOUS, [arc.low for arc in arcs], 0.0),
            np.array([arc.high for arc in arcs]),
            types,
            count=len(arcs),
        )
        self._add_rows(model, arcs, parts, flows)
        solver = Solver(model, tolerance=_TOLERANCE)
        solver.stop_at_gap(0.9)
        solver.start_from(start)
        result = solver.solve(nodes=limits.nodes, checks=limits.checks, deadline=deadline)
        if result.values is None:
            return None
        return float(result.values[parts] @ weights), result.values

    def _variable_type(self, arc: _Arc) -> int:
        if not self._assignment.problem.needs[arc.need].divisible:
            return int(VariableType.INTEGER)
        return int(
            VariableType.SEMI_CONTINUOUS if arc.low > SMALLEST_TICKET else VariableType.CONTINUOUS
        )

    def _add_rows(
        self, model: Model, arcs: list[_Arc], parts: IndexArray, flows: IndexArray
    ) -> None:
        part_of = dict(zip(self._projects, parts.tolist(), strict=True))
        problem = self._assignment.problem
        projects = {one: part_of[problem.needs[one].project] for one in self._needs}
        coverage_rows = model.add_rows(0.0, 0.0, len(self._needs))
        model.add_entries(coverage_rows, np.array(list(projects.values()), np.int32), -1.0)
        if not arcs:
            return
        row_of = dict(zip(self._needs, coverage_rows.tolist(), strict=True))
        model.add_entries([row_of[arc.need] for arc in arcs], flows, 1.0)
        groups = {group: row for row, group in enumerate(sorted({arc.group for arc in arcs}))}
        capacity_rows = model.add_rows(-INFINITY, 1.0, len(groups))
        rows = capacity_rows[[groups[arc.group] for arc in arcs]]
        model.add_entries(rows, flows, np.array([arc.load for arc in arcs]))
        limited = [at for at, arc in enumerate(arcs) if arc.high < FULL]
        shares = model.add_rows(-INFINITY, 0.0, len(limited))
        model.add_entries(shares, flows[limited], 1.0)
        highs = np.array([-arcs[at].high for at in limited])
        model.add_entries(shares, [projects[arcs[at].need] for at in limited], highs)

    def _round_and_apply(self, arcs: list[_Arc], values: list[float]) -> None:
        parts = zip(self._projects, values, strict=False)
        flows = zip(arcs, values[len(self._projects) :], strict=True)
        construct_from_solution(
            self._assignment,
            self._candidates,
            [index for index, part in parts if part > _HALF],
            [(arc.need, arc.group, flow) for arc, flow in flows if flow > _TOLERANCE],
            self._projects,
        )
