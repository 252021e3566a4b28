"""Floors of quantities and numbers: proposals against a plain model of whole numbers."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import plain_milp
import pytest
from case_facts import document_of, problem_of
from case_maker import middle_case, small_case
from judge import faults
from match_cases import Case, CaseCap
from test_caps_by_plain_model import with_caps
from test_sequences_by_brute_force import WRITTEN_TO, in_a_sequence, rank, strategies

from ledger.matching.goals import shortfall
from ledger.matching.plan import count_changes
from ledger.solver import least_shortfall
from ledger.solver import solve as solving
from ledger.solver.options import UNLIMITED, SolverOptions
from ledger.solver.stability import solve_near

DAILY, ALL, BATCH, MIDDLE = 80, 1000, 40, 2


def with_goals(case: Case, seed: int) -> Case:
    """Draw one to three goals on some offers and projects, of about what could be placed."""
    chance = random.Random(f"goals {seed}")
    offers, projects = [one.code for one in case.offers], [one.code for one in case.projects]
    largest = max(case.available.values(), default=1)
    drawn = []
    for number in range(chance.randint(1, 3)):
        measure = chance.choice(("goal", "goal", "goal-number"))
        value = (
            chance.randint(1, 3) if measure == "goal-number" else chance.randint(1, max(1, largest))
        )
        some = frozenset(one for one in offers if chance.random() < 0.5) or frozenset(offers)
        own = frozenset(one for one in projects if chance.random() < 0.7) or frozenset(projects)
        unit = "EUR" if chance.random() < 0.7 else "USD"
        drawn.append(CaseCap(f"LIM-T{number}", measure, Fraction(value), some, own, unit))
    return replace(case, caps=(*case.caps, *drawn), name=f"{case.name} with goals {seed}")


def drawn_case(seed: int) -> Case:
    """Draw a small case with goals, some with caps and some with a sequence."""
    case = small_case(seed)
    if seed % 4 == 1:
        case = with_caps(case, seed)
    if seed % 5 == 2:
        case = in_a_sequence(case, seed)
    return with_goals(case, seed)


def wrong(case: Case) -> str:
    """Say what is wrong with the answer to a case; empty where it is the optimum."""
    best, least = plain_milp.least_shortfall(case)
    built = problem_of(case)
    found = solving.solve(built.problem)
    said = [str(fault) for fault in faults(case, document_of(case, built, found))]
    value = shortfall(built.problem, found.allocations)
    level = found.shortfall
    if found.complete.value != best.weight:
        said.append(f"completes {found.complete.value}, and {best.weight} can be completed")
    elif abs(found.coverage.value - best.coverage) > WRITTEN_TO:
        said.append(f"covers {float(found.coverage.value)} of {float(best.coverage)}")
    elif (level.value if level else 0) != value:
        said.append(f"says {level} of a shortfall of {value}")
    elif value > least + WRITTEN_TO:
        said.append(f"has a shortfall of {float(value)}, and {float(least)} is possible")
    elif level and level.bound > least + WRITTEN_TO:
        said.append(f"bounds the shortfall by {float(level.bound)}, and {float(least)} is possible")
    return "; ".join(said)


def all_wrong(first: int, last: int) -> dict[str, str]:
    """Give what is wrong by case; most of the cases have to fit the plain model."""
    found: dict[str, str] = {}
    for seed in range(first, last):
        case = drawn_case(seed)
        try:
            if plain_milp.fits(case):
                found[case.name] = wrong(case)
        except plain_milp.TooLarge:
            continue
    assert len(found) > 0.4 * (last - first)
    return {name: why for name, why in found.items() if why}


@pytest.mark.parametrize("first", range(0, DAILY, BATCH))
def test_small_cases_have_the_least_shortfall(first: int) -> None:
    assert all_wrong(first, first + BATCH) == {}


@pytest.mark.soak
@pytest.mark.parametrize("first", range(DAILY, ALL, BATCH))
def test_many_more_small_cases_have_the_least_shortfall(first: int) -> None:
    assert all_wrong(first, first + BATCH) == {}


@pytest.mark.parametrize("name", strategies())
@pytest.mark.parametrize("seed", range(MIDDLE))
def test_no_strategy_gives_up_a_level_for_a_goal(
    seed: int, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit, value in strategies()[name].items():
        monkeypatch.setattr(solving, limit, value)
    case = with_goals(with_caps(middle_case(seed), seed), seed)
    built = problem_of(case)
    free = solving.solve(replace(built.problem, goals=()), UNLIMITED)
    solution = solving.solve(built.problem, UNLIMITED)
    assert faults(case, document_of(case, built, solution)) == []
    assert rank(built.problem, solution.allocations) >= rank(built.problem, free.allocations)
    least = shortfall(built.problem, free.allocations)
    assert shortfall(built.problem, solution.allocations) <= least
    level = solution.shortfall
    assert level is not None
    assert level.bound <= level.value == shortfall(built.problem, solution.allocations)


def test_a_quick_plan_says_that_it_knows_no_bound() -> None:
    short = 0
    for seed in range(20):
        built = problem_of(drawn_case(seed))
        level = solving.solve(built.problem, SolverOptions(seconds=0)).shortfall
        if level is not None and level.value > level.bound:
            assert not level.is_bound_computed
            short += 1
    assert short > 3


def test_a_plan_near_a_baseline_misses_no_more_of_its_goals() -> None:
    for seed in range(40):
        case = drawn_case(seed)
        built = problem_of(case)
        fresh = solving.solve(built.problem)
        quick = solving.solve(built.problem, SolverOptions(seconds=0)).allocations
        near = solve_near(built.problem, quick, Fraction(1, 1000))
        assert faults(case, document_of(case, built, near)) == [], case.name
        best, found = fresh.allocations, near.allocations
        if rank(built.problem, found)[0] == rank(built.problem, best)[0]:
            missed, least = (shortfall(built.problem, plan) for plan in (found, best))
            assert missed <= least + WRITTEN_TO, case.name
        again = solve_near(built.problem, best, Fraction(1, 1000))
        assert count_changes(best, again.allocations) == 0, case.name


@pytest.mark.parametrize("tried", [0, 8_000])
def test_a_large_problem_claims_no_bound_that_is_not_one(
    tried: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the size at which all pairs are searched, a plan may be short without a proof."""
    whole = {seed: solving.solve(problem_of(drawn_case(seed)).problem) for seed in range(60)}
    monkeypatch.setattr(least_shortfall, "MAX_PAIRS", 0)
    monkeypatch.setattr(least_shortfall, "MAX_PAIRS_TRIED", tried)
    unproven = reached = 0
    for seed, best in whole.items():
        case = drawn_case(seed)
        built = problem_of(case)
        found = solving.solve(built.problem)
        if best.shortfall is None or found.shortfall is None:
            continue
        assert faults(case, document_of(case, built, found)) == []
        assert rank(built.problem, found.allocations) >= rank(built.problem, best.allocations)
        assert found.shortfall.value == shortfall(built.problem, found.allocations)
        assert found.shortfall.bound <= best.shortfall.value + WRITTEN_TO
        if found.shortfall.value > best.shortfall.value + WRITTEN_TO:
            assert not found.shortfall.is_bound_computed
            unproven += 1
        else:
            reached += best.shortfall.value > 0
    assert reached > 5
    assert unproven > 0 or tried
