"""Officers with eight processes act while nights run: each lapse once, nothing both ways."""

from __future__ import annotations

import random
from collections import Counter, defaultdict

import pytest
from hands import DONE, FORKING, Hand, Job, broken_checks, days_on, hands, sizes, tell
from ledgers import Ledgers
from nights_world import Nights

from ledger.core.factors import Stage
from ledger.journal.entries import Act, Entry

OFFICERS = 8
DEALS = 12


class Officer(Hand):
    """Does what an officer could do with a deal at the very moment when it lapses."""

    def prolong_and_commit(self, deal: str) -> None:
        self.do(lambda uow: uow.edit_deal(deal, held_until=days_on(5)))
        self.commit("10 EUR", deal)

    def give_back(self, deal: str) -> None:  # type: ignore[override]
        self.release("10 EUR", deal)

    def extend(self, offer: str) -> None:
        self.edit("offer", offer, valid_until=days_on(9))

    def hold_more(self, deal: str) -> None:
        number = deal.removeprefix("D-")
        self.introduce("5 EUR", f"O-{number}", f"N-{number}", until=days_on(3))


class Watchman(Hand):
    """Runs nights, one after another."""

    def run(self, times: int) -> int:
        ran = Nights(self.url)
        return sum(ran.night(only=("lapse", "gaps")).changed for _ in range(times))


def a_fund(url: str) -> None:
    fund = Nights(url)
    for number in range(1, DEALS + 1):
        fund.need("1000 EUR", f"N-{number:04}")
        fund.offer("1000 EUR", f"O-{number:04}", valid_until=days_on(5))
        fund.introduce("100 EUR", f"O-{number:04}", f"N-{number:04}", until=days_on(-1),
                       on=days_on(-3))  # fmt: skip
        fund.edit("offer", f"O-{number:04}", valid_until=days_on(-1 if number % 2 else 5))
    fund.ledger.engine.dispose()


def jobs(chance: random.Random) -> list[Job]:
    """Draw an act for each officer; the ninth is the night."""
    acts = []
    for _ in range(OFFICERS):
        number = f"{chance.randint(1, DEALS):04}"
        act = chance.choice(("prolong_and_commit", "give_back", "extend", "hold_more"))
        acts.append(Job(act, (f"O-{number}" if act == "extend" else f"D-{number}",)))
    return [*acts, Job("run", (1,))]


class Either(Officer, Watchman):
    """Whoever the round makes of this process."""


@pytest.mark.parametrize("rounds", sizes(2, 60))
def test_nothing_lapses_that_an_officer_kept_and_nothing_twice(
    ledgers: Ledgers, rounds: int, seed: int
) -> None:
    chance = random.Random(seed)
    endings: Counter[str] = Counter()
    lapses = 0
    url = ""
    for number in range(rounds):
        if number % 3 == 0:
            url = ledgers.new()
            a_fund(url)
        with hands(OFFICERS + 1, lambda url=url: Either(url)) as everybody:
            told = everybody.all_at_once(jobs(chance))
        endings.update(one.name for one in told)
        assert told[-1].name == DONE, told[-1]
        assert "bug" not in endings, [one.words for one in told if one.name == "bug"]
        Watchman(url).run(1)
        entries = Hand(url).entries()
        lapses += held_to_once(entries)
        assert broken_checks(url) == [], f"seed {seed}"
    tell(f"officers meanwhile: {rounds} rounds, {lapses} lapses, {dict(endings)}, seed {seed}")
    assert lapses
    assert FORKING


def held_to_once(entries: list[Entry]) -> int:
    """Hold every lapse to what was held then: no part of it is committed, or lapses again."""
    held: dict[str, int] = defaultdict(int)
    lapses = 0
    for entry in entries:
        if entry.deal is None:
            continue
        for movement in entry.movements:
            if movement.deal is None or movement.side.value != "need":
                continue
            if movement.to_stage is Stage.HELD:
                held[entry.deal] += movement.amount
            if movement.from_stage is Stage.HELD:
                held[entry.deal] -= movement.amount
        if entry.act is Act.RELEASE and entry.reason == "lapsed":
            lapses += 1
            assert held[entry.deal] == 0, "a lapse takes all that is held, once"
        assert held[entry.deal] >= 0
    return lapses
