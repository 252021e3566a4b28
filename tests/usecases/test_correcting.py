"""One command corrects an entry: what depends on it is reversed and posted again around it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from beginnings import beginning
from officer import Officer
from world import NEW_YEAR, NOON, World

from ledger.core.errors import NothingToChange
from ledger.journal.entries import Act
from ledger.store.journal.balances import Times
from ledger.usecases.check import run_checks
from ledger.usecases.deals.correction import (
    CannotCorrect,
    CannotPostAgain,
    Correction,
    correct,
)
from ledger.usecases.journal.reversal import AlreadyReversed, ReasonMissing

FEBRUARY, MARCH, APRIL, MAY = (date(2026, month, 1) for month in range(2, 6))
UNTIL = date(2027, 12, 31)
Correct = Callable[..., dict[str, Any]]


def failures(world: World) -> list[str]:
    return [told for result in run_checks(world.ledger) for told in result.failures]


def furnish_metro(officer: Officer) -> None:
    world = officer.world
    world.need("1000 EUR")
    world.offer("1000 EUR")
    world.introduce("800 EUR", on=FEBRUARY, until=UNTIL, reference="Letter 1")
    world.commit("800 EUR", on=MARCH, reference="Letter 2")
    world.deliver("800 EUR", on=APRIL, reference="PAY-1")


metro_once, ledger_url = beginning("metro", furnish_metro)[:2]


@pytest.fixture
def metro(world: World) -> World:
    """Held (3), committed (4) and delivered (5): 800 EUR in all three, of 1,000."""
    return world


@pytest.fixture
def corrects(world: World) -> Correct:
    def correcting(number: int, reason: str | None = "a slip", **meant: Any) -> dict[str, Any]:
        return world.do(lambda uow: correct(uow, number, Correction(**meant)), reason=reason)

    return correcting


def test_a_wrong_amount_of_the_last_act_is_corrected_by_itself(metro, corrects):
    receipt = corrects(5, quantity="300 EUR")

    back, again = metro.entries()[-2:]
    assert receipt["entries"] == [back.number, again.number]
    assert (back.act, back.effective_on, back.reverses) == (Act.REVERSE, APRIL, 5)
    assert (again.act, again.effective_on, again.reference) == (Act.DELIVER, APRIL, "PAY-1")
    assert again.reason == "a slip"
    assert metro.deal_stages() == {"committed": 50000, "delivered": 30000}
    assert failures(metro) == []


def test_what_depends_on_the_entry_is_posted_again_on_its_day(metro, corrects):
    receipt = corrects(3, quantity="900 EUR")

    acts = [(one.act, one.effective_on, one.reference) for one in metro.entries()[-3:]]
    assert acts == [
        (Act.INTRODUCE, FEBRUARY, "Letter 1"),
        (Act.COMMIT, MARCH, "Letter 2"),
        (Act.DELIVER, APRIL, "PAY-1"),
    ]
    assert len(receipt["entries"]) == 6
    assert [note["code"] for note in receipt["notes"]] == ["posted-again", "posted-again"]
    assert metro.deal_stages() == {"held": 10000, "delivered": 80000}
    assert metro.stages("need", "N-0001", Times(as_of=FEBRUARY))["held"] == 90000
    assert failures(metro) == []


def test_a_wrong_date_and_a_wrong_reference_are_corrected(metro, corrects):
    corrects(5, on=MAY, reference="PAY-7")

    assert metro.stages("need", "N-0001", Times(as_of=APRIL))["committed"] == 80000
    assert (metro.entries()[-1].effective_on, metro.entries()[-1].reference) == (MAY, "PAY-7")
    corrects(4, on=date(2026, 2, 15))
    assert metro.stages("need", "N-0001", Times(as_of=date(2026, 2, 15)))["committed"] == 80000
    assert failures(metro) == []


def test_a_declaration_is_corrected_under_the_deals_that_rest_on_it(metro, corrects):
    corrects(1, quantity="1200 EUR")

    assert metro.stages("need", "N-0001") == {"open": 40000, "delivered": 80000}
    assert metro.stages("need", "N-0001", Times(as_of=NEW_YEAR)) == {"open": 120000}
    assert failures(metro) == []


def test_an_act_that_cannot_be_posted_again_is_named_and_nothing_changes(metro, corrects):
    with metro.refuses(CannotPostAgain, "Entry 4", "commit", "2026-03-01", "700.00 EUR"):
        corrects(3, quantity="700 EUR")
    with metro.refuses(CannotPostAgain, "Entry 3", "open"):
        corrects(1, quantity="700 EUR")


def test_what_is_no_correction_is_refused(metro, corrects):
    with metro.refuses(NothingToChange):
        corrects(5, quantity="800 EUR")
    with metro.refuses(ReasonMissing):
        corrects(5, reason=None, quantity="1 EUR")
    metro.reverse(5)
    with metro.refuses(AlreadyReversed):
        corrects(5, quantity="1 EUR")
    with metro.refuses(CannotCorrect, "reversal"):
        corrects(6, quantity="1 EUR")


def test_an_entry_is_corrected_from_the_command_line(metro, officer: Officer) -> None:
    receipt = officer.asks(
        "journal correct 5 --on 2026-05-01 --quantity '750 EUR' --reason 'the bank s list'"
    )

    assert (receipt["need"]["delivered"], receipt["need"]["committed"]) == ("750.00", "50.00")
    refused = officer.refused(
        "journal correct 3 --quantity '100 EUR' --reason slip", 4, "Entry 4", "cannot be posted"
    )
    assert refused == "cannot-post-again"


def test_the_screens_lead_from_a_corrected_entry_to_what_replaced_it(
    metro, officer: Officer
) -> None:
    told = officer.says("journal correct 5 --quantity '750 EUR' --reason slip")
    shown = officer.says("deal show D-0001")
    refused = officer.refused("journal correct 5 --quantity '1 EUR' --reason slip", 4, "D-0001")

    assert "deal D-0001 corrected" in told
    assert re.search(r"6 +2026-\S+ +reverse +800\.00 +EUR +5 ", shown)
    assert refused == "already-reversed"


def test_a_hold_is_corrected_whose_lapse_was_restored_for_a_part_of_it(
    world: World, officer: Officer, corrects: Correct
) -> None:
    world.need("1000 EUR")
    world.offer("1000 EUR")
    hold = world.introduce("400 EUR", on=date(2026, 11, 1), until=date(2026, 11, 21))
    officer.tries("reconcile --only lapse")
    world.commit("150 EUR", on=date(2026, 11, 20), command="deal commit")
    assert world.deal_stages() == {"committed": 15000}
    corrects(hold["entry"], quantity="380 EUR")

    assert world.deal_stages() == {"committed": 15000}
    past = world.stages("need", "N-0001", Times(as_of=date(2026, 11, 22)))
    assert past == {"open": 62000, "held": 23000, "committed": 15000}
    reversed_ = [one.reverses for one in world.entries() if one.reverses is not None]
    assert len(reversed_) == len(set(reversed_))
    assert failures(world) == []


def test_a_hold_across_currencies_is_corrected_at_the_exact_rate_of_its_deal(
    world: World, officer: Officer, corrects: Correct
) -> None:
    officer.says("rates add USD EUR 0.9 --on 2026-01-01")
    world.need("1000 EUR")
    world.offer("2000 USD")
    hold = world.introduce("600 EUR", on=date(2026, 11, 1), until=date(2026, 11, 30))
    world.commit("200 EUR", on=date(2026, 11, 10), command="deal commit")
    corrects(hold["entry"], quantity="500 EUR")

    assert world.deal_stages() == {"held": 30000, "committed": 20000}
    assert world.deal_stages(side="offer") == {"held": 33334, "committed": 22222}
    assert failures(world) == []


@pytest.mark.parametrize("agreed", [None, "loan"])
def test_a_hold_is_corrected_at_the_terms_of_its_deal_whatever_the_mandate_is_now(
    world: World, officer: Officer, corrects: Correct, agreed: str | None
) -> None:
    world.need("1000 EUR")
    world.offer("1000 EUR")
    until = date(2026, 11, 30)
    hold = world.introduce("400 EUR", on=date(2026, 11, 1), until=until, instrument=agreed)
    officer.says("offer edit O-0001 --instruments grant")
    corrects(hold["entry"], quantity="380 EUR")

    assert world.deal_stages() == {"held": 38000}
    assert officer.asks("deal show D-0001")["instrument"] == agreed


@pytest.mark.parametrize("meant", [180, 120])
def test_a_commitment_is_corrected_after_the_rest_of_its_hold_lapsed(
    world: World, officer: Officer, corrects: Correct, meant: int
) -> None:
    world.need("1000 EUR")
    world.offer("1000 EUR")
    world.introduce("400 EUR", on=date(2026, 11, 1), until=date(2026, 11, 21))
    signed = world.commit("150 EUR", on=date(2026, 11, 10), command="deal commit")
    officer.tries("reconcile --only lapse")
    corrects(signed["entry"], quantity=f"{meant} EUR")

    committed = meant * 100
    assert world.deal_stages() == {"committed": committed}
    past = world.stages("need", "N-0001", Times(as_of=date(2026, 11, 22)))
    assert past == {"open": 60000, "held": 40000 - committed, "committed": committed}
    assert failures(world) == []


@pytest.mark.parametrize("days", [0, 2])
@pytest.mark.parametrize(("meant", "signed_later"), [(45, 0), (30, 0), (45, 20), (30, 45)])
def test_a_commitment_is_corrected_before_a_hold_that_came_after_the_lapse(
    world: World, officer: Officer, corrects: Correct, meant: int, signed_later: int, days: int
) -> None:
    world.need("100 EUR")
    world.offer("1000 EUR")
    world.introduce("100 EUR", on=date(2026, 11, 1), until=date(2026, 11, 21))
    signed = world.commit("40 EUR", on=date(2026, 11, 10), command="deal commit")
    officer.tries("reconcile --only lapse")
    later = NOON + timedelta(days=days, minutes=5)
    with time_machine.travel(later, tick=True):
        world.introduce("50 EUR", on=later.date(), until=UNTIL)
        if signed_later:
            world.commit(f"{signed_later} EUR", on=later.date(), command="deal commit")
        before = len(world.entries())
        corrects(signed["entry"], quantity=f"{meant} EUR")

        if meant < 40:  # reversed, committed anew, and the rest of the first hold lapsed
            assert len(world.entries()) == before + 3
        kept = {"held": 5000 - signed_later * 100, "committed": (meant + signed_later) * 100}
        assert world.deal_stages() == kept
        assert failures(world) == []
    past = world.stages("need", "N-0001", Times(as_of=date(2026, 11, 22)))
    assert past == {"held": 10000 - meant * 100, "committed": meant * 100}


def test_the_day_of_a_declaration_is_corrected_with_its_record(metro, officer: Officer) -> None:
    receipt = officer.asks("journal correct 1 --on 2026-01-20 --reason 'a later letter'")

    days = [NEW_YEAR.isoformat(), "2026-01-20"]
    assert receipt["changes"] == {"effective_on": days, "declared_on": days}
    assert receipt["registers"] == [{"kind": "need", "code": "N-0001", "version": 2}]
    assert officer.asks("need show N-0001")["declared_on"] == "2026-01-20"
    assert [one["need"] for one in officer.asks("gaps --as-of 2026-01-19")["rows"]] == []
    (row,) = officer.asks("gaps --as-of 2026-01-20")["rows"]
    assert row["required"] == "1000.00"
    assert metro.stages("need", "N-0001") == {"open": 20000, "delivered": 80000}
    assert failures(metro) == []
    # Earlier is as good, and an undo restores the day with the version before.
    officer.says("journal correct 2 --on 2025-12-01 --reason slip")
    assert metro.record("offer", "O-0001").declared_on == date(2025, 12, 1)
    officer.says("undo --yes --reason 'it was right'")
    assert metro.record("offer", "O-0001").declared_on == NEW_YEAR
    assert failures(metro) == []


def test_no_act_comes_before_a_corrected_declaration(metro, officer: Officer) -> None:
    line = "journal correct 1 --on 2026-02-02 --reason slip"
    words = ("Entry 3", "introduce of 2026-02-01", "need N-0001 on 2026-02-02")
    assert officer.refused(line, 4, *words) == "before-declaration"
    officer.says("journal correct 1 --on 2025-12-01 --reason slip --key letter")
    officer.says("need edit N-0001 --quantity '900 EUR' --on 2025-12-15")
    number = next(one.number for one in metro.entries() if one.total == 900_00)
    words = (f"Entry {number}", "revise of 2025-12-15", "on 2026-01-01")
    line = "undo letter --yes --reason slip"
    assert officer.refused(line, 4, *words) == "before-declaration"


def test_a_corrected_declaration_leaves_no_way_back_to_its_old_day(metro, officer) -> None:
    officer.says("journal correct 1 --on 2026-01-20 --reason slip")
    back = next(one for one in metro.entries() if one.reverses == 1)
    line = f"journal reverse {back.number} --on {NEW_YEAR} --reason slip --yes"
    assert officer.refused(line, 4, "was declared on 2026-01-20") == "before-declaration"


@pytest.fixture
def revised(officer: Officer) -> Officer:
    """A need of 100 since New Year, of 200 since February, of 300 since March: entry 3, 4."""
    officer.world.need("100 EUR")
    officer.world.offer("1000 EUR")
    officer.says("need edit N-0001 --quantity '200 EUR' --on 2026-02-01 --key letter")
    officer.says("need edit N-0001 --quantity '300 EUR' --on 2026-03-01")
    return officer


def totals(officer: Officer, *days: date) -> list[int]:
    return [
        sum(officer.world.stages("need", "N-0001", Times(as_of=day)).values()) // 100
        for day in days
    ]


def test_the_total_of_a_revision_is_corrected_and_later_ones_stay(revised: Officer) -> None:
    receipt = revised.asks("journal correct 3 --quantity '250 EUR' --reason 'misread'")

    assert receipt["changes"] == {"quantity": ["200.00", "250.00"]}
    assert len(receipt["entries"]) == 3
    (note,) = receipt["notes"]
    assert note["code"] == "later-total-kept"
    again, back, kept = revised.world.entries()[-3:]
    assert (again.act, again.effective_on, again.total) == (Act.REVISE, FEBRUARY, 250_00)
    assert (back.effective_on, back.reverses) == (FEBRUARY, 3)
    assert (kept.effective_on, kept.total) == (MARCH, None)
    assert totals(revised, NEW_YEAR, FEBRUARY, MARCH, MAY) == [100, 250, 300, 300]
    assert failures(revised.world) == []
    revised.says("undo --yes --reason 'it was right'")
    assert totals(revised, NEW_YEAR, FEBRUARY, MARCH, MAY) == [100, 200, 300, 300]
    assert failures(revised.world) == []


def test_the_day_of_a_revision_is_corrected(revised: Officer) -> None:
    revised.says("journal correct 3 --on 2026-02-15 --reason slip")
    middle = date(2026, 2, 15)
    assert totals(revised, FEBRUARY, middle, MARCH) == [100, 200, 300]
    # On the day of another total it replaces that one, as a second total of a day does.
    number = revised.world.entries()[-2].number
    revised.says(f"journal correct {number} --on 2026-03-01 --reason slip")
    assert totals(revised, FEBRUARY, middle, MARCH) == [100, 100, 200]
    assert failures(revised.world) == []


def test_a_revision_is_corrected_under_the_deals_that_rest_on_it(revised: Officer) -> None:
    revised.world.introduce("250 EUR", on=APRIL, until=UNTIL)
    words = ("Entry 5", "cannot be posted again", "240.00 EUR")
    line = "journal correct 4 --quantity '240 EUR' --reason slip"
    assert revised.refused(line, 4, *words) == "cannot-post-again"
    revised.says("journal correct 4 --quantity '260 EUR' --reason slip")
    assert totals(revised, FEBRUARY, MARCH, MAY) == [200, 260, 260]
    assert revised.world.stages("need", "N-0001") == {"open": 10_00, "held": 250_00}
    assert failures(revised.world) == []


def test_what_says_no_total_that_counts_is_not_corrected(revised: Officer) -> None:
    revised.says("need edit N-0001 --quantity '150 EUR' --on 2026-01-20")
    said, kept = revised.world.entries()[-2:]
    line = f"journal correct {kept.number} --quantity '9 EUR' --reason slip"
    words = (f"Entry {kept.number} does not say", "entry 3 does")
    assert revised.refused(line, 4, *words) == "cannot-correct"
    revised.says("need edit N-0001 --quantity '160 EUR' --on 2026-01-20")
    line = f"journal correct {said.number} --quantity '9 EUR' --reason slip"
    assert revised.refused(line, 4, "A second total") == "cannot-correct"
    line = "journal correct 3 --on 2026-01-20 --quantity '100 EUR' --reason slip"
    assert revised.tries(line).code == 0


def test_a_revision_to_the_total_that_its_day_has_anyway_is_refused(revised: Officer) -> None:
    line = "journal correct 3 --quantity '100 EUR' --reason slip"
    words = ("the total of 2026-02-01 is 100.00 EUR already", "journal reverse 3")
    assert revised.refused(line, 4, *words) == "cannot-correct"
    assert revised.refused("journal correct 3 --quantity '200 EUR' --reason slip", 4) == (
        "nothing-to-change"
    )
