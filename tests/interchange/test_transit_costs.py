"""The shipped rule on the real file: every row accounted for, every sum equal to the file's own."""

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from importing import EMPTY, TODAY, carried_out

from ledger.core.factors import Factor, Side
from ledger.interchange.mapping.loading import load_rule
from ledger.interchange.planning.plan import plan_incoming, read_incoming
from ledger.interchange.planning.steps import Holdings
from ledger.interchange.reader import Incoming

FILE = (
    Path(__file__).parents[2].resolve().parent
    / "shared/data/transit/transit_cost_city_projects.csv"
)
pytestmark = pytest.mark.skipif(
    not FILE.is_file(), reason="the real data of ../shared/data is not here"
)


@pytest.fixture(scope="module")
def transit() -> Incoming:
    return read_incoming([FILE], rule=load_rule("transit-costs"))


@pytest.fixture(scope="module")
def ledger(transit: Incoming) -> Holdings:
    return carried_out(plan_incoming(transit, EMPTY, TODAY))


def real_rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["city"] != "NA"]
    # The first column, which has no name, only counts the rows.
    alike = {tuple(cell for name, cell in row.items() if name): row for row in reversed(rows)}
    return [*reversed(alike.values())]


def test_535_projects_of_140_cities_in_56_countries(ledger: Holdings):
    assert (len(ledger.of("projects")), len(ledger.of("cities")), len(ledger.of("needs"))) == (
        535,
        140,
        1070,
    )
    assert len({city.country for city in ledger.of("cities").values()}) == 56


def test_the_seven_summary_rows_are_left_out_and_said(transit: Incoming):
    (report,) = transit.reports
    assert (report.rows, report.used, report.refused) == (544, 535, 0)
    assert [left.line for left in report.left_out] == list(range(539, 546))
    assert "lines 539 to 545" in "\n".join(report.lines(every=True))


def test_foreign_words_are_mapped_and_counted(transit: Incoming):
    (report,) = transit.reports
    assert report.mapped == {
        ("country", "UK", "GB"): 3,
        ("currency", "NIS", "ILS"): 2,
        ("currency", "BD", "BHD"): 2,
        ("currency", "EU", "EUR"): 2,
    }
    assert report.scientific == 7
    assert report.unknown["needs", "quantity"] == 1


def test_money_adds_up_to_the_files_own_costs_per_currency(ledger: Holdings):
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for row in real_rows():
        currency = {"NIS": "ILS", "BD": "BHD", "EU": "EUR"}.get(row["currency"], row["currency"])
        expected[currency] += Decimal(row["cost"]) * 1_000_000
    found: dict[str, Decimal] = defaultdict(Decimal)
    for need in ledger.of("needs").values():
        if need.factor is Factor.MONEY:
            amount = ledger.required.get((Side.NEED, need.code), 0)
            found[need.unit] += Decimal(amount).scaleb(-ledger.of("units")[need.unit].decimals)
    assert found == expected


def test_lengths_add_up_in_km(ledger: Holdings):
    metres = sum(
        ledger.required[Side.NEED, need.code]
        for need in ledger.of("needs").values()
        if need.factor is Factor.IMPLEMENTATION
    )
    assert Decimal(metres) / 1000 == sum(Decimal(row["length"]) for row in real_rows())


def test_every_need_has_the_money_of_its_own_row(ledger: Holdings):
    for row in real_rows():
        code = f"TC-{row['e']}"
        need = ledger.of("needs")[f"{code}-MONEY"]
        assert need.note is not None
        assert f"money of {row['year']}" in need.note
        assert ledger.of("projects")[code].title == f"{row['city']}: {row['line']}"


def test_a_cost_of_zero_is_unknown_never_zero(ledger: Holdings):
    unknown = [code for code in ledger.of("needs") if (Side.NEED, code) not in ledger.required]
    assert unknown == ["TC-8216-MONEY"]


def test_what_the_file_lacks_is_left_unknown(ledger: Holdings):
    for project in ledger.of("projects").values():
        assert (project.starts_on, project.ends_on) == (None, None)
        assert project.status == "identification"
        assert "NA" not in (project.description or "").split()


def test_the_two_rows_that_stand_twice_count_once_and_are_said(transit: Incoming):
    (report,) = transit.reports
    assert [(repeat.line, repeat.first_line, repeat.alike) for repeat in report.once] == [
        (537, 519, True),
        (538, 520, True),
    ]
    assert not report.repeats


def test_importing_it_twice_changes_nothing(transit: Incoming, ledger: Holdings):
    again = plan_incoming(transit, ledger, TODAY)
    assert not again.problems
    assert again.changes_nothing


def test_a_row_with_a_bad_value_is_left_out_and_located_in_the_foreign_file(tmp_path: Path):
    text = FILE.read_text(encoding="utf-8")
    broken = text.replace('"GBP"', '"GBX"', 1).replace('"VN"', '"XU"', 1)
    broken = broken.replace(",2830,", ",2.8.3,", 1)
    (tmp_path / "costs.csv").write_text(broken, encoding="utf-8")
    incoming = read_incoming([tmp_path / "costs.csv"], rule=load_rule("transit-costs"))
    assert not list(plan_incoming(incoming, EMPTY, TODAY).problems)
    (report,) = incoming.reports
    lines = broken.splitlines()
    for bad, column in {"2.8.3": "cost", "GBX": "currency", "XU": "country"}.items():
        (left,) = [one for one in report.left_out if f"in {column} (" in one.reason]
        assert bad in lines[left.line - 1]
        assert any(f"line {left.line}: " in line and bad in line for line in report.lines())
    assert next(iter(report.lines())).endswith("taken all the same")
