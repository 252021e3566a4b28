"""How one line was read, a rule to start from, several files and standard input."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from officer import Officer

from ledger.interchange.mapping.loading import parse_rule

RULE = """
[source]
missing = ["-"]
[[leave_out]]
reason = "a total"
where = [{ column = "id", is = "total" }]
[[output]]
table = "cities"
[output.columns]
code = { template = "{land}-{town}", slug = true }
name = { column = "town" }
country = { column = "land", lookup = "country" }
"""
ROWS = "id,land,town,remark\n1,France,Lyon,-\n2,UK,Leeds,so\ntotal,,,\n3,Atlantis,Poseidonis,\n"


@pytest.fixture
def line(tmp_path: Path) -> str:
    (tmp_path / "rule.toml").write_text(RULE, encoding="utf-8-sig")
    (tmp_path / "towns.csv").write_text(ROWS, encoding="utf-8")
    return f"import {tmp_path / 'towns.csv'} --rules {tmp_path / 'rule.toml'}"


def test_a_line_that_is_used_shows_its_cells_and_what_they_give(officer: Officer, line: str):
    said = officer.says(f"{line} --explain 3")
    assert "towns.csv:3: used" in said
    assert "remark: so  (not read)" in said
    assert "cities: code=UK-LEEDS, name=Leeds, country=GB" in said


def test_a_line_that_is_left_out_or_refused_says_why(officer: Officer, line: str):
    assert "left out (a total)" in officer.says(f"{line} --explain 4")
    said = officer.says(f"{line} --explain 5")
    assert "5: refused" in said
    assert "'Atlantis' is neither an ISO 3166 code nor a known name of a country" in said
    assert "No row begins on line 99." in officer.says(f"{line} --explain 99")


def test_scripts_get_the_explanation_as_a_document(officer: Officer, line: str):
    document = json.loads(officer.says(f"{line} --explain 2 --json"))
    assert (document["schema"], document["fate"]) == ("cityfund.explanation/1", "used")
    assert document["rows"] == [
        {"table": "cities", "cells": {"code": "FRANCE-LYON", "name": "Lyon", "country": "FR"}}
    ]


def test_several_files_of_one_rule_share_their_records(officer: Officer, line: str, tmp_path: Path):
    for name, rows in (("a", "1,France,Lyon,\n"), ("b", "1,France,Lyon,\n2,Peru,Lima,\n")):
        (tmp_path / f"{name}.csv").write_text("id,land,town,remark\n" + rows, encoding="utf-8")
    both = f"import {tmp_path / 'a.csv'} {tmp_path / 'b.csv'} --rules {tmp_path / 'rule.toml'}"
    assert "2 new, 0 changed" in officer.says(f"{both} --yes")
    assert "Nothing to import" in officer.says(f"{both} --yes")


def test_standard_input_is_read(
    officer: Officer, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    del line
    content = b"id,land,town,remark\n1,France,Lyon,\n"
    for said in ("1 new", "Nothing to import"):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert said in officer.says(f"import - --rules {tmp_path / 'rule.toml'} --yes")


def test_a_rule_to_start_from_is_written(officer: Officer, tmp_path: Path, line: str):
    rule = parse_rule(officer.says(f"import --learn {tmp_path / 'towns.csv'}"), "towns.toml")
    assert rule.source.missing == ("-",)
    assert rule.row.template == "X-{id}"
    assert [output.table for output in rule.output] == ["cities", "projects", "needs"]
    officer.says(f"import {tmp_path / 'towns.csv'} --learn {tmp_path / 'new.toml'}")
    learned = (tmp_path / "new.toml").read_text(encoding="utf-8")
    assert parse_rule(learned, "new.toml") == rule
    assert "# remark: 2 filled, text: -, so" in learned


def test_what_is_refused(officer: Officer, line: str, tmp_path: Path):
    towns = tmp_path / "towns.csv"
    assert officer.refused("import", 2) == "no-path"
    assert officer.refused(f"import {towns} --explain 2", 2) == "no-rule-to-explain"
    there = f"import {towns} --learn {tmp_path / 'rule.toml'}"
    assert officer.refused(there, 2, "is there already") == "rule-not-written"
    assert officer.refused(f"import {towns} {towns} --learn x.toml", 2) == "rule-not-written"
    assert officer.refused(f"import --learn {tmp_path / 'none.csv'}", 74) == "cannot-read-file"
