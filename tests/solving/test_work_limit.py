"""The work limit of small problems: it is counted, it binds, and the answer says if it is reached.

Work is counted in steps of the solver times the size of the program, never in seconds.
"""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given, settings
from problems import ONE, broken_rules, demand, problem, supply
from test_exact_against_greedy import problems

from ledger.eligibility.index import Ratio
from ledger.matching.greedy import greedy_plan
from ledger.matching.plan import Limit, completeness, coverage
from ledger.solver import exact
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
        found = solve(asked)
    return found, sum(limit.used for limit in limits)


def never_worse_than_greedy(asked, found):
    first = greedy_plan(asked)
    reached = found.complete.value, found.coverage.value
    return reached >= (completeness(asked, first), coverage(asked, first))


def needs_in_two_currencies():
    """11 needs and 5 offers whose amounts the solver used to tighten part by part, for 30 s."""
    ventures = [
        (40, [demand(6735)]),
        (1, [demand(52582), demand(58325)]),
        (40, [demand(7964), demand(37518, kind=1), demand(57947)]),
        (100, [demand(19387), demand(8080)]),
        (7, [demand(32552), demand(69366)]),
        (100, [demand(14300, kind=1)]),
    ]
    offers = [
        supply(1180, min_ticket=11145, max_ticket=47473),
        supply(5136, kind=1, conditional=True),
        supply(42893, max_ticket=33638),
        supply(42338, min_ticket=65028, share="0.2"),
        supply(48539),
    ]
    links = [{0: ONE}, {0: Ratio(112345678, 10**8), 1: ONE}]
    return problem(ventures, offers, links=links)


def many_ways_to_round():
    """12 needs and 5 offers that need seconds to be proven, with every cut another way to round."""
    ventures = [
        (1, [demand(18, divisible=False), demand(27, kind=1), demand(29)]),
        (
            1,
            [
                demand(40, divisible=False),
                demand(18, divisible=False),
                demand(14, divisible=False, kind=1),
            ],
        ),
        (
            1,
            [
                demand(14),
                demand(18, kind=1),
                demand(37, divisible=False, kind=1),
                demand(23, kind=1),
                demand(23, kind=1),
            ],
        ),
        (1, [demand(38, kind=1)]),
    ]
    offers = [
        supply(11, min_ticket=19),
        supply(24, kind=1, min_ticket=37, share="0.5"),
        supply(63, min_ticket=12, max_ticket=32, share="0.75"),
        supply(62, min_ticket=15),
        supply(38, min_ticket=7),
    ]
    links = [{0: ONE, 1: Ratio(1, 3)}, {0: Ratio(10**12 + 1, 10**12), 1: ONE}]
    return problem(ventures, offers, links=links)


def one_long_run():
    """Few needs and two offers, proven in a single long run of the solver."""
    ventures = [
        (1, [demand(653314, kind=1), demand(699264, kind=1)]),
        (1, [demand(651359), demand(675875)]),
        (1, [demand(264992, kind=1), demand(930441, kind=1)]),
    ]
    offers = [supply(832760, max_ticket=273728, share="0.75"), supply(1207786, kind=1)]
    links = [{0: ONE}, {0: Ratio(112345678, 10**8), 1: ONE}]
    return problem(ventures, offers, links=links)


def test_amounts_in_two_currencies_are_not_tightened_part_by_part():
    asked = needs_in_two_currencies()

    found, used = solved(asked)

    assert used < exact.WORK_OF_A_SMALL_PROBLEM / 30
    assert found.limit is None
    assert found.complete.gap == found.coverage.gap == 0


def test_a_search_that_reaches_the_work_limit_stops_and_says_so():
    asked = many_ways_to_round()

    with patch.object(exact, "WORK_OF_A_SMALL_PROBLEM", 300_000):
        found, used = solved(asked)
        again, _ = solved(asked)

    assert found.limit is Limit.WORK
    assert found.limited
    assert used < OVERSHOOT * 300_000
    assert found.complete.value <= found.complete.bound
    assert found.coverage.value < found.coverage.bound
    assert broken_rules(asked, found.gives) == []
    assert never_worse_than_greedy(asked, found)
    assert again == found


def test_a_single_run_stops_at_the_work_limit():
    with patch.object(exact, "WORK_OF_A_SMALL_PROBLEM", 300_000):
        found, used = solved(one_long_run())

    assert found.limit is Limit.WORK
    assert used < OVERSHOOT * 300_000


def test_a_search_without_any_work_keeps_the_greedy_plan_and_true_bounds():
    asked = many_ways_to_round()
    best = solve(asked)

    with patch.object(exact, "WORK_OF_A_SMALL_PROBLEM", 0):
        found, used = solved(asked)

    assert used == 0
    assert found.limit is Limit.WORK
    assert never_worse_than_greedy(asked, found)
    assert found.complete.bound >= best.complete.value
    assert found.coverage.bound >= best.coverage.value


@given(problems())
@settings(deadline=None, max_examples=40)
def test_no_small_problem_takes_more_work_without_saying_so(asked):
    most = 40_000
    with patch.object(exact, "WORK_OF_A_SMALL_PROBLEM", most):
        found, used = solved(asked)

    assert broken_rules(asked, found.gives) == []
    assert found.complete.value <= found.complete.bound
    assert found.coverage.value <= found.coverage.bound
    assert never_worse_than_greedy(asked, found)
    assert found.limit is not Limit.TIME
    proven = found.complete.gap == found.coverage.gap == 0
    assert used <= most or proven or found.limit is Limit.WORK
    assert not (proven and found.limited)
