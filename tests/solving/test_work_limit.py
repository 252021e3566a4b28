"""The work limit of small problems: it is counted, it binds, and the answer says if it is reached.

Work is counted in steps of the solver times the size of the program, never in seconds.
"""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given
from hypothesis_profiles import examples
from problems import ONE, broken_rules, need, offer, problem
from test_exact_against_greedy import problems

from ledger.eligibility.index import Ratio
from ledger.matching.plan import SearchLimit, completeness, coverage
from ledger.solver import exact
from ledger.solver.greedy import greedy_plan
from ledger.solver.solve import solve

OVERSHOOT = 2
"""The solver stops at the first check after the limit, and a first check comes late."""


def solved(asked):
    """Solve a problem, and give the answer with the work that it was counted for."""
    limits = []

    class Counted(exact.WorkLimit):
        def __init__(self, of) -> None:
            super().__init__(of)
            limits.append(self)

    with patch.object(exact, "WorkLimit", Counted):
        result = solve(asked)
    return result, sum(limit.used for limit in limits)


def never_worse_than_greedy(asked, result):
    first = greedy_plan(asked)
    reached = result.complete.value, result.coverage.value
    return reached >= (completeness(asked, first), coverage(asked, first))


def needs_in_two_currencies():
    """11 needs and 5 offers whose amounts the solver used to tighten part by part, for 30 s."""
    projects = [
        (40, [need(6735)]),
        (1, [need(52582), need(58325)]),
        (40, [need(7964), need(37518, kind=1), need(57947)]),
        (100, [need(19387), need(8080)]),
        (7, [need(32552), need(69366)]),
        (100, [need(14300, kind=1)]),
    ]
    offers = [
        offer(1180, min_ticket=11145, max_ticket=47473),
        offer(5136, kind=1, conditional=True),
        offer(42893, max_ticket=33638),
        offer(42338, min_ticket=65028, share="0.2"),
        offer(48539),
    ]
    links = [{0: ONE}, {0: Ratio(112345678, 10**8), 1: ONE}]
    return problem(projects, offers, links=links)


def many_ways_to_round():
    """12 needs and 5 offers that need seconds to be proven, with every cut another way to round."""
    projects = [
        (1, [need(18, divisible=False), need(27, kind=1), need(29)]),
        (
            1,
            [
                need(40, divisible=False),
                need(18, divisible=False),
                need(14, divisible=False, kind=1),
            ],
        ),
        (
            1,
            [
                need(14),
                need(18, kind=1),
                need(37, divisible=False, kind=1),
                need(23, kind=1),
                need(23, kind=1),
            ],
        ),
        (1, [need(38, kind=1)]),
    ]
    offers = [
        offer(11, min_ticket=19),
        offer(24, kind=1, min_ticket=37, share="0.5"),
        offer(63, min_ticket=12, max_ticket=32, share="0.75"),
        offer(62, min_ticket=15),
        offer(38, min_ticket=7),
    ]
    links = [{0: ONE, 1: Ratio(1, 3)}, {0: Ratio(10**12 + 1, 10**12), 1: ONE}]
    return problem(projects, offers, links=links)


def one_long_run():
    """Few needs and two offers, proven in a single long run of the solver."""
    projects = [
        (1, [need(653314, kind=1), need(699264, kind=1)]),
        (1, [need(651359), need(675875)]),
        (1, [need(264992, kind=1), need(930441, kind=1)]),
    ]
    offers = [offer(832760, max_ticket=273728, share="0.75"), offer(1207786, kind=1)]
    links = [{0: ONE}, {0: Ratio(112345678, 10**8), 1: ONE}]
    return problem(projects, offers, links=links)


def test_amounts_in_two_currencies_are_not_tightened_part_by_part():
    asked = needs_in_two_currencies()

    result, used = solved(asked)

    assert used < exact.SMALL_PROBLEM_WORK_LIMIT / 30
    assert result.limit is None
    assert result.complete.gap == result.coverage.gap == 0


def test_a_search_that_reaches_the_work_limit_stops_and_says_so():
    asked = many_ways_to_round()

    with patch.object(exact, "SMALL_PROBLEM_WORK_LIMIT", 300_000):
        result, used = solved(asked)
        again, _ = solved(asked)

    assert result.limit is SearchLimit.WORK
    assert result.limit_reached
    assert used < OVERSHOOT * 300_000
    assert result.complete.value <= result.complete.bound
    assert result.coverage.value < result.coverage.bound
    assert broken_rules(asked, result.allocations) == []
    assert never_worse_than_greedy(asked, result)
    assert again == result


def test_the_searches_of_one_program_have_a_limit_together():
    """Above `SMALL_PROBLEM` needs each cut allowed as many checks again, up to fifty times.

    This program has three searches with 200 checks in all where nothing limits them together.
    """
    made = []

    class Counted(exact.Solver):
        def solve(self, **terms):
            before = self.checks_made
            result = super().solve(**terms)
            made.append((id(self), self.checks_made - before))
            return result

    with (
        patch.object(exact, "SMALL_PROBLEM", 0),
        patch.object(exact, "_SEARCHES", 1),
        patch.object(exact, "check_limit", lambda _: 100),
        patch.object(exact, "Solver", Counted),
    ):
        result = solve(many_ways_to_round())

    by_program = dict.fromkeys(solver for solver, _ in made)
    checks = [sum(n for solver, n in made if solver == one) for one in by_program]
    assert 100 <= max(checks) < 2 * 100
    assert result.limit is SearchLimit.WORK
    assert broken_rules(many_ways_to_round(), result.allocations) == []


def test_a_single_run_stops_at_the_work_limit():
    _, needed = solved(one_long_run())

    with patch.object(exact, "SMALL_PROBLEM_WORK_LIMIT", needed - 1_000):
        result, used = solved(one_long_run())

    assert result.limit is SearchLimit.WORK
    assert used < needed - 1_000


def test_a_program_that_counts_parts_is_solved_in_few_steps():
    """Where costs of parts were below the tolerance of the solver, it took 180 times as many."""
    result, used = solved(one_long_run())

    assert result.complete.gap == result.coverage.gap == 0
    assert used < exact.SMALL_PROBLEM_WORK_LIMIT / 50


def test_a_search_without_any_work_keeps_the_greedy_plan_and_true_bounds():
    asked = many_ways_to_round()
    best = solve(asked)

    with patch.object(exact, "SMALL_PROBLEM_WORK_LIMIT", 0):
        result, used = solved(asked)

    assert used == 0
    assert result.limit is SearchLimit.WORK
    assert never_worse_than_greedy(asked, result)
    assert result.complete.bound >= best.complete.value
    assert result.coverage.bound >= best.coverage.value


@given(problems())
@examples(40)
def test_no_small_problem_takes_more_work_without_saying_so(asked):
    most = 40_000
    with patch.object(exact, "SMALL_PROBLEM_WORK_LIMIT", most):
        result, used = solved(asked)

    assert broken_rules(asked, result.allocations) == []
    assert result.complete.value <= result.complete.bound
    assert result.coverage.value <= result.coverage.bound
    assert never_worse_than_greedy(asked, result)
    assert result.limit is not SearchLimit.TIME
    proven = result.complete.gap == result.coverage.gap == 0
    assert used <= most or proven or result.limit is SearchLimit.WORK
    assert not (proven and result.limit_reached)
