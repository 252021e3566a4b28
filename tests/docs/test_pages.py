"""The pages beside the README: what they list is what there is."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import cli
import ledger
from cli.main import main
from ledger.checks import CHECKS
from ledger.core.errors import ExitCode, LedgerError
from ledger.interchange.canonical import TABLES
from ledger.interchange.mapping.loading import parse_rule, shipped_rules
from ledger.registers.spec import Kind
from ledger.store.erasable import erasable_tables
from ledger.store.evidence.erasures import field_word
from ledger.store.registers import STORED_REGISTERS

DOCS = Path(cli.__file__).parent / "docs"
CHANGELOG = DOCS.parents[1] / "CHANGELOG.md"
RULES = (DOCS / "rules.md").read_text(encoding="utf-8")
IMPORTING = (DOCS / "importing.md").read_text(encoding="utf-8")
SHIPPED_RULES = (DOCS / "import-rules.md").read_text(encoding="utf-8")
TYPERS_OWN = {("missing-parameter", 2)}
"""Told of errors that Typer finds itself, under no class of ours."""


def _refusals(parent: type[LedgerError] = LedgerError) -> set[tuple[str, int]]:
    """Give the code and exit code of every refusal that is no mere family of others."""
    children = [one for one in parent.__subclasses__() if one.__module__.startswith(("cli", "led"))]
    if not children:
        return {(parent.code, int(parent.exit_code))}
    return set().union(*(_refusals(child) for child in children))


def refusals() -> set[tuple[str, int]]:
    for package in (ledger, cli):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)
    return {(code, exit_code) for code, exit_code in _refusals() if exit_code != ExitCode.BUG}


def families() -> set[tuple[str, int]]:
    """Give the families that are raised themselves nowhere, but have no members yet either."""
    return {(one.code, int(one.exit_code)) for one in LedgerError.__subclasses__()}


def told() -> set[tuple[str, int]]:
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d+) \|", RULES, re.MULTILINE)
    return {(code, int(exit_code)) for code, exit_code in rows}


def test_every_refusal_is_explained():
    assert refusals() - families() - told() == set()


def test_no_refusal_is_explained_that_the_program_does_not_know():
    assert told() - refusals() - TYPERS_OWN == set()


def test_every_check_stands_with_the_rule_it_proves():
    assert [name for name in CHECKS if f"`{name}`" not in RULES] == []


def test_every_rule_of_the_ledger_has_its_part():
    numbers = re.findall(r"^## (\d+)\. ", RULES, re.MULTILINE)
    assert numbers == [str(number) for number in range(1, 12)]


def columns_told(name: str) -> str:
    table = TABLES[name]
    names = (
        f"**{one.file_name}**" if one.required else one.file_name
        for one in table.columns
        if one.kind is not Kind.SHOWN
    )
    return f"| {name} | {', '.join(names)} |"


@pytest.mark.parametrize("name", TABLES)
def test_every_canonical_table_stands_with_its_columns(name):
    assert columns_told(name) in IMPORTING


@pytest.mark.parametrize("name", shipped_rules())
def test_every_shipped_rule_is_described(name):
    assert f"### The shipped rule `{name}`" in IMPORTING + SHIPPED_RULES


@pytest.fixture
def rule_text() -> str:
    found = re.search(r"^```toml\n(.*?)^```$", IMPORTING, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def test_the_rule_to_start_from_is_one(rule_text):
    assert parse_rule(rule_text, "page").about.name == "harbour-list"


def test_the_rule_to_start_from_takes_a_file_in(rule_text, world, tmp_path, capsys):
    world.city("SMH")
    (tmp_path / "rule.toml").write_text(rule_text, encoding="utf-8")
    foreign = tmp_path / "harbour-2026.csv"
    foreign.write_text(
        "no;kind;what;ready;cost;currency\n"
        "1;work;A quay;2028;2500;Euro\n"
        "2;work;A crane;-;n/a;Euro\n"
        ";total;;;2500;Euro\n",
        encoding="utf-8",
    )
    words = ["import", str(foreign), "--rules", str(tmp_path / "rule.toml"), "--yes"]
    assert main([*words, "--db", world.url]) == ExitCode.DONE
    assert "a total" in capsys.readouterr().err
    assert world.record("project", "HB-1").description == "A quay. Ready by 2028."
    assert world.record("project", "HB-2").description == "A crane."
    assert world.stages("need", "HB-1-MONEY") == {"open": 250_000_000}
    assert not world.knows("need", "HB-2-MONEY")


def test_the_changelog_tells_of_this_version():
    text = CHANGELOG.read_text(encoding="utf-8")
    assert f"## {ledger.__version__}\n" in text


def test_every_decision_has_its_date():
    paragraphs = (DOCS / "decisions.md").read_text(encoding="utf-8").split("\n\n")
    decisions = [one for one in paragraphs if "**" in one]
    assert len(decisions) > 30
    assert [one for one in decisions if not re.match(r"\d{4}-\d\d-\d\d: \*\*", one)] == []


KEPT = {
    "request": "| each request |",
    "entry": "entries and versions of records",
    "statement": "statements and their lines",
    "statement_line": "statements and their lines",
    "finding": "findings and their events",
    "finding_event": "findings and their events",
    "approval": "| approvals |",
    "approval_answer": "answers to approvals",
    "approval_rule": "approval rules, standing approvals",
    "standing_approval": "approval rules, standing approvals",
    "night_run": "each nightly run",
    "night_step": "the steps of nightly runs",
}
"""Where the page of personal data says that a table's texts are kept; others are records."""


def test_the_page_of_personal_data_names_every_text_that_can_be_erased():
    page = (DOCS / "personal_data.md").read_text(encoding="utf-8")
    kept, _, erased = page.partition("## Erasing")
    of_records = {*STORED_REGISTERS, "setting", "rate", "proposal"}
    for table in erasable_tables():
        if table.kind in of_records:
            continue
        assert KEPT[table.kind] in kept, table.kind
        for _, field in table.texts:
            word = field_word(field)
            assert f"`{word}`" in erased or f"{word}s" in kept.lower(), (table.kind, word)
    assert KEPT.keys() == {one.kind for one in erasable_tables()} - of_records
