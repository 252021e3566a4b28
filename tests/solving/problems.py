"""Matching problems in miniature, said in one line each."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ledger.eligibility.counts import Outstanding
from ledger.eligibility.index import Ratio
from ledger.matching.plan import Allocation, Solution, allocated_to_needs, completed
from ledger.matching.problem import MatchingNeed, MatchingOffer, MatchingProblem, MatchingProject

ONE = Ratio(1, 1)


def need(
    open_: int, *, net: int | None = None, divisible: bool = True, kind: int = 0, sole_offer=None
):
    """Return the terms of a need, whose project and code follow from its position."""
    return {
        "open": open_,
        "net": open_ if net is None else net,
        "divisible": divisible,
        "need_class": kind,
        "sole_offer": sole_offer,
    }


def offer(free: int, *, kind: int = 0, share: str | None = None, **terms: Any):
    """Give the terms of a supply."""
    return {"free": free, "offer_class": kind, "max_share": share and Decimal(share), **terms}


def problem(
    projects: Sequence[tuple[int, Sequence[dict[str, Any]]]],
    offer_terms: Sequence[dict[str, Any]],
    *,
    links: Sequence[dict[int, Ratio]] = ({0: ONE},),
    outstanding: dict[tuple[int, int], Outstanding] | None = None,
    stuck: Sequence[int] = (),
) -> MatchingProblem:
    """Make a problem of projects, each a weight and its needs; `stuck` cannot end complete."""
    needs: list[MatchingNeed] = []
    made: list[MatchingProject] = []
    for index, (weight, wanted) in enumerate(projects):
        first = len(needs)
        needs += [
            MatchingNeed(code=f"N-{first + at}", project=index, **terms)
            for at, terms in enumerate(wanted)
        ]
        made.append(
            MatchingProject(
                f"P-{index}", weight, tuple(range(first, len(needs))), index not in stuck
            )
        )
    offers = tuple(MatchingOffer(code=f"O-{at}", **terms) for at, terms in enumerate(offer_terms))
    return MatchingProblem(tuple(made), tuple(needs), offers, tuple(links), outstanding or {})


def broken_rules(asked: MatchingProblem, allocations: Sequence[Allocation]) -> list[str]:
    """Name what a plan breaks of the rules of a pair, of a capacity, and of conditions."""
    ends = set(completed(asked, allocations))
    free = [one.free for one in asked.offers]
    said = [] if list(allocations) == sorted(allocations) else ["order"]
    for allocation in allocations:
        limits = asked.limits(allocation.need, allocation.offer)
        ratio = asked.ratio(allocation.need, allocation.offer)
        if limits is None or ratio is None or not limits.low <= allocation.amount <= limits.high:
            said.append(f"limits of {allocation}")
            continue
        free[allocation.offer] -= ratio.to_offer(allocation.amount)
        on_condition = asked.offers[allocation.offer].conditional
        if on_condition and asked.needs[allocation.need].project not in ends:
            said.append(f"condition of {allocation}")
    said += [f"capacity of {at}" for at, left in enumerate(free) if left < 0]
    given = allocated_to_needs(asked, allocations)
    said += [f"open of {at}" for at, one in enumerate(asked.needs) if given[at] > one.open]
    return said


def proven(solution: Solution) -> tuple[Fraction, Fraction]:
    """Give both levels of a solution whose bounds are its values."""
    assert solution.complete.gap == 0
    assert solution.coverage.gap == 0
    return solution.complete.value, solution.coverage.value
