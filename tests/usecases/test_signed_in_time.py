"""A commitment signed while the hold stood, whose letter comes after the night lapsed the hold."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from bars import a_restriction
from officer import Officer
from world import NOON, World

from ledger.core.dates import HoldExpired
from ledger.journal.entries import Act
from ledger.journal.moves import NothingToMove
from ledger.store.journal.balances import Times
from ledger.usecases.check import run_checks
from ledger.usecases.deals.lapsed_holds import LapsedQuantityTaken

HELD_ON, SIGNED, UNTIL = date(2026, 11, 1), date(2026, 11, 20), date(2026, 11, 21)
LAPSED = date(2026, 11, 23)
"""Today in the world of the tests, which is the day of the night."""


def failures(world: World) -> list[str]:
    return [told for result in run_checks(world.ledger) for told in result.failures]


@pytest.fixture
def lapsed(officer: Officer) -> World:
    """1,000 EUR were held through 21 November; the night of the 23rd has lapsed the hold."""
    return lapse(officer, "1000 EUR")


@pytest.fixture
def roomy(officer: Officer) -> World:
    """The same hold lapsed, of a need and an offer that have room for as much again."""
    return lapse(officer, "2000 EUR")


def lapse(officer: Officer, quantity: str) -> World:
    world = officer.world
    world.need(quantity)
    world.offer(quantity)
    world.introduce("1000 EUR", until=UNTIL, on=HELD_ON)
    officer.tries("reconcile --only lapse")
    assert set(world.stages("need", "N-0001")) == {"open"}
    return world


def test_a_commitment_signed_in_time_restores_the_hold(lapsed, officer):
    receipt = officer.asks("deal commit D-0001 '1000 EUR' --on 2026-11-20 --reference 'Letter 9'")

    back, committed = lapsed.entries()[-2:]
    assert receipt["entries"] == [back.number, committed.number]
    assert (back.act, back.effective_on, back.reverses) == (Act.REVERSE, LAPSED, 4)
    assert (committed.effective_on, committed.reference) == (SIGNED, "Letter 9")
    assert "signed in time" in receipt["notes"][0]["text"]
    assert lapsed.stages("need", "N-0001", Times(as_of=SIGNED)) == {"committed": 100000}
    (row,) = officer.asks("gaps --as-of 2026-11-20")["rows"]
    assert (row["gap"], row["committed"]) == ("0.00", "1000.00")
    assert failures(lapsed) == []


def test_without_a_quantity_all_that_lapsed_is_committed(lapsed):
    lapsed.commit(on=SIGNED)

    assert lapsed.deal_stages() == {"committed": 100000}


def test_the_rest_of_the_hold_lapses_again_on_the_same_day(lapsed):
    receipt = lapsed.commit("400 EUR", on=SIGNED, command="deal commit")

    again, committed = lapsed.entries()[-2:]
    assert receipt["entry"] == committed.number
    assert len(receipt["entries"]) == 3
    assert (again.act, again.effective_on, again.reason) == (Act.RELEASE, LAPSED, "lapsed")
    assert lapsed.stages("need", "N-0001") == {"open": 60000, "committed": 40000}
    day = Times(as_of=date(2026, 11, 22))
    assert lapsed.stages("need", "N-0001", day) == {"held": 60000, "committed": 40000}
    lapsed.commit("600 EUR", on=SIGNED)
    assert lapsed.deal_stages() == {"committed": 100000}
    assert failures(lapsed) == []


def test_a_commitment_dated_after_the_last_day_is_refused_lapsed_or_not(lapsed):
    with lapsed.refuses(HoldExpired, "2026-11-21", "2026-11-22"):
        lapsed.commit("1000 EUR", on=date(2026, 11, 22))


def test_who_took_the_quantity_since_is_named(lapsed, officer):
    lapsed.offer("1000 EUR", code="O-0002")
    taken = lapsed.introduce("300 EUR", offer="O-0002", until=date(2027, 1, 1))["entry"]
    with lapsed.refuses(LapsedQuantityTaken, "D-0001", f"entry {taken}", "D-0002"):
        lapsed.commit("1000 EUR", on=SIGNED)
    refused = officer.refused("deal commit D-0001 '1 EUR' --on 2026-11-20", 4, "D-0002")
    assert refused == "lapsed-quantity-taken"


@pytest.mark.parametrize("anew", ["300 EUR", "500 EUR"])
@pytest.mark.parametrize("part", ["400 EUR", None])
def test_a_hold_of_the_day_of_the_lapse_is_not_drawn_on(lapsed, anew, part):
    """It is another one, as it is on any later day."""
    entry = lapsed.introduce(anew, until=date(2027, 1, 1), on=LAPSED)["entry"]
    with lapsed.refuses(LapsedQuantityTaken, f"entry {entry}", "D-0001"):
        lapsed.commit(part, on=SIGNED)
    lapsed.reverse(entry)
    lapsed.commit("400 EUR", on=SIGNED)

    assert lapsed.deal_stages() == {"committed": 40000}
    before = lapsed.stages("need", "N-0001", Times(as_of=date(2026, 11, 22)))
    assert before == {"held": 60000, "committed": 40000}
    assert failures(lapsed) == []


def test_a_hold_of_the_day_of_the_lapse_is_not_drawn_on_for_one_that_ended_later(roomy):
    """That day still ended with both of its holds, whatever was reversed on a later one."""
    with time_machine.travel(NOON + timedelta(days=1)):
        roomy.introduce("200 EUR", until=date(2027, 1, 1), on=LAPSED)
        other = roomy.introduce("300 EUR", until=date(2027, 1, 1), on=LAPSED)["entry"]
        roomy.reverse(other, on=LAPSED + timedelta(days=1))
        roomy.commit("150 EUR", on=SIGNED)

        assert roomy.deal_stages() == {"held": 20000, "committed": 15000}
        assert failures(roomy) == []


def test_what_was_committed_of_a_hold_of_the_day_of_the_lapse_leaves_the_older_one(roomy):
    """What is on hold from before the lapse is committed as it is: nothing is restored for it."""
    roomy.introduce("300 EUR", until=date(2027, 1, 1), on=LAPSED)
    early = roomy.commit("100 EUR", on=SIGNED)["entry"]
    roomy.commit("250 EUR", on=LAPSED)
    roomy.reverse(early, on=SIGNED)
    receipt = roomy.commit("80 EUR", on=SIGNED, command="deal commit")

    assert len(receipt["entries"]) == 1
    assert roomy.deal_stages() == {"held": 7000, "committed": 33000}
    assert failures(roomy) == []


@pytest.mark.parametrize("since", [date(2026, 11, 21), LAPSED])
def test_a_commitment_signed_before_a_bar_is_recorded_after_the_lapse(lapsed, officer, since):
    """The lapse is taken back within the bar, and what counts is the day of the commitment."""
    put_bar(lapsed, since)
    officer.says("deal commit D-0001 '400 EUR' --on 2026-11-20 --reference 'Letter 9'")

    assert lapsed.deal_stages() == {"committed": 40000}
    assert lapsed.stages("need", "N-0001") == {"open": 60000, "committed": 40000}
    within = "deal commit D-0001 '400 EUR' --on 2026-11-21"
    if since < LAPSED:
        assert officer.refused(within, 4, "barred on 2026-11-21") == "restricted"
    else:
        officer.says(within)
    assert failures(lapsed) == []


def test_a_commitment_signed_within_a_bar_is_refused_after_the_lapse(lapsed, officer):
    put_bar(lapsed, SIGNED)
    told = "barred on 2026-11-20"
    assert officer.refused("deal commit D-0001 '400 EUR' --on 2026-11-20", 4, told) == "restricted"
    assert lapsed.deal_stages() == {}
    officer.says("deal commit D-0001 '400 EUR' --on 2026-11-19")


def put_bar(world: World, since: date) -> None:
    bar = a_restriction(providers=("BANK",), from_=since)
    world.do(lambda uow: uow.add("restriction", bar))


def test_an_import_restores_no_hold_within_a_bar_beside_an_earlier_commitment(
    world: World, officer: Officer, tmp_path: Path
) -> None:
    """Only a hold that the commitment draws on is tested on the day of the commitment."""
    world.need("1000 EUR")
    world.offer("1000 EUR")
    put_bar(world, SIGNED)
    deal = "D-0001,O-0001,N-0001"
    lines = [
        "code,offer,need,act,quantity,unit,effective_on,held_until,reason,sequence,reverses",
        f"{deal},introduced,100,EUR,2026-11-01,2027-01-01,,1,",
        f"{deal},released,60,EUR,2026-11-15,,cancelled,2,",
        f"{deal},reversed,60,EUR,2026-11-22,,slip,3,2",
        f"{deal},committed,1,EUR,2026-11-10,,,4,",
    ]
    path = tmp_path / "deals.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert officer.refused(f"import {path} --yes", 4, "barred on 2026-11-22") == "restricted"
    assert failures(world) == []


def test_a_release_by_an_officer_is_not_taken_back(world):
    world.need("1000 EUR")
    world.offer("1000 EUR")
    world.introduce("1000 EUR", until=UNTIL, on=HELD_ON)
    world.release(on=date(2026, 11, 21), reason="lapsed")
    with world.refuses(NothingToMove):
        world.commit(on=SIGNED)


def test_what_passed_on_from_an_offer_that_is_over_comes_back(officer):
    world = officer.world
    world.need("1000 EUR")
    world.offer("1000 EUR", valid_until=UNTIL)
    world.introduce("1000 EUR", until=UNTIL, on=HELD_ON)
    officer.tries("reconcile --only lapse")
    assert world.stages("offer", "O-0001") == {"expired": 100000}
    world.commit("400 EUR", on=SIGNED)

    assert world.stages("offer", "O-0001") == {"expired": 60000, "committed": 40000}
    assert failures(world) == []


def test_across_currencies_both_sides_come_back(officer):
    world = officer.world
    world.need("10 EUR")
    world.offer("1000 JPY")
    world.introduce("0.07 EUR", until=UNTIL, on=HELD_ON, rate=Decimal("33.4"))
    officer.tries("reconcile --only lapse")
    world.commit("0.02 EUR", on=SIGNED, command="deal commit")
    world.commit("0.05 EUR", on=SIGNED)

    assert world.deal_stages(side="need") == {"committed": 7}
    assert world.deal_stages(side="offer") == {"committed": 3}
    assert failures(world) == []


def test_an_import_of_a_commitment_signed_in_time_restores_the_hold(
    lapsed, officer, tmp_path: Path
):
    file = tmp_path / "deals.csv"
    file.write_text(
        "code,offer,need,act,quantity,unit,effective_on,reference\n"
        "D-0001,O-0001,N-0001,committed,1000,EUR,2026-11-20,Letter 9\n",
        encoding="utf-8",
    )
    officer.says(f"import {file} --yes")

    assert lapsed.deal_stages() == {"committed": 100000}
    assert lapsed.stages("need", "N-0001", Times(as_of=SIGNED)) == {"committed": 100000}
