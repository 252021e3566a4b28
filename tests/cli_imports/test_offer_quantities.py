"""Quantities of the offer in imported deals: they say the exact rate, or are checked against it."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path

import pytest
from officer import Officer
from world import World

HEADER = "code,offer,need,act,quantity,unit,effective_on,held_until,rate,offer_quantity\n"
HOLD = "introduced,30,EUR,2026-03-01,2027-06-30"


@pytest.fixture
def fund(officer: Officer) -> Officer:
    officer.world.need("1000 EUR")
    officer.world.offer("1000 USD")
    officer.world.offer("1000 EUR", "O-0002")
    return officer


def deals(folder: Path, *rows: str, offer: str = "O-0001") -> Path:
    file = folder / "deals.csv"
    file.write_text(HEADER + "".join(f"D-7,{offer},N-0001,{row}\n" for row in rows))
    return file


def problems(fund: Officer, file: Path) -> list[tuple[str, str]]:
    line = f"import {file} --yes"
    with fund.world.unchanged():
        answer = fund.tries(f"{line} --json")
    told = json.loads(answer.err.splitlines()[-1])
    assert (answer.code, told["code"]) == (3, "import-refused")
    return [(one["column"], one["code"]) for one in told["problems"]]


def test_two_quantities_are_the_exact_rate_of_their_deal(fund, tmp_path):
    file = deals(tmp_path, f"{HOLD},,37", "committed,10,EUR,2026-03-02,,,12.33")
    fund.says(f"import {file} --yes")

    assert fund.world.record("deal", "D-7").exact_rate == Fraction(37, 30)
    assert fund.world.stages("offer", "O-0001")["held"] == 2467
    assert fund.world.stages("offer", "O-0001")["committed"] == 1233
    assert "all rows already" in fund.says(f"import {file} --yes")


@pytest.mark.parametrize(
    ("rate", "offer_quantity", "exact"),
    [
        ("1.2", "36", Fraction(6, 5)),
        ("1.23333", "37.00", Fraction("1.23333")),
        ("1.23333333333", "37", Fraction("1.23333333333")),
        ("1.1111", "33.34", Fraction("1.1111")),
    ],
)
def test_a_rate_that_gives_the_quantity_is_kept(fund, tmp_path, rate, offer_quantity, exact):
    fund.says(f"import {deals(tmp_path, f'{HOLD},{rate},{offer_quantity}')} --yes")

    assert fund.world.record("deal", "D-7").exact_rate == exact
    held = Fraction(offer_quantity) * 100
    assert fund.world.stages("offer", "O-0001")["held"] == held


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("row", "code"),
    [
        (f"{HOLD},1.2,37", "rates-differ"),
        (f"{HOLD},,37.001", "bad-number"),
        (f"{HOLD},,0", "bad-number"),
        (f"{HOLD},,many", "bad-number"),
    ],
)
def test_a_quantity_that_the_rate_does_not_give_is_refused(fund, tmp_path, row, code):
    assert problems(fund, deals(tmp_path, row)) == [("offer_quantity", code)]


def test_within_one_unit_both_quantities_are_the_same(fund, tmp_path):
    assert problems(fund, deals(tmp_path, f"{HOLD},,31", offer="O-0002")) == [
        ("offer_quantity", "rates-differ")
    ]
    fund.says(f"import {deals(tmp_path, f'{HOLD},,30', offer='O-0002')} --yes")


def test_the_quantity_of_a_later_row_is_what_its_act_moves(fund, tmp_path):
    wrong = deals(tmp_path, f"{HOLD},,37", "committed,10,EUR,2026-03-02,,,12.34")
    ((_, code),) = problems(fund, wrong)

    assert code == "offer-quantity-differs"
    assert fund.world.entries()[-1].deal is None


def test_an_export_says_how_much_of_the_offer_each_act_took(fund, ledgers, capsys, tmp_path):
    rows = (f"{HOLD},,37", "committed,10,EUR,2026-03-02,,,12.33")
    fund.says(f"import {deals(tmp_path, *rows)} --yes")
    fund.says(f"export {tmp_path / 'out'}")
    lines = [*csv.DictReader((tmp_path / "out" / "deals.csv").open(encoding="utf-8"))]
    assert [one["offer_quantity"] for one in lines] == ["37.00", "12.33"]

    again = Officer(World(ledgers.new()), capsys)
    again.says(f"import {tmp_path / 'out'} --yes")
    assert again.world.stages("offer", "O-0001") == fund.world.stages("offer", "O-0001")
    again.says(f"export {tmp_path / 'twice'}")
    assert (tmp_path / "twice" / "deals.csv").read_bytes() == (
        tmp_path / "out" / "deals.csv"
    ).read_bytes()


def test_quantities_of_both_sides_say_the_rate_where_an_export_is_left_without(
    fund, ledgers, capsys, tmp_path
):
    fund.says(f"import {deals(tmp_path, f'{HOLD},,37', 'committed,10,EUR,2026-03-02,,,')} --yes")
    fund.says(f"export {tmp_path / 'out'}")
    path = tmp_path / "out" / "deals.csv"
    lines = [*csv.DictReader(path.open(encoding="utf-8"))]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, lines[0])
        writer.writeheader()
        for one in lines:
            writer.writerow({**one, "rate": "", "rate_exact": "", "sequence": ""})
    again = Officer(World(ledgers.new()), capsys)
    again.says(f"import {tmp_path / 'out'} --yes")
    assert again.world.record("deal", "D-7").exact_rate == Fraction(37, 30)
