"""Former names of commands do what the new ones do, are shown nowhere, and name the new one."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from every_command import every_command
from ledgers import Ledgers, copy_or_new
from officer import Officer
from world import NOON

from cli.framework import former
from cli.framework.app import COMMAND_TABLE, load
from cli.framework.examples import _RECORDS
from cli.framework.former import former_names
from ledger.core.requests import FORMER_NAMES, KeyReused, Request, require_same

pytestmark = pytest.mark.only_on("sqlite")

FORMER = former_names()
LINES = {
    "city withdraw": "MHD --dry-run",
    "city reinstate": "QOM --dry-run",
    "provider withdraw": "BANK --dry-run",
    "provider reinstate": "OLD --dry-run",
    "office withdraw": "africa --dry-run",
    "office reinstate": "lima --dry-run",
    "project withdraw": "P-1 --yes --dry-run",
    "project reinstate": "P-2 --dry-run",
    "finding settle": "F-0001 --reason read --dry-run",
    "journal seal": "--dry-run",
    "journal seals": "",
    "journal prove": "1",
    "journal verify-proof": "proof.json --seal {seal}",
    **{
        name: _RECORDS[name.removesuffix(" history")]
        for name in FORMER
        if name.endswith(" history")
    },
}
"""What is typed behind each former name; `{seal}` is one stored outside the ledger."""
LATER = NOON + timedelta(minutes=5)
"""The time of both lines, which receipts show."""


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "furnished")


@pytest.fixture(name="furnished")
def furnished_ledger(officer: Officer) -> Officer:
    """Give a ledger on which each of the lines can be carried out."""
    return officer


def now(name: str, words: str) -> str:
    """Give the line as it is typed now."""
    return (
        f"history {name.removesuffix(' history')}:{words}"
        if FORMER[name] == "history"
        else FORMER[name]
    )


def test_each_does_what_the_new_one_does(
    furnished: Officer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sorted(LINES) == sorted(FORMER)
    monkeypatch.chdir(tmp_path)
    *_, seal = furnished.says("audit seal").split()
    furnished.says("audit prove 1 --output proof.json")
    for name, typed in LINES.items():
        words = typed.format(seal=seal)
        new = now(name, words)
        new = new if new.startswith("history") else f"{new} {words}"
        more = "--json --key k1" if "--dry-run" in words else "--json"
        with time_machine.travel(LATER, tick=False):
            first, second = (furnished.tries(f"{one} {more}") for one in (f"{name} {words}", new))
        assert first == second, name
        assert first.code == 0, first


def test_a_refusal_names_the_new_one(officer: Officer) -> None:
    assert "cityfund city retire" in officer.tries("city withdraw MHD --nothing").err
    assert "cityfund city retire" in officer.says("city withdraw --help")
    assert "cityfund audit verify" in officer.tries("journal verify-proof").err


def test_help_and_messages_show_none(officer: Officer) -> None:
    for entry in COMMAND_TABLE:
        verbs = getattr(load(entry), "commands", {})
        assert not [name for name in verbs if f"{entry.name} {name}" in FORMER]
    assert "withdraw" not in officer.tries("city nothing").err
    assert "deposit" not in officer.tries("deal nothing").err


def test_a_terminal_is_told_the_new_name(
    furnished: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not furnished.tries("city history MHD").err
    monkeypatch.setattr(former, "is_terminal", lambda _: True)
    assert furnished.tries("city history MHD").err == (
        "cityfund city history is now cityfund history; the next release drops the former name.\n"
    )
    assert "is now cityfund audit seals;" in furnished.tries("journal seals").err
    assert not furnished.tries("journal seals --quiet").err


def test_the_changelog_lists_every_one() -> None:
    text = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
    unreleased = " ".join(text.split("\n## ")[1].split())
    assert [name for name in FORMER if name not in unreleased and "history" not in name] == []
    assert "`NOUN history CODE`" in unreleased


def test_pages_texts_and_examples_use_the_new_ones() -> None:
    root = Path(__file__).parents[2]
    pages = [root / "README.md", *(root / "cli/docs").glob("*.md")]
    sources = [*(root / "cli").rglob("*.py"), *(root / "ledger").rglob("*.py")]
    about_them = {root / "ledger/core/requests.py", root / "cli/framework/former.py"}
    words = "|".join(re.escape(name) for name in FORMER)
    former = re.compile(rf"(?:cityfund |`)(?:{words})\b")
    assert [
        (path.name, found)
        for path in [*pages, *sources]
        if path not in about_them
        for found in former.findall(path.read_text(encoding="utf-8"))
    ] == []


def test_a_key_of_a_former_name_repeats_the_same_request() -> None:
    written = {name for name, one in every_command() if one.kind == "write" or one.saves}
    assert {FORMER[name] for name in FORMER} & written == {*FORMER_NAMES.values()}
    again = Request(command="city retire", given={}, actor="a", system_user="a", host="h")
    require_same("k", ("city withdraw", {}), again)
    with pytest.raises(KeyReused):
        require_same("k", ("city add", {}), again)
