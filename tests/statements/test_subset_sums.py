"""The search for sets of amounts that add up to a total: all are counted, within a limit."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.statements.subset_sum import MOST_SHOWN, Copies, WorkBudget, find_subset_sums

NO_LIMIT = 10**9


def search(amounts, total, limit=NO_LIMIT):
    return find_subset_sums([Copies(amount) for amount in amounts], total, limit)


@pytest.mark.parametrize(
    ("amounts", "total", "sets"),
    [
        ([3, 4], 7, {(1, 1)}),
        ([3, 4], 8, set()),
        ([7], 7, {(1,)}),
        ([], 7, set()),
        ([3, 4, 7], 7, {(1, 1, 0), (0, 0, 1)}),
        ([101, 203, 407, 811, 1607, 3203], 5925, {(1, 1, 0, 1, 1, 1)}),
        ([5, -2, 9], 3, {(1, 1, 0)}),
        ([-5, -2, 9], -7, {(1, 1, 0)}),
        ([4, 0, 3], 7, {(1, 0, 1)}),
        ([2, 3, 6, 2], 6, {(0, 0, 1, 0)}),
        ([2 * 10**18, 10**18 + 1, 10**18 - 1], 4 * 10**18, {(1, 1, 1)}),
    ],
)
def test_every_set_is_found(amounts, total, sets):
    result = search(amounts, total)

    assert set(result.first) == sets
    assert (result.count, result.complete) == (len(sets), True)
    assert result.members == {place for one in sets for place, n in enumerate(one) if n}


def test_sets_are_counted_though_only_the_first_are_listed():
    result = search([1] * 20, 10)

    assert result.count == 184_756
    assert len(set(result.first)) == MOST_SHOWN == 5
    assert result.members == set(range(20))


def test_alike_items_are_chosen_by_their_number():
    result = find_subset_sums([Copies(5, 3), Copies(10, 1)], 10, NO_LIMIT)

    assert (result.count, set(result.first)) == (2, {(2, 0), (0, 1)})


ITEMS = st.lists(st.builds(Copies, st.integers(-9, 9), st.integers(0, 2)), min_size=1, max_size=6)
TOTALS = st.integers(-20, 20).filter(bool)


def sets_of(items, total):
    ranges = [range(item.copies + 1) if item.amount else range(1) for item in items]
    return {
        choice
        for choice in product(*ranges)
        if sum(n * item.amount for n, item in zip(choice, items, strict=True)) == total
    }


@given(items=ITEMS, total=TOTALS)
def test_the_search_agrees_with_trying_everything(items, total):
    sets = sets_of(items, total)

    result = find_subset_sums(items, total, NO_LIMIT)

    assert (result.count, result.complete) == (len(sets), True)
    assert set(result.first) <= sets
    assert len(set(result.first)) == min(len(sets), MOST_SHOWN)
    assert result.members == {place for one in sets for place, n in enumerate(one) if n}


@given(items=ITEMS, total=TOTALS, enough=st.integers(2, 4))
def test_a_search_for_enough_sets_knows_whether_there_are_so_many(items, total, enough):
    sets = sets_of(items, total)

    result = find_subset_sums(items, total, NO_LIMIT, enough)

    assert result.complete
    assert min(result.count, enough) == min(len(sets), enough)
    assert set(result.first) <= sets
    assert len(set(result.first)) >= min(len(sets), enough)


@given(items=ITEMS, total=TOTALS)
def test_enough_sets_remain_while_no_member_is_missing(items, total):
    enough = find_subset_sums(items, total, NO_LIMIT, 2)
    left = [
        item if place in enough.members else Copies(item.amount, 0)
        for place, item in enumerate(items)
    ]

    assert min(len(sets_of(left, total)), 2) == min(len(sets_of(items, total)), 2)


def test_a_search_for_enough_sets_takes_fewer_steps():
    items = [Copies(1000 * n) for n in range(1, 101)]
    every = find_subset_sums(items, 50_000, NO_LIMIT)
    enough = find_subset_sums(items, 50_000, NO_LIMIT, 2)

    assert (enough.count, every.count > 2, enough.work < every.work / 10) == (2, True, True)
    assert enough.work <= len(items)  # sets of two are found by looking at each item once


def test_a_search_stops_as_soon_as_it_has_enough_sets():
    # Each number between is in no set: with the largest two it is too much, without too little.
    items = [Copies(one) for one in (1, 2, *range(5_100, 5_200), 10_000, 10_003)]
    every = find_subset_sums(items, 10_003, NO_LIMIT)
    enough = find_subset_sums(items, 10_003, NO_LIMIT, 2)

    assert (every.count, enough.count, enough.members) == (2, 2, frozenset({0, 1, 102, 103}))
    assert enough.work <= 4 * 2 * 3  # four numbers, each with or without, of at most three sums
    assert every.work > 100


def test_sets_of_amounts_that_arise_in_several_ways_are_enough():
    # 9000 of either place, 6000 and 1: the numbers between are in no set.
    items = [Copies(one) for one in (1, *range(5_100, 5_200), 6_000, 9_000, 9_000)]

    enough = find_subset_sums(items, 15_001, NO_LIMIT, 2)

    assert (enough.count, enough.members) == (2, frozenset({0, 101, 102, 103}))
    assert enough.work == 2 + 2 + 4 + 4  # 9000, 1, 9000 again and 6000, with or without


def test_unequal_amounts_cost_the_root_of_all_their_sets():
    amounts = [10**6 + 3**n for n in range(20)]

    result = search(amounts, sum(amounts[::2]))

    assert (result.count, result.first) == (1, ((1, 0) * 10,))
    assert result.work < 2 ** (20 / 2 + 2)


def test_a_search_stops_before_it_exceeds_its_limit():
    amounts, total = [3**n for n in range(12)], 3**12 // 4
    work = search(amounts, total).work

    assert search(amounts, total, work).complete
    stopped = search(amounts, total, work - 1)
    assert (stopped.complete, stopped.count, stopped.first, stopped.members) == (
        *(False, 0, ()),
        frozenset(),
    )


def test_a_total_out_of_reach_costs_nothing():
    assert search([3**n for n in range(100)], -1).work == 0


def test_a_total_finer_than_all_amounts_costs_nothing():
    result = search([300 * 7**n for n in range(60)], 300 * 7**30 + 77)

    assert (result.count, result.complete, result.work) == (0, True, 0)


def test_a_step_is_a_sum_extended_by_a_number_of_copies():
    assert search([7], 7).work == 2
    assert find_subset_sums([Copies(7, 3)], 21, NO_LIMIT).work == 4


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("copies", [1, 2])
def test_sums_that_the_remaining_amounts_cannot_complete_are_dropped(sign, copies):
    items = [Copies(sign * 3**n, copies) for n in range(20)]
    everything = sum(item.amount * copies for item in items)

    result = find_subset_sums(items, everything, 10_000)

    assert (result.count, result.first) == (1, ((copies,) * 20,))
    assert result.work == 20 * (copies + 1)  # one sum remains after each amount


def test_sums_above_a_total_are_dropped_where_no_amount_is_negative():
    items = [Copies(9), *[Copies(10)] * 6]

    assert find_subset_sums(items, 9, NO_LIMIT).work == 2 * len(items)


def test_round_amounts_cost_little():
    result = search([1000 * n for n in range(1, 101)], 50_000)

    assert result.count > 1
    assert result.work < 20_000


def test_a_budget_is_spent_by_all_its_searches():
    items, total = [Copies(3**n) for n in range(12)], 3**12 // 4
    work = find_subset_sums(items, total, NO_LIMIT).work
    budget = WorkBudget(left=2 * work - 1, per_search=work)

    assert budget.search(items, total).complete
    assert not budget.search(items, total).complete
    assert WorkBudget(per_search=work - 1).search(items, total).complete is False
