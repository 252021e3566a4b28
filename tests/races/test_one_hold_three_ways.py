"""One hold is committed, released and lapsed at the same moment: exactly one of them wins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from attack_figures import count_cases
from hands import DONE, Ending, Hand, Job, broken_checks, days_on, hands, sizes, tell
from weakened import weaken

from ledger.core.factors import Side
from ledger.journal.entries import Act, ActDetails
from ledger.usecases.deals.acts import DealAct, act_on

PART = 100_000
HELD, COMMITTED = {"held": PART}, {"committed": PART}
BEATEN = "NothingToMove"
WAYS = ("commit_it", "release_it", "lapse_it")
EVERY_FOURTH = 4


class Party(Hand):
    """Whoever can end a hold: the two sides, the officer, the night."""

    def open_up(self) -> None:
        """Declare more than all rounds take, and one offer whose last day was yesterday."""
        self.need("900000000 EUR")
        self.offer("900000000 EUR")
        self.offer("900000000 EUR", "O-0002", valid_until=days_on(-1))

    def hold_it(self, number: int) -> str:
        """Hold a part anew, now and then of the offer that is over; give the deal."""
        over = number % EVERY_FOURTH == 0
        offer, override = ("O-0002", "agreed before its last day") if over else ("O-0001", None)
        # The last day is out of reach, so that midnight does not come into the race.
        until = days_on(7)
        return str(self.introduce("1000 EUR", offer, until=until, override=override)["deal"])

    def commit_it(self, deal: str) -> Any:
        return self.commit(deal=deal)

    def release_it(self, deal: str) -> Any:
        return self.release(deal=deal, reason="the donor has thought better of it")

    def lapse_it(self, deal: str) -> Any:
        """Give the hold back as an expiry does: by the machine, of all that is held."""

        def lapsing(uow) -> Any:
            details = ActDetails(effective_on=uow.day, reason="held until then")
            return act_on(uow, DealAct(deal=deal, act=Act.RELEASE, details=details))

        return self.do(lapsing, "reconcile", actor="night")

    def sides(self, deal: str) -> tuple[dict[str, int], dict[str, int]]:
        return self.deal_stages(deal, Side.NEED), self.deal_stages(deal, Side.OFFER)


class PlainParty(Party):
    """The same, but its writers begin as a driver begins by itself."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        weaken(self.ledger.engine)


def end_it_three_ways(url: str, opened: Callable[[], Party], rounds: int) -> tuple[list[str], Any]:
    """Run the race; give what went wrong, and how often each way won."""
    wrong: list[str] = []
    won: Counter[str] = Counter()
    party = Party(url)
    with hands(len(WAYS), opened) as parties:
        for number in range(1, rounds + 1):
            deal = party.hold_it(number)
            before = party.sides(deal)
            # Each process takes each way in turn, so that none has the better start.
            ways = [WAYS[(number + at) % len(WAYS)] for at in range(len(WAYS))]
            endings = parties.all_at_once([Job(way, (deal,)) for way in ways])
            winners = [
                way for way, ending in zip(ways, endings, strict=True) if ending.name == DONE
            ]
            won.update(winners)
            wrong += _faults(number, winners, endings, before, party.sides(deal))
    return wrong, dict(won)


def _faults(
    number: int, winners: list[str], endings: list[Ending], before: Any, after: Any
) -> list[str]:
    names = sorted(ending.name for ending in endings)
    if names != sorted([DONE, BEATEN, BEATEN]):
        return [f"round {number}: {winners} won: {names}: {[one.words for one in endings]}"]
    taken = PART if winners == ["commit_it"] else 0
    due = tuple(
        {
            stage: amount
            for stage, amount in {
                "committed": side.get("committed", 0) + taken,
                "held": side.get("held", 0) - PART,
            }.items()
            if amount
        }
        for side in before
    )
    return [] if after == due else [f"round {number}: {winners} won, deal at {after}, not {due}"]


@pytest.fixture
def party_url(new_ledger) -> str:
    url = new_ledger()
    Party(url).open_up()
    return url


@pytest.mark.parametrize("rounds", sizes(8, 1000))
def test_exactly_one_of_three_ways_wins(party_url, rounds):
    wrong, won = end_it_three_ways(party_url, lambda: Party(party_url), rounds)
    count_cases(rounds * len(WAYS), lost=len(wrong))
    tell(f"one hold three ways: {rounds} rounds, won {won}, wrong: {len(wrong)}")

    assert wrong == []
    assert sum(won.values()) == rounds
    assert broken_checks(party_url) == []


def test_the_same_race_shows_what_a_plain_begin_loses(party_url):
    wrong, _ = end_it_three_ways(party_url, lambda: PlainParty(party_url), 6)
    tell(f"control plain begin: 6 rounds, wrong: {len(wrong)}")

    assert wrong
