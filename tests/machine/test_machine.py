"""A machine plays the officer: any act at any time, and the ledger agrees with the oracle.

Hypothesis prints the steps of a failing run and the seed to have it again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
import time_machine
from both_books import BIRTH, INDIVISIBLE, NOON, QUANTITIES, SIDES
from fund import Fund
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from hypothesis_profiles import examples

from ledger.journal.entries import Act
from ledger.store.journal.balances import Times
from ledger.usecases.check import run_checks

NEEDS = st.sampled_from([code for code, side in SIDES.items() if side == "need"])
OFFERS = st.sampled_from([code for code, side in SIDES.items() if side == "offer"])
HOLDERS = st.sampled_from(list(SIDES))
# Half of all acts are told late: papers of any day since the first come in any order.
DAYS_AGO = st.sampled_from([0, 1, 0, 3, 0, 8, 0, 13, 0, 30, 0, 60, 0, 90, 2, 5, 400, -1])
PERCENT = st.none() | st.integers(1, 105)
TURN = st.integers(0, 99)
REPEATED = ("introduce", "commit", "deliver", "release", "return", "withdraw")
CORRECTED = ("declare", "revise", "expire", "reinstate", *REPEATED)
AT_THE_BEGINNING = {"declare", "introduce", "commit", "deliver"}


class AnyOfficer(RuleBasedStateMachine):
    """Acts in any order; each rule asks the oracle first."""

    opened: Callable[[], str]
    acts: ClassVar[Counter[str]] = Counter()
    """How often each act was recorded, in all examples."""

    def __init__(self) -> None:
        super().__init__()
        url = self.opened()
        self.travel = time_machine.travel(NOON, tick=True)
        self.clock = self.travel.start()
        self.fund = Fund(url)

    def teardown(self) -> None:
        results = run_checks(self.fund.world.ledger)
        wrong = [told for result in results for told in result.failures]
        self.fund.world.ledger.engine.dispose()
        self.travel.stop()
        self.acts.update(row.act for row in self.fund.oracle.rows)
        assert wrong == []

    def day(self, ago: int) -> Any:
        return self.fund.today - timedelta(days=ago)

    def part(self, side: str, code: str, stage: str, percent: int | None) -> int | None:
        """Give a share of what stands in a stage, of the whole where nothing does."""
        if percent is None:
            return None
        there = self.fund.oracle.stages(side, code)[stage] or QUANTITIES[code]
        return max(1, there * percent // 100)

    @initialize(
        ago=st.sampled_from([160, 120, 120, 30, 0]), turn=TURN,
        parts=st.lists(st.integers(1, 4), max_size=5),
    )  # fmt: skip
    def begin(self, ago: int, turn: int, parts: list[int]) -> None:
        for code, quantity in QUANTITIES.items():
            self.fund.set_quantity(code, quantity, max(self.day(ago), BIRTH))
        how = {"directly": False, "override": False}
        held, moved = self.day(min(ago, 60)), self.day(min(ago, 20))
        self.fund.introduce("O-2", "N-2", 1 + turn, held, 120, turn, **how)
        self.fund.introduce("O-3", "N-1", 1 + turn, held, 120, turn, **how)
        # The same pair at the other rate, by another instrument, and again at its first terms.
        for other in (turn + 1, turn + 4, turn):
            self.fund.introduce("O-3", "N-1", 1, moved, 120, other, **how)
        # A deal that has gone some way already, in parts that round.
        for place, part in enumerate(parts):
            act, source = (Act.COMMIT, "held") if place % 3 < 2 else (Act.DELIVER, "committed")
            self.fund.advance("D-0002", act, source, part, moved)

    @rule(code=HOLDERS, percent=st.integers(1, 200), ago=DAYS_AGO)
    def revise(self, code: str, percent: int, ago: int) -> None:
        total = max(1, QUANTITIES[code] * percent // 100)
        self.fund.set_quantity(code, total, self.day(ago))

    @rule(
        offer=OFFERS, need=NEEDS, percent=st.integers(1, 60), ago=DAYS_AGO, turn=TURN,
        lasts=st.sampled_from([0, 3, 60, 60, -1]), directly=st.booleans(), override=st.booleans(),
    )  # fmt: skip
    def introduce(
        self, offer: str, need: str, percent: int, ago: int, turn: int, lasts: int,
        *, directly: bool, override: bool,
    ) -> None:  # fmt: skip
        if lasts < 0 and not directly:
            lasts = 0
        share = 100 if need == INDIVISIBLE and turn % 4 else percent
        part = self.part("need", need, "open", share) or 1
        if need != INDIVISIBLE and turn % 2:
            part = 1 + percent % 9
        how = {"directly": directly, "override": override}
        self.fund.introduce(offer, need, part, self.day(ago), lasts, turn, **how)

    @rule(turn=TURN, percent=PERCENT, ago=DAYS_AGO)
    def commit(self, turn: int, percent: int | None, ago: int) -> None:
        self.move_a_deal(Act.COMMIT, "held", turn, percent, ago)

    @rule(turn=TURN, percent=PERCENT, ago=DAYS_AGO)
    def deliver(self, turn: int, percent: int | None, ago: int) -> None:
        self.move_a_deal(Act.DELIVER, "committed", turn, percent, ago)

    @rule(turn=TURN, percent=PERCENT, ago=DAYS_AGO)
    def release(self, turn: int, percent: int | None, ago: int) -> None:
        self.move_a_deal(Act.RELEASE, "held" if turn % 2 else "committed", turn, percent, ago)

    @rule(turn=TURN, percent=st.integers(1, 105), ago=DAYS_AGO)
    def give_back(self, turn: int, percent: int, ago: int) -> None:
        self.move_a_deal(Act.RETURN, "delivered", turn, percent, ago)

    def move_a_deal(self, act: Act, source: str, turn: int, percent: int | None, ago: int) -> None:
        # Deals that have something to move are the likelier; a few deals with many acts find more.
        deals = [
            deal
            for deal in sorted(self.fund.deals)[-3:]
            if self.fund.oracle.deal(deal, "need")[source]
        ] or sorted(self.fund.deals)
        deal = deals[turn % len(deals)]
        there = self.fund.oracle.deal(deal, "need")[source]
        part = None if percent is None else max(1, there * percent // 100)
        self.fund.advance(deal, act, source, part, self.day(ago))

    @rule(turn=TURN, days=st.integers(-2, 60))
    def prolong(self, turn: int, days: int) -> None:
        deals = sorted(self.fund.deals)
        self.fund.prolong(deals[turn % len(deals)], self.day(-days))

    @rule(code=HOLDERS, percent=PERCENT, ago=DAYS_AGO)
    def withdraw(self, code: str, percent: int | None, ago: int) -> None:
        free = "open" if SIDES[code] == "need" else "available"
        self.fund.withdraw(code, self.part(SIDES[code], code, free, percent), self.day(ago))

    @rule(code=HOLDERS, percent=PERCENT, ago=DAYS_AGO)
    def reinstate(self, code: str, percent: int | None, ago: int) -> None:
        part = self.part(SIDES[code], code, "withdrawn", percent)
        self.fund.reinstate(code, part, self.day(ago))

    @rule(offer=OFFERS, ago=DAYS_AGO)
    def expire(self, offer: str, ago: int) -> None:
        self.fund.expire(offer, self.day(ago))

    @rule(offer=OFFERS, days=st.none() | st.integers(-20, 20))
    def edit_validity(self, offer: str, days: int | None) -> None:
        self.fund.edit_validity(offer, None if days is None else self.day(-days))

    @rule(turn=TURN, ago=DAYS_AGO)
    def reverse(self, turn: int, ago: int) -> None:
        # The latest entries are the likelier to be undone.
        rows = self.fund.oracle.rows
        self.fund.reverse(rows[-1 - turn % min(len(rows), 6)], self.day(ago))

    @rule(back=st.sampled_from([0, 0, 0, 1, 2, 3, 5]))
    def undo(self, back: int) -> None:
        self.fund.undo(min(back, self.fund.requests - 1))

    @rule(ago=st.sampled_from([0, 0, 0, 1, 5]))
    def night(self, ago: int) -> None:
        self.fund.lapse(self.day(ago))

    @rule(turn=TURN, percent=PERCENT, before=st.integers(0, 10), again=st.booleans())
    def sign_in_time(self, turn: int, percent: int | None, before: int, *, again: bool) -> None:
        """Let a hold lapse, then record what was signed before it did."""
        deals = [deal for deal in sorted(self.fund.deals) if self.fund.terms(deal)["held_until"]]
        deals = [one for one in deals if self.fund.oracle.deal(one, "need")["held"]] or deals
        deal = deals[turn % len(deals)]
        until = self.fund.terms(deal)["held_until"]
        there = self.fund.oracle.deal(deal, "need")["held"]
        part = None if percent is None else max(1, there * percent // 100)
        self.clock.shift(max(timedelta(0), until + timedelta(days=1 + turn % 3) - self.fund.today))
        self.fund.lapse(self.fund.today)
        for days in (before, before // 2)[: 1 + again]:
            self.fund.advance(deal, Act.COMMIT, "held", part, until - timedelta(days=days))

    @rule(turn=TURN, days=st.integers(0, 20), percent=st.sampled_from([100, 100, 50, 110]))
    def reverse_and_repeat(self, turn: int, days: int, percent: int) -> None:
        """Reverse an entry today, and record it again on a day before that."""
        rows = [row for row in self.fund.oracle.rows if row.act in REPEATED]
        row = rows[-1 - turn % min(len(rows), 8)]
        self.fund.reverse(row, self.fund.today)
        part = max(1, row.moves[0].amount * percent // 100)
        self.fund.repeat(row, part, min(row.day + timedelta(days=days), self.fund.today))

    @rule(turn=TURN, percent=st.integers(50, 130), ago=st.none() | DAYS_AGO)
    def correct(self, turn: int, percent: int, ago: int | None) -> None:
        rows = [row for row in self.fund.oracle.rows if row.act in CORRECTED]
        row = rows[-1 - turn % min(len(rows), 12)]
        amount = max(1, (row.total or row.moves[0].amount) * percent // 100)
        # The day of a declaration is a term of the record, which has tests of its own.
        stays = ago is None or (row.act == "declare" and row.day == BIRTH)
        self.fund.correct(row, amount, row.day if stays else self.day(ago))

    @rule(code=HOLDERS, percent=st.integers(1, 20), turn=TURN)
    def say_twice(self, code: str, percent: int, turn: int) -> None:
        """Withdraw with a key, then say it again; a dry run before it changes nothing."""
        self.fund.withdraw_with_key(code, max(1, QUANTITIES[code] * percent // 100), turn)

    @rule(days=st.integers(1, 12))
    def time_passes(self, days: int) -> None:
        self.clock.shift(timedelta(days=days))

    @rule(turn=TURN, other=TURN)
    def look_back(self, turn: int, other: int) -> None:
        """Compare as of any day, as known at any moment, and both at once."""
        rows = self.fund.oracle.rows
        as_of = rows[turn % len(rows)].day - timedelta(days=turn % 2)
        known_at = rows[other % len(rows)].moment
        self.fund.compare(Times(as_of=as_of))
        self.fund.compare(Times(known_at=known_at))
        self.fund.compare(Times(as_of=as_of, known_at=known_at))

    @invariant()
    def agrees_with_the_oracle(self) -> None:
        self.fund.compare()
        self.fund.compare(Times(as_of=self.fund.oracle.rows[-1].day))
        self.fund.compare(Times(known_at=datetime.now(UTC)))


def play(opened: Callable[[], str], count: int, steps: int, profile: str | None = None) -> None:
    own: dict[str, Any] = {"opened": staticmethod(opened), "acts": Counter()}
    machine = type("AnyOfficerHere", (AnyOfficer,), own)
    run_state_machine_as_test(
        machine,
        settings=settings(
            settings.get_profile(profile) if profile else settings.default,
            max_examples=count,
            stateful_step_count=steps,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert own["acts"].keys() - AT_THE_BEGINNING, "no example went on after its beginning"


@pytest.mark.long
@pytest.mark.draws
def test_any_officer_s_acts_agree_with_the_oracle(
    opened: Callable[[], str], engine_name: str
) -> None:
    # A run on a server takes several times as long; the rules are the same program's. Hypothesis
    # begins with the plainest example: of the first two neither records an act of its own.
    count = examples(15 if engine_name == "sqlite" else 8, everyday=3).max_examples
    play(opened, count, steps=25)


@pytest.mark.soak
def test_any_officer_s_acts_agree_with_the_oracle_for_long(
    opened: Callable[[], str], engine_name: str
) -> None:
    play(opened, count=600 if engine_name == "sqlite" else 150, steps=50, profile="soak")
