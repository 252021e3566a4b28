"""The README and the command reference say what the program does: both are run or compared."""

from __future__ import annotations

import re

import pytest
from offences import assert_none
from readme import (
    README,
    REFERENCE,
    command_table,
    console_blocks,
    first_line,
    leaf_commands,
    run,
    said_in,
)

from ledger.core.errors import ExitCode

ROOT = README.parent
TEXT = README.read_text(encoding="utf-8")
REFERENCE_TEXT = REFERENCE.read_text(encoding="utf-8")
COMMANDS = dict(leaf_commands())


def test_every_command_of_the_tour_prints_what_stands_there(own_folder):
    for block in console_blocks(TEXT):
        for said in said_in(block):
            assert run(said.command) == said.printed, (
                f"{said.command}\nIf this is as it should be: python tests/docs/readme.py"
            )


def test_the_tour_takes_the_main_job_to_its_end():
    told = "\n".join(said.command for block in console_blocks(TEXT) for said in said_in(block))
    for words in (
        "init", "city add", "provider add", "project add", "offer add", "gaps", "need candidates",
        "deal introduce", "deal commit", "deal deliver", "check", "export", "--dry-run", "--key",
    ):  # fmt: skip
        assert words in told


def test_every_command_is_in_the_reference_with_its_line_of_help():
    between = REFERENCE_TEXT.split("<!-- commands -->\n")[1].split("<!-- /commands -->")[0]
    assert between == command_table(), "update it: python tests/docs/readme.py"


def test_the_readme_names_only_commands_that_exist():
    known = {f"cityfund {name}" for name in COMMANDS} | {
        f"cityfund {n.split()[0]}" for n in COMMANDS
    }
    named = re.findall(r"^\| [^|]+ \| (.*) \|$", TEXT, re.MULTILINE)
    commands = {one for row in named for one in re.findall(r"`(cityfund [a-z]+(?: [a-z]+)?)", row)}

    assert commands
    assert commands - known == set()


@pytest.mark.parametrize("marker", ["demo", "test"])
def test_the_two_commands_stand_between_their_markers(marker):
    between = TEXT.split(f"<!-- {marker} -->\n")[1].split(f"<!-- /{marker} -->")[0]
    fence, command, end = between.strip().splitlines()
    assert (fence, end) == ("```sh", "```")
    assert command.startswith("python3 -m venv .venv && .venv/bin/pip install -q ")
    assert command.endswith({"demo": "cityfund demo", "test": "pytest -n auto"}[marker])


def test_every_exit_code_is_told():
    told = {int(number) for number in re.findall(r"^\| (\d+) \|", REFERENCE_TEXT, re.MULTILINE)}
    assert told == {int(code) for code in ExitCode}


def test_every_variable_the_program_reads_is_told():
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "cli").rglob("*.py"))
    read = {name for text in sources for name in re.findall(r"\bCITYFUND_[A-Z]+\b", text)}
    assert read
    assert {name for name in read if f"`{name}`" not in REFERENCE_TEXT} == set()


def test_every_link_of_a_page_leads_to_a_file():
    pages = [README, *README.parent.glob("*.md"), *REFERENCE.parent.glob("*.md")]
    links = {
        (page, link)
        for page in pages
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    }

    assert links
    assert [f"{page}: {link}" for page, link in links if not (page.parent / link).is_file()] == []


def test_the_readme_links_every_page():
    linked = set(re.findall(r"\]\((cli/docs/[^)#:]+)\)", TEXT))

    assert {f"cli/docs/{page.name}" for page in REFERENCE.parent.glob("*.md")} - linked == set()


def test_every_command_says_what_it_does():
    lines = {name: first_line(command) for name, command in COMMANDS.items()}

    assert_none(
        f"{name}: {line}"
        for name, line in lines.items()
        if not line.endswith(".") or len(line) > 100
    )


def test_every_option_and_argument_says_what_it_is():
    assert_none(
        f"{name}: {one.name}"
        for name, command in COMMANDS.items()
        for one in command.params
        if not getattr(one, "hidden", False) and not command.hidden and not one.help
    )
