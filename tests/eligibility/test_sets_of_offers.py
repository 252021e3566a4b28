"""Sets of offers as bits, and offers sorted by a figure."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.eligibility.bitsets import SortedIndex, ValueIndex, bit_positions, bitset

FIGURES = st.lists(st.none() | st.integers(0, 9), max_size=300)


@given(st.sets(st.integers(0, 199)))
@example(set())
@example({0, 7, 8, 199})
def test_a_set_gives_back_its_places_in_order(places):
    assert list(bit_positions(bitset(places, 200))) == sorted(places)


@pytest.mark.parametrize("places", [[0, 1, 5000], [4094, 4095, 4096, 4097], [4999], [0, 4999]])
def test_a_set_of_many_thousand_places_gives_them_back_in_order(places):
    assert list(bit_positions(bitset(places, 5001))) == places


@given(FIGURES, st.integers(0, 9), st.integers(0, 5))
@example([3, None, 1, 2, 2], 2, 4)
def test_offers_are_found_by_a_limit_in_any_order_and_from_any_place(figures, limit, start):
    sorted_offers = SortedIndex(figures, start + len(figures), start)
    placed = [(place, one) for place, one in enumerate(figures, start) if one is not None]

    at_most = [place for place, one in placed if one <= limit]
    at_least = [place for place, one in placed if one >= limit]
    assert list(bit_positions(sorted_offers.at_most(limit))) == at_most
    assert list(bit_positions(sorted_offers.at_least(limit))) == at_least
    assert list(bit_positions(sorted_offers.all)) == [place for place, _ in placed]


def test_offers_are_found_by_any_value_that_they_name():
    named = ValueIndex([("a", "b"), (), ("b",), ("c",)], 4)

    assert list(bit_positions(named.containing_any(["a", "c", "nobody"]))) == [0, 3]
    assert list(bit_positions(named.containing_any(["b"]))) == [0, 2]
    assert list(bit_positions(named.empty)) == [1]
    assert len(named) == 3
    assert [value in named for value in ("a", "c", "nobody")] == [True, True, False]
