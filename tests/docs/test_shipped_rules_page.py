"""The page on shipped rules shows what they print, on the real files where those are here."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest
import time_machine
from readme import run
from shared_files import SHARED

import cli

pytestmark = pytest.mark.only_on("sqlite")
"""What a file holds is read before a ledger is opened, whichever engine keeps it."""

PAGE = Path(cli.__file__).parent / "docs" / "import-rules.md"
DAY = "2026-11-23T12:00:00Z"
COMMAND = "    $ cityfund "


class Block(NamedTuple):
    """What the page shows for a rule: its commands, each with lines below it, and its own files."""

    rule: str
    commands: tuple[tuple[str, tuple[str, ...]], ...]
    files: dict[str, str]


def blocks() -> list[Block]:
    """Give the rules of the page that show what they print."""
    found = []
    for section in re.split(
        r"^### The shipped rule ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE
    ):
        name = section.partition("`")[2].partition("`")[0]
        files = dict(re.findall(r"^```csv (\S+)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL))
        commands: list[tuple[str, tuple[str, ...]]] = []
        for line in section.splitlines():
            if line.startswith(COMMAND):
                commands.append((line.removeprefix("    $ "), ()))
            elif line.startswith("    ") and commands:
                commands[-1] = (commands[-1][0], (*commands[-1][1], line[4:].rstrip()))
        if commands:
            found.append(Block(name, tuple(commands), files))
    return found


def with_paths(command: str, files: dict[str, str]) -> str:
    """Give a command with the path of the file that it names; skips where that is not here."""
    words = shlex.split(command)
    name = words[words.index("import") + 1]
    if name in files:
        return command
    paths = [*SHARED.rglob(name)] if SHARED.is_dir() else []
    if not paths:
        pytest.skip(f"the real file {name} is not in {SHARED}")
    return command.replace(name, shlex.quote(str(paths[0])), 1)


@pytest.mark.parametrize("block", blocks(), ids=lambda one: one.rule)
def test_a_rule_prints_what_its_page_shows(block: Block, own_folder: Path) -> None:
    for name, text in block.files.items():
        (own_folder / name).write_text(text, encoding="utf-8")
    typed = [with_paths(command, block.files) for command, _ in block.commands]
    url = f"sqlite:///{own_folder}/ledger.db"
    with time_machine.travel(DAY):
        run(f"cityfund init --db {url}")
        for command, (shown, lines) in zip(typed, block.commands, strict=True):
            printed = run(f"{command} --db {url}").splitlines()
            rest = iter(printed)  # so that the order counts
            missing = [line for line in lines if line not in rest]
            assert missing == [], "\n".join((shown, *printed))


def test_blocks_are_read_and_no_other_rule_shows_lines_without_a_command() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(blocks()) > len("rules")
    shown = {line for block in blocks() for _, lines in block.commands for line in lines}
    indented = {line[4:].rstrip() for line in re.findall(r"^    (?!\$ ).*$", text, re.MULTILINE)}
    assert indented == shown
