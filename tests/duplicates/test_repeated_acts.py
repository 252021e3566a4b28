"""The same act on a deal is refused where its reference is the same, and else questioned."""

from __future__ import annotations

import io
import sys

import pytest
from officer import Officer

DELIVER = "deal deliver D-0001 '100 EUR' --on 2026-03-01"


@pytest.fixture
def fund(officer: Officer) -> Officer:
    officer.world.need("1000 EUR")
    officer.world.offer("1000 EUR")
    officer.says("deal introduce O-0001 N-0001 '500 EUR' --commit --on 2026-02-01")
    return officer


def notes(fund: Officer, line: str) -> list[str]:
    return [one["text"] for one in fund.asks(line)["notes"] if one["code"] == "repeated-act"]


def test_the_same_payment_is_refused_unless_again(fund: Officer) -> None:
    fund.says(f"{DELIVER} --reference PAY-1")
    for reference in ("PAY-1", "pay 1", "\u200ePAY-1"):
        told = fund.refused(f"{DELIVER} --reference '{reference}'", 4, "Entry 4", "--again")
        assert told == "duplicate-act"
    assert notes(fund, f"{DELIVER} --reference PAY-1 --again") == []
    assert fund.world.stages("need", "N-0001")["delivered"] == 20_000


@pytest.mark.parametrize(
    "other",
    [
        "deal deliver D-0001 '100 EUR' --on 2026-03-01 --reference PAY-2",
        "deal deliver D-0001 '100 EUR' --on 2026-03-02 --reference PAY-1",
        "deal deliver D-0001 '101 EUR' --on 2026-03-01 --reference PAY-1",
        "deal deliver D-0001 '100 EUR' --on 2026-03-01",
        "deal return D-0001 '100 EUR' --on 2026-03-01 --reference PAY-1",
    ],
)
def test_another_day_amount_reference_or_act_is_another(fund: Officer, other: str) -> None:
    fund.says(f"{DELIVER} --reference PAY-1")
    assert notes(fund, other) == []


def test_a_reversed_act_does_not_count_until_its_reversal_is_reversed(fund: Officer) -> None:
    fund.says(f"{DELIVER} --reference PAY-1")
    fund.says("journal reverse 4 --on 2026-03-01 --reason 'wrong deal'")
    assert notes(fund, f"{DELIVER} --reference PAY-1 --dry-run") == []
    fund.says("journal reverse 5 --on 2026-03-01 --reason 'right after all'")
    assert fund.refused(f"{DELIVER} --reference PAY-1", 4, "Entry 4") == "duplicate-act"


def test_without_a_reference_a_script_gets_a_note(fund: Officer) -> None:
    assert notes(fund, DELIVER) == []
    text = (
        "Entry 4 is this act already: deliver of 100.00 EUR for deal D-0001 on 2026-03-01, "
        "without a reference"
    )
    assert notes(fund, DELIVER) == [text]
    assert notes(fund, f"{DELIVER} --again") == []


def test_a_further_hold_of_a_deal_is_compared_too(fund: Officer) -> None:
    line = "deal introduce O-0001 N-0001 '50 EUR' --until 2027-01-01 --on 2026-03-01 --reference L"
    fund.says(line)
    assert fund.refused(line, 4, "introduce of 50.00 EUR") == "duplicate-act"
    fund.says(f"{line} --again")


def test_a_person_is_asked_without_a_reference(
    fund: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fund.says(DELIVER)
    monkeypatch.setattr("cli.framework.terminal.is_terminal", lambda _stream: True)
    monkeypatch.setattr(sys, "stdin", io.StringIO("no\n"))
    with fund.world.unchanged():
        assert fund.tries(DELIVER).code == 130
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    asked = fund.tries(DELIVER)
    assert (asked.code, "Record it all the same? [y/N]" in asked.err) == (0, True)
    assert fund.world.stages("need", "N-0001")["delivered"] == 20_000
