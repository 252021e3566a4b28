"""Items by day: the nearest come first, those of equal distance by number, and matched ones not."""

from __future__ import annotations

import pytest
from reconciling import day

from ledger.statements.pool import DayIndex

DAYS = {1: 10, 2: 10, 3: 10, 4: 12, 5: 8, 6: 9, 7: 30, 8: 12, 9: 8}
"""The day of each item by its number."""


def index(matched: set[int]) -> DayIndex[str]:
    """Return the index of the items, each named by its number."""
    result = DayIndex[str](matched)
    for number, on in DAYS.items():
        result.add(number, day(on), str(number))
    return result


@pytest.mark.parametrize(
    ("on", "reach", "order"),
    [
        (10, None, "123645897"),
        (10, 0, "123"),
        (10, 1, "1236"),
        (10, 2, "12364589"),
        (10, 20, "123645897"),
        (11, 1, "12348"),
        (11, 0, ""),
        (29, None, "748123659"),
        (20, 1, ""),
    ],
)
def test_the_nearest_items_come_first_and_those_of_equal_distance_by_number(on, reach, order):
    items = index(set())

    assert "".join(items.nearest_first(day(on), reach)) == order
    for most in range(1, 11):
        nearest = items.nearest(day(on), reach, most)
        assert [item for _, item in nearest] == list(order[:most])
        assert all(str(number) == item for number, item in nearest)


@pytest.mark.parametrize(
    ("matched", "order"),
    [
        ({1}, "23645897"),
        ({2}, "13645897"),
        ({3}, "12645897"),
        ({1, 2}, "3645897"),
        ({2, 3}, "1645897"),
        ({1, 2, 3, 6}, "45897"),
        ({4, 9}, "1236587"),
        (set(DAYS), ""),
    ],
)
def test_what_is_matched_meanwhile_is_skipped(matched, order):
    growing: set[int] = set()
    items = index(growing)
    assert len(list(items.nearest_first(day(10)))) == len(DAYS)

    for number in sorted(matched, reverse=True):
        growing.add(number)
        assert str(number) not in list(items.nearest_first(day(10)))

    assert "".join(items.nearest_first(day(10))) == order
    assert [item for _, item in items.nearest(day(10), None, 9)] == list(order)
    assert "".join(items.nearest_first(day(10))) == order


def test_an_item_that_is_added_later_is_found_too():
    items = index({1, 2, 3})
    assert items.nearest(day(10), 0, 9) == []

    items.add(10, day(10), "new")

    assert items.nearest(day(10), 0, 9) == [(10, "new")]
    assert list(items.nearest_first(day(10), 0)) == ["new"]
