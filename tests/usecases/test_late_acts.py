"""Papers that arrive late: an act is dated before later acts, and no day falls below zero."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beginnings import beginning
from ledgers import Ledgers
from officer import Officer, Unheard
from world import World

from ledger.core.dates import BeforeDeclaration
from ledger.journal.entries import Act
from ledger.journal.moves import OfferRemainder
from ledger.journal.timeline import OverdrawnLater
from ledger.store.journal.balances import Times
from ledger.usecases.check import run_checks

FEBRUARY, MARCH, APRIL, MAY, JUNE = (date(2026, month, 1) for month in range(2, 7))
UNTIL = date(2027, 12, 31)


def failures(world: World) -> list[str]:
    return [told for result in run_checks(world.ledger) for told in result.failures]


def furnish_metro(officer: Officer) -> None:
    world = officer.world
    world.need("1000 EUR")
    world.offer("1000 EUR")
    world.introduce("1000 EUR", directly=True, on=FEBRUARY)
    world.deliver("300 EUR", on=MAY, reference="PAY-2")


metro_once, ledger_url = beginning("metro", furnish_metro)[:2]


@pytest.fixture
def metro(world: World) -> World:
    """Committed in February and delivered in part in May."""
    return world


def test_a_delivery_that_is_told_late_counts_from_its_day(metro):
    metro.deliver("200 EUR", on=MARCH, reference="PAY-1")

    assert metro.stages("need", "N-0001", Times(as_of=MARCH))["delivered"] == 20000
    assert metro.stages("need", "N-0001", Times(as_of=MAY))["delivered"] == 50000
    assert [one.reference for one in metro.entries()[-2:]] == ["PAY-2", "PAY-1"]
    assert failures(metro) == []


def test_a_late_paper_is_recorded_on_its_day_from_the_command_line(officer: Officer) -> None:
    world = officer.world
    world.need("1000 EUR")
    world.offer("1000 EUR")
    officer.says("deal introduce O-0001 N-0001 '1000 EUR' --commit --on 2026-02-01")
    officer.says("deal deliver D-0001 '300 EUR' --on 2026-03-20 --reference PAY-2")
    officer.says("deal deliver D-0001 '200 EUR' --on 2026-03-01 --reference PAY-1")

    (row,) = officer.asks("gaps --as-of 2026-03-01")["rows"]
    assert row["delivered"] == "200.00"
    officer.says("deal return D-0001 '300 EUR' --on 2026-04-01")
    refused = officer.refused(
        "deal release D-0001 '600 EUR' --committed --on 2026-03-10",
        4,
        "Deal D-0001 would have -100.00 EUR committed on 2026-03-20",
        "Entry 4 takes 300.00 EUR",
    )
    assert refused == "overdrawn-later"


def test_a_late_line_of_a_statement_is_posted_on_its_day(officer: Officer, tmp_path: Path) -> None:
    officer.world.need("1000 EUR")
    officer.world.offer("1000 EUR")
    officer.says("deal introduce O-0001 N-0001 '1000 EUR' --commit --on 2026-02-01")
    officer.says("deal deliver D-0001 '300 EUR' --on 2026-03-20 --reference PAY-2")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "statement.csv").write_text(
        "provider,statement,line,date,kind,deal,offer,need,quantity,unit,reference\n"
        "BANK,2026-03,1,2026-03-01,delivery,D-0001,,,200,EUR,PAY-1\n"
        "BANK,2026-03,2,2026-03-20,delivery,D-0001,,,300,EUR,PAY-2\n",
        encoding="utf-8",
    )
    officer.says(f"reconcile --only statements --inbox {inbox} --post-deliveries --sender BANK=*")

    posted = officer.world.entries()[-1]
    assert (posted.effective_on, posted.reference) == (MARCH, "PAY-1")
    assert officer.world.deal_stages() == {"committed": 50000, "delivered": 50000}


def test_late_acts_and_reversals_of_reversals_move_to_another_ledger(
    reversed_hold: World, ledgers: Ledgers, officer: Officer, tmp_path: Path
) -> None:
    world = reversed_hold
    world.introduce("1000 EUR", offer="O-0002", on=APRIL, until=UNTIL)
    world.commit("400 EUR", deal="D-0002", on=JUNE)
    world.commit("100 EUR", deal="D-0002", on=MAY)
    officer.says(f"export {tmp_path / 'tables'}")
    other = Officer(World(ledgers.new()), Unheard())
    assert other.tries(f"import {tmp_path / 'tables'} --yes").code == 0

    def acts(of: World) -> list[Any]:
        return [(one.act, one.effective_on, one.movements, one.reverses) for one in of.entries()]

    assert len(world.entries()) == len(other.world.entries())
    for day in (FEBRUARY, MARCH, APRIL, MAY, JUNE):
        times = Times(as_of=day)
        assert world.stages("need", "N-0001", times) == other.world.stages("need", "N-0001", times)
    assert [one[:2] for one in acts(world)][-5:] == [one[:2] for one in acts(other.world)][-5:]
    assert failures(other.world) == []
    other.world.ledger.engine.dispose()


def test_what_a_later_act_took_is_not_there_before_it(metro):
    metro.give_back("300 EUR", on=JUNE)
    words = ("Deal D-0001", "-100.00 EUR committed", "2026-05-01", "Entry 4", "300.00 EUR")
    with metro.refuses(OverdrawnLater, *words):
        metro.release("800 EUR", from_stage="committed", on=MARCH)
    metro.release("700 EUR", from_stage="committed", on=MARCH)

    assert metro.deal_stages() == {"committed": 30000}
    assert failures(metro) == []


def test_what_comes_later_is_not_there_before_it(metro):
    words = (
        "Deal D-0001",
        "-1.00 EUR delivered",
        "2026-04-01",
        "This act",
        "2026-05-01 or",
    )
    with metro.refuses(OverdrawnLater, *words):
        metro.give_back("1 EUR", on=APRIL)
    with metro.refuses(BeforeDeclaration):
        metro.deliver("1 EUR", on=date(2025, 12, 31))


def test_a_deal_is_tested_by_itself_where_its_need_has_more_of_the_stage(metro):
    metro.offer("1000 EUR", code="O-0002")
    metro.revise("need", "N-0001", "2000 EUR", on=FEBRUARY)
    metro.introduce("500 EUR", offer="O-0002", directly=True, on=FEBRUARY)
    metro.introduce("10 EUR", offer="O-0002", directly=True, on=JUNE)
    with metro.refuses(OverdrawnLater, "Deal D-0002", "2026-03-01"):
        metro.deliver("510 EUR", deal="D-0002", on=MARCH)


def test_within_a_day_only_the_recorded_order_is_tested(metro):
    """The whole of May's return may be delivered again that day, before or after it."""
    metro.give_back("300 EUR", on=JUNE)
    metro.deliver("300 EUR", on=JUNE)
    metro.release("700 EUR", from_stage="committed", on=JUNE)

    assert failures(metro) == []


def test_a_late_introduction_does_not_shorten_the_hold(world):
    world.need("1000 EUR")
    world.offer("1000 EUR")
    world.introduce("100 EUR", until=UNTIL, on=MAY)
    world.introduce("100 EUR", until=JUNE, on=MARCH)

    assert world.record("deal", "D-0001").held_until == UNTIL
    world.introduce("100 EUR", until=JUNE, on=MAY)
    assert world.record("deal", "D-0001").held_until == JUNE


# Reversals.


@pytest.fixture
def reversed_hold(world: World) -> World:
    """All held in March by mistake; the reversal, entry 4, is of May."""
    world.need("1000 EUR")
    world.offer("1000 EUR")
    world.offer("1000 EUR", code="O-0002")
    world.introduce("1000 EUR", on=MARCH, until=UNTIL)
    world.reverse(4, on=MAY, reason="the wrong offer")
    return world


def test_a_reversal_moves_to_the_day_of_what_it_reverses_where_a_late_act_needs_it(reversed_hold):
    world = reversed_hold
    receipt = world.introduce("1000 EUR", offer="O-0002", on=APRIL, until=UNTIL)

    back, again, introduced = world.entries()[-3:]
    assert receipt["entries"] == [back.number, again.number, introduced.number]
    assert (back.act, back.effective_on, back.reverses) == (Act.REVERSE, MAY, 5)
    assert (again.act, again.effective_on, again.reverses) == (Act.REVERSE, MARCH, 4)
    assert again.reason == "the wrong offer"
    assert world.stages("need", "N-0001", Times(as_of=MARCH)) == {"open": 100000}
    assert world.stages("need", "N-0001", Times(as_of=APRIL)) == {"held": 100000}
    assert failures(world) == []


def test_a_reversal_stays_where_what_it_gave_back_was_taken_since(reversed_hold):
    world = reversed_hold
    world.introduce("600 EUR", offer="O-0002", on=JUNE, until=UNTIL)
    with world.refuses(OverdrawnLater, "Need N-0001", "-400.00 EUR open", "2026-04-01", "Entry 5"):
        world.introduce("400 EUR", offer="O-0002", on=APRIL, until=UNTIL)


def test_reversals_of_acts_that_follow_one_another_move_together(world):
    world.need("1000 EUR")
    world.offer("1000 EUR")
    world.offer("1000 EUR", code="O-0002")
    world.introduce("1000 EUR", on=MARCH, until=UNTIL)
    world.commit(on=date(2026, 3, 3))
    for number in (5, 4):
        world.reverse(number, on=MAY)
    world.introduce("1000 EUR", offer="O-0002", on=APRIL, until=UNTIL)

    assert world.stages("need", "N-0001", Times(as_of=APRIL)) == {"held": 100000}
    assert failures(world) == []


def test_an_entry_whose_reversal_was_reversed_may_be_reversed_again(reversed_hold):
    world = reversed_hold
    world.reverse(5, on=MAY)
    (again,) = world.reverse(4, on=MARCH)["entries"]

    assert world.entries()[-1].reverses == 4
    assert world.stages("need", "N-0001") == {"open": 100000}
    world.reverse(again)
    assert world.stages("need", "N-0001") == {"held": 100000}
    assert failures(world) == []


# Across currencies.


@pytest.fixture
def yen(world: World) -> World:
    """Ten cents and a yen for every three, held in March and in June."""
    world.need("10 EUR")
    world.offer("1000 JPY")
    world.introduce("0.03 EUR", until=UNTIL, rate=Decimal(100), on=MARCH)
    world.introduce("0.03 EUR", until=UNTIL, rate=Decimal(100), on=JUNE)
    return world


def test_a_late_part_takes_no_more_of_the_offer_than_it_has_on_every_day(yen):
    assert yen.deal_stages(side="offer") == {"held": 6}
    yen.release("0.02 EUR", on=MAY)
    yen.commit("0.01 EUR", on=date(2026, 5, 2))

    assert yen.deal_stages(side="offer") == {"held": 3, "committed": 1}
    assert failures(yen) == []


def test_a_late_part_takes_of_the_offer_what_a_moved_reversal_gives_back(world):
    world.need("10 EUR")
    world.offer("1000 JPY")
    world.introduce("0.15 EUR", on=FEBRUARY, until=UNTIL, rate=Decimal("163.25"))
    wrong = world.commit("0.03 EUR", on=FEBRUARY)["entry"]
    world.commit("0.10 EUR", on=FEBRUARY)
    world.reverse(wrong, on=MAY)
    world.commit("0.03 EUR", on=APRIL)

    assert world.deal_stages() == {"held": 2, "committed": 13}
    assert world.entries()[-1].movements[1].amount == 5  # of 9 yen for 5 cents, not of 4
    assert world.deal_stages(side="offer") == {"held": 4, "committed": 21}
    assert failures(world) == []


def test_both_sides_end_at_zero_or_the_first_day_on_which_they_do_is_named(world):
    world.need("10 EUR")
    world.offer("1000 JPY")
    rate: dict[str, Any] = {"until": UNTIL, "rate": Decimal("33.4")}
    world.introduce("0.03 EUR", on=MARCH, **rate)
    world.introduce("0.01 EUR", on=JUNE, **rate)
    world.release("0.01 EUR", on=JUNE)
    with world.refuses(OfferRemainder, "D-0001", "2026-06-01"):
        world.commit("0.03 EUR", on=MAY)
    world.commit("0.02 EUR", on=MAY)
    world.commit(on=JUNE)

    assert world.deal_stages(side="offer").keys() == {"committed"}
    assert failures(world) == []
