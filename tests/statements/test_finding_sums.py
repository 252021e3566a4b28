"""Which few of several amounts add up to a total."""

from __future__ import annotations

import pytest

from ledger.statements.combine import MOST_TRIED, find_sum

APART = [1, 100, 2, 200, 4, 400, 8]


@pytest.mark.parametrize(
    ("amounts", "total", "places"),
    [
        ([3, 4], 7, (0, 1)),
        ([3, 4], 8, None),
        ([7], 7, None),
        ([], 0, None),
        ([3, 4, 9], 7, (0, 1)),
        ([9, 3, 4, 8], 7, (1, 2)),
        ([9, 8, 3, 4], 7, (2, 3)),
        ([2, 5, 5, 2, 20], 12, (0, 1, 2)),
        ([7, 1, 2, 30], 7, None),
        ([1, 7, 2, 30], 7, None),
        ([1, 9, 6, 20], 7, (0, 2)),
        (APART, 9, (0, 6)),
        (APART, 15, (0, 2, 4, 6)),
        ([*APART, 800, 16], 31, None),
    ],
)
def test_all_of_them_then_neighbours_then_up_to_four(amounts, total, places):
    assert find_sum(amounts, total) == places


@pytest.mark.parametrize(("count", "places"), [(MOST_TRIED, (0, 13)), (MOST_TRIED + 1, None)])
def test_of_many_amounts_only_neighbours_are_tried(count, places):
    amounts = [1, *([100] * 12), 1, 100][:count]

    assert find_sum(amounts, 2) == places
    assert find_sum(amounts, 101) == (0, 1)
