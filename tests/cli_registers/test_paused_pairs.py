"""A declined pair, or one released with a reason, is not proposed for a time: twelve months,
or until the day that was given."""

from __future__ import annotations

from pathlib import Path

import pytest
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


def test_a_proposal_and_the_explanation_of_a_project_say_it_too(fund: Officer) -> None:
    decline(fund)
    text = "O-0001: declined on 2026-11-20 for ticket, by AP-0001; not proposed before 2027-11-20"
    match = "match --factor money --time-limit 0"
    assert [one["why"] for one in fund.asks(match)["open"] if one["need"] == "N-0001"] == [text]
    assert text in " ".join(fund.says(match).split())
    assert text in " ".join(fund.says("match explain PRJ-0001 --time-limit 0").split())


def test_again_is_for_one_proposal_stored_or_not(fund: Officer) -> None:
    decline(fund)
    (stored,) = fund.asks("match --factor money --time-limit 0 --again --save")["lines"]
    assert (stored["offer"], stored["need"]) == ("O-0001", "N-0001")
    assert proposed(fund) == set()
    dropped = fund.asks("match --factor money --time-limit 0")["dropped"]
    assert "not proposed before 2027-11-20" in str(dropped)
    assert "not proposed before 2027-11-20" in fund.says("match explain N-0001 --time-limit 0")
    assert proposed(fund, "--again") == {("O-0001", "N-0001")}


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


def on(day: str) -> time_machine.travel:
    return time_machine.travel(f"{day}T12:00:00Z", tick=False)


@pytest.mark.parametrize("day", ["2027-01-31", "2028-06-30"])
def test_a_decline_keeps_the_pair_out_until_the_day_given(fund: Officer, day: str) -> None:
    fund.says("approach add N-0001 EDB --on 2026-11-20")
    fund.says(f"approach reply AP-0001 declined --reason ticket --on 2026-11-20 --not-before {day}")
    assert proposed(fund) == set()
    assert f"not proposed before {day}" in fund.says("match explain N-0001 --time-limit 0")
    assert fund.asks("approach show AP-0001")["not_before"] == day
    before = f"{day[:-2]}{int(day[-2:]) - 1}"
    with on(before):
        assert proposed(fund) == set()
        assert proposed(fund, "--again") == {("O-0001", "N-0001")}
    with on(day):
        assert proposed(fund) == {("O-0001", "N-0001")}


def test_the_day_of_a_decline_is_corrected_by_an_edit(fund: Officer) -> None:
    decline(fund)
    with on("2026-12-01"):
        fund.says("approach edit AP-0001 --not-before 2026-11-25")
        assert proposed(fund) == {("O-0001", "N-0001")}
        fund.says("approach edit AP-0001 --not-before ''")
        assert proposed(fund) == set()


def test_a_day_without_a_decline_or_before_it_is_refused(fund: Officer) -> None:
    fund.says("approach add N-0001 EDB --on 2026-11-20")
    fund.refused(
        "approach reply AP-0001 interested --on 2026-11-21 --not-before 2027-01-01", 3,
        "Only a declined pair stays out of proposals.",
    )  # fmt: skip
    fund.refused(
        "approach reply AP-0001 declined --reason price --on 2026-11-21 --not-before 2026-11-20", 3
    )


@pytest.mark.parametrize("day", ["2027-01-31", "2028-06-30"])
def test_a_release_keeps_the_pair_out_until_the_day_given(fund: Officer, day: str) -> None:
    fund.says("deal introduce O-0001 N-0001 '2M EUR' --until 2027-01-01")
    fund.says(f"deal release D-0001 --reason 'terms not met' --not-before {day} --yes")
    assert proposed(fund) == set()
    assert f"not proposed before {day}" in fund.says("match explain N-0001 --time-limit 0")
    with on(day):
        assert proposed(fund) == {("O-0001", "N-0001")}
        fund.says("deal edit D-0001 --not-before 2029-01-01 --clock-is-right")
        assert proposed(fund) == set()


def test_a_later_release_without_a_day_is_for_twelve_months_again(fund: Officer) -> None:
    for more in ("--not-before 2026-12-01", ""):
        fund.says("deal introduce O-0001 N-0001 '2M EUR' --until 2027-01-01")
        fund.says(f"deal release D-0001 --reason 'terms not met' {more} --yes")
    with on("2026-12-02"):
        assert proposed(fund) == set()


def test_the_undoing_of_a_release_takes_its_day_back(fund: Officer) -> None:
    fund.says("deal introduce O-0001 N-0001 '2M EUR' --until 2027-01-01")
    fund.says("deal release D-0001 --reason slip --not-before 2028-01-01 --yes --key slip")
    fund.says("undo slip --reason slip --yes")
    assert fund.asks("deal show D-0001")["not_before"] is None


@pytest.mark.parametrize(
    "more", ["--not-before 2028-01-01", "--reason slip --not-before 2026-11-01"]
)
def test_a_release_that_pauses_nothing_is_refused(fund: Officer, more: str) -> None:
    fund.says("deal introduce O-0001 N-0001 '2M EUR' --until 2027-01-01")
    assert fund.refused(f"deal release D-0001 --yes {more}", 4) == "no-pause"
    assert fund.refused("deal edit D-0001 --not-before 2028-01-01", 4) == "no-pause"


def test_days_go_out_and_in_again(fund: Officer, tmp_path: Path) -> None:
    fund.says("approach add N-0001 EDB --on 2026-11-20")
    fund.says(
        "approach reply AP-0001 declined --reason ticket --on 2026-11-20 --not-before 2027-06-01"
    )
    fund.says("deal introduce O-0001 N-0001 '2M EUR' --until 2027-01-01")
    fund.says("deal release D-0001 --reason 'terms not met' --not-before 2027-05-01 --yes")
    folder = tmp_path / "out"
    fund.says(f"export {folder}")
    assert "2027-05-01" in (folder / "deals.csv").read_text()
    other = ["--db", f"sqlite:///{tmp_path / 'other.db'}"]
    fund.says("init", *other)
    fund.says(f"import {folder} --yes", *other)
    assert fund.asks("approach show AP-0001", *other)["not_before"] == "2027-06-01"
    assert fund.asks("deal show D-0001", *other)["not_before"] == "2027-05-01"


def test_a_row_with_a_day_that_pauses_nothing_is_refused(fund: Officer, tmp_path: Path) -> None:
    table = tmp_path / "deals.csv"
    table.write_text(
        "code,offer,need,act,quantity,unit,effective_on,held_until,not_before\n"
        "D-0009,O-0001,N-0001,introduced,1000,EUR,2026-11-20,2027-01-01,2028-01-01\n"
    )
    fund.refused(f"import {table} --yes", 3)
