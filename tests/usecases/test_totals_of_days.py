"""A quantity said for a day is the total of that day, whatever was said for other days."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledgers import Ledgers
from officer import Officer, Unheard
from world import NOON, World

from ledger.core.factors import Side
from ledger.journal.timeline import TotalChange, days_of_totals, is_declaration_reversed
from ledger.store.journal.balances import Times
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.check import run_checks
from ledger.usecases.registers import quantities

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in range(1, 5))
BORN = date(2026, 1, 10)


def failures(world: World) -> list[str]:
    return [told for result in run_checks(world.ledger) for told in result.failures]


def required(officer: Officer, day: str, code: str = "N-0001") -> str | None:
    """Give the total of a need on a day, as the gap report says it."""
    rows = officer.asks(f"gaps --as-of {day}")["rows"]
    return next(str(row["required"]) if row["required"] else None for row in rows)


@pytest.fixture
def metro(officer: Officer) -> Officer:
    """A need of 100 since January, of 300 since March, and an offer of 1000."""
    officer.world.need("100 EUR", declared_on=BORN)
    officer.world.offer("1000 EUR", declared_on=BORN)
    officer.says("need edit N-0001 --quantity '300 EUR' --on 2026-03-01")
    return officer


def test_a_total_said_for_a_past_day_is_the_total_of_that_day(metro: Officer) -> None:
    metro.says("need edit N-0001 --quantity '200 EUR' --on 2026-02-01")

    days = ("2026-01-15", "2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01", "2026-03-15")
    totals = [required(metro, day) for day in days]
    assert totals == ["100.00", "100.00", "200.00", "200.00", "300.00", "300.00"]
    assert failures(metro.world) == []


def test_the_receipt_shows_the_change_and_the_one_that_compensates_it(metro: Officer) -> None:
    receipt = metro.asks("need edit N-0001 --quantity '200 EUR' --on 2026-02-01")

    assert receipt["changes"] == {"quantity": ["100.00", "200.00"]}
    assert len(receipt["entries"]) == 2
    (note,) = receipt["notes"]
    assert note["code"] == "later-total-kept"
    assert "300.00 EUR from 2026-03-01 on" in note["text"]
    change, compensating = metro.world.entries()[-2:]
    assert (change.effective_on, compensating.effective_on) == (FEBRUARY, MARCH)
    assert change.request_key == compensating.request_key
    assert compensating.movements == (change.movements[0].mirror(),)


def test_a_second_total_for_a_day_replaces_the_first(metro: Officer) -> None:
    metro.says("need edit N-0001 --quantity '250 EUR' --on 2026-02-01")
    metro.says("need edit N-0001 --quantity '50 EUR' --on 2026-02-01")

    days = ("2026-01-15", "2026-02-15", "2026-03-15")
    assert [required(metro, day) for day in days] == ["100.00", "50.00", "300.00"]
    assert failures(metro.world) == []


def test_only_the_next_later_total_gets_a_compensating_change(metro: Officer) -> None:
    metro.says("need edit N-0001 --quantity '400 EUR' --on 2026-04-01")
    metro.says("need edit N-0001 --quantity '80 EUR' --on 2026-02-01")

    days = [entry.effective_on for entry in metro.world.entries()[-2:]]
    assert days == [MARCH, FEBRUARY], "the increase comes first"
    assert required(metro, "2026-03-15") == "300.00"
    assert required(metro, "2026-04-15") == "400.00"


def test_totals_that_do_not_fit_beside_each_other_are_refused(metro: Officer) -> None:
    metro.says("need edit N-0001 --quantity '30000000000000000 EUR' --on 2026-04-01")
    refused = "need edit N-0001 --quantity '40000000000000000 EUR' --on 2026-03-10"
    words = ("69,999,999,999,999,700.00 EUR", "4*10^18")
    assert metro.refused(refused, 3, *words) == "quantity-too-large"


def test_a_total_that_was_reversed_on_its_day_is_not_kept(metro: Officer) -> None:
    said = metro.world.entries()[-1]
    metro.says(f"journal reverse {said.number} --reason mistyped --on 2026-03-01")
    receipt = metro.asks("need edit N-0001 --quantity '200 EUR' --on 2026-02-01")

    assert len(receipt["entries"]) == 1
    assert required(metro, "2026-03-15") == "200.00"


def test_the_reversal_of_a_total_says_what_it_makes_of_the_next_later_one(metro: Officer) -> None:
    metro.says("need edit N-0001 --quantity '200 EUR' --on 2026-02-01")
    number = metro.world.entries()[-2].number
    line = f"journal reverse {number} --reason mistyped --on 2026-02-01 --yes"
    (note,) = metro.asks(line)["notes"]

    assert note["code"] == "later-total-changed"
    assert "from 2026-03-01 on is now 200.00 EUR" in note["text"]
    assert required(metro, "2026-02-15") == "100.00"
    assert required(metro, "2026-03-15") == "200.00"
    metro.says("need edit N-0001 --quantity '300 EUR' --on 2026-03-01")
    assert required(metro, "2026-03-15") == "300.00"
    # The last total has no later one.
    last = metro.world.entries()[-1].number
    assert metro.asks(f"journal reverse {last} --reason mistyped --yes")["notes"] == []


def test_a_total_below_what_deals_took_by_that_day_is_refused(metro: Officer) -> None:
    metro.world.introduce("90 EUR", until=date(2027, 1, 1), on=FEBRUARY)

    refused = "need edit N-0001 --quantity '80 EUR' --on 2026-02-10"
    assert metro.refused(refused, 4, "cannot go below 90.00 EUR") == "below-what-is-taken"
    # In January the whole of it is open, and it would be missing in February.
    refused = "need edit N-0001 --quantity '80 EUR' --on 2026-01-20"
    words = ("-10.00 EUR open on 2026-02-01", "takes 90.00 EUR")
    assert metro.refused(refused, 4, *words) == "overdrawn-later"
    metro.says("need edit N-0001 --quantity '90 EUR' --on 2026-01-20")
    assert required(metro, "2026-02-10") == "90.00"
    assert required(metro, "2026-03-10") == "300.00"


@pytest.mark.parametrize("what", ["need edit N-0001", "offer edit O-0001"])
def test_a_total_for_a_day_before_the_declaration_is_refused(metro: Officer, what: str) -> None:
    words = ("was declared on 2026-01-10", "no quantity on 2026-01-09")
    refused = metro.refused(f"{what} --quantity '200 EUR' --on 2026-01-09", 4, *words)
    assert refused == "total-before-declaration"


def test_an_offer_s_total_of_a_past_day_too(metro: Officer) -> None:
    metro.says("offer edit O-0001 --quantity '3000 EUR' --on 2026-03-01")
    metro.says("offer edit O-0001 --quantity '2000 EUR' --on 2026-02-01")

    totals = [
        sum(metro.world.stages("offer", "O-0001", Times(as_of=day)).values())
        for day in (date(2026, 1, 20), FEBRUARY, MARCH)
    ]
    assert totals == [1000_00, 2000_00, 3000_00]


def test_an_imported_total_takes_effect_on_the_given_day(metro: Officer, tmp_path: Path) -> None:
    metro.says(f"export {tmp_path / 'out'} --table needs")
    file = tmp_path / "out" / "needs.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        (row,) = csv.DictReader(opened)
    row["quantity"] = "200.00"
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, row)
        writer.writeheader()
        writer.writerow(row)

    metro.says(f"import {file} --yes --on 2026-02-01")
    days = ("2026-01-15", "2026-02-15", "2026-03-15")
    assert [required(metro, day) for day in days] == ["100.00", "200.00", "300.00"]
    again = metro.asks(f"import {file} --yes --on 2026-02-02")
    assert again["entries"] == [], "the total of that day is the one said"


def test_a_ledger_with_totals_of_past_days_moves_to_another(
    metro: Officer, ledgers: Ledgers, tmp_path: Path
) -> None:
    metro.says("need edit N-0001 --quantity '200 EUR' --on 2026-02-01")
    metro.says("need edit N-0001 --quantity ? --on 2026-02-10")
    metro.says(f"export {tmp_path / 'out'}")
    moved = World(ledgers.new())
    assert Officer(moved, Unheard()).tries(f"import {tmp_path / 'out'} --yes").code == 0

    for ago in (BORN, FEBRUARY, date(2026, 2, 10), MARCH):
        times = Times(as_of=ago)
        assert moved.stages("need", "N-0001", times) == metro.world.stages("need", "N-0001", times)
    assert failures(moved) == []


# A quantity becomes unknown again.


def test_a_quantity_becomes_unknown_from_a_day_on(officer: Officer) -> None:
    officer.world.need("100 EUR", declared_on=BORN)
    receipt = officer.asks("need edit N-0001 --quantity ? --on 2026-02-01")

    assert receipt["changes"] == {"quantity": ["100.00", None]}
    assert required(officer, "2026-01-31") == "100.00"
    assert required(officer, "2026-02-01") is None
    assert "unknown" in officer.says("need show N-0001")
    assert "The amount is not known yet" in officer.says("need show N-0001")
    assert officer.asks("gaps")["totals"][0]["not_counted"] == 1
    assert failures(officer.world) == []
    officer.says("need edit N-0001 --quantity '70 EUR' --on 2026-03-01")
    assert required(officer, "2026-02-15") is None
    assert required(officer, "2026-03-01") == "70.00"


def test_a_quantity_is_unknown_until_the_next_total(metro: Officer) -> None:
    metro.says("need edit N-0001 --quantity '? EUR' --on 2026-02-01")

    days = ("2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01")
    assert [required(metro, day) for day in days] == ["100.00", None, None, "300.00"]
    assert failures(metro.world) == []


def test_what_was_withdrawn_becomes_unknown_too(officer: Officer) -> None:
    officer.world.need("100 EUR", declared_on=BORN)
    officer.says("need withdraw N-0001 '40 EUR' --on 2026-01-20")
    officer.says("need edit N-0001 --quantity ? --on 2026-02-01")

    assert required(officer, "2026-01-31") == "100.00"
    assert required(officer, "2026-02-01") is None


@pytest.mark.parametrize(
    ("act", "stage"),
    [("", "held"), ("deal commit D-0001", "committed"), ("deal deliver D-0001", "delivered")],
)
def test_a_quantity_that_deals_have_taken_stays_known(metro: Officer, act: str, stage: str) -> None:
    metro.world.introduce("50 EUR", until=date(2027, 1, 1), on=FEBRUARY)
    if act:
        metro.says("deal commit D-0001 --on 2026-02-02")
    if stage == "delivered":
        metro.says(f"{act} --on 2026-02-03")
    refused = metro.refused(
        "need edit N-0001 --quantity ? --on 2026-02-10", 4, f"has 50.00 EUR {stage} on 2026-02-10"
    )
    assert refused == "quantity-in-use"
    # On an earlier day nothing was taken, and what was taken later would be missing.
    refused = metro.refused("need edit N-0001 --quantity ? --on 2026-01-20", 4)
    assert refused == "overdrawn-later"


def test_an_offer_s_quantity_is_always_known(metro: Officer) -> None:
    assert metro.refused("offer edit O-0001 --quantity ?", 3, "cannot be unknown") == "bad-terms"


def test_a_quantity_is_unknown_in_its_own_unit(metro: Officer) -> None:
    assert metro.refused("need edit N-0001 --quantity '? USD'", 3, "USD") == "wrong-unit"


def test_what_is_unknown_already_does_not_change(officer: Officer) -> None:
    officer.world.need(None, declared_on=BORN)
    assert officer.refused("need edit N-0001 --quantity ?", 4) == "nothing-to-change"


@pytest.mark.parametrize("code", ["need show N-0001", "offer show O-0001"])
def test_what_was_declared_by_mistake_is_not_declared_rather_than_unknown(
    officer: Officer, code: str
) -> None:
    officer.world.need("100 EUR", declared_on=BORN)
    officer.world.offer("100 EUR", declared_on=BORN)
    for entry in officer.world.entries():
        officer.says(f"journal reverse {entry.number} --reason mistyped --on 2026-02-01 --yes")

    told = officer.says(code)
    assert "not declared" in told
    assert "Not declared: its declaration was reversed (unit: EUR)." in told
    assert "unknown" not in told
    assert "100.00 EUR" in officer.says(f"{code} --as-of 2026-01-31")
    officer.says("need edit N-0001 --quantity '70 EUR'")
    officer.says("need edit N-0001 --quantity ?")
    assert "unknown" in officer.says("need show N-0001")


# Days for which a total was said.


def test_a_total_reversed_later_was_said_and_so_was_what_it_left() -> None:
    said = TotalChange(1, FEBRUARY, None)
    assert days_of_totals([said, TotalChange(2, FEBRUARY, 1)]) == []
    assert days_of_totals([said, TotalChange(2, MARCH, 1)]) == [FEBRUARY, MARCH]
    restored = [said, TotalChange(2, FEBRUARY, 1), TotalChange(3, FEBRUARY, 2)]
    assert days_of_totals(restored) == [FEBRUARY]
    assert days_of_totals([TotalChange(2, FEBRUARY, 1)]) == [FEBRUARY]


def test_a_quantity_revised_to_unknown_is_not_an_undeclared_one() -> None:
    declared, back = TotalChange(1, FEBRUARY, None), TotalChange(2, FEBRUARY, 1)
    assert not is_declaration_reversed([])
    assert is_declaration_reversed([declared, back])
    assert is_declaration_reversed([declared, back._replace(effective_on=MARCH)])
    assert not is_declaration_reversed([declared, TotalChange(2, MARCH, None)])
    again = TotalChange(3, APRIL, None), TotalChange(4, APRIL, 3)
    assert not is_declaration_reversed([declared, TotalChange(2, MARCH, None), *again])


# Any totals on any days.

TOTALS = st.lists(st.tuples(st.integers(0, 12), st.none() | st.integers(1, 9)), max_size=12)


def last_said(said: dict[int, int | None], day: int) -> int | None:
    """Give the total last said for the newest day on or before a day."""
    return said[max(one for one in said if one <= day)]


@given(totals=TOTALS)
@settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
def test_every_day_has_the_total_last_said_for_the_newest_day_until_then(
    run_ledgers: Ledgers, totals: list[tuple[int, int | None]]
) -> None:
    with time_machine.travel(NOON, tick=True):
        world = World(run_ledgers.new())
        world.need("5 EUR", declared_on=BORN)
        said: dict[int, int | None] = {0: 5}
        for at, total in totals:
            say(world, total, BORN + timedelta(days=at))
            # A total that the day has already is not recorded.
            if last_said(said, at) != total:
                said[at] = total
            for place in range(14):
                times = Times(as_of=BORN + timedelta(days=place))
                now = sum(world.stages("need", "N-0001", times).values())
                assert now == (last_said(said, place) or 0) * 100, f"day {place} of {said}"
        assert failures(world) == []
        world.ledger.engine.dispose()


def say(world: World, total: int | None, day: date) -> None:
    """Say a total for a day."""

    def saying(uow: UnitOfWork) -> None:
        account = uow.accounts.account(Side.NEED, "N-0001")
        if total is None:
            quantities.make_unknown(uow, account, day)
        else:
            quantities.set_quantity(uow, account, total * 100, day)

    world.do(saying)
