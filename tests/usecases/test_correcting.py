"""One command corrects an entry: what depends on it is reversed and posted again around it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from officer import Officer
from world import NEW_YEAR, World

from ledger.journal.entries import Act
from ledger.store.journal.balances import Times
from ledger.usecases.check import run_checks
from ledger.usecases.deals.acts import NothingToChange
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


@pytest.fixture
def metro(world: World) -> World:
    """Held (3), committed (4) and delivered (5): 800 EUR in all three, of 1,000."""
    world.need("1000 EUR")
    world.offer("1000 EUR")
    world.introduce("800 EUR", on=FEBRUARY, until=UNTIL, reference="Letter 1")
    world.commit("800 EUR", on=MARCH, reference="Letter 2")
    world.deliver("800 EUR", on=APRIL, reference="PAY-1")
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
    with metro.refuses(CannotCorrect, "declaration"):
        corrects(1, on=FEBRUARY)
    metro.reverse(5)
    with metro.refuses(AlreadyReversed):
        corrects(5, quantity="1 EUR")
    with metro.refuses(CannotCorrect, "reversal"):
        corrects(6, quantity="1 EUR")
    metro.revise("need", "N-0001", "1500 EUR")
    with metro.refuses(CannotCorrect, "revision"):
        corrects(7, quantity="1 EUR")


def test_an_entry_is_corrected_from_the_command_line(metro, officer: Officer) -> None:
    receipt = officer.asks(
        "journal correct 5 --on 2026-05-01 --quantity '750 EUR' --reason 'the bank s list'"
    )

    assert (receipt["need"]["delivered"], receipt["need"]["committed"]) == ("750.00", "50.00")
    refused = officer.refused("journal correct 1 --on 2026-05-01 --reason slip", 4, "declaration")
    assert refused == "cannot-correct"
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
