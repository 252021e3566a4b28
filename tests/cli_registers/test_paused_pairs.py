"""A declined pair, or one released with a reason, is not proposed for twelve months."""

from __future__ import annotations

import time_machine
from officer import Officer


def proposed(officer: Officer, more: str = "") -> set[tuple[str, str]]:
    lines = officer.asks(f"match --factor money --time-limit 0 {more}")["lines"]
    return {(line["offer"], line["need"]) for line in lines}


def decline(officer: Officer, day: str = "2026-11-20") -> None:
    officer.says(f"approach add N-0001 EDB --on {day}")
    officer.says(f"approach reply AP-0001 declined --reason ticket --on {day}")


def test_a_declined_pair_stays_out_of_proposals_for_twelve_months(fund: Officer) -> None:
    assert proposed(fund) == {("O-0001", "N-0001")}
    decline(fund)
    assert proposed(fund) == set()
    assert proposed(fund, "--again") == {("O-0001", "N-0001")}
    assert proposed(fund, "--as-of 2026-11-19") == {("O-0001", "N-0001")}
    with time_machine.travel("2027-11-20T12:00:00Z", tick=False):
        assert proposed(fund) == {("O-0001", "N-0001")}
    with time_machine.travel("2027-11-19T12:00:00Z", tick=False):
        assert proposed(fund) == set()


def test_an_explanation_says_why_and_until_when(fund: Officer) -> None:
    decline(fund)
    answer = fund.asks("match explain N-0001 --time-limit 0")
    assert "not proposed before 2027-11-20" in str(answer)
    assert "declined" in fund.says("match explain N-0001 --time-limit 0")


def test_another_offer_of_the_same_mandate_is_still_proposed(fund: Officer) -> None:
    decline(fund)
    fund.says("offer add MBL money '50M EUR' --sectors transport --on 2026-01-10 --code O-MBL")
    assert proposed(fund) == {("O-MBL", "N-0001")}


def test_a_later_interest_brings_the_pair_back(fund: Officer) -> None:
    decline(fund, "2026-11-10")
    fund.says("approach add N-0001 EDB --on 2026-11-21")
    assert proposed(fund) == {("O-0001", "N-0001")}


def test_a_release_with_a_reason_keeps_the_pair_out_unless_something_is_left(
    fund: Officer,
) -> None:
    fund.says("deal introduce O-0001 N-0001 '2M EUR' --until 2027-01-01")
    fund.says("deal release D-0001 '1M EUR' --reason 'terms not met'")
    assert proposed(fund) == {("O-0001", "N-0001")}
    fund.says("deal release D-0001 --reason 'terms not met' --yes --key last")
    assert proposed(fund) == set()
    assert "terms not met" in fund.says("match explain N-0001 --time-limit 0")
    fund.says("undo last --reason slip --yes")
    assert proposed(fund) == {("O-0001", "N-0001")}


def test_a_release_without_a_reason_keeps_nothing_out(fund: Officer) -> None:
    fund.says("deal introduce O-0001 N-0001 '2M EUR' --until 2027-01-01")
    fund.says("deal release D-0001 --yes")
    assert proposed(fund) == {("O-0001", "N-0001")}
