"""The shipped rule `city-budget`: requests above and below approvals, from several sources."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from officer import Officer
from posted_amounts import exported, posted, required

from ledger.interchange.mapping.loading import shipped_rules

pytestmark = pytest.mark.only_on("sqlite")
"""What a file holds is read before a ledger is opened, whichever engine keeps it."""

RULE = "--rules city-budget --yes"
BUDGET = """\
Project ID,Project Name,City,Country,Funding Source,Request,Approved,Spent,Fiscal Year,Currency
A1,Tram depot,Évora,Portugal,Municipal bonds,"1,200,000","1,000,000","400,000",2025,EUR
A1,Tram depot,Évora,Portugal,State grant,500000,"€750,000.50",-,2025,EUR
A2,Park,Évora,Portugal,,100,-,,2025,EUR
Total,,,,,"1,700,100","1,750,000.50","400,000",,
"""


def written(path: Path) -> Path:
    path.write_text(BUDGET, encoding="utf-8")
    return path


def test_each_line_is_a_need_and_an_approval_is_committed(officer: Officer, tmp_path: Path) -> None:
    path = written(tmp_path / "budget.csv")
    done = officer.tries(f"import {path} {RULE}")
    assert (done.code, "4 rows: 3 used, 1 left out" in done.err) == (0, True), done.err
    out = tmp_path / "out"
    assert required(officer, out) == {("required", "EUR"): Decimal("1950100.50")}
    assert posted(officer, out) == {
        ("committed", "EUR"): Decimal("1750000.50"),
        ("delivered", "EUR"): Decimal(400000),
    }
    assert {row["code"] for row in exported(officer, out, "projects")} == {"EVORA-A1", "EVORA-A2"}
    assert "Nothing to import" in officer.says(f"import {path} {RULE}")


def test_a_budget_of_a_year_to_come_is_required_and_not_yet_given(
    officer: Officer, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    names = ["Project", "City", "Country", "Department Request", "Adopted Budget", "FY", "Currency"]
    for row in [["City of Porto"], [], names, ["A1", "Porto", "PT", 1200.5, 1000, "FY2031", "EUR"]]:
        book.active.append(row)
    path = tmp_path / "budget.xlsx"
    book.save(path)
    done = officer.tries(f"import {path} {RULE}")
    assert (done.code, "the names of the columns were found in row 3" in done.err) == (0, True)
    assert "1 row says what is to be given after today" in done.err
    rule = tmp_path / "rule.toml"
    shipped = shipped_rules()["city-budget"]
    rule.write_text(shipped.replace("[source]\n", "[source]\nheader = 3\n"), encoding="utf-8")
    assert "Nothing to import" in officer.says(f"import {path} --rules {rule} --yes")
    out = tmp_path / "out"
    assert required(officer, out) == {("required", "EUR"): Decimal("1200.50")}
    assert posted(officer, out) == {}


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_other_encodings_are_read_or_named(officer: Officer, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "budget.csv"
    path.write_bytes(BUDGET.encode(encoding))
    done = officer.tries(f"import {path} {RULE}")
    if encoding == "utf-16":
        assert done.code == 0, done.err
    else:
        assert "budget.csv:2: The byte 0xC9 is not UTF-8" in done.err


ODD = """\
Code,Name,City,Country,Source,Request,Approved,Spent,Year,Currency
1,Road,Lagos,NG,Fund,"€1,000","EUR 900","(€5)",2023,EUR
1,Road,Lagos,NG,Fund,50,40 EUR,,2023,EUR
2,School,Lagos,NG,Bonds,0,500,,2023,EUR
3,Park,Lagos,NG,Bonds,1.5M,100,,2023,EUR
4,Quay,Lagos,NG,Bonds,1 000,100,,2023,EUR
Subtotal Transport,,Lagos,NG,,"9,999","9,999",,2023,EUR
5,Total,Lagos,NG,,"9,999","9,999",,2023,EUR
TOTAL:,,Lagos,NG,,"9,999","9,999",,2023,EUR
Transport total,,Lagos,NG,,"9,999","9,999",,2023,EUR
6,Dock,Lagos,NG,Bonds,100,100,,,EUR
7,Pier,Lagos,NG,Bonds,1200$50,100,,2023,EUR
8,Gate,Lagos,NG,Bonds,50¢,100,,2023,EUR
9,Lock,Lagos,NG,Bonds,1.5 MIO,100,,2023,EUR
10,Weir,Lagos,NG,Bonds,"$1,000",100,,2023,EUR
11,Dam,Lagos,NG,Bonds,"1,000",USD 100,,2023,EUR
"""


def test_amounts_are_taken_whole_and_totals_not_at_all(officer: Officer, tmp_path: Path) -> None:
    path = tmp_path / "budget.csv"
    path.write_text(ODD, encoding="utf-8")
    done = officer.tries(f"import {path} {RULE}")
    assert (done.code, "15 rows: 3 used, 12 left out" in done.err) == (0, True), done.err
    assert "left out, a total: 4" in done.err
    assert "left out, cannot be read in requested (bad-number): 5" in done.err
    assert "left out, cannot be read in requested (other-currency): 1" in done.err
    assert "left out, cannot be read in approved (other-currency): 1" in done.err
    assert "'USD 100' is not in EUR, which its row is counted in" in done.err
    assert "such as line 5: '1.5M' is not a number written as 1,234.5." in done.err
    assert "such as line 11: The date is missing." in done.err
    assert "line 3 has the identity of line 2: kept as LAGOS-1-2023-FUND-2" in done.err
    out = tmp_path / "out"
    assert posted(officer, out) == {("committed", "EUR"): Decimal(1440)}
    assert required(officer, out) == {("required", "EUR"): Decimal(1550)}
    assert "Nothing to import" in officer.says(f"import {path} {RULE}")
