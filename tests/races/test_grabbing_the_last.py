"""As many holds as fit, and a proper refusal for everybody else, however many hurry at once."""

from __future__ import annotations

import pytest
from grabbing import Shop, grab_the_last
from hands import broken_checks, sizes, tell
from weakened import NaiveTable, PlainBegin

CONTROL_ROUNDS = 3


@pytest.fixture
def shop_url(new_ledger) -> str:
    url = new_ledger()
    Shop(url).open_up()
    return url


@pytest.mark.parametrize("rounds", sizes(8, 500))
def test_sixteen_processes_grab_the_last_of_one_offer(shop_url, rounds, seed):
    wrong = grab_the_last(Shop(shop_url), lambda: Shop(shop_url), rounds, seed)
    tell(f"grabbing the last: {rounds} rounds of 16 processes, seed {seed}, wrong: {len(wrong)}")

    assert wrong == []
    assert broken_checks(shop_url) == []


@pytest.mark.parametrize("loser", [PlainBegin, NaiveTable])
def test_the_same_race_is_lost_without_the_lock(new_ledger, loser, seed):
    """Controls: were these not caught, the test above would prove nothing."""
    url = new_ledger()
    shelf = Shop(url) if loser is PlainBegin else loser(url)
    shelf.open_up()
    wrong = grab_the_last(shelf, lambda: loser(url), CONTROL_ROUNDS, seed)
    tell(f"control {loser.__name__}: {CONTROL_ROUNDS} rounds, seed {seed}, wrong: {len(wrong)}")

    assert wrong
