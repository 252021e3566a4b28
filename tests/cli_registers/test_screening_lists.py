"""A list of names is screened: each hit is a finding once, and a person decides what it means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from officer import Officer

from ledger.usecases.check import run_checks

WORLD_BANK = """\
Firm Name,Address,Country,From Date,To Date,Grounds
"EXAMPLE DEVELOPMENT BANK, LTD.",1 High Street,Germany,17-JAN-2024,16-JAN-2030,Fraudulent Practices
Example Development Bank,elsewhere,France,17-JAN-2024,Ongoing,Fraud
Metro Builder,,,01-FEB-2020,Permanent,Collusive Practices
Métro Builders S.A.,,,01-FEB-2020,31-JAN-2021,Over
Somebody Else,,Atlantis,01-FEB-2020,Ongoing,Corruption
"""
EBRD = """\
Name,Address,Nationality,From,Until,Prohibited practice
Metro Builders,,Turkey,3 May 2024,2 May 2029,Coercive practice
"""


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "debarred.csv"
    path.write_text(WORLD_BANK, encoding="utf-8")
    return path


def screened(officer: Officer, path: Path, *words: str) -> dict[str, Any]:
    import json  # noqa: PLC0415

    said = officer.tries(f"screen {path} --rules debarment-list --json", *words)
    assert said.code in (0, 1), said
    counts: dict[str, Any] = json.loads(said.out)["counts"]
    assert (said.code == 1) == (counts["open"] > 0)
    return counts


def sound(officer: Officer) -> None:
    assert [one.failures for one in run_checks(officer.world.ledger) if one.failures] == []


def test_names_that_are_alike_become_findings_where_countries_agree(
    fund: Officer, listed: Path
) -> None:
    counts = screened(fund, listed)
    assert [(one["code"], one["listed"], one["likeness"]) for one in counts["matches"]] == [
        ("EDB", "EXAMPLE DEVELOPMENT BANK, LTD.", 100),
        ("MBL", "Metro Builder", 96),
    ]
    assert (counts["entries"], counts["ended"], counts["new"]) == (5, 1, 2)
    rows = fund.asks("finding list --where kind=name-match")["rows"]
    assert [one["subject"] for one in rows] == ["EDB", "MBL"]
    assert "listed from 2024-01-17 to 2030-01-16, for: Fraudulent Practices" in rows[0]["said"]
    assert rows[0]["command"].startswith("cityfund restriction add --providers EDB --authority ")
    sound(fund)


def test_a_country_that_is_not_known_is_said(fund: Officer, listed: Path) -> None:
    said = fund.tries(f"screen {listed} --rules debarment-list")
    assert said.code == 1
    assert "Atlantis is no country of ours" in said.err
    assert "2 findings open, 2 of them new" in said.out
    assert "Metro Builder" in said.out


def test_the_least_likeness_is_asked_for(fund: Officer, listed: Path) -> None:
    assert screened(fund, listed, "--at-least", "97")["new"] == 1
    assert screened(fund, listed, "--at-least", "95")["new"] == 1
    line = f"screen {listed} --rules debarment-list --at-least 30"
    assert fund.refused(line, 3, "95") == "likeness-out-of-range"


def test_a_list_screened_again_finds_nothing_new(fund: Officer, listed: Path) -> None:
    screened(fund, listed)
    again = screened(fund, listed)
    assert (again["new"], again["open"]) == (0, 2)


def test_a_resolved_pair_is_dismissed_for_ever(fund: Officer, listed: Path) -> None:
    screened(fund, listed)
    fund.says("finding resolve F-0002 --reason 'another firm'")
    fund.tries("reconcile --only statements")
    listed.write_text(WORLD_BANK.replace("Collusive", "Other"), encoding="utf-8")
    again = screened(fund, listed)
    assert (again["new"], again["open"], again["dismissed"]) == (0, 1, 1)
    sound(fund)


def test_a_night_neither_resolves_nor_forgets_them(fund: Officer, listed: Path) -> None:
    screened(fund, listed)
    assert fund.tries("reconcile --only statements").code == 1
    assert len(fund.asks("finding list --where kind=name-match")["rows"]) == 2


def test_a_finding_makes_the_bar_and_is_resolved_by_it(fund: Officer, listed: Path) -> None:
    screened(fund, listed)
    fund.says("restriction add --finding F-0001 --authority 'World Bank' --yes")
    bar = fund.asks("restriction show RS-0001")
    assert (bar["providers"], bar["authority"]) == (["EDB"], "World Bank")
    assert (bar["from"], bar["until"]) == ("2024-01-17", "2030-01-16")
    assert (bar["reason"], bar["source"]) == ("Fraudulent Practices", "debarment-list")
    assert fund.asks("finding show F-0001")["status"] == "settled"
    assert screened(fund, listed)["dismissed"] == 1
    assert fund.refused("restriction add --finding F-0001 --yes", 4) == "finding-not-open"
    sound(fund)


def test_only_a_finding_of_a_name_makes_a_bar(fund: Officer, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("provider,statement\nEDB,?\n", encoding="utf-8")
    fund.tries(f"reconcile --only statements --inbox {tmp_path}")
    assert fund.refused("restriction add --finding F-0001", 4, "bad-file") == "no-name-match"
    assert fund.refused("restriction add --finding F-0007", 5) == "unknown-finding"
    assert fund.refused("restriction add --providers EDB --reason x", 2) == "missing-parameter"


def test_the_list_of_another_bank_is_read_by_the_same_rule(fund: Officer, tmp_path: Path) -> None:
    path = tmp_path / "sanctioned.csv"
    path.write_text(EBRD, encoding="utf-8")
    (match,) = screened(fund, path)["matches"]
    assert (match["code"], match["country"], match["from"]) == ("MBL", "TR", "2024-05-03")


def test_canonical_columns_need_no_rule(fund: Officer, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("name,country,reference\nMashhad,IR,7\nMASHHAD,IRN,7\n", encoding="utf-8")
    said = fund.tries(f"screen {path}")
    assert said.code == 1
    assert "MHD" in said.out
    bad = fund.tries(f"import {path} --as listed --yes --json")
    assert (bad.code, "list-not-imported" in bad.err) == (2, True)
    by_rule = fund.tries(f"import {path} --rules debarment-list --yes --json")
    assert (by_rule.code, "list-not-imported" in by_rule.err) == (2, True)


def test_a_bad_date_is_refused_with_its_place(fund: Officer, tmp_path: Path) -> None:
    path = tmp_path / "debarred.csv"
    path.write_text("Name,Country,From,Until,Grounds\nX,,soon,,\n", encoding="utf-8")
    said = fund.tries(f"screen {path} --rules debarment-list --json")
    assert said.code == 3
    assert "soon" in said.err


def test_a_dry_run_records_nothing(fund: Officer, listed: Path) -> None:
    with fund.world.unchanged():
        assert screened(fund, listed, "--dry-run")["new"] == 2
