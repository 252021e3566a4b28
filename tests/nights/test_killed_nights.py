"""A night is killed -9 at any moment: the next run ends where an undisturbed one would have."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest
from hands import broken_checks, days_on, sizes, tell
from kill import killed_while, span_of
from ledgers import Ledgers
from nights_world import Nights, hash_of

from ledger.store.nights.stored_runs import last_run

HOLDS = 12
OFFERS = 6


def a_fund(url: str) -> None:
    """Make a fund with holds and offers that lapse tonight, and some that do not."""
    fund = Nights(url)
    for number in range(1, HOLDS + 1):
        fund.need("1000 EUR", f"N-{number:04}")
    for number in range(1, OFFERS + 1):
        fund.offer("5000 EUR", f"O-{number:04}", valid_until=days_on(5))
    for number in range(1, HOLDS + 1):
        offer = f"O-{1 + number % OFFERS:04}"
        until = days_on(-1 if number % 3 else 3)
        fund.introduce("100 EUR", offer, f"N-{number:04}", until=until, on=days_on(-5))
    for number in range(1, OFFERS):
        fund.edit("offer", f"O-{number:04}", valid_until=days_on(-1))
    fund.ledger.engine.dispose()


def run_night(url: str) -> None:
    hand = Nights(url)
    hand.night()
    hand.ledger.engine.dispose()


@pytest.mark.long
@pytest.mark.parametrize("kills", sizes(1, 200))
def test_a_killed_night_is_finished_by_the_next(
    ledgers: Ledgers, kills: int, seed: int, new_fund: Callable[[], str]
) -> None:
    undisturbed = new_fund()
    longest = 1.1 * span_of(lambda: run_night(undisturbed))
    wanted = hash_of(undisturbed)
    chance = random.Random(seed)
    left: Counter[str] = Counter()
    while left.total() < kills or (_none_within(left) and left.total() < 10 * kills):
        url = new_fund()
        killed_while(url, lambda _say, url=url: run_night(url), chance.uniform(0, longest))
        left[steps_left(url)] += 1
        run_night(url)
        assert hash_of(url) == wanted, f"seed {seed}"
    assert broken_checks(url) == []
    tell(
        f"killed nights: {left.total()} kills, ended within {dict(left)}, all finished, seed {seed}"
    )

    assert not _none_within(left), "every kill fell beside the night"


def _none_within(left: Counter[str]) -> bool:
    return left["no run"] + left["ended"] == left.total()


def steps_left(url: str) -> str:
    """Say how far a night had come."""
    hand = Nights(url)
    with hand.ledger.read() as connection:
        run = last_run(connection)
    hand.ledger.engine.dispose()
    if run is None:
        return "no run"
    return "ended" if run.is_complete else run.requested_steps[len(run.steps)]


@pytest.fixture
def new_fund(ledgers: Ledgers) -> Callable[[], str]:
    """Give what makes a copy of a fund whose night is still to come."""
    made = ledgers.new()
    a_fund(made)
    ledgers.settle(made)
    return lambda: ledgers.copy(made)
