"""The same pipeline gives the same plan, in whatever order it is read; more supply never less."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from case_facts import Facts, document_of, facts_of, problem_of
from case_maker import small_case
from match_cases import Case

from ledger.solver.solve import solve

SEEDS = range(3_000, 3_120)


def answer(case: Case, facts: Facts | None = None) -> dict[str, object]:
    """Give the matcher's answer to a case as a document."""
    built = problem_of(case, facts)
    return document_of(case, built, solve(built.problem))


def shuffled(case: Case, seed: int) -> Facts:
    """Give the case's records in another order."""
    chance = random.Random(seed)
    return Facts(*(chance.sample(part, len(part)) for part in facts_of(case)))


@pytest.mark.parametrize("first", SEEDS[::40])
def test_two_runs_and_shuffled_records_give_the_same_plan(first: int):
    for seed in range(first, first + 40):
        case = small_case(seed)
        first_answer = answer(case)
        assert answer(case) == first_answer, case.name
        assert answer(case, shuffled(case, seed)) == first_answer, case.name


@pytest.mark.parametrize("first", SEEDS[::40])
def test_more_supply_never_completes_less(first: int):
    for seed in range(first, first + 40):
        case = small_case(seed)
        chance = random.Random(seed)
        chosen = chance.choice(case.offers).code
        more = tuple(
            replace(one, capacity=2 * one.capacity) if one.code == chosen else one
            for one in case.offers
        )
        before, after = (
            solve(problem_of(each).problem).complete.value
            for each in (case, replace(case, offers=more))
        )
        assert after >= before, case.name
