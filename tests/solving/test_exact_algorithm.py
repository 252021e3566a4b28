"""The exact road: each rule of matching in miniature, where the right answer is plain to see."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from problems import ONE, broken_rules, need, offer, problem, proven

from ledger.eligibility.counts import Outstanding
from ledger.eligibility.index import Ratio
from ledger.matching.plan import completed
from ledger.matching.problem import NO_OFFER
from ledger.solver.options import SolverOptions
from ledger.solver.solve import solve


def answer(asked):
    """Solve, hold the plan to every rule, and give what ends complete and both levels."""
    result = solve(asked)
    assert broken_rules(asked, result.allocations) == []
    return completed(asked, result.allocations), *proven(result)


def test_nothing_asked_is_answered_with_nothing():
    result = solve(problem([], [], links=[]))

    assert result.allocations == ()
    assert proven(result) == (0, 0)


def test_needs_without_offers_stay_open():
    assert answer(problem([(1, [need(5)])], [], links=[{}])) == ((), 0, 0)


def test_a_link_to_offers_that_nobody_made_leads_nowhere():
    assert answer(problem([(1, [need(5)])], [offer(5)], links=[{0: ONE, 3: ONE}])) == (
        (0,),
        1,
        1,
    )
    assert answer(problem([(1, [need(5)])], [], links=[{3: ONE}])) == ((), 0, 0)


def test_one_heavy_project_beats_two_light_ones():
    light = [(1, [need(5)]), (1, [need(5)])]

    assert answer(problem([*light, (3, [need(10)])], [offer(10)])) == ((2,), 3, 3)
    assert answer(problem([*light, (1, [need(10)])], [offer(10)])) == ((0, 1), 2, 2)


def test_money_without_a_builder_completes_nothing():
    two = [need(5), need(5, kind=1)]
    links = ({0: ONE}, {1: ONE})
    offers = [offer(5), offer(4, kind=1)]

    assert answer(problem([(1, two)], offers, links=links)) == ((), 0, Fraction(9, 5))


def test_one_part_too_few_completes_nothing():
    assert answer(problem([(1, [need(10)])], [offer(5), offer(5)]))[0] == (0,)
    assert answer(problem([(1, [need(10)])], [offer(5), offer(4)])) == ((), 0, Fraction(9, 10))


@pytest.mark.parametrize("size", [10**11, 10**15, 10**17, 4 * 10**18])
def test_one_part_too_few_of_very_many_completes_nothing(size):
    enough = problem([(1, [need(size)]), (2, [need(size)])], [offer(size), offer(size)])
    short = problem([(1, [need(size)]), (2, [need(size)])], [offer(size - 1), offer(size)])

    assert answer(enough)[:2] == ((0, 1), 3)
    assert answer(short)[:2] == ((1,), 2)


def test_tickets_are_reached_or_nothing_is_given():
    twice = [(1, [need(10)]), (1, [need(6)])]

    assert answer(problem(twice, [offer(20, min_ticket=7)])) == ((0,), 1, 1)
    assert answer(problem(twice, [offer(20, max_ticket=6)])) == ((1,), 1, Fraction(8, 5))


def test_what_lives_in_a_pair_counts_for_its_ticket():
    outstanding_amounts = {(0, 0): Outstanding(5, 5)}
    asked = [(1, [need(3, net=8)])]

    assert answer(problem(asked, [offer(9, min_ticket=7)]))[0] == ()
    assert answer(problem(asked, [offer(9, min_ticket=7)], outstanding=outstanding_amounts))[0] == (
        0,
    )


def test_no_offer_takes_more_than_its_share():
    half = offer(20, share="0.5")

    assert answer(problem([(1, [need(9)])], [half])) == ((), 0, Fraction(4, 9))
    assert answer(problem([(1, [need(8)])], [half, half]))[0] == (0,)


def test_an_indivisible_need_takes_one_offer_for_all_of_it():
    integral = [(1, [need(10, divisible=False)])]

    assert answer(problem(integral, [offer(9), offer(9)])) == ((), 0, 0)
    assert answer(problem(integral, [offer(9), offer(10)])) == ((0,), 1, 1)


def test_the_rest_of_an_indivisible_need_is_for_the_offer_that_lives_in_it():
    def rest(sole_offer):
        return problem([(1, [need(4, net=9, divisible=False, sole_offer=sole_offer)])], [offer(4)])

    assert answer(rest(0))[0] == (0,)
    assert answer(rest(NO_OFFER))[0] == ()


def test_an_offer_on_condition_gives_only_to_what_ends_complete():
    asked = [(1, [need(10)]), (1, [need(4)])]

    assert answer(problem(asked, [offer(9, conditional=True)])) == ((1,), 1, 1)
    assert answer(problem(asked[:1], [offer(9, conditional=True)])) == ((), 0, 0)
    assert answer(problem(asked[1:], [offer(9, conditional=True)], stuck=[0])) == ((), 0, 0)


def test_a_project_that_cannot_end_complete_is_covered_all_the_same():
    assert answer(problem([(2, [need(4)])], [offer(3)], stuck=[0])) == ((), 0, Fraction(3, 2))


def test_more_coverage_never_costs_a_complete_project():
    light, heavy = (1, [need(4)]), (100, [need(1000)])

    assert answer(problem([light, heavy], [offer(4)])) == ((0,), 1, 1)


def test_a_second_way_to_complete_is_taken_for_more_coverage():
    """Either project can be completed by the first offer; what is left covers the other more."""
    asked = problem([(1, [need(6)]), (1, [need(8)])], [offer(8)])

    assert answer(asked) == ((0,), 1, Fraction(5, 4))


SEVEN_OF_TEN = {0: Ratio(1085, 1000)}


def test_what_an_offer_gives_across_currencies_is_rounded_up():
    """7 cost 7.595, so 8; two parts of one offer are rounded up each."""
    open_amount = [(1, [need(7)])]

    assert answer(problem(open_amount, [offer(8)], links=[SEVEN_OF_TEN]))[0] == (0,)
    assert answer(problem(open_amount, [offer(7)], links=[SEVEN_OF_TEN])) == ((), 0, Fraction(6, 7))
    two = [(1, [need(2), need(2)])]
    assert answer(problem(two, [offer(6)], links=[SEVEN_OF_TEN]))[0] == (0,)
    assert answer(problem(two, [offer(5)], links=[SEVEN_OF_TEN])) == ((), 0, Fraction(3, 2))


def test_a_trace_above_a_whole_number_costs_one_part_more():
    trace = Ratio(10**12 + 1, 10**12)

    assert answer(problem([(1, [need(5)])], [offer(5)], links=[{0: trace}]))[0] == ()
    assert answer(problem([(1, [need(5)])], [offer(6)], links=[{0: trace}]))[0] == (0,)


def test_large_amounts_across_currencies_are_made_whole():
    links = [{0: Ratio(1085, 1000), 1: ONE}]
    size = 3 * 10**10 + 7
    asked = [(1, [need(size)]), (1, [need(size)])]
    offers = [offer(size), offer(size + 10**9, kind=1), offer(10**8, kind=1)]

    _, weight, covered = answer(problem(asked, offers, links=links))

    assert weight == 1  # the rate takes more of the first offer than the others have to spare
    assert covered < 2


def test_fewer_deals_are_made_where_one_offer_is_enough():
    asked = problem([(1, [need(6)])], [offer(3), offer(3), offer(6)])

    assert [(allocation.offer, allocation.amount) for allocation in solve(asked).allocations] == [
        (2, 6)
    ]


def test_of_offers_alike_the_cheaper_one_gives():
    dear, cheap = offer(6, cost=Decimal(9)), offer(6, cost=Decimal("1.5"))
    asked = problem([(1, [need(6)])], [dear, cheap, offer(6)])

    assert {allocation.offer for allocation in solve(asked).allocations} <= {1, 2}


def test_time_that_is_over_gives_a_plan_and_an_honest_bound():
    asked = problem([(1, [need(5)]), (1, [need(5)]), (3, [need(10)])], [offer(10)])

    result = solve(asked, SolverOptions(seconds=0))

    assert broken_rules(asked, result.allocations) == []
    assert result.limit_reached
    assert result.complete.value <= 3 <= result.complete.bound
    assert result.coverage.value <= result.coverage.bound


def test_the_same_problem_gives_the_same_answer():
    asked = problem(
        [(weight, [need(size), need(size + 1)]) for weight, size in ((1, 5), (2, 7), (1, 5))],
        [offer(9, min_ticket=3), offer(9, share="0.5"), offer(4, conditional=True)],
    )

    assert solve(asked) == solve(asked)


def test_progress_is_told_of_level_one():
    told = []
    asked = problem([(1, [need(6)]), (1, [need(6)])], [offer(7, min_ticket=2), offer(4)])

    solve(asked, SolverOptions(progress=lambda *what: told.append(what)))

    assert all(stage in {"complete", "coverage"} and value <= bound for stage, value, bound in told)
