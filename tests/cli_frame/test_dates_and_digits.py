"""Jalali dates and the digits of Persian and Arabic, wherever an officer types one."""

from __future__ import annotations

from pathlib import Path

from beginnings import beginning
from officer import Officer


def furnish_fund(officer: Officer) -> None:
    """Record a city, a bank, a project, a need and an offer."""
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("provider add 'Alpha Bank' --code BANK --kind bank")
    officer.says("project add Metro --city MHD --sector transport.urban --code P-12")
    officer.says("need add P-12 money '€40M' --code N-7 --on 2026-11-01")
    officer.says("offer add BANK money '۴۰ میلیون یورو' --code O-7 --on ۱۴۰۵/۸/۱۰")


fund_once, ledger_url, fund = beginning("fund", furnish_fund)


def test_a_jalali_day_is_converted_and_said_back(fund: Officer) -> None:
    line = "deal introduce O-7 N-7 '1M €' --on 1405-08-15 --until ۱۴۰۶/۰۱/۰۱"
    told = fund.tries(line)
    assert told.code == 0
    assert "1405-08-15 is 2026-11-06 in the Gregorian calendar." in told.err
    assert "is 2027-03-21 in the Gregorian calendar." in told.err
    deal = fund.asks("deal show D-0001")
    assert (deal["acts"][0]["effective_on"], deal["held_until"]) == ("2026-11-06", "2027-03-21")
    assert fund.asks("offer show O-7")["declared_on"] == "2026-11-01"


def test_a_day_that_the_jalali_calendar_has_not_is_refused(fund: Officer) -> None:
    line = "need edit N-7 --needed-by 1404-12-30"
    assert fund.refused(line, 3, "There is no date 1404-12-30") == "invalid-date"


def test_an_import_converts_jalali_dates_and_says_them_back(fund: Officer, tmp_path: Path) -> None:
    (tmp_path / "needs.csv").write_text(
        "code,project,factor,quantity,unit,declared_on,needed_by\n"
        "N-8,P-12,money,۵۰۰۰۰۰۰,EUR,1405-08-10,۱۴۰۶/۱/۱\n"
    )
    told = fund.tries(f"import {tmp_path}/needs.csv --yes")
    assert told.code == 0
    assert "1405-08-10 is 2026-11-01, ۱۴۰۶/۱/۱ is 2027-03-21" in told.err
    need = fund.asks("need show N-8")
    assert (need["declared_on"], need["needed_by"]) == ("2026-11-01", "2027-03-21")
    assert need["quantity"] == "5000000.00"


def test_a_jalali_year_alone_is_no_gregorian_one(fund: Officer, tmp_path: Path) -> None:
    line = "city edit MHD --member-since"
    assert fund.refused(f"{line} 1373", 3, "two Gregorian years") == "bad-terms"
    fund.says(f"{line} ۱۳۷۳/۰۲/۱۱")
    assert fund.asks("city show MHD")["member_since"] == "1994-05-01"
    fund.says(f"{line} ۱۹۹۴")
    assert fund.asks("city show MHD")["member_since"] == "1994"


def test_codes_are_found_by_any_digits(fund: Officer) -> None:
    assert fund.asks("need show N-۷")["code"] == "N-7"
    fund.says("deal introduce O-٧ N-۷ '۱ میلیون یورو' --until 2027-01-01")
    assert fund.asks("deal show D-۰۰۰۱")["held"] == "1000000.00"
    assert fund.asks("journal show ۱")["entry"] == 1
    refusal = fund.refused("project add Other --city MHD --sector energy --code P-۱۲", 4, "P-12")
    assert refusal == "already-there"


def test_a_code_typed_in_persian_digits_is_found_by_latin_ones(fund: Officer) -> None:
    fund.says("project add Bridge --city MHD --sector energy --code پل-۳")
    assert fund.asks("project show پل-3")["code"] == "پل-۳"
    fund.says("check")
