"""Reserves of the lines of a plan, against every choice on small cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest
from case_facts import problem_of
from case_maker import small_case
from hypothesis import given
from hypothesis import strategies as st
from test_caps_by_plain_model import with_caps
from test_sequences_by_brute_force import in_a_sequence

from ledger.matching import reserves as domain
from ledger.matching.plan import Allocation, completed
from ledger.matching.problem import MatchingProblem
from ledger.matching.reserves import TooManyReserves, candidates_of
from ledger.solver.least_changes import is_feasible
from ledger.solver.reserves import assigned, reserves_of
from ledger.solver.solve import solve

CASES = 120


def drawn(seed: int) -> MatchingProblem:
    """Draw a small problem, some with caps and floors, some with a sequence."""
    case = small_case(seed)
    if seed % 3 == 1:
        case = with_caps(case, seed)
    if seed % 5 == 2:
        case = in_a_sequence(case, seed)
    return problem_of(case).problem


def with_other(plan: Sequence[Allocation], line: Allocation, offer: int) -> list[Allocation]:
    """Give a plan in which another offer gives the whole of a line."""
    amounts = {(one.need, one.offer): one.amount for one in plan if one != line}
    amounts[line.need, offer] = amounts.get((line.need, offer), 0) + line.amount
    return sorted(Allocation(*pair, amount) for pair, amount in amounts.items())


def could_take_over(problem: MatchingProblem, plan: Sequence[Allocation], at: int) -> set[int]:
    """Try every other offer for a line: the plan keeps every rule and completes the same."""
    line, found = plan[at], set()
    for offer in range(len(problem.offers)):
        changed = with_other(plan, line, offer)
        if (
            offer != line.offer
            and problem.ratio(line.need, offer) is not None
            and is_feasible(problem, changed)
            and completed(problem, changed) == completed(problem, plan)
        ):
            found.add(offer)
    return found


def best_by_trying(candidates: Sequence[Sequence[int]]) -> tuple[int, int]:
    """Give the most lines with an offer of their own, and the least sum of ranks of these."""

    @cache
    def best(at: int, used: frozenset[int]) -> tuple[int, int]:
        if at == len(candidates):
            return 0, 0
        choices = [best(at + 1, used)]
        for rank, offer in enumerate(candidates[at]):
            if offer not in used:
                count, ranks = best(at + 1, used | {offer})
                choices.append((count + 1, ranks - rank))
        return max(choices)

    count, ranks = best(0, frozenset())
    return count, -ranks


def test_candidates_are_the_offers_that_could_take_over_a_whole_line() -> None:
    lines = 0
    for seed in range(CASES):
        problem = drawn(seed)
        plan = sorted(solve(problem).allocations)
        found = candidates_of(problem, plan)
        for at in range(len(plan)):
            assert {*found[at]} == could_take_over(problem, plan, at), (seed, plan[at])
            costs = [problem.offers[one].cost for one in found[at]]
            known = [one for one in costs if one is not None]
            assert known == sorted(known)
            assert costs[: len(known)] == known
        lines += sum(map(bool, found))
    assert lines > CASES / 2


def test_as_many_lines_as_possible_have_an_offer_of_their_own() -> None:
    shared = 0
    for seed in range(CASES):
        problem = drawn(seed)
        plan = sorted(solve(problem).allocations)
        candidates = candidates_of(problem, plan)
        reserves = reserves_of(problem, plan)
        most, _ = best_by_trying(tuple(map(tuple, candidates)))
        named = [one.offer for one in reserves if one is not None]
        assert len({*named}) == most, seed
        assert [one is None for one in reserves] == [not one for one in candidates]
        for one, own in zip(reserves, candidates, strict=True):
            if one is not None:
                assert one.offer in own
                assert one.shared == (named.count(one.offer) > 1)
                shared += one.shared
    assert shared > 0


@pytest.mark.parametrize("seed", range(40))
def test_enough_means_that_the_offer_can_take_over_all_its_lines(seed: int) -> None:
    problem = drawn(seed)
    plan = sorted(solve(problem).allocations)
    for offer in range(len(problem.offers)):
        own = [
            (line, one)
            for line, one in zip(plan, reserves_of(problem, plan), strict=True)
            if one is not None and one.offer == offer
        ]
        if len({line.need for line, _ in own}) < len(own) or not own:
            continue
        rest = [one for one in plan if one.need not in {line.need for line, _ in own}]
        used = sum(_draw(problem, one) for one in [*rest, *plan] if one.offer == offer) - sum(
            _draw(problem, one) for one in rest if one.offer == offer
        )
        free = problem.offers[offer].free - used
        asked = 0
        for line, _ in own:
            given = sum(one.amount for one in plan if one[:2] == (line.need, offer))
            ratio = problem.ratio(line.need, offer)
            assert ratio is not None
            asked += ratio.to_offer(given + line.amount) - ratio.to_offer(given)
        assert {one.enough for _, one in own} == {asked <= free}


def _draw(problem: MatchingProblem, one: Allocation) -> int:
    ratio = problem.ratio(one.need, one.offer)
    assert ratio is not None
    return ratio.to_offer(one.amount)


@given(
    st.lists(
        st.permutations(range(5)).flatmap(
            lambda order: st.integers(0, 4).map(lambda size: order[:size])
        ),
        max_size=6,
    )
)
def test_the_choice_is_the_best_of_all(candidates: list[list[int]]) -> None:
    chosen = assigned(candidates)
    named = [one for one in chosen if one is not None]
    assert len({*named}) == len(named)
    ranks = sum(
        own.index(one) for own, one in zip(candidates, chosen, strict=True) if one is not None
    )
    assert (len(named), ranks) == best_by_trying(tuple(map(tuple, candidates)))


def test_too_many_candidates_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain, "MOST_CANDIDATES", 0)
    refused = 0
    for seed in range(10):
        problem = replace(drawn(seed), goals=())
        plan = sorted(solve(problem).allocations)
        try:
            assert not any(candidates_of(problem, plan))
        except TooManyReserves:
            refused += 1
    assert refused > 3
