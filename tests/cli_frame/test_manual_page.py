"""The manual page: made from the commands, complete, and nothing in it a request of roff."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from every_command import every_command
from officer import Officer

import cli
from cli.commands.help import TOPICS
from cli.framework.app import build_root
from cli.framework.examples import examples_of
from cli.views import manual
from cli.views.manual import escaped, manual_lines
from ledger.core.errors import ExitCode

REQUESTS = {".TH", ".SH", ".SS", ".PP", ".TP", ".nf", ".fi"}


@pytest.fixture(scope="module")
def page() -> list[str]:
    return [*manual_lines(TOPICS)]


def plain(line: str) -> str:
    """Read a line as a person sees it."""
    shown = re.sub(r"\\f[BIR]", "", line).replace(r"\&", "")
    for mark, sign in (("dq", '"'), ("aq", "'"), ("ha", "^"), ("ti", "~"), ("ga", "`")):
        shown = shown.replace(f"\\({mark}", sign)
    shown = re.sub(r"\\\[u([0-9A-F]+)\]", lambda one: chr(int(one[1], 16)), shown)
    return shown.replace(r"\-", "-").replace(r"\(rs", "\\")


def blocks(page: list[str]) -> Iterator[tuple[str, str]]:
    """Give the text of each command by its heading, and of each section."""
    heading, lines = "", []
    for line in page:
        if line.startswith((".SS", ".SH")):
            yield heading, "\n".join(lines)
            heading, lines = plain(line[4:]).strip('"'), []
        else:
            lines.append(plain(line))
    yield heading, "\n".join(lines)


def test_every_command_stands_with_its_options_and_examples(page: list[str]) -> None:
    shown = dict(blocks(page))
    everywhere = "\n".join(shown.values())
    for name, command in every_command():
        if command.hidden:
            continue
        words = name.removesuffix(" report") if name == "gaps report" else name
        block = shown.get(f"cityfund {words}") or shown[f"cityfund {name.split()[0]}"]
        for one in params_of(command):
            panel = getattr(one, "rich_help_panel", None)
            for option in one.opts if one.param_type_name == "option" else ():
                is_short_of_all = panel is not None and not option.startswith("--")
                is_described_once = panel == "Common options" or is_short_of_all
                place = everywhere if is_described_once else block
                assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", place), (name, option)
        for example in examples_of(name):
            assert example in block, example
    for one in params_of(build_root()):
        assert all(option in everywhere for option in one.opts)


def params_of(command: Any) -> list[Any]:
    return [one for one in command.params if not getattr(one, "hidden", False)]


def test_exit_codes_variables_files_and_topics_are_there(page: list[str]) -> None:
    shown = dict(blocks(page))
    codes = {int(one) for one in re.findall(r"^(\d+)$", shown["EXIT STATUS"], re.MULTILINE)}
    assert codes == {int(code) for code in ExitCode}
    sources = (path.read_text("utf-8") for path in Path(cli.__file__).parent.rglob("*.py"))
    read = {
        one for text in sources for one in re.findall(r"\bCITYFUND_[A-Z]+(?:_[A-Z0-9]+)*\b", text)
    }
    assert {one for one in read if one not in shown["ENVIRONMENT"]} == set()
    assert {"NO_COLOR", "PAGER", "CITYFUND_OC4IDS_PREFIX"} <= {*shown["ENVIRONMENT"].split()}
    assert "config.toml" in shown["FILES"]
    for topic, (about, text) in TOPICS.items():
        if topic != "exit-codes":
            assert about in shown[topic.upper()]
            assert all(line in shown[topic.upper()] for line in text)


def test_only_the_page_makes_requests(page: list[str]) -> None:
    requests = {line.split()[0] for line in page if line.startswith((".", "'"))}
    assert requests == REQUESTS
    assert all(line and line.isascii() and line.isprintable() for line in page)
    marks = re.compile(r"\\(?:f[BIR]|\((?:rs|aq|dq|ha|ti|ga)|-|&|\[u[0-9A-F]{4,6}\])")
    assert not [line for line in page if "\\" in marks.sub("", line)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (".so /etc/passwd", r"\&.so /etc/passwd"),
        ("'ie", r"\(aqie"),
        (r"\fB\*[x]", r"\(rsfB\(rs*[x]"),
        ("--sort -gap", r"\-\-sort \-gap"),
        ("a\n.sh b\x1b[0m", "a .sh b [0m"),
        ("€ مشهد", r"\[u20AC] \[u0645]\[u0634]\[u0647]\[u062F]"),
        ('~`^"', r"\(ti\(ga\(ha\(dq"),
        ("😀", r"\[u1F600]"),
    ],
)
def test_a_text_is_no_request(text: str, shown: str) -> None:
    assert escaped(text) == shown
    assert plain(shown) == "".join(one if one.isprintable() else " " for one in text)


def test_hostile_help_stays_text(monkeypatch: pytest.MonkeyPatch) -> None:
    app = typer.Typer()

    @app.command(help=".so /etc/passwd\n\n'br\n\\n[.x]")
    def evil(name: str = typer.Option("", help=".de x\n..")) -> None:
        del name

    command = typer.main.get_command(app)
    monkeypatch.setattr(manual, "load", lambda _: command)
    page = [*manual_lines(TOPICS)]
    assert {line.split()[0] for line in page if line.startswith((".", "'"))} == REQUESTS
    assert any(line.startswith(r"\&.so") for line in page)


@pytest.mark.only_on("sqlite")
def test_it_is_one_text(officer: Officer) -> None:
    assert officer.says("help --man").startswith(".TH CITYFUND 1 ")
    assert officer.refused("help dates --man", 2, "Leave out") == "bad-usage"
    assert officer.refused("help --man", 2, "--json") == "bad-usage"


@pytest.mark.parametrize(
    "command", [("groff", "-man", "-Tutf8", "-ww", "-z"), ("mandoc", "-T", "lint", "-W", "error")]
)
def test_readers_of_manual_pages_take_it(page: list[str], command: tuple[str, ...]) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    text = "\n".join([*page, ""])
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
