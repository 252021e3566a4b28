"""Reserves of the lines of a plan, chosen together: an assignment of offers to lines.

Variables: `x[l,s]` in [0, 1] for each line l and each offer s that could take it over. Each line
has at most one reserve, and each offer is the reserve of at most one line. First as many lines as
possible have a reserve; of these choices, one with the least sum of ranks, where the best offer of
a line has rank 0. Both programs are those of an assignment, whose vertices are whole numbers.

A line that is left without shares an offer: one with enough for all lines that have it, if there
is one, else its best.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ledger.matching.plan import Allocation, PlanIndex
from ledger.matching.problem import MatchingProblem
from ledger.matching.reserves import Reserve, candidates_of, draws
from ledger.solver.highs import INFINITY, Model, Solver

_HALF = 0.5


def reserves_of(problem: MatchingProblem, plan: Sequence[Allocation]) -> tuple[Reserve | None, ...]:
    """Return the reserve of each line of a plan; None where no other offer can take it over.

    Raises `TooManyReserves`.
    """
    candidates = candidates_of(problem, plan)
    chosen = assigned(candidates)
    return _with_shared(problem, plan, candidates, chosen)


def assigned(candidates: Sequence[Sequence[int]]) -> list[int | None]:
    """Return a different offer for as many lines as possible, at the least sum of ranks."""
    pairs = [(line, offer) for line, own in enumerate(candidates) for offer in own]
    chosen: list[int | None] = [None] * len(candidates)
    if not pairs:
        return chosen
    ranks = [float(rank) for own in candidates for rank in range(len(own))]
    most = sum(_solved(pairs, [1.0] * len(pairs), None))
    for (line, offer), value in zip(
        pairs, _solved(pairs, [-one for one in ranks], round(most)), strict=True
    ):
        if value > _HALF:
            chosen[line] = offer
    return chosen


def _solved(
    pairs: Sequence[tuple[int, int]], gains: Sequence[float], count: int | None
) -> list[float]:
    """Return the `x` of the best assignment, of one of so many lines if `count` is given."""
    model = Model()
    columns = model.add_columns(np.array(gains), 0, 1, count=len(pairs))
    for side in (0, 1):
        groups: dict[int, list[int]] = {}
        for at, pair in enumerate(pairs):
            groups.setdefault(pair[side], []).append(at)
        rows = model.add_rows(-INFINITY, 1, len(groups)).tolist()
        for row, members in zip(rows, groups.values(), strict=True):
            model.add_entries(row, columns[members], 1)
    if count is not None:
        model.add_entries(model.add_rows(count, count, 1), columns, 1)
    result = Solver(model).solve()
    assert result.values is not None
    return [float(one) for one in result.values]


def _with_shared(
    problem: MatchingProblem,
    plan: Sequence[Allocation],
    candidates: Sequence[Sequence[int]],
    chosen: Sequence[int | None],
) -> tuple[Reserve | None, ...]:
    """Give the lines without a reserve of their own one that others have, if there is any."""
    left = dict(enumerate(PlanIndex(problem, plan).free_amounts))
    for line, offer in enumerate(chosen):
        if offer is not None:
            left[offer] -= draws(problem, plan, line, offer)
    result = list(chosen)
    for line, own in enumerate(candidates):
        if result[line] is None and own:
            enough = (one for one in own if left[one] >= draws(problem, plan, line, one))
            offer = next(enough, own[0])
            left[offer] -= draws(problem, plan, line, offer)
            result[line] = offer
    times = [offer for offer in result if offer is not None]
    shared = {offer for offer in times if times.count(offer) > 1}
    return tuple(
        None if offer is None else Reserve(offer, offer in shared, left[offer] >= 0)
        for offer in result
    )
