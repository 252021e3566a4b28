"""Rates are applied as quoted: by exact multiplication or division, never by a rounded inverse."""

from __future__ import annotations

import csv
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from beginnings import beginning
from ledgers import Ledgers
from officer import Heard, Officer
from world import World


def furnish_fund(officer: Officer) -> None:
    """Record a project in need of rials, an offer in euros, and the rate of both."""
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("provider add 'Alpha Bank' --code BANK --kind bank")
    officer.says("project add Metro --city MHD --sector transport.urban --code P1")
    officer.says("rates add EUR IRR 1100000 --on 2026-11-01 --source trial")
    officer.says("need add P1 money '900tn IRR' --code N1 --on 2026-11-01")
    officer.says("offer add BANK money '1bn EUR' --code O1 --on 2026-11-01")


fund_once, ledger_url, fund = beginning("fund", furnish_fund)


def exported_acts(officer: Officer, folder: Path) -> list[dict[str, str]]:
    officer.says(f"export {folder}")
    with (folder / "deals.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_gap_in_a_weak_currency_loses_nothing_in_the_base_currency(fund: Officer) -> None:
    (row,) = fund.asks("gaps")["rows"]
    assert (row["gap_base"], row["rate_date"]) == ("818181818.18", "2026-11-01")


def test_a_metro_line_in_a_weak_currency_can_be_recorded(fund: Officer) -> None:
    fund.says("need add P1 money '2000tn IRR' --code N2 --on 2026-11-01")
    rows = {row["need"]: row for row in fund.asks("gaps")["rows"]}
    assert (rows["N2"]["gap"], rows["N2"]["gap_base"]) == ("2000000000000000.00", "1818181818.18")


def test_a_deal_keeps_its_rate_as_a_fraction(fund: Officer) -> None:
    hold = "deal introduce O1 N1 '11000000 IRR' --until 2027-01-31"
    first, again = fund.asks(hold), fund.asks(hold)
    assert (first["deal"], first["offer"]["held"]) == ("D-0001", "10.00")
    assert (again["deal"], again["offer"]["held"]) == ("D-0001", "20.00")
    deal = fund.asks("deal show D-0001")
    assert (deal["rate"], deal["rate_exact"]) == ("0.000000909090909091", "1/1100000")
    fund.says("check")


def test_a_rounded_decimal_is_another_rate_than_the_fraction(fund: Officer) -> None:
    hold = "deal introduce O1 N1 '11000000 IRR' --until 2027-01-31"
    fund.says(hold)
    assert fund.asks(f"{hold} --rate 0.000000909091")["deal"] == "D-0002"


def test_a_proposal_says_the_exact_rate_of_its_lines_and_is_taken_up_at_it(fund: Officer) -> None:
    (line,) = fund.asks("match --save")["lines"]
    assert (line["rate"], line["rate_exact"]) == ("0.000000909090909091", "1/1100000")
    assert line["offer_quantity"] == "818181818.19"
    fund.says("match accept --until 2027-01-31")
    assert fund.asks("deal show D-0001")["rate_exact"] == "1/1100000"
    fund.says("check")


def test_an_export_carries_the_exact_rate_to_another_ledger(
    fund: Officer, ledgers: Ledgers, capsys: Heard, tmp_path: Path
) -> None:
    fund.says("deal introduce O1 N1 '11000001 IRR' --until 2027-01-31")
    fund.says("deal introduce O1 N1 '11000001 IRR' --until 2027-01-31")
    rows = exported_acts(fund, tmp_path / "out")
    assert {(row["rate"], row["rate_exact"]) for row in rows} == {
        ("0.000000909090909091", "1/1100000")
    }
    other = Officer(World(ledgers.new()), capsys)
    other.says(f"import {tmp_path / 'out'} --yes")
    assert exported_acts(other, tmp_path / "again") == rows
    for command in ("deal show D-0001", "gaps"):
        assert other.asks(command) | {"acts": []} == fund.asks(command) | {"acts": []}


@pytest.mark.parametrize("recorded", ["0.9123456789012345", "0.000000909090909091", "1.10"])
def test_a_deal_recorded_with_more_decimals_keeps_them_as_exact(
    fund: Officer, ledgers: Ledgers, capsys: Heard, tmp_path: Path, recorded: str
) -> None:
    """Deals had up to eighteen places before typed rates were limited to twelve."""
    fund.world.introduce("11000001 IRR", "O1", "N1", rate=Decimal(recorded))
    (row,) = exported_acts(fund, tmp_path / "out")
    assert len(row["rate"].lstrip("0.").replace(".", "")) <= 12
    assert Fraction(row["rate_exact"]) == Fraction(recorded)
    other = Officer(World(ledgers.new()), capsys)
    other.says(f"import {tmp_path / 'out'} --yes")
    assert other.world.record("deal", "D-0001").exact_rate == Fraction(recorded)
    assert exported_acts(other, tmp_path / "again") == [row]
    assert "has all rows already" in other.says(f"import {tmp_path / 'out'} --yes")


@pytest.mark.parametrize(
    ("rate", "exact", "problem"),
    [
        ("0.92", "23/25", None),
        ("", "200/217", None),
        ("0.921658986175", "200/217", None),
        ("0.92", "200/217", "rates-differ"),
        ("0.9216589861", "200/217", "rates-differ"),
        ("", "0/7", "bad-number"),
        ("", "1.5/7", "bad-number"),
        ("", "-1/7", "bad-number"),
    ],
)
def test_an_exact_rate_wins_over_a_decimal_that_agrees(
    fund: Officer, tmp_path: Path, rate: str, exact: str, problem: str | None
) -> None:
    (tmp_path / "deals.csv").write_text(
        "code,offer,need,act,quantity,unit,effective_on,held_until,rate,rate_exact\n"
        f"D-7,O1,N1,introduced,1000,IRR,2026-11-02,2027-01-31,{rate},{exact}\n"
    )
    line = f"import {tmp_path}/deals.csv --yes"
    if problem is None:
        fund.says(line)
        assert fund.world.record("deal", "D-7").exact_rate == Fraction(exact)
        assert fund.asks("deal show D-7")["rate_exact"] == exact
    else:
        assert fund.refused(line, 3) == "import-refused"
        answer = fund.tries(f"{line} --json")
        assert problem in answer.out + answer.err


def test_currencies_that_joined_the_euro_convert_at_their_fixed_rate(fund: Officer) -> None:
    fund.says("rates add EUR HRK 7.5365 --on 2022-12-30")
    fund.says("rates add EUR BGN 1.9558 --on 2025-12-31")
    fund.says("need add P1 money '1bn BGN' --code N2 --on 2026-11-01")
    fund.says("need add P1 money '1bn HRK' --code N3 --on 2026-11-01")
    rows = [row for row in fund.asks("gaps")["rows"] if row["unit"] in {"BGN", "HRK"}]
    assert [(row["gap_base"], row["rate_date"]) for row in rows] == [
        ("511291881.20", "2026-01-01"),
        ("132722808.41", "2023-01-01"),
    ]


def test_an_imported_quote_of_a_joined_currency_is_refused(fund: Officer, tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text(
        "date,base,quote,rate\n2025-12-31,EUR,BGN,1.9558\n2026-01-01,EUR,BGN,1.9558\n"
    )
    answer = fund.tries(f"import {tmp_path}/rates.csv --yes")
    assert answer.code == 3
    assert "rates.csv:3 date" in answer.err
    assert "1.95583" in answer.err


def test_a_report_names_a_rate_that_rests_on_an_old_quote(
    fund: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Today is 23 November; the quote is 22 days old, the fixed rate of the lev never is."""
    fund.says("need add P1 money '1bn BGN' --code N2 --on 2026-11-01")
    reports = ("gaps", "gaps --by unit", "match", "rates show IRR EUR")
    assert not any("days old" in fund.tries(report).err for report in reports)
    assert fund.asks("gaps")["old_rates"] == []
    monkeypatch.setenv("CITYFUND_RATE_DAYS", "21")
    for report in reports:
        told = fund.tries(report).err
        assert "the rate of 2026-11-01, 22 days old" in told, report
        assert "BGN in EUR is" not in told, report
    old = {"base": "IRR", "quote": "EUR", "day": "2026-11-01", "age_days": 22}
    assert fund.asks("gaps")["old_rates"] == [old]
    assert fund.asks("match")["old_rates"] == [old]
    monkeypatch.setenv("CITYFUND_RATE_DAYS", "a month")
    assert fund.refused("gaps", 3, "a month") == "invalid-config"
