"""The shipped rules for files of funds, on the real files: every row in the ledger or said.

The figures are computed here from the files themselves, without the rules.
"""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from importing import EMPTY, TODAY, carried_out
from shared_files import SHARED, needs_shared_files

from ledger.core.factors import Side
from ledger.interchange.mapping.loading import load_rule
from ledger.interchange.planning.plan import plan_incoming, read_incoming
from ledger.interchange.planning.steps import Holdings
from ledger.interchange.reader import Incoming
from ledger.interchange.rule_report import RuleReport
from ledger.journal.entries import Act

pytestmark = needs_shared_files


class Taken(NamedTuple):
    """What an import read, and the holdings after it."""

    incoming: Incoming
    after: Holdings

    @property
    def report(self) -> RuleReport:
        """Give the report of its only file."""
        (report,) = self.incoming.reports
        return report

    def reasons(self) -> Counter[str]:
        """Count the rows left out by reason."""
        return Counter(one.reason for one in self.report.left_out)

    def required(self) -> dict[str, Decimal]:
        """Give what is required in all, by unit."""
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for need in self.after.of("needs").values():
            amount = self.after.required.get((Side.NEED, need.code), 0)
            totals[need.unit] += self._plain(amount, need.unit)
        return totals

    def acts(self, act: Act) -> dict[str, Decimal]:
        """Give what was done in all by an act, by unit."""
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for key, amounts in self.after.deal_acts.items():
            unit = self.after.of("needs")[self.after.deals[key.deal].need].unit
            totals[unit] += self._plain(sum(amounts) if key.act is act else 0, unit)
        return {unit: total for unit, total in totals.items() if total}

    def _plain(self, amount: int, unit: str) -> Decimal:
        return Decimal(amount).scaleb(-self.after.of("units")[unit].decimals)


def taken(name: str, rule: str, before: Holdings = EMPTY) -> Taken:
    known = {table: [*records.values()] for table, records in before.registers.items()}
    incoming = read_incoming([SHARED / name], rule=load_rule(rule), known=known)
    assert not incoming.problems, incoming.problems[:3]
    done = Taken(incoming, carried_out(plan_incoming(incoming, before, TODAY), before))
    report = done.report
    assert report.rows == report.used + len(report.left_out) + len(report.once)
    assert not report.refused
    return done


def again(name: str, rule: str, after: Holdings) -> bool:
    """Say whether importing a file again changes nothing."""
    known = {table: [*records.values()] for table, records in after.registers.items()}
    incoming = read_incoming([SHARED / name], rule=load_rule(rule), known=known)
    plan = plan_incoming(incoming, after, TODAY)
    assert not plan.problems, plan.problems[:3]
    return plan.changes_nothing


def rows_of(name: str) -> list[dict[str, str]]:
    with (SHARED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def objects_of(name: str) -> list[dict[str, Any]]:
    return json.loads((SHARED / name).read_text(encoding="utf-8"), parse_float=Decimal)


PROJECTS, READINESS = "gcf/gcf_projects.json", "gcf/gcf_readiness.json"
FUNDING, DISBURSEMENTS = "gcf/gcf_funding_flat.csv", "gcf/gcf_disbursements_flat.csv"
BANK = "worldbank/worldbank_urban_subset.csv"
PLANS, FLOWS = "fts/fts_requirements_funding_afg.csv", "fts/fts_incoming_funding_afg.csv"


@pytest.fixture(scope="module")
def funding() -> Taken:
    return taken(FUNDING, "gcf-funding")


def test_all_314_projects_have_their_897_country_parts():
    done = taken(PROJECTS, "gcf-projects")
    parts = [
        (project["ApprovedRef"], country["ISO3"], Decimal(country["Financing"][0]["Total"]))
        for project in objects_of(PROJECTS)
        for country in project["Countries"]
    ]
    assert (done.report.used, len(parts), len(done.after.of("projects"))) == (314, 897, 897)
    assert done.required() == {"USD": sum(total for _, _, total in parts)}
    for ref, iso3, total in parts:
        assert done.after.required[Side.NEED, f"GCF-{ref}-{iso3}-MONEY"] == total * 100
    assert again(PROJECTS, "gcf-projects", done.after)


def test_all_862_readiness_grants_are_23951_person_months():
    done = taken(READINESS, "gcf-readiness")
    grants = objects_of(READINESS)
    months = sum((one["DurationApproved"] or 0) * len(one["Countries"]) for one in grants)
    assert (done.report.used, months) == (862, 23_951)
    assert done.required() == {"person-month": months}
    assert len(done.after.of("needs")) == sum(len(one["Countries"]) for one in grants)
    unknown = done.report.unknown["needs", "quantity"]
    assert unknown == sum(len(one["Countries"]) for one in grants if not one["DurationApproved"])
    assert again(READINESS, "gcf-readiness", done.after)


def test_funding_lines_are_needs_that_are_served(funding: Taken):
    lines = [row for row in rows_of(FUNDING) if "|" not in row["iso3"]]
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for row in lines:
        expected[row["currency"]] += Decimal(row["amount"])
    (reason,) = funding.reasons().items()
    assert reason[0].startswith("a project in several countries")
    assert (reason[1], len(lines)) == (1_440 - len(lines), 966)
    assert funding.required() == funding.acts(Act.COMMIT) == expected
    assert {one.code for one in funding.after.of("providers").values()} == {
        "GCF",
        "GCF-CO-FINANCIERS",
    }
    instruments = Counter(row["instrument"] for row in lines)
    without = [d for d in funding.after.of("offers").values() if not d.instruments]
    assert len(without) == instruments["Undefined"]
    assert again(FUNDING, "gcf-funding", funding.after)


def test_435_disbursements_are_posted_and_428_said(funding: Taken):
    done = taken(DISBURSEMENTS, "gcf-disbursements", funding.after)
    lines: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows_of(FUNDING):
        if row["source"] == "GCF":
            lines[row["ref"]].append(row)
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows_of(DISBURSEMENTS):
        of_project = lines[row["ref"]]
        if Decimal(row["amount"]) and len(of_project) == 1 and "|" not in of_project[0]["iso3"]:
            assert of_project[0]["currency"] == row["currency"]
            expected[row["currency"]] += Decimal(row["amount"])
    assert done.acts(Act.DELIVER) == expected
    assert (done.report.used, sum(done.reasons().values())) == (435, 428)
    assert sorted(done.reasons().values()) == [49, 152, 227]
    assert again(DISBURSEMENTS, "gcf-disbursements", done.after)


def test_projects_of_the_world_bank_have_their_cost_and_commitments():
    incoming = read_incoming([SHARED / BANK], rule=load_rule("world-bank-projects"))
    (report,) = incoming.reports
    rows = rows_of(BANK)
    no_country = [one for one in report.left_out if one.reason == "no country"]
    unread = [rows[one.line - 2]["countryname"] for one in report.left_out if "read" in one.reason]
    assert len(rows) == report.rows == report.used + len(report.left_out)
    assert len(no_country) == sum(not row["countryname"] for row in rows)
    assert {*unread} == {
        *("Africa", "Eastern and Southern Africa", "Europe and Central Asia", "Pacific Islands"),
        *("Socialist Federal Republic of Yugoslavia", "Western and Central Africa", "World"),
    }
    left_out = {one.line for one in report.left_out}
    used = [row for line, row in enumerate_lines(rows) if line not in left_out]
    tables: dict[str, Decimal] = defaultdict(Decimal)
    for table in incoming.tables:
        for row in table.rows:
            tables[table.table] += Decimal(row.cells.get("quantity") or 0)
    committed = sum(
        Decimal(row["curr_total_commitment"] or 0) + Decimal(row["grantamt"] or 0)
        for row in used
        if row["boardapprovaldate"]
    )
    assert tables["needs"] == sum(Decimal(row["curr_project_cost"] or 0) for row in used)
    assert tables["deals"] == tables["offers"] == committed


def enumerate_lines(rows: list[dict[str, str]]) -> list[tuple[int, dict[str, str]]]:
    """Give rows with their lines; a cell may hold line ends."""
    line, found = 2, []
    for row in rows:
        found.append((line, row))
        line += 1 + sum(cell.count("\n") for cell in row.values())
    return found


def test_flows_are_given_to_the_needs_of_plans():
    plans = taken(PLANS, "fts-requirements")
    assert plans.reasons() == {"funding outside of any plan": 1}
    assert plans.required() == {"USD": Decimal(1_131_050_820 + 15_000_000)}
    done = taken(FLOWS, "fts-flows", plans.after)
    rows = [
        row
        for row in rows_of(FLOWS)
        if row["destPlanCode"] and row["flowType"] != "Parked" and row["onBoundary"] == "single"
    ]
    assert done.report.used == len(rows) == 250
    paid = [Decimal(row["amountUSD"]) for row in rows if row["status"] == "paid"]
    every = sum(Decimal(row["amountUSD"]) for row in rows)
    assert done.acts(Act.COMMIT) == {"USD": every}
    assert done.acts(Act.DELIVER) == {"USD": sum(paid)}
    assert again(FLOWS, "fts-flows", done.after)


def test_flows_alone_make_their_plans_require_what_they_were_given():
    done = taken(FLOWS, "fts-flows")
    assert done.required() == done.acts(Act.COMMIT)
    assert again(FLOWS, "fts-flows", done.after)


ANSWER = {
    "status": "ok",
    "data": {
        "results": [
            {
                "id": 158312,
                "name": "Health for all",
                "versionCode": "HAFG20-HEA-158312-1",
                "currentRequestedFunds": 1_250_000.5,
                "startDate": "2020-01-01T00:00:00.000Z",
                "endDate": "2020-12-31T00:00:00.000Z",
                "organizations": [{"id": 1, "name": "One"}, {"id": 2, "name": "Two"}],
                "globalClusters": [{"id": 5, "name": "Health"}],
            },
            {"id": 2, "name": "Camps", "versionCode": "HSOM20-X", "locations": [{"iso3": "KEN"}]},
            {"id": 3, "name": "Region", "versionCode": "RXXX20-X", "currentRequestedFunds": 5},
            {"id": 4, "name": "Nowhere", "versionCode": "FQQQ20-X", "currentRequestedFunds": 5},
        ],
        "pagination": {"pages": 1},
    },
}


def test_projects_of_plans_request_funds(tmp_path: Path):
    (tmp_path / "hpc_projects.json").write_text(json.dumps(ANSWER), encoding="utf-8")
    incoming = read_incoming([tmp_path / "hpc_projects.json"], rule=load_rule("hpc-projects"))
    assert not incoming.problems
    after = carried_out(plan_incoming(incoming, EMPTY, TODAY))
    projects = after.of("projects").values()
    assert {one.code: (one.city, one.sector) for one in projects} == {
        "HPC-158312": ("AF", "health"),
        "HPC-2": ("KE", "governance"),
    }
    assert after.required == {(Side.NEED, "HPC-158312-MONEY"): 125_000_050}
    assert [one.line for one in incoming.reports[0].left_out] == [3, 4]
