"""One command takes the last request back: its entries, and the terms it edited."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from officer import Officer
from world import World

from ledger.journal.entries import Act
from ledger.store.journal.balances import Times
from ledger.usecases.check import run_checks

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
UNDO = "undo --yes --reason slip"


def failures(world: World) -> list[str]:
    return [told for result in run_checks(world.ledger) for told in result.failures]


def codes(receipt: dict[str, Any]) -> list[str]:
    return [note["code"] for note in receipt["notes"]]


@pytest.fixture
def metro(officer: Officer) -> World:
    """A deal that Sara has committed in March."""
    officer.world.need("1000 EUR")
    officer.world.offer("1000 EUR")
    officer.says("deal introduce O-0001 N-0001 '500 EUR' --commit --on 2026-03-01")
    return officer.world


def test_the_last_request_of_the_actor_is_taken_back(metro, officer):
    officer.says("deal deliver D-0001 '200 EUR' --on 2026-04-01 --reference PAY-1")
    metro.deliver("100 EUR", on=APRIL)
    receipt = officer.asks(UNDO)

    back = metro.entries()[-1]
    assert (back.act, back.effective_on, back.reverses) == (Act.REVERSE, APRIL, 4)
    assert receipt["entries"] == [back.number]
    assert "undone" in codes(receipt)
    assert metro.deal_stages() == {"committed": 40000, "delivered": 10000}
    assert metro.stages("need", "N-0001", Times(as_of=APRIL))["delivered"] == 10000
    assert failures(metro) == []


def test_what_is_undone_is_said_in_the_unit_of_the_need(officer):
    officer.world.need("1000 EUR")
    officer.world.offer("2000 USD")
    officer.says("deal introduce O-0001 N-0001 '500 EUR' --commit --rate 1.5 --on 2026-03-01")
    for act in ("commit", "reverse"):
        said = officer.says(UNDO)
        assert f": {act} 500.00 EUR, deal D-0001, 2026-03-01 → reversed" in said


def test_undoing_an_undo_restores(metro, officer):
    officer.says("deal deliver D-0001 '200 EUR' --on 2026-04-01")
    officer.says(UNDO)
    assert metro.deal_stages() == {"committed": 50000}
    officer.says(UNDO)
    assert metro.deal_stages() == {"committed": 30000, "delivered": 20000}
    officer.says(UNDO)

    assert metro.deal_stages() == {"committed": 50000}
    assert failures(metro) == []


def test_terms_that_were_edited_return_by_a_new_version(metro, officer):
    officer.says("provider edit BANK --name 'Bnk of Mashhad'")
    officer.says(UNDO)

    assert metro.record("provider", "BANK").name == "Bank"
    officer.says("offer edit O-0001 --valid-until 2027-06-30")
    officer.says("offer withdraw O-0001 --yes")
    assert metro.record("offer", "O-0001").withdrawn
    officer.says(UNDO)
    assert not metro.record("offer", "O-0001").withdrawn
    assert metro.record("offer", "O-0001").valid_until == date(2027, 6, 30)
    assert metro.stages("offer", "O-0001") == {"available": 50000, "committed": 50000}
    assert failures(metro) == []


def test_a_request_is_named_by_its_key(metro, officer):
    officer.says("deal deliver D-0001 '200 EUR' --on 2026-04-01 --key letter-9")
    officer.says("deal deliver D-0001 '100 EUR' --on 2026-04-01")
    officer.says("undo letter-9 --yes --reason slip")

    assert metro.deal_stages() == {"committed": 40000, "delivered": 10000}
    assert officer.refused(f"undo letter-8 {UNDO[5:]}", 5, "letter-8") == "nothing-to-undo"
    refused = officer.refused(f"undo letter-9 {UNDO[5:]}", 4, "was reversed by entry")
    assert refused == "cannot-undo"


def test_what_something_later_rests_on_is_not_taken_back(metro, officer):
    metro.deliver("500 EUR", on=APRIL)
    assert officer.refused(UNDO, 4, "Entry 3", "committed") == "cannot-reverse"
    officer.says("provider edit BANK --name 'Bnk of Mashhad' --key first")
    officer.says("provider edit BANK --name 'Bank of Mashhad'")
    assert officer.refused(f"undo first {UNDO[5:]}", 4, "edited again") == "cannot-undo"


def test_what_is_undone_by_its_own_command_is_not_taken_back(metro, officer):
    officer.says("unit add tree --decimals 0")
    assert officer.refused(UNDO, 4, "unit") == "cannot-undo"
    assert officer.refused("undo --yes --reason slip --actor nobody", 5) == "nothing-to-undo"
    officer.says("match --save --key night-1")
    assert officer.refused(f"undo night-1 {UNDO[5:]}", 4, "proposals") == "cannot-undo"


def test_in_a_script_it_needs_yes_and_always_a_reason(metro, officer):
    assert officer.refused("undo --reason slip", 2) == "needs-yes"
    assert officer.refused("undo --yes", 2) == "reason-missing"
