"""Forty nights, and ten years with `-m soak`: officers act, nights are missed.

No rule breaks, nothing stays held past its date, and the tables grow with what happened only.
On a server every night takes longer: it gets twenty nights in the everyday run.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hands import attempt, broken_checks, sizes, tell
from nights_world import Nights

from ledger.core.factors import Factor
from ledger.usecases.gap_trend import TrendQuery, gap_trend

FIRST = datetime(2026, 1, 2, 9, tzinfo=UTC)
GROWING = (
    "request", "entry", "movement", "deal", "night_run", "night_step", "gap_snapshot",
)  # fmt: skip
NEEDS, OFFERS = 12, 10


class Fund(Nights):
    """A small fund whose officers do a few things a day."""

    chance: random.Random
    today: date
    endings: Counter[str]

    def open_up(self) -> None:
        for number in range(1, NEEDS + 1):
            factor = list(Factor)[number % 3]
            unit = {"money": "EUR", "expertise": "person-day", "implementation": "package"}[factor]
            project = f"PRJ-{1 + number // 4:04}"
            self.need(f"{number * 100} {unit}", f"N-{number:04}", factor=factor, project=project)
        for number in range(1, OFFERS + 1):
            self.new_offer(number)

    def new_offer(self, number: int) -> None:
        factor = list(Factor)[number % 3]
        unit = {"money": "EUR", "expertise": "person-day", "implementation": "package"}[factor]
        until = None if number % 4 == 0 else self.today + timedelta(days=self.chance.randint(1, 90))
        self.offer(
            f"{self.chance.randint(100, 900)} {unit}", f"O-{number:04}",
            factor=factor, valid_until=until, declared_on=self.today,
        )  # fmt: skip

    def act_once(self) -> None:
        chance = self.chance
        wanted = chance.randint(1, NEEDS)
        fitting = [number for number in range(1, self.offers + 1) if number % 3 == wanted % 3]
        need, offer = f"N-{wanted:04}", f"O-{chance.choice(fitting[-4:]):04}"
        deal = f"D-{chance.randint(max(1, self.deals - 8), self.deals):04}"
        soon = self.today + timedelta(days=chance.randint(0, 14))
        part = f"{chance.randint(1, 40)}"
        unit = ("EUR", "person-day", "package")[list(Factor).index(self.factor_of(need))]
        doing = chance.choice(
            [
                *[lambda: self.introduce(f"{part} {unit}", offer, need, until=soon)] * 4,
                lambda: self.commit(None, deal),
                lambda: self.deliver(None, deal),
                lambda: self.release(None, deal),
                lambda: self.edit("offer", offer, valid_until=soon),
                lambda: self.do(lambda uow: uow.edit_deal(deal, held_until=soon)),
                lambda: self.withdraw("need", need, f"{part} {unit}"),
                lambda: self.reinstate("offer", offer),
            ]
        )
        ending = attempt(doing)
        self.endings[ending.name] += 1
        if ending.answer and ending.answer["deal"]:
            self.deals = max(self.deals, int(ending.answer["deal"].removeprefix("D-")))

    def factor_of(self, need: str) -> Factor:
        return list(Factor)[int(need.removeprefix("N-")) % 3]

    offers = OFFERS
    deals = 1

    def more_offers(self) -> None:
        self.offers += 1
        self.new_offer(self.offers)

    def past(self) -> tuple[int, int]:
        """Count what is held, or available, past its date."""
        figures = self.night(dry_run=True, only=("lapse",)).run.steps[0].figures
        return int(figures["holds_lapsed"]), int(figures["offers_lapsed"])


@pytest.mark.long
@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("nights_of", sizes(12, 3653))
def test_years_of_nights(ledger_url: str, nights_of: int, seed: int) -> None:
    live_through(nights_of, ledger_url, seed)


@pytest.mark.long
@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("nights_of", sizes(5, 3653))
def test_years_of_nights_on_a_server(ledger_url: str, nights_of: int, seed: int) -> None:
    live_through(nights_of, ledger_url, seed)


def live_through(nights_of: int, ledger_url: str, seed: int) -> None:
    fund = Fund(ledger_url)
    fund.chance, fund.endings = random.Random(seed), Counter()
    missed = caught_up = 0
    with time_machine.travel(FIRST, tick=False) as clock:
        fund.today = FIRST.date()
        fund.open_up()
        for number in range(nights_of):
            moment = FIRST + timedelta(days=number)
            clock.move_to(moment)
            fund.today = moment.date()
            for _ in range(fund.chance.choice((0, 0, 1, 1, 2, 4))):
                fund.act_once()
            if number % 20 == 0:
                fund.more_offers()
            # Before the first night there is nothing to catch up with.
            if fund.chance.random() < 0.08 and 0 < number < nights_of - 1:
                missed += 1
                continue
            clock.move_to(moment + timedelta(hours=12))
            answer = fund.reconcile()
            caught_up += len(answer.nights) - 1
            assert [one.findings for one in answer.nights] == [[]] * len(answer.nights)
        assert fund.past() == (0, 0)
        assert broken_checks(ledger_url) == [], f"seed {seed}"
        points = gap_trend(fund.ledger, TrendQuery(by=["factor"])).points
    grown = {table: fund.count(table) for table in GROWING}
    tell(
        f"{nights_of} nights, {missed} missed and caught up, {dict(fund.endings)}, "
        f"rows {grown}, seed {seed}"
    )

    assert caught_up == missed
    assert len(points) == nights_of
    assert grown["night_run"] == nights_of
    # The needs stand otherwise on few nights, and only then a row is written.
    assert grown["gap_snapshot"] <= NEEDS + 2 * grown["entry"]
