"""The quick plan: it keeps every rule, ends in time, and orders projects by what they take."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from problems import ONE, broken_rules, need, offer, problem
from test_exact_against_greedy import problems

from ledger.eligibility.counts import Outstanding
from ledger.eligibility.index import Ratio
from ledger.matching.plan import (
    Allocation,
    Level,
    SearchLimit,
    Solution,
    completed,
    completeness,
    coverage,
)
from ledger.matching.problem import MatchingProblem
from ledger.solver import greedy, solve
from ledger.solver.greedy import OfferArrays, Plan, best_plan, filled, greedy_plan
from ledger.solver.options import SolverOptions


@given(problems())
def test_it_keeps_every_rule(asked):
    assert not broken_rules(asked, greedy_plan(asked))


@given(problems())
def test_filling_keeps_every_rule_and_what_was_allocated(asked):
    plan = greedy_plan(asked)[::2]
    plan = tuple(one for one in plan if not asked.offers[one.offer].conditional)
    plan = tuple(one for one in plan if asked.needs[one.need].divisible)

    after = filled(OfferArrays(asked), plan)

    assert not broken_rules(asked, after)
    assert set(plan) <= set(after)
    assert coverage(asked, after) >= coverage(asked, plan)


def test_a_project_that_takes_less_of_the_supply_comes_before_one_of_equal_weight():
    asked = problem([(2, [need(9)]), (2, [need(5)]), (2, [need(5)])], [offer(10)])

    assert completed(asked, greedy_plan(asked)) == (1, 2)


def test_where_they_are_few_the_order_by_weight_per_need_is_tried_too():
    asked = problem([(9, [need(10)]), (5, [need(5)])], [offer(10)])

    assert completeness(asked, greedy_plan(asked)) == 9


def test_offers_asked_for_least_give_first():
    asked = problem(
        [(1, [need(5, kind=0)]), (1, [need(5, kind=1)])],
        [offer(5, kind=0), offer(5, kind=1)],
        links=({0: ONE, 1: ONE}, {0: ONE}),
    )

    assert greedy_plan(asked) == (Allocation(0, 1, 5), Allocation(1, 0, 5))


def test_a_ticket_that_an_earlier_deal_reached_stops_no_addition():
    asked = problem(
        [(1, [need(3)])],
        [offer(10, min_ticket=5)],
        outstanding={(0, 0): Outstanding(need=4, offer=4)},
    )

    assert greedy_plan(asked) == (Allocation(0, 0, 3),)


def test_many_offers_are_looked_at_until_they_suffice():
    asked = problem([(1, [need(260)])], [offer(1) for _ in range(250)] + [offer(10)])

    assert completeness(asked, greedy_plan(asked)) == 1


def test_rates_that_need_more_digits_than_an_estimate_has_are_exact():
    rate = Ratio(1_000_000_007, 1_000_000_000)
    asked = problem([(1, [need(10**15)])], [offer(10**15 + 7 * 10**6)], links=({0: rate},))

    assert completeness(asked, greedy_plan(asked)) == 1


def test_after_its_time_nothing_more_is_allocated():
    asked = problem([(1, [need(5)])], [offer(10)])

    assert greedy_plan(asked, 0) == ()


def test_no_search_begins_once_the_quick_plan_has_taken_all_the_time(monkeypatch):
    asked = problem([(1, [need(5)])], [offer(10)])
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr(solve, "monotonic", lambda: next(clock))
    monkeypatch.setattr(solve, "_search", None)

    solution = solve.solve(asked, SolverOptions(seconds=5))

    assert solution.allocations == greedy_plan(asked)
    assert solution.limit is SearchLimit.TIME


@pytest.mark.parametrize(("limit", "seconds"), [(0, 4), (1, 4), (8, 4), (9, 4.5), (60, 30)])
def test_the_quick_plan_leaves_half_of_a_long_time_limit(limit, seconds, monkeypatch):
    """A quick plan that takes all the time it is given, by a clock that only it advances."""
    asked = problem([(1, [need(5)])], [offer(10)])
    now = [0.0]
    searched: list[float | None] = []

    def slow_plan(asked: MatchingProblem, share: float | None) -> Plan:
        now[0] += share or 0.0
        return greedy_plan(asked)

    def search(asked: MatchingProblem, left: SolverOptions, plan: Plan) -> Solution:
        searched.append(left.seconds)
        reached = Level(Fraction(1), Fraction(1))
        return Solution(plan, reached, reached, "another")

    monkeypatch.setattr(solve, "monotonic", lambda: now[0])
    monkeypatch.setattr(solve, "greedy_plan", slow_plan)
    monkeypatch.setattr(solve, "_search", search)

    solve.solve(asked, SolverOptions(seconds=limit))

    assert now[0] == seconds
    assert searched == ([limit - seconds] if limit > seconds else [])


def test_no_time_limit_is_none_for_the_quick_plan(monkeypatch):
    asked = problem([(1, [need(5)])], [offer(10)])
    given_seconds: list[float | None] = []

    def plan(asked: MatchingProblem, seconds: float | None) -> Plan:
        given_seconds.append(seconds)
        return greedy_plan(asked)

    monkeypatch.setattr(solve, "greedy_plan", plan)

    solve.solve(asked)

    assert given_seconds == [None]


def test_exhausted_offers_are_looked_up_no_more(monkeypatch):
    monkeypatch.setattr(greedy, "_STALE", 1)
    asked = problem([(1, [need(2)]) for _ in range(6)], [offer(2) for _ in range(5)])

    assert completeness(asked, greedy_plan(asked)) == 5


def test_of_equal_plans_the_first_is_the_best():
    asked = problem([(1, [need(5)])], [offer(5), offer(5)])
    plans = [(), (Allocation(0, 1, 5),), (Allocation(0, 0, 5),)]

    assert best_plan(asked, plans) == plans[1]
