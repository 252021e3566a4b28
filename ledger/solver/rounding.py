"""Rounding of a program's solution to a plan in whole numbers, and margins in rows for rounding."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ledger.matching.plan import Allocation
from ledger.matching.problem import MatchingProblem
from ledger.matching.sequence import earlier_first, in_sequence
from ledger.solver.columns import Formulation
from ledger.solver.cuts import NoGoodCut, cut_of_blocked_flow
from ledger.solver.greedy import OfferArrays, filled
from ledger.solver.highs import FloatArray, IndexArray, Model, Solver
from ledger.solver.options import Deadline
from ledger.solver.pairs import EligiblePairs
from ledger.solver.repair import Flow, without_unmet_conditions

_MIN_MARGIN = 1e-7


def with_rounding_margin(model: Model, rows: IndexArray, margins: FloatArray) -> Model:
    """Return the linear relaxation of a model with these margins in these rows, as far as possible.

    The margins are columns of their own, after those of the model.
    """
    extended = model.relaxed()
    margin_columns = extended.add_columns(1.0, 0.0, 1.0, count=len(rows))
    extended.add_entries(rows, margin_columns, np.maximum(_MIN_MARGIN, margins))
    return extended


def round_to_plan(
    formulation: Formulation, values: FloatArray
) -> tuple[tuple[Allocation, ...], NoGoodCut | None]:
    """Return a plan near a solution, and a cut where it cannot be reached, if one is known."""
    pairs, completed = formulation.pairs, set(formulation.completed_projects(values))
    problem = pairs.problem
    amounts = formulation.amounts(values)
    completing_needs = [index for end in sorted(completed) for index in problem.projects[end].needs]
    placed = [index for index in formulation.placed_needs(values) if index not in completing_needs]
    targets = pairs.targets(amounts, (*completing_needs, *placed))
    flow = Flow(pairs, amounts, targets, _closed_pairs(pairs, completed), placed)
    cut = NoGoodCut(frozenset(), frozenset(), flow.cover) if flow.cover else None
    for index in completing_needs:
        blocked = flow.fill(index)
        if blocked is not None and cut is None:
            cut = _usable_cut(formulation, cut_of_blocked_flow(pairs, flow, blocked))
    if problem.caps:
        # Augmenting paths know nothing of caps: what is left is filled by what does.
        plan = without_unmet_conditions(problem, flow.allocations())
        return filled(OfferArrays(problem), plan), cut
    for index in placed:
        flow.fill(index)
    remaining = _by_coverage_weight(problem, set(pairs.by_need) - set(completing_needs))
    flow.fill_remaining(earlier_first(problem, remaining))
    return in_sequence(problem, without_unmet_conditions(problem, flow.allocations())), cut


def _usable_cut(formulation: Formulation, cut: NoGoodCut | None) -> NoGoodCut | None:
    """Return a cut only if each of its projects can be completed."""
    return cut if cut is not None and cut.completed <= formulation.project_columns.keys() else None


def _closed_pairs(pairs: EligiblePairs, completed: set[int]) -> set[int]:
    """Return the conditional pairs of projects that do not end complete."""
    return {
        at
        for at, pair in enumerate(pairs.all)
        if pairs.problem.offers[pair.offer].conditional
        and pairs.problem.needs[pair.need].project not in completed
    }


def _by_coverage_weight(problem: MatchingProblem, indices: set[int]) -> list[int]:
    """Order needs by the coverage of one part of them, the most first."""
    needs, projects = problem.needs, problem.projects
    return sorted(
        indices,
        key=lambda one: (-Fraction(projects[needs[one].project].weight, needs[one].net), one),
    )


def solve_with_margins(
    formulation: Formulation, values: FloatArray, deadline: Deadline
) -> FloatArray | None:
    """Solve again with all choices fixed and rounding margins in the capacities.

    Where not all margins fit, as much of them as possible.
    """
    model = formulation.model
    columns, chosen = formulation.binary_choices(values)
    amounts = formulation.amounts(values)
    rounded = (at for at in formulation.pairs.rounding_pairs if amounts[at])
    solver = Solver(with_rounding_margin(model, *formulation.rounding_margins(rounded)))
    solver.set_bounds(columns, chosen, chosen)
    margin_values = solver.solve(deadline=deadline).values
    return None if margin_values is None else margin_values[: model.columns]
