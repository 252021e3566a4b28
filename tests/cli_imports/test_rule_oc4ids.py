"""The shipped rule `oc4ids` on a real package and on one with two sources of money."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from officer import Officer
from posted_amounts import exported, posted, required
from shared_files import SHARED, needs_shared_files

pytestmark = pytest.mark.only_on("sqlite")
"""What a file holds is read before a ledger is opened, whichever engine keeps it."""

FILE = SHARED / "oc4ids/oc4ids_example-data.json"
RULE = "--rules oc4ids --yes"


def breakdown(projects: list[dict[str, Any]]) -> Decimal:
    """Give what the budgets of projects have by source."""
    return sum(
        (
            Decimal(str(one["amount"]["amount"]))
            for project in projects
            for one in project["budget"]["budgetBreakdown"]
        ),
        Decimal(0),
    )


@needs_shared_files
def test_a_real_package_is_in_the_ledger_whole(officer: Officer, tmp_path: Path) -> None:
    projects = json.loads(FILE.read_text(encoding="utf-8"))["projects"]
    done = officer.tries(f"import {FILE} {RULE}")
    words = f"{len(projects)} rows: {len(projects)} used, 0 left out"
    assert (done.code, words in done.err) == (0, True), done.err
    out = tmp_path / "out"
    budget = sum(Decimal(one["budget"]["amount"]["amount"]) for one in projects)
    assert required(officer, out) == {("required", "GBP"): budget}
    assert posted(officer, out) == {("committed", "GBP"): breakdown(projects)}
    (project,) = exported(officer, out, "projects")
    assert (project["sector"], project["status"]) == ("transport.road", "maintenance")
    assert "Nothing to import" in officer.says(f"import {FILE} {RULE}")


def test_a_project_without_a_country_is_left_out(officer: Officer, tmp_path: Path) -> None:
    path = tmp_path / "oc4ids.json"
    path.write_text(json.dumps({"projects": [{"id": "oc4ids-1", "title": "X"}]}), encoding="utf-8")
    done = officer.tries(f"import {path} {RULE}")
    assert "left out, no country in its locations: 1" in done.err
