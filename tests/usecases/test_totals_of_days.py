"""A quantity said for a day is the total of that day, whatever was said for other days."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import sleep
from typing import Any, NamedTuple

import complete_ledger
import pytest
import time_machine
from beginnings import beginning
from hypothesis import given
from hypothesis import strategies as st
from hypothesis_profiles import examples
from ledgers import Ledgers
from officer import Officer, Unheard
from world import NOON, World

from ledger.core.factors import Side
from ledger.journal.entries import Act
from ledger.journal.receipts import Receipt
from ledger.store import registers
from ledger.store.journal.balances import Times
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.check import run_checks
from ledger.usecases.deals.correction import Correction, correct
from ledger.usecases.journal.reversal import reverse
from ledger.usecases.registers import quantities
from ledger.usecases.undo import undo

FEBRUARY, MARCH, APRIL, MAY = (date(2026, month, 1) for month in range(2, 6))
BORN = date(2026, 1, 10)


def failures(world: World) -> list[str]:
    return [told for result in run_checks(world.ledger) for told in result.failures]


def required(officer: Officer, day: str, code: str = "N-0001") -> str | None:
    """Give the total of a need on a day, as the gap report says it."""
    rows = officer.asks(f"gaps --as-of {day}")["rows"]
    return next(str(row["required"]) if row["required"] else None for row in rows)


def furnish_metro(officer: Officer) -> None:
    """Declare a need of 100 since January, of 300 since March, and an offer of 1000."""
    officer.world.need("100 EUR", declared_on=BORN)
    officer.world.offer("1000 EUR", declared_on=BORN)
    officer.says("need edit N-0001 --quantity '300 EUR' --on 2026-03-01")


metro_once, ledger_url, metro = beginning("metro", furnish_metro)


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


def test_the_reversal_of_a_total_keeps_the_next_later_one(metro: Officer) -> None:
    metro.says("need edit N-0001 --quantity '200 EUR' --on 2026-02-01")
    number = metro.world.entries()[-2].number
    line = f"journal reverse {number} --reason mistyped --on 2026-02-01 --yes"
    receipt = metro.asks(line)

    (note,) = receipt["notes"]
    assert note["code"] == "later-total-kept"
    assert "300.00 EUR from 2026-03-01 on stays" in note["text"]
    kept, back = metro.world.entries()[-2:]
    assert receipt["entries"] == [kept.number, back.number], "the increase comes first"
    assert (kept.act, kept.effective_on, kept.total) == (Act.REVISE, MARCH, None)
    assert (back.effective_on, back.reverses) == (FEBRUARY, number)
    assert kept.request_key == back.request_key
    days = ("2026-01-15", "2026-02-15", "2026-03-15")
    assert [required(metro, day) for day in days] == ["100.00", "100.00", "300.00"]
    assert failures(metro.world) == []


def test_a_total_reversed_on_a_later_day_held_until_then(metro: Officer) -> None:
    metro.says("need edit N-0001 --quantity '200 EUR' --on 2026-02-01")
    number = metro.world.entries()[-2].number
    metro.says(f"journal reverse {number} --reason stopped --on 2026-02-15 --yes")

    days = ("2026-02-01", "2026-02-14", "2026-02-15", "2026-03-01")
    assert [required(metro, day) for day in days] == ["200.00", "200.00", "100.00", "300.00"]
    assert metro.world.entries()[-1].total == 100_00, "a reversal says the total that it leaves"
    # From its day on that total counts, for a revision of an earlier day too.
    metro.says("need edit N-0001 --quantity '250 EUR' --on 2026-02-10")
    days = ("2026-02-01", "2026-02-10", "2026-02-15", "2026-03-01")
    assert [required(metro, day) for day in days] == ["200.00", "250.00", "100.00", "300.00"]
    assert failures(metro.world) == []


def test_a_total_that_another_followed_stays_reversed_in_its_own_days_only(metro: Officer) -> None:
    metro.says("need edit N-0001 --quantity '200 EUR' --on 2026-02-01")
    number = metro.world.entries()[-2].number
    (note,) = metro.asks(f"journal reverse {number} --reason slip --yes")["notes"]

    assert "300.00 EUR from 2026-03-01 on stays" in note["text"]
    assert required(metro, "2026-02-15") == "200.00"
    assert required(metro, "2026-11-20") == "300.00"
    assert failures(metro.world) == []


def test_of_two_totals_for_a_day_the_first_counts_where_the_second_is_reversed(
    metro: Officer,
) -> None:
    metro.says("need edit N-0001 --quantity '250 EUR' --on 2026-02-01")
    metro.says("need edit N-0001 --quantity '50 EUR' --on 2026-02-01")
    first, second = (one.number for one in metro.world.entries() if one.total in (250_00, 50_00))
    metro.says(f"journal reverse {first} --reason slip --on 2026-02-01 --yes")
    assert required(metro, "2026-02-01") == "50.00", "the first counted no more"
    metro.says(f"journal reverse {first + 5} --reason slip --on 2026-02-01 --yes")
    metro.says(f"journal reverse {second} --reason slip --on 2026-02-01 --yes")

    assert required(metro, "2026-02-01") == "250.00"
    assert required(metro, "2026-03-01") == "300.00"
    assert failures(metro.world) == []


def test_an_undone_total_leaves_the_later_ones(metro: Officer) -> None:
    metro.says("need edit N-0001 --quantity '200 EUR' --on 2026-02-01 --key first")
    metro.says("need edit N-0001 --quantity '250 EUR' --on 2026-02-15")
    receipt = metro.asks("undo first --yes --reason slip")

    codes = [note["code"] for note in receipt["notes"]]
    assert codes == ["later-total-kept", "later-total-kept", "undone"]
    days = ("2026-02-01", "2026-02-15", "2026-03-01")
    assert [required(metro, day) for day in days] == ["100.00", "250.00", "300.00"]
    metro.says("undo --yes --reason 'it was right'")
    assert [required(metro, day) for day in days] == ["200.00", "250.00", "300.00"]
    assert failures(metro.world) == []


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


def recorded(world: World) -> list[Any]:
    """Give what the entries of a ledger say, without who recorded them, when and why."""
    terms = ("number", "act", "effective_on", "movements", "reverses", "reference", "total")
    return [[getattr(one, name) for name in terms] for one in world.entries()]


def test_a_ledger_with_totals_of_past_days_moves_to_another(
    metro: Officer, ledgers: Ledgers, tmp_path: Path
) -> None:
    metro.says("need edit N-0001 --quantity '200 EUR' --on 2026-02-01")
    metro.says("need edit N-0001 --quantity ? --on 2026-02-10")
    metro.says("journal correct 4 --quantity '150 EUR' --reason slip --on 2026-02-03")
    number = metro.world.entries()[-1].number
    metro.says(f"journal reverse {number} --reason slip --on 2026-03-10 --yes")
    metro.says("journal correct 1 --on 2026-01-20 --reason 'a later letter'")
    metro.says("journal correct 2 --on 2026-01-05 --reason 'an earlier letter'")
    metro.says(f"export {tmp_path / 'out'}")
    moved = World(ledgers.new())
    there = Officer(moved, Unheard())
    answer = there.tries(f"import {tmp_path / 'out'} --yes")
    assert answer.code == 0, answer

    assert recorded(moved) == recorded(metro.world)
    for code, side in (("N-0001", "need"), ("O-0001", "offer")):
        assert moved.record(side, code) == metro.world.record(side, code)
    for ago in (BORN, date(2026, 1, 20), FEBRUARY, date(2026, 2, 10), MARCH, APRIL):
        times = Times(as_of=ago)
        assert moved.stages("need", "N-0001", times) == metro.world.stages("need", "N-0001", times)
    assert failures(moved) == failures(metro.world) == []
    assert there.tries(f"export {tmp_path / 'again'}").code == 0
    for name in ("needs", "offers", "changes"):
        first, second = (tmp_path / each / f"{name}.csv" for each in ("out", "again"))
        assert second.read_text(encoding="utf-8") == first.read_text(encoding="utf-8")
    # The same file again changes nothing.
    assert there.tries(f"import {tmp_path / 'out'} --yes").code == 0
    assert recorded(moved) == recorded(metro.world)


def test_totals_of_a_ledger_that_stored_none_are_those_of_their_days(metro: Officer) -> None:
    metro.says("offer edit O-0001 --quantity '3000 EUR' --on 2026-03-01")
    metro.says("offer edit O-0001 --quantity '2000 EUR' --on 2026-04-01")
    metro.world.ledger.engine.dispose()
    complete_ledger.attack(metro.world.url, "UPDATE entry SET total = NULL, format = 1")
    number = metro.world.entries()[3].number
    line = f"journal reverse {number} --reason mistyped --on 2026-03-01 --yes"
    (note,) = metro.asks(line)["notes"]

    assert "2,000.00 EUR from 2026-04-01 on stays" in note["text"]
    totals = [
        sum(metro.world.stages("offer", "O-0001", Times(as_of=day)).values())
        for day in (BORN, MARCH, APRIL)
    ]
    assert totals == [1000_00, 1000_00, 2000_00]
    metro.says(f"journal correct {number + 1} --quantity '2500 EUR' --reason misread")
    assert metro.world.stages("offer", "O-0001") == {"available": 2500_00}
    # The hashes of requests cover the rows before that change; every other check finds no fault.
    failed = [result.name for result in run_checks(metro.world.ledger) if result.failures]
    assert failed == ["chain"]


def test_what_was_known_before_a_correction_stays_known(metro: Officer) -> None:
    metro.says("need edit N-0001 --quantity '200 EUR' --on 2026-02-01")
    sleep(0.01)
    before = Times(as_of=FEBRUARY, known_at=datetime.now(UTC))
    metro.says("journal correct 4 --quantity '250 EUR' --reason misread")
    metro.says("journal correct 1 --on 2026-01-20 --reason 'a later letter'")

    assert metro.world.stages("need", "N-0001", before) == {"open": 200_00}
    assert metro.world.stages("need", "N-0001", Times(as_of=FEBRUARY)) == {"open": 250_00}
    with metro.world.ledger.read() as connection:
        known = registers.load_all(connection, "need", before.known_at)
    assert known["N-0001"].record.declared_on == BORN
    with metro.world.ledger.reader(Times(as_of=BORN)) as reader:
        assert "N-0001" not in reader.snapshot("need").records("need")


CHANGES = "table,code,act,quantity,unit,effective_on,reference,reason,from_stage,sequence,reverses"


def test_a_row_that_revises_a_past_day_leaves_the_later_total(
    metro: Officer, tmp_path: Path
) -> None:
    file = tmp_path / "changes.csv"
    file.write_text(f"{CHANGES}\nneed,N-0001,revised,50.00,EUR,2026-02-01,,,,,\n", encoding="utf-8")
    metro.says(f"import {file} --yes")

    days = ("2026-01-15", "2026-02-01", "2026-03-01")
    assert [required(metro, day) for day in days] == ["100.00", "150.00", "300.00"]
    assert failures(metro.world) == []
    file.write_text(f"{CHANGES},total\nneed,N-0001,revised,9.00,EUR,2026-02-02,,,,,,9.00\n")
    assert metro.refused(f"import {file} --yes", 3) == "import-refused"


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


# Any totals on any days, reversed, corrected and undone.


class Stated(NamedTuple):
    """A total stated for a day, in hundreds; the model's own account of what counts."""

    day: int
    number: int
    total: int
    reversed_later: bool = False


class Model:
    """The totals that count, by look-up: the one last stated for the newest day."""

    def __init__(self, stated: list[Stated]) -> None:
        self.stated = stated

    def on(self, day: int, without: int = 0) -> Stated | None:
        counting = [one for one in self.stated if one.day <= day and one.number != without]
        return max(counting, key=lambda one: (one.day, one.number), default=None)

    def total(self, day: int, without: int = 0) -> int:
        one = self.on(day, without)
        return 0 if one is None else one.total


class Totals:
    """A need whose totals an officer states and takes back, and the model beside it."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.need("5 EUR", declared_on=BORN)
        self.model = Model([Stated(0, 1, 5)])
        self.before: Model | None = None

    def run(self, act: tuple[str, int, int, int]) -> None:
        """Do one act: its kind, a day, a total, and which of the totals stated so far."""
        kind, day, total, place = act
        standing = [one for one in self.model.stated if not one.reversed_later]
        one = standing[place % len(standing)] if standing else None
        if kind == "undo":
            self.undo()
        elif kind == "state" or one is None:
            self.state(day, total)
        elif kind == "reverse":
            self.reverse(one, max(day, one.day))
        elif self.is_entry_of_a_total(one):
            self.correct(one, day, total)

    def is_entry_of_a_total(self, one: Stated) -> bool:
        return self.world.entries()[one.number - 1].act is not Act.REVERSE

    def state(self, day: int, total: int) -> None:
        if self.model.total(day) != total:
            self.done(self.do(lambda uow: state(uow, total, dated(day))), [(day, total)])

    def reverse(self, one: Stated, day: int) -> None:
        leaves = self.model.total(day, one.number)
        ends = self.model.on(day) == one and day > one.day
        answer = self.do(lambda uow: reverse(uow, one.number), on=dated(day))
        others = [other for other in self.model.stated if other != one]
        if day > one.day:
            others.append(one._replace(reversed_later=True))
        self.done(answer, [(day, leaves)] if ends else [], others)

    def correct(self, one: Stated, day: int, total: int) -> None:
        others = [other for other in self.model.stated if other != one]
        if self.model.on(one.day) != one or (day, total) == (one.day, one.total):
            return
        if one.number == 1 or Model(others).total(day) == total:
            return  # the declaration's day, and a total that the day has anyway
        meant = Correction(on=dated(day), quantity=f"{total} EUR" if total else "?")
        answer = self.do(lambda uow: correct(uow, one.number, meant), command="journal correct")
        self.done(answer, [(day, total)], others)

    def undo(self) -> None:
        """Undo what was done last; undoing that again restores it."""
        if self.before is not None:
            self.do(lambda uow: undo(uow, None))
            self.model, self.before = self.before, self.model

    def do(self, work: Callable[[UnitOfWork], Any], **more: Any) -> dict[str, Any]:
        return self.world.do(work, reason="slip", **more)

    def done(
        self,
        answer: dict[str, Any],
        stated: list[tuple[int, int]],
        others: list[Stated] | None = None,
    ) -> None:
        """Take in what was stated now, by the entry that says so."""
        numbers = [
            one.number
            for one in self.world.entries()
            if one.number in answer["entries"] and one.total is not None
        ]
        now = [
            Stated(day, number, total) for (day, total), number in zip(stated, numbers, strict=True)
        ]
        self.before = self.model
        self.model = Model([*(self.model.stated if others is None else others), *now])

    def holds(self) -> None:
        for place in range(14):
            times = Times(as_of=dated(place))
            there = sum(self.world.stages("need", "N-0001", times).values())
            assert there == self.model.total(place) * 100, f"day {place} of {self.model.stated}"
        assert failures(self.world) == []


def dated(day: int) -> date:
    return BORN + timedelta(days=day)


def state(uow: UnitOfWork, total: int, day: date) -> Receipt:
    account = uow.accounts.account(Side.NEED, "N-0001")
    if total:
        quantities.set_quantity(uow, account, total * 100, day)
    else:
        quantities.make_unknown(uow, account, day)
    return uow.receipt()


KINDS = st.sampled_from(["state", "state", "reverse", "correct", "undo"])
ACTS = st.lists(
    st.tuples(KINDS, st.integers(0, 12), st.integers(0, 9), st.integers(0, 9)), max_size=10
)


@pytest.mark.draws
def test_every_day_has_the_total_last_said_for_the_newest_day_until_then(
    run_ledgers: Ledgers, engine_name: str
) -> None:
    @given(acts=ACTS)
    @examples(20 if engine_name == "sqlite" else 8)
    def any_totals(acts: list[tuple[str, int, int, int]]) -> None:
        with time_machine.travel(NOON, tick=True):
            totals = Totals(World(run_ledgers.new()))
            for act in acts:
                totals.run(act)
            totals.holds()
            totals.world.ledger.engine.dispose()

    any_totals()
