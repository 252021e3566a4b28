"""The examples in the help of each command can be typed as they stand."""

from __future__ import annotations

import shlex
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import time_machine
from every_command import every_command
from example_ledger import (
    BEFORE,
    FINDINGS,
    ITS_OWN_LEDGER,
    PLAYED_ELSEWHERE,
    REFUSED,
    write_files,
)
from ledgers import Ledgers, copy_or_new
from officer import Officer, Said
from world import NOON

from cli.commands.help import TOPICS
from cli.framework.examples import examples_of
from cli.main import main

pytestmark = pytest.mark.only_on("sqlite")
"""What an example asks for is tested on both engines where its command is."""

COMMANDS = dict(every_command())


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "furnished")


@pytest.fixture(name="furnished")
def furnished_ledger(officer: Officer) -> Officer:
    """Give a ledger with the records that the examples name."""
    return officer


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the files that the examples name, in the folder where they are typed."""
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path)
    return tmp_path


def test_every_command_has_two() -> None:
    assert [name for name in COMMANDS if len(examples_of(name)) != 2] == [REFUSED]
    assert len({one for name in COMMANDS for one in examples_of(name)}) == 2 * len(COMMANDS) - 2


@pytest.mark.parametrize("command", sorted(COMMANDS.keys() - {REFUSED, PLAYED_ELSEWHERE}))
def test_both_can_be_typed(
    furnished: Officer, folder: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    for line in BEFORE.get(command, ()):
        furnished.tries(line)
    if command == "db correct-clock":
        with time_machine.travel(NOON + timedelta(days=35), tick=True):
            furnished.says("city add Yazd --code YAZ --country IR")
    for number, line in enumerate(examples_of(command)):
        words = line.removeprefix("cityfund ")
        if command in ITS_OWN_LEDGER and "--db" not in words:
            monkeypatch.setenv("CITYFUND_DB", f"sqlite:///{folder}/{number}.db")
            code, done = main(shlex.split(words)), Said(0, "", "")
            done = done._replace(code=code)
        else:
            done = furnished.tries(words)
        assert done.code == 0 or (command in FINDINGS and done.code == 1), (line, done)


@pytest.mark.parametrize("topic", TOPICS)
def test_the_examples_of_a_topic_can_be_typed(furnished: Officer, topic: str) -> None:
    said = furnished.says(f"help {topic}")
    lines = [one.strip() for one in said.splitlines() if one.startswith("  cityfund ")]
    assert len(lines) == 2
    for line in lines:
        assert furnished.tries(line.removeprefix("cityfund ")).code in {0, 1}, line


def test_a_topic_that_is_none_is_refused(officer: Officer) -> None:
    assert officer.refused("help date", 2, "dates") == "unknown-help-topic"
    assert "exit-codes" in officer.says("help")


def test_help_ends_with_them(officer: Officer) -> None:
    said = officer.says("deal deliver --help")
    assert said.rstrip().endswith('\n cityfund deal deliver D-0002 "2 EUR" --reference L-3')
    assert "Common options: --format table|json, --json, --db URL" in said
    assert "<" not in said
    assert "Usage: cityfund gaps [OPTIONS]" in officer.says("gaps --help")


def test_paragraphs_of_help_fill_their_lines(
    officer: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line of the source is no line of the help: it would end within a paragraph."""
    monkeypatch.setenv("COLUMNS", "80")
    said = officer.says("audit cosign --help")
    told = said[said.index("Nothing is signed") : said.index("Arguments")].splitlines()
    lines = [one.strip() for one in told if one.strip(" ╭─")]
    assert len(lines) > 2
    for line, after in pairwise(lines):
        assert len(f" {line} {after.split()[0]}") > 78, line
