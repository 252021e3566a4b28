"""The page of the founding story: each fact can be asked back from the demonstration's ledger."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import cli
from cli.main import main
from ledger.core.errors import ExitCode

PAGE = Path(cli.__file__).with_name("docs") / "story.md"
_ROW = re.compile(
    r"^\| (?P<fact>[^|]+) \| `cityfund (?P<command>[^`]+)` \| `(?P<answer>[^`]+)` \|$"
)
FACTS = [
    found.groups() for line in PAGE.read_text("utf-8").splitlines() if (found := _ROW.match(line))
]


def test_every_row_of_the_page_is_read():
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if "`cityfund " in line]
    assert len(FACTS) == len([row for row in rows if row.startswith("|")]) > 20


@pytest.mark.parametrize(("fact", "command", "answer"), FACTS)
def test_a_fact_is_asked_back(fact, command, answer, kept, capsys):
    words = shlex.split(command)
    code = main([*words, "--db", f"sqlite:///{kept}"])
    told = capsys.readouterr()
    assert code == (ExitCode.REFUSED if "deposit" in words else ExitCode.DONE), told.err
    assert answer in (told.err if "deposit" in words else told.out), fact
