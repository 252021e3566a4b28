"""The fewest changes from a baseline: exact on small problems, found by trying every plan."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import NamedTuple

import pytest
from problems import broken_rules, need, offer, problem

from ledger.eligibility.index import Ratio
from ledger.matching.plan import (
    Allocation,
    completed,
    completeness,
    count_changes,
    coverage,
)
from ledger.matching.problem import MatchingProblem
from ledger.solver.least_changes import is_feasible
from ledger.solver.solve import solve
from ledger.solver.stability import solve_near

CASES, BATCH, EVERYDAY = 400, 50, 100
"""Random cases in all, in one test, and of these every day; `pytest -m soak` tries the others."""
MOST_PLANS = 60_000
RATES = (Ratio(1, 1), Ratio(1, 1), Ratio(3, 2), Ratio(10, 3))

Plan = tuple[Allocation, ...]


class Best(NamedTuple):
    """The best of both levels, and the fewest changes among the plans that reach what is asked."""

    weight: Fraction
    coverage: Fraction
    changes: int


def random_problem(chance: random.Random) -> MatchingProblem:
    """Make a problem small enough to try every plan."""
    high = chance.choice((2, 4, 6))
    projects = [
        (
            chance.choice((1, 1, 2, 5)),
            [
                need(
                    chance.randint(1, high),
                    net=high + chance.randint(0, 3),
                    divisible=chance.random() < 0.7,
                    kind=chance.randint(0, 1),
                )
                for _ in range(chance.randint(1, 2))
            ],
        )
        for _ in range(chance.randint(1, 3))
    ]
    offers = [
        offer(
            chance.randint(1, high + 2),
            kind=chance.randint(0, 1),
            min_ticket=chance.choice((None, None, 2, 3)),
            max_ticket=chance.choice((None, None, 4)),
            share=chance.choice((None, None, "0.5")),
            conditional=chance.random() < 0.25,
        )
        for _ in range(chance.randint(1, 3))
    ]
    rate = chance.choice(RATES)
    links = [{0: Ratio(1, 1), 1: rate}, chance.choice(({0: rate}, {1: Ratio(1, 1)}))]
    return problem(projects, offers, links=links)


def every_plan(asked: MatchingProblem) -> Iterator[Plan]:
    """Give every plan of a problem, or none where there are too many."""
    pairs = [
        (at, one, limits)
        for at in range(len(asked.needs))
        for one, limits in asked.eligible_offers(at)
    ]
    choices = [[0, *range(limits.low, limits.high + 1)] for _, _, limits in pairs]
    count = 1
    for some in choices:
        count *= len(some)
    if count > MOST_PLANS:
        return
    for amounts in product(*choices):
        plan = tuple(
            Allocation(at, one, amount)
            for (at, one, _), amount in zip(pairs, amounts, strict=True)
            if amount
        )
        if not broken_rules(asked, plan):
            yield plan


def rank(asked: MatchingProblem, plan: Plan) -> tuple[Fraction, Fraction]:
    """Give levels 1 and 2 of a plan."""
    return completeness(asked, plan), coverage(asked, plan)


def best_near(asked: MatchingProblem, plans: list[Plan], baseline: Plan, churn: Fraction) -> Best:
    """Find by trying every plan what a solution near a baseline has to be."""
    weight, cover = max(rank(asked, plan) for plan in plans)
    least = (weight, cover * (1 - churn))
    reaching = [plan for plan in plans if rank(asked, plan) >= max(least, rank(asked, baseline))]
    return Best(weight, cover, min(count_changes(baseline, plan) for plan in reaching))


def wrong(seed: int, churn: Fraction) -> str:
    """Say what is wrong with the solution near a random baseline; empty where nothing is."""
    chance = random.Random(seed)
    asked = random_problem(chance)
    plans = [*every_plan(asked)]
    if not plans:
        return ""
    baseline = chance.choice(plans)
    best = best_near(asked, plans, baseline, churn)
    found = solve_near(asked, baseline, churn)
    changes = found.changes
    assert changes is not None
    plan = found.allocations
    said = broken_rules(asked, plan)
    assert is_feasible(asked, plan) == (not said)
    if found.complete.value != best.weight:
        said.append(f"completes {found.complete.value} of {best.weight}")
    if changes.best_coverage != best.coverage:
        said.append(f"says that {changes.best_coverage} is the best of {best.coverage}")
    if found.coverage.value < best.coverage * (1 - churn):
        said.append(f"covers {found.coverage.value}, less than the churn allows")
    if rank(asked, plan) < rank(asked, baseline):
        said.append("is worse than the baseline")
    if (changes.value, changes.bound) != (best.changes, best.changes):
        said.append(f"changes {changes.value}, at least {changes.bound}: {best.changes}")
    if changes.value != count_changes(baseline, plan):
        said.append("miscounts its changes")
    return "; ".join(said)


@pytest.mark.parametrize("churn", [Fraction(0), Fraction(1, 10)])
@pytest.mark.parametrize(
    "first",
    [
        pytest.param(first, marks=pytest.mark.soak if first >= EVERYDAY else ())
        for first in range(0, CASES, BATCH)
    ],
)
def test_the_fewest_lines_of_small_problems_change(first: int, churn: Fraction):
    said = {seed: why for seed in range(first, first + BATCH) if (why := wrong(seed, churn))}
    assert said == {}


CHANGES = ("offer added", "offer withdrawn", "offer enlarged", "need added", "deal done")


def changed(asked: MatchingProblem, plan: Plan, name: str, chance: random.Random) -> Changed:
    """Change one thing of a problem; give it with what is still possible of a plan."""
    at = chance.randrange(len(asked.offers))
    one = asked.offers[at]
    offers, needs, projects = [*asked.offers], [*asked.needs], [*asked.projects]
    left = [*plan]
    if name == "offer added":
        offers.append(replace(one, code="O-NEW", free=chance.randint(1, 4)))
    elif name == "offer withdrawn":
        offers[at] = replace(one, free=0)
        left = [line for line in plan if line.offer != at]
    elif name == "offer enlarged":
        offers[at] = replace(one, free=one.free + chance.randint(1, 3))
    elif name == "need added":
        projects.append(replace(projects[0], code="P-NEW", needs=(len(needs),)))
        needs.append(replace(needs[0], code="N-NEW", project=len(projects) - 1))
    elif parts := [line for line in plan if line.amount < needs[line.need].open]:
        done = chance.choice(parts)
        ratio = asked.ratio(done.need, done.offer)
        assert ratio is not None
        offer_left = offers[done.offer].free - ratio.to_offer(done.amount)
        offers[done.offer] = replace(offers[done.offer], free=offer_left)
        need_left = needs[done.need].open - done.amount
        needs[done.need] = replace(needs[done.need], open=need_left)
        left.remove(done)
    new = replace(asked, offers=tuple(offers), needs=tuple(needs), projects=tuple(projects))
    return Changed(new, still_possible(new, left))


def still_possible(asked: MatchingProblem, plan: list[Allocation]) -> Plan:
    """Give what of a plan the rules of a problem still admit."""
    while True:
        said = [
            one
            for one in plan
            if (limits := asked.limits(one.need, one.offer)) is None
            or not limits.low <= one.amount <= limits.high
        ] or [
            one
            for one in plan
            if asked.offers[one.offer].conditional
            and asked.needs[one.need].project not in completed(asked, plan)
        ]
        if not said:
            return tuple(plan)
        plan = [one for one in plan if one not in said]


class Changed(NamedTuple):
    """A problem after a change, and what of the plan before it is still possible."""

    problem: MatchingProblem
    baseline: Plan


@pytest.mark.parametrize("name", CHANGES)
def test_one_change_of_a_small_problem_changes_the_fewest_lines(name: str):
    said = {}
    for seed in range(40):
        chance = random.Random(seed)
        asked = random_problem(chance)
        new, baseline = changed(asked, solve(asked).allocations, name, chance)
        plans = [*every_plan(new)]
        if not plans:
            continue
        best = best_near(new, plans, baseline, Fraction(0))
        found = solve_near(new, baseline, Fraction(0))
        assert found.changes is not None
        reached = (found.complete.value, found.coverage.value, found.changes.value)
        if reached != (best.weight, best.coverage, best.changes):
            said[seed] = f"{reached} and not {best}"
    assert said == {}


def test_more_supply_never_completes_less():
    for seed in range(60):
        chance = random.Random(seed)
        asked = random_problem(chance)
        before = solve(asked)
        for name in ("offer added", "offer enlarged"):
            new, baseline = changed(asked, before.allocations, name, chance)
            assert solve_near(new, baseline, Fraction(0)).complete.value >= before.complete.value
