"""Lines of nothing, lines dated ahead, cancelled payments, and references in other letters."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from beginnings import beginning
from nights import put
from statement_office import StatementOffice, furnish_with_need
from world import NOON

POSTING = ("--post-deliveries", "--sender", "BANK=*")


banked_once, ledger_url, banked = beginning("banked", furnish_with_need)


@pytest.fixture
def office(banked, tmp_path):
    return StatementOffice(banked, tmp_path)


def figures(night):
    return night["steps"][0]["figures"]


def delivered(office):
    (row,) = office.officer.asks("deal list")["rows"]
    return row["delivered"]


PAYMENT = "2026-11,1,2026-11-10,delivery,D-0001,,,1000,EUR,PAY-1"
CANCELLED = "2026-11,2,2026-11-12,delivery,D-0001,,,-1000,EUR,"


# Lines of nothing, and lines dated ahead


@pytest.mark.parametrize("nothing", ["0.00", "0", "-0.00", "(0.00)", "0,00", "۰"])
def test_a_line_of_nothing_does_not_bar_the_others(office, nothing):
    office.delivers("D-0001", "1000 EUR", "2026-11-10", "PAY-1")
    office.sends("a.csv", f'2026-11,0,2026-11-10,delivery,D-0001,,,"{nothing}",EUR,FEE', PAYMENT)

    night = office.night()

    assert (figures(night)["confirmed"], figures(night)["lines"], night["findings"]) == (1, 1, [])
    assert "Left out, amount zero: a.csv, line 2." in night["steps"][0]["lines"]


def test_a_file_of_nothing_else_is_no_bad_file_and_is_read_once(office):
    office.sends("a.csv", "2026-11,0,2026-11-10,delivery,D-0001,,,0.00,EUR,")

    first, second = office.night(), office.night()

    assert (first["findings"], second["findings"]) == ([], [])
    assert (figures(first)["files_read"], figures(first)["files_skipped"]) == (1, 0)
    assert (figures(second)["files_read"], figures(second)["files_skipped"]) == (0, 1)
    assert first["steps"][0]["lines"] == ["Left out, amount zero: a.csv, line 2."]
    assert (second["steps"][0]["lines"], second["changed"]) == ([], False)
    assert all(one["ok"] for one in office.officer.asks("check")["checks"])


def test_a_provider_that_reports_nothing_but_zero_is_not_silent(office):
    office.sends("a.csv", "2026-11,0,2026-11-10,delivery,D-0001,,,0.00,EUR,")

    assert office.night("--silent-days", "30")["findings"] == []


def test_a_line_of_zero_of_an_unknown_provider_is_a_bad_file(office):
    row = "NOBODY,2026-11,0,2026-11-10,delivery,D-0001,,,0.00,EUR,"
    put(office.inbox, "a.csv", row)

    (found,) = office.night()["findings"]

    assert (found["kind"], "NOBODY" in found["said"]) == ("bad-file", True)


def test_a_line_dated_ahead_is_compared_when_its_day_has_come(office):
    office.delivers("D-0001", "1000 EUR", "2026-11-10", "PAY-1")
    ahead = "2026-11,2,2026-11-25,delivery,D-0001,,,70,EUR,PAY-2"
    office.sends("a.csv", PAYMENT, ahead)

    night = office.night()
    assert (figures(night)["confirmed"], night["findings"]) == (1, [])
    assert "line 2 on 2026-11-25" in " ".join(night["steps"][0]["lines"])

    with time_machine.travel(NOON + timedelta(days=2), tick=True):
        (found,) = office.night()["findings"]
        assert (found["kind"], found["theirs"]) == ("unknown-here", "70.00 EUR")


def test_a_line_dated_ahead_is_not_posted_before_its_day(office):
    office.sends("a.csv", "2026-11,2,2026-11-25,delivery,D-0001,,,70,EUR,PAY-2")
    office.night(*POSTING)
    assert delivered(office) == "0.00"

    with time_machine.travel(NOON + timedelta(days=2), tick=True):
        assert office.night(*POSTING)["findings"] == []
        assert delivered(office) == "70.00"


# A payment and its cancellation


@pytest.mark.parametrize("reference", ["", "PAY-1", "STORNO"])
def test_a_payment_and_its_cancellation_are_posted_together(office, reference):
    office.sends("a.csv", PAYMENT, f"{CANCELLED}{reference}")

    night = office.night(*POSTING)

    assert (night["findings"], figures(night)["confirmed"]) == ([], 2)
    assert figures(night)["deliveries_posted"] == 2
    assert delivered(office) == "0.00"
    assert figures(office.night(*POSTING))["deliveries_posted"] == 0


def test_a_cancellation_without_a_deal_is_known_by_its_reference(office):
    office.sends("a.csv", PAYMENT, CANCELLED.replace("D-0001", "") + "PAY-1")

    assert office.night(*POSTING)["findings"] == []
    assert delivered(office) == "0.00"


def test_a_payment_that_cannot_be_posted_leaves_its_cancellation(office):
    office.sends("a.csv", PAYMENT.replace("1000", "6000"), CANCELLED.replace("1000", "6000"))

    night = office.night(*POSTING)

    assert [one["kind"] for one in night["findings"]] == ["unknown-here"] * 2
    assert delivered(office) == "0.00"


def test_a_cancellation_of_a_later_file_is_posted_after_its_payment(office):
    office.sends("a.csv", PAYMENT)
    office.night(*POSTING)
    assert delivered(office) == "1000.00"

    office.sends("b.csv", CANCELLED + "PAY-1")
    assert office.night(*POSTING)["findings"] == []
    assert delivered(office) == "0.00"


def test_no_other_payment_is_returned_for_a_cancelled_one(office):
    office.delivers("D-0001", "1000 EUR", "2026-10-01", "PAY-0")
    office.sends("a.csv", PAYMENT, CANCELLED)

    rows = {row["theirs"]: row["command"] for row in office.findings()}

    assert rows["1000.00 EUR"].startswith("cityfund deal deliver D-0001 '1000.00 EUR'")
    assert rows["-1000.00 EUR"].startswith("cityfund finding resolve")


# References


@pytest.mark.parametrize(
    "reference", ["\u200ePAY-1", "pay-1", "PAY\u200b-1", "ＰＡＹ-1", "PAY 1", "\ufeffPay_1"]
)
def test_a_reference_is_the_same_in_other_letters_and_with_unseen_marks(office, reference):
    office.delivers("D-0001", "1000 EUR", "2026-11-20", "PAY-1")
    office.sends("a.csv", f"2026-11,1,2026-11-10,delivery,,,,1000,EUR,{reference}")

    (found,) = office.findings()

    assert (found["kind"], found["difference"], found["deal"]) == (
        *("date-differs", "-10 days"),
        "D-0001",
    )


def test_a_reference_of_another_provider_is_known_in_other_letters(office):
    office.says("provider add 'Beta Bank' --code BETA --kind bank")
    office.says("offer add BETA money '9000 EUR' --code O2 --on 2026-01-01")
    office.says("need add P1 money '9000 EUR' --code N2 --on 2026-01-01")
    office.says("deal introduce O2 N2 '9000 EUR' --commit --on 2026-02-01")
    office.delivers("D-0002", "70 EUR", "2026-11-10", "Beta-7")
    office.sends("a.csv", "2026-11,1,2026-11-10,delivery,,,,70,EUR,BETA 7")

    (found,) = office.findings()

    assert (found["kind"], found["deal"]) == ("wrong-party", "D-0002")
