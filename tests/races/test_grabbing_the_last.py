"""As many holds as fit, and a proper refusal for everybody else, however many hurry at once."""

from __future__ import annotations

import pytest
from attack_figures import count_cases
from grabbing import OFFICERS, Shop, grab_the_last
from hands import broken_checks, sizes, tell
from weakened import NaiveTable, PlainBegin

CONTROL_ROUNDS = 3


@pytest.fixture
def shop_url(new_ledger) -> str:
    url = new_ledger()
    Shop(url).open_up()
    return url


@pytest.mark.parametrize("rounds", sizes(2, 500))
def test_sixteen_processes_grab_the_last_of_one_offer(shop_url, rounds, seed):
    wrong = grab_the_last(Shop(shop_url), lambda: Shop(shop_url), rounds, seed)
    count_cases(rounds * OFFICERS, lost=len(wrong))
    told = f"{rounds} rounds of {OFFICERS} processes, seed {seed}, wrong: {len(wrong)}"
    tell(f"grabbing the last: {told}")

    assert wrong == []
    assert broken_checks(shop_url) == []


@pytest.mark.only_on("sqlite")
def test_the_same_race_is_lost_with_a_plain_begin(new_ledger, seed):
    """A control: were this not caught, the test above would prove nothing.

    On a server the guards meet at the balances and hold at any level; there only a naive table
    loses.
    """
    url = new_ledger()
    shop = Shop(url)
    shop.open_up()
    wrong = grab_the_last(shop, lambda: PlainBegin(url), CONTROL_ROUNDS, seed)
    tell(f"control plain begin: {CONTROL_ROUNDS} rounds, seed {seed}, wrong: {len(wrong)}")

    assert wrong


def test_the_same_race_is_lost_by_reading_reckoning_and_writing_back(new_ledger, seed):
    """A control on either engine, by its driver's defaults: READ COMMITTED on a server."""
    url = new_ledger()
    table = NaiveTable(url)
    table.open_up()
    wrong = grab_the_last(table, lambda: NaiveTable(url), CONTROL_ROUNDS, seed)
    tell(f"control naive table: {CONTROL_ROUNDS} rounds, seed {seed}, wrong: {len(wrong)}")

    assert wrong
