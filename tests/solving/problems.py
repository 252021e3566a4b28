"""Matching problems in miniature, said in one line each."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ledger.eligibility.counts import Outstanding
from ledger.eligibility.index import Ratio
from ledger.matching.plan import Give, Solution, completed, given_to
from ledger.matching.problem import Demand, Problem, Supply, Venture

ONE = Ratio(1, 1)


def demand(open_: int, *, net: int | None = None, divisible: bool = True, kind: int = 0, only=None):
    """Give the terms of a demand, whose venture and code follow from where it stands."""
    return {
        "open": open_,
        "net": open_ if net is None else net,
        "divisible": divisible,
        "kind": kind,
        "only": only,
    }


def supply(free: int, *, kind: int = 0, share: str | None = None, **terms: Any):
    """Give the terms of a supply."""
    return {"free": free, "kind": kind, "max_share": share and Decimal(share), **terms}


def problem(
    ventures: Sequence[tuple[int, Sequence[dict[str, Any]]]],
    supplies: Sequence[dict[str, Any]],
    *,
    links: Sequence[dict[int, Ratio]] = ({0: ONE},),
    living: dict[tuple[int, int], Outstanding] | None = None,
    stuck: Sequence[int] = (),
) -> Problem:
    """Make a problem of ventures, each a weight and its demands; `stuck` can't end complete."""
    demands: list[Demand] = []
    made: list[Venture] = []
    for place, (weight, wanted) in enumerate(ventures):
        first = len(demands)
        demands += [
            Demand(code=f"N-{first + at}", venture=place, **terms)
            for at, terms in enumerate(wanted)
        ]
        made.append(
            Venture(f"P-{place}", weight, tuple(range(first, len(demands))), place not in stuck)
        )
    offers = tuple(Supply(code=f"O-{at}", **terms) for at, terms in enumerate(supplies))
    return Problem(tuple(made), tuple(demands), offers, tuple(links), living or {})


def broken_rules(asked: Problem, gives: Sequence[Give]) -> list[str]:
    """Name what a plan breaks of the rules of a pair, of a capacity, and of conditions."""
    ends = set(completed(asked, gives))
    free = [one.free for one in asked.supplies]
    said = [] if list(gives) == sorted(gives) else ["order"]
    for give in gives:
        limits = asked.limits(give.demand, give.supply)
        ratio = asked.ratio(give.demand, give.supply)
        if limits is None or ratio is None or not limits.low <= give.amount <= limits.high:
            said.append(f"limits of {give}")
            continue
        free[give.supply] -= ratio.to_offer(give.amount)
        on_condition = asked.supplies[give.supply].conditional
        if on_condition and asked.demands[give.demand].venture not in ends:
            said.append(f"condition of {give}")
    said += [f"capacity of {at}" for at, left in enumerate(free) if left < 0]
    given = given_to(asked, gives)
    said += [f"open of {at}" for at, one in enumerate(asked.demands) if given[at] > one.open]
    return said


def proven(solution: Solution) -> tuple[Fraction, Fraction]:
    """Give both levels of a solution whose bounds are its values."""
    assert solution.complete.gap == 0
    assert solution.coverage.gap == 0
    return solution.complete.value, solution.coverage.value
