"""Caps across pairs, and sequences: proposals against a plain model of whole numbers."""

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
from test_sequences_by_brute_force import WRITTEN_TO, in_a_sequence, rank, strategies

from ledger.matching.caps import admissible
from ledger.solver import solve as solving
from ledger.solver.options import UNLIMITED, SolverOptions
from ledger.solver.stability import solve_near

DAILY, ALL, BATCH, MIDDLE = 100, 1000, 50, 3


def with_caps(case: Case, seed: int) -> Case:
    """Draw one to three caps on some offers and projects, of about what could be placed."""
    chance = random.Random(f"caps {seed}")
    offers, projects = [one.code for one in case.offers], [one.code for one in case.projects]
    caps = []
    for number in range(chance.randint(1, 3)):
        measure = chance.choice(("quantity", "quantity", "number", "share", "floor", "floor"))
        largest = max((one for one in case.available.values()), default=1)
        value = {
            "quantity": Fraction(chance.randint(0, 2 * max(1, largest))),
            "number": Fraction(chance.randint(0, 2)),
            "share": Fraction(chance.choice((1, 2, 3, 4)), 4),
            "floor": Fraction(chance.choice((1, 2, 3, 4)), 4),
        }[measure]
        some = frozenset(one for one in offers if chance.random() < 0.7) or frozenset(offers)
        own = frozenset(one for one in projects if chance.random() < 0.7) or frozenset(projects)
        caps.append(CaseCap(f"LIM-{number}", measure, value, some, own))
    return replace(case, caps=tuple(caps), name=f"{case.name} with caps {seed}")


def wrong(case: Case) -> str:
    """Say what is wrong with the answer to a case; empty where it is the optimum."""
    built = problem_of(case)
    found = solving.solve(built.problem)
    said = [str(fault) for fault in faults(case, document_of(case, built, found))]
    best = plain_milp.best_of(case)
    if found.complete.value != best.weight:
        said.append(f"completes {found.complete.value}, and {best.weight} can be completed")
    elif abs(found.coverage.value - best.coverage) > WRITTEN_TO:
        said.append(f"covers {float(found.coverage.value)} of {float(best.coverage)}")
    elif found.coverage.bound < best.coverage:
        said.append(f"bounds level 2 by {float(found.coverage.bound)}")
    return "; ".join(said)


def all_wrong(first: int, last: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for seed in range(first, last):
        case = with_caps(small_case(seed), seed)
        if seed % 3 == 0:
            case = in_a_sequence(case, seed)
        if plain_milp.fits(case):
            found[case.name] = wrong(case)
    assert len(found) > 0.6 * (last - first)
    return {name: why for name, why in found.items() if why}


@pytest.mark.parametrize("first", range(0, DAILY, BATCH))
def test_small_cases_are_solved_exactly(first: int) -> None:
    assert all_wrong(first, first + BATCH) == {}


@pytest.mark.soak
@pytest.mark.parametrize("first", range(DAILY, ALL, BATCH))
def test_many_more_small_cases_are_solved_exactly(first: int) -> None:
    assert all_wrong(first, first + BATCH) == {}


@pytest.mark.parametrize("name", strategies())
@pytest.mark.parametrize("seed", range(MIDDLE))
def test_every_strategy_keeps_the_caps(
    seed: int, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit, value in strategies()[name].items():
        monkeypatch.setattr(solving, limit, value)
    case = with_caps(in_a_sequence(middle_case(seed), seed, 0.2), seed)
    built = problem_of(case)
    quick = solving.solve(built.problem, SolverOptions(seconds=0))
    solution = solving.solve(built.problem, UNLIMITED)
    for one in (quick, solution):
        assert faults(case, document_of(case, built, one)) == []
        assert admissible(built.problem, one.allocations) == one.allocations
    assert rank(built.problem, solution.allocations) >= rank(built.problem, quick.allocations)


def test_a_plan_near_a_baseline_keeps_the_caps() -> None:
    for seed in range(40):
        case = with_caps(in_a_sequence(small_case(seed), seed, 0.3), seed)
        built = problem_of(case)
        baseline = solving.solve(built.problem, SolverOptions(seconds=0)).allocations
        near = solve_near(built.problem, baseline, Fraction(1, 1000))
        assert faults(case, document_of(case, built, near)) == [], case.name
        assert rank(built.problem, near.allocations) >= rank(built.problem, baseline)
