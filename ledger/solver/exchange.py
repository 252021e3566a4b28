"""Improving a plan round the projects that just miss completion.

First by exchange: a lighter project gives way if one that misses can be completed then, and tries
to be completed again with what else there is. Then a neighbourhood is solved again as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from ledger.solver.arcs import Floats
from ledger.solver.assignment import Book
from ledger.solver.candidates import Guide
from ledger.solver.construct import complete
from ledger.solver.highs import Deadline
from ledger.solver.neighbourhood import Neighbourhood, Trial
from ledger.solver.relatedness import Vicinity

_EXCHANGES = 400
_PARTNERS = 12
"""Projects that may give way to one that misses."""
_TRIALS = 6
_VENTURES = 40
_TRIAL = Trial(arcs=8, nodes=20, checks=40)
_OUT_OF_REACH = -3.0
"""Those that would cost this much more are not solved again either."""
_HOPELESS = -1.0
"""Projects that would cost this much more than their weight are not tried."""


def improve(book: Book, guide: Guide, gain: Floats, deadline: Deadline) -> None:
    """Try to complete more weight round the most promising projects that are not complete.

    `gain` is what each project's weight exceeds its cost by, at the relaxation's prices.
    """
    order = np.argsort(-gain, kind="stable").tolist()
    seeds = [place for place in order if np.isfinite(gain[place]) and gain[place] > _HOPELESS]
    for venture in [one for one in seeds if not book.is_complete(one)][:_EXCHANGES]:
        if deadline.passed:
            return
        _exchange(book, guide, gain, venture)
    near = Vicinity(book, guide, gain, [one for one in order if gain[one] > _OUT_OF_REACH])
    seen: set[int] = set()
    trials = 0
    for venture in seeds:
        if deadline.passed or trials == _TRIALS:
            return
        if venture not in seen and not book.is_complete(venture):
            around = near.around(venture, _VENTURES)
            seen.update(around)
            trials += 1
            Neighbourhood(book, guide, around).improve(_TRIAL, deadline)


def _exchange(book: Book, guide: Guide, gain: Floats, venture: int) -> None:
    """Complete a project in place of a lighter one, which may find another way to be complete."""
    ventures = book.problem.ventures
    if complete(book, guide, venture):
        return
    near = _sharing(book, guide, gain, [venture])
    for other in near[:_PARTNERS]:
        if not book.is_complete(other):
            continue
        mark = book.mark()
        book.clear(ventures[other].demands)
        if complete(book, guide, venture) and (
            complete(book, guide, other) or ventures[other].weight < ventures[venture].weight
        ):
            return
        book.go_back(mark)


def _sharing(book: Book, guide: Guide, gain: Floats, ventures: Iterable[int]) -> list[int]:
    """Give the projects served by what could serve these, the closest and least gainful first."""
    found: Counter[int] = Counter()
    inside = set(ventures)
    for venture in inside:
        for demand in book.problem.ventures[venture].demands:
            for supply in guide.prices(demand):
                found.update(book.problem.demands[taker].venture for taker in book.takers[supply])
    outside = (venture for venture in found if venture not in inside)
    return sorted(outside, key=lambda one: (-found[one], gain[one], one))
