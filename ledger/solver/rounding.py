"""From a program's solution to a plan in whole numbers, and what that teaches the program.

Leaving margins in the rows of a program, for what whole numbers lose.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from ledger.matching.plan import Give
from ledger.matching.problem import Problem
from ledger.solver.cuts import Cut, cut_from
from ledger.solver.formulation import Formulation
from ledger.solver.highs import Floats, Kind, Model, Places, Solver
from ledger.solver.pairs import Pairs
from ledger.solver.repair import Flow, kept

_LEAST = 1e-7


def sparing(model: Model, rows: Places, back: Floats) -> Model:
    """Give a model in fractions that leaves so much in these rows, or as much of it as it can.

    What it spares are columns of its own, after those of the model.
    """
    found = replace(
        model,
        costs=[*model.costs],
        lowers=[*model.lowers],
        uppers=[*model.uppers],
        kinds=[np.full(model.columns, Kind.CONTINUOUS, np.uint8)],
        entries=[*model.entries],
    )
    spared = found.add_columns(1.0, 0.0, 1.0, count=len(rows))
    found.put(rows, spared, np.maximum(_LEAST, back))
    return found


def made_whole(formulation: Formulation, values: Floats) -> tuple[tuple[Give, ...], Cut | None]:
    """Give a plan in whole numbers near a solution, and why it does not reach it, if known."""
    pairs, ends = formulation.pairs, set(formulation.finished(values))
    problem, demands = pairs.problem, pairs.problem.demands
    amounts = formulation.amounts(values)
    targets = [0] * len(demands)
    for pair, amount in zip(pairs.every, amounts, strict=True):
        targets[pair.demand] = min(targets[pair.demand] + amount, demands[pair.demand].open)
    ending = [place for end in sorted(ends) for place in problem.ventures[end].demands]
    for place in ending:
        targets[place] = demands[place].open
    flow = Flow(pairs, amounts, targets, _forbidden(pairs, ends))
    cut = Cut(frozenset(), frozenset(), flow.crowd) if flow.crowd else None
    for place in ending:
        blocked = flow.fill(place)
        if blocked is not None and cut is None:
            cut = _told(formulation, cut_from(pairs, flow, blocked))
    flow.fill_up(_by_worth(problem, set(pairs.of_demand) - set(ending)))
    return kept(problem, flow.gives()), cut


def _told(formulation: Formulation, cut: Cut | None) -> Cut | None:
    """Give a cut that says something: where one of its ventures never ends complete, none does."""
    return cut if cut is not None and cut.ends <= formulation.ends.keys() else None


def _forbidden(pairs: Pairs, ends: set[int]) -> set[int]:
    """Give the pairs on condition of ventures that do not end complete."""
    return {
        at
        for at, pair in enumerate(pairs.every)
        if pairs.problem.supplies[pair.supply].conditional
        and pairs.problem.demands[pair.demand].venture not in ends
    }


def _by_worth(problem: Problem, places: set[int]) -> list[int]:
    """Order demands by what one part of them adds to level 2, the most first."""
    demands, ventures = problem.demands, problem.ventures
    return sorted(
        places,
        key=lambda one: (-Fraction(ventures[demands[one].venture].weight, demands[one].net), one),
    )


def with_margins(formulation: Formulation, values: Floats) -> Floats | None:
    """Solve again with all choices made, keeping back what rounding across currencies may cost.

    Where not all of it can be kept back, what can be.
    """
    model = formulation.model
    columns, chosen = formulation.choices(values)
    margins = list(formulation.margins(values))
    rows = np.array([row for row, _ in margins], np.int32)
    back = np.array([1 - most for _, most in margins], np.float64)
    solver = Solver(sparing(model, rows, back))
    solver.set_bounds(columns, chosen, chosen)
    found = solver.solve().values
    return None if found is None else found[: model.columns]
