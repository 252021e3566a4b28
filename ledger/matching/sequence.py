"""The sequence of needs in a plan: a need gets something only if those before it end placed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ledger.eligibility.rules import NeedFacts
from ledger.gaps.completeness import need_is_placed
from ledger.matching.plan import Allocation, allocated_to_needs
from ledger.matching.problem import MatchingProblem


def indices_before(
    facts: NeedFacts, index_of: Mapping[str, int], all_needs: Mapping[str, NeedFacts]
) -> tuple[int, ...] | None:
    """Return the open needs of the problem that have to end placed before a need gets anything.

    None where one of them cannot: it is not open for this matching, and not placed either.
    """
    before = []
    for code in facts.need.after:
        if code in index_of:
            before.append(index_of[code])
        elif code not in all_needs or not need_is_placed(all_needs[code].balance):
            return None
    return tuple(before)


def has_sequence(problem: MatchingProblem) -> bool:
    """Say whether some need of a problem comes after others."""
    return any(need.after for need in problem.needs)


def is_ready(problem: MatchingProblem, still_open: Sequence[int], need: int) -> bool:
    """Say whether all that comes before a need is placed, where these amounts are still open."""
    return not any(still_open[one] for one in problem.needs[need].after)


def comes_after(codes: Sequence[str]) -> str:
    """Say that a need waits, by the codes of those that it comes after."""
    if len(codes) == 1:
        return f"it comes after {codes[0]}, which does not end placed"
    return f"it comes after {', '.join(codes)}, which do not all end placed"


def in_sequence(
    problem: MatchingProblem, allocations: Iterable[Allocation]
) -> tuple[Allocation, ...]:
    """Return a plan without what it gives to needs that have to wait.

    No project that it completes is touched: there every need ends placed.
    """
    plan = tuple(allocations)
    if not has_sequence(problem):
        return plan
    while True:
        given = allocated_to_needs(problem, plan)
        still_open = [one.open - given[at] for at, one in enumerate(problem.needs)]
        kept = tuple(one for one in plan if is_ready(problem, still_open, one.need))
        if len(kept) == len(plan):
            return kept
        plan = kept


def earlier_first(problem: MatchingProblem, needs: Iterable[int]) -> list[int]:
    """Return needs in their order, but each after those of them that come before it."""
    order = [*needs]
    wanted, placed = set(order), set[int]()
    result: list[int] = []

    def put(need: int) -> None:
        if need in placed:
            return
        placed.add(need)
        for one in problem.needs[need].after:
            if one in wanted:
                put(one)
        result.append(need)

    for need in order:
        put(need)
    return result
