"""Runs the README's commands and writes the table of all commands.

    python tests/docs/readme.py        updates README.md and cli/docs/commands.md

Read the difference before you commit it: it is what an officer will see.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

from cli.framework.app import COMMAND_TABLE, CommandEntry, load
from cli.main import main

README = Path(__file__).parents[2] / "README.md"
REFERENCE = README.parent / "cli" / "docs" / "commands.md"
_BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
_TABLE = re.compile(
    r"(?<=^<!-- commands -->\n).*?(?=^<!-- /commands -->$)", re.MULTILINE | re.DOTALL
)
_SET = re.compile(r"export (\w+)=(\S+)")


class Said(NamedTuple):
    """One command of the README: as it stands there, as one line, and what stands below it."""

    typed: str
    command: str
    printed: str


def said_in(block: str) -> Iterator[Said]:
    """Part a console block into its commands; a line that ends in a backslash goes on."""
    for part in re.split(r"^(?=\$ )", block, flags=re.MULTILINE):
        if not part:
            continue
        found = re.match(r"\$ (?:.*\\\n)*.*\n", part)
        assert found is not None, f"no command in {part!r}"
        command = found[0].removeprefix("$ ").replace("\\\n", " ").strip()
        yield Said(found[0], command, part[found.end() :])


def run(command: str) -> str:
    """Run a command of the README in this process; give all it prints, notes and errors too."""
    setting = _SET.fullmatch(command)
    if setting is not None:
        os.environ[setting[1]] = setting[2]
        return ""
    program, *words = shlex.split(command)
    assert program == "cityfund", f"the README runs {program}"
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        main(words)
    return out.getvalue()


def console_blocks(text: str) -> list[str]:
    """Give the README's console blocks, which are meant to be run one after another."""
    return _BLOCK.findall(text)


def command_table() -> str:
    """Make the table of every command and its line of help."""
    rows = [f"| `{name}` | {words} |" for name, words in commands()]
    return "\n".join(["| command | what it does |", "|---|---|", *rows]) + "\n"


def commands() -> Iterator[tuple[str, str]]:
    """Give every command that help shows, in its order, and the first line of its help."""
    for word in COMMAND_TABLE:
        for names, command in _leaves(word):
            yield f"cityfund {names}", first_line(command)


def leaf_commands() -> Iterator[tuple[str, Any]]:
    """Give every command hidden ones too, by its words."""
    for word in COMMAND_TABLE:
        loaded = load(word)
        for name, command in getattr(loaded, "commands", {"": loaded}).items():
            yield f"{word.name} {name}".strip(), command


def _leaves(word: CommandEntry) -> Iterator[tuple[str, Any]]:
    loaded = load(word)
    verbs = getattr(loaded, "commands", None)
    if verbs is None:
        yield word.name, loaded
        return
    default = loaded.default_verb
    if default is not None:
        yield word.name, verbs[default]
    for name, command in verbs.items():
        if not command.hidden and name != default:
            yield f"{word.name} {name}", command


def first_line(command: Any) -> str:
    """Give the first paragraph of a command's help on one line."""
    return " ".join((command.help or "").strip().split("\n\n")[0].split())


def with_blocks(text: str, printed: Callable[[str], str]) -> str:
    """Give a page with what the commands of its console blocks print now."""

    def anew(found: re.Match[str]) -> str:
        return "".join(one.typed + printed(one.command) for one in said_in(found[0]))

    return _BLOCK.sub(anew, text)


def with_table(text: str) -> str:
    """Give the command reference with the table of the commands that exist now."""
    return _TABLE.sub(lambda _: command_table(), text)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        new = with_blocks(README.read_text(encoding="utf-8"), run)
    README.write_text(new, encoding="utf-8")
    REFERENCE.write_text(with_table(REFERENCE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.exit(0)
