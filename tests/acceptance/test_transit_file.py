"""The real file of the Transit Costs Project, beside sums computed from it by another road."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from acceptance_model import parts, written
from acceptance_office import Office, furnished
from ledgers import Ledgers, copy_or_new

TRANSIT = (
    Path(__file__).parents[2].parent
    / "shared"
    / "data"
    / "transit"
    / "transit_cost_city_projects.csv"
)

pytestmark = pytest.mark.skipif(
    not TRANSIT.exists(), reason=f"the Transit Costs Project's file is not at {TRANSIT}"
)


def _rows() -> list[dict[str, str]]:
    with TRANSIT.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _project_rows() -> list[dict[str, str]]:
    """Give the rows of projects; two stand in the file twice, and count once."""
    rows = (tuple(row.items())[1:] for row in _rows() if not _is_summary(row))
    return [dict(row) for row in dict.fromkeys(rows)]


def _is_summary(row: dict[str, str]) -> bool:
    """Say whether a row adds others up: it names no city."""
    return row["city"] == "NA"


def _furnish(office: Office) -> None:
    answer = office.run("import", "--rules", "transit-costs", TRANSIT, "--yes", "--json")
    assert answer.code in {0, 1}, answer
    said = answer.out + answer.err
    assert "535" in said
    assert "7" in said


@pytest.fixture(scope="session")
def transit_once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the URL of such a ledger for the tests to copy."""
    return furnished(run_ledgers, tmp_path_factory.mktemp("transit"), _furnish)


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "transit")


@pytest.fixture
def transit(office: Office) -> Office:
    """Give a ledger that took the whole file in."""
    return office


def test_every_row_is_in_the_ledger_or_said(transit: Office) -> None:
    rows = _project_rows()
    assert len(rows) == 535
    assert len(_rows()) - len(rows) == 7 + 2
    report = transit.gaps("--all")["rows"]
    assert len({row["project"] for row in report}) == 535
    money = [row for row in report if row["factor"] == "money"]
    lengths = [row for row in report if row["factor"] == "implementation"]
    assert len(money) == 535
    assert len(lengths) == 535
    assert {row["unit"] for row in lengths} == {"km"}


def test_sums_per_currency(transit: Office) -> None:
    """Costs stand in millions of the row's own currency, lengths in kilometres."""
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in _project_rows():
        # A line that costs nothing is one whose cost is not known.
        totals[_currency(row["currency"])] += Decimal(row["cost"]) * 1_000_000
        if row["length"] != "NA":
            totals["km"] += Decimal(row["length"])
    report = transit.gaps("--all", "--by", "unit")["rows"]
    found = {row["unit"]: row["required"] for row in report if row["required"] is not None}
    assert set(found) == {unit for unit, amount in totals.items() if amount}
    for unit, amount in totals.items():
        assert Decimal(found[unit]) == amount, unit


def _currency(text: str) -> str:
    """Give the ISO 4217 code; the file says a few in its own way."""
    return {"NIS": "ILS", "BD": "BHD", "EU": "EUR"}.get(text, text)


def test_importing_the_file_again_changes_nothing(transit: Office) -> None:
    before = transit.everything()
    transit.run("import", "--rules", "transit-costs", TRANSIT, "--yes")
    assert transit.everything() == before


def test_one_need_through_its_stages(transit: Office) -> None:
    # Two decimals, as euros have.
    row = transit.gaps("--where", "factor=money", "--where", "country=CA")["rows"][0]
    need, unit, total = row["need"], row["unit"], parts(row["required"], "EUR")
    transit.take_in(
        {
            "providers": [{"code": "B1", "name": "Bank", "kind": "bank"}],
            "offers": [
                {
                    "code": "O-1",
                    "provider": "B1",
                    "factor": "money",
                    "quantity": row["required"],
                    "unit": unit,
                }
            ],
        }
    )
    half, third = total // 2, total // 3
    quantity = f"{written(half, 'EUR')} {unit}"
    transit.do("deal", "introduce", "O-1", need, quantity, "--until", "2027-01-31")
    assert transit.gap(need)["gap"] == row["gap"]
    assert transit.gap(need)["held"] == written(half, "EUR")
    transit.do("deal", "commit", "D-0001", f"{written(third, 'EUR')} {unit}")
    transit.do("deal", "deliver", "D-0001", f"{written(third // 2, 'EUR')} {unit}")
    after = transit.gap(need)
    assert after["gap"] == written(total - third, "EUR")
    assert after["committed"] == written(third - third // 2, "EUR")
    assert after["delivered"] == written(third // 2, "EUR")
    transit.checked()
