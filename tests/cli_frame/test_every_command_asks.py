"""Every command of a register asks for what it lacks, and writes what its whole line says."""

from __future__ import annotations

import re
import shlex
from typing import Any, NamedTuple

import pytest
from every_command import every_command
from ledgers import Ledgers, copy_or_new
from officer import Officer
from test_receipts_of_every_command import TERMS, texts
from typist import CTRL_C, sits_down

from cli.framework.answers import is_pair
from cli.framework.options import COMMON_PANEL
from cli.framework.usage_errors import argument_name
from ledger.registers.table import REGISTERS

pytestmark = pytest.mark.only_on("sqlite")

COMMANDS = dict(every_command())
OF_REGISTERS = sorted(name for name in TERMS if name.split()[0] in REGISTERS and " " in name)
"""The writing commands of registers, each of which needs a record or terms."""

ASKED_HERE = sorted(
    {
        *("meeting add", "meeting attend", "meeting edit", "attendance add", "motion add"),
        *("restriction add", "restriction confirm", "restriction end", "exemption add"),
        *("exemption end", "body add", "credential add", "target add", "undertaking add"),
        *("contact add", "owner add", "reminder reopen", "identifier add", "phase add"),
        *("instalment add", "unit add", "office retire", "approach reply", "limit end"),
    }
)
"""One command or more of each register that the tests of single questions do not try."""

ITS_OWN_QUESTION = re.compile(r"(?m)^([A-Z_|]+|--[a-z-]+|Option|Change): $|\[y/N\] $")


class Given(NamedTuple):
    """What a line gives: the words that stay on it, and the answers by the name that is asked."""

    typed: str
    answers: dict[str, str]


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "furnished")


def given_by(name: str) -> Given:
    """Tell what of a line is asked for from what a person types: options that all commands have."""
    params = COMMANDS[name].params
    options = {opt: one for one in params for opt in one.opts if opt.startswith("--")}
    arguments = [one for one in params if one.param_type_name == "argument"]
    answers: dict[str, str] = {}
    typed: list[str] = []
    words = shlex.split(TERMS[name])
    while words:
        word = words.pop(0)
        if not word.startswith("--"):
            argument = arguments.pop(0)
            if argument.nargs != 1:
                several = [word]
                while words and not words[0].startswith("--"):
                    several.append(words.pop(0))
                word = shlex.join(several)
            answers[argument_name(argument).rstrip(".")] = word
            continue
        one = options[word]
        value = [] if one.is_flag else [words.pop(0)]
        if is_pair(one):
            value.append(words.pop(0))
        if word == "--yes":
            continue  # nothing is asked with it
        if getattr(one, "rich_help_panel", None) == COMMON_PANEL:
            typed += [word, *value]
        else:
            answers[one.opts[0]] = shlex.join(value) if len(value) > 1 else "".join(value)
    return Given(shlex.join([*name.split(), *typed]), answers)


def completes(officer: Officer, name: str, *, until_last: bool = False) -> tuple[int, str]:
    """Answer every question of a command; or press Ctrl-C at the last one."""
    given = given_by(name)
    left = dict(given.answers)
    sitting = sits_down(officer, given.typed, columns=200)
    for _ in range(60):
        try:
            screen = sitting.waits()
        except AssertionError:
            break
        found = ITS_OWN_QUESTION.search(screen)
        asked = found[1] if found else None
        if asked is None:
            if until_last:
                return sitting.is_interrupted(CTRL_C)
            answer = "y"
        elif asked == "Option":
            answer = next((option for option in left if option.startswith("--")), "")
            if answer and _is_flag(name, answer):
                left.pop(answer)
        else:
            assert asked in left, (asked, left, sitting.text)
            answer = left.pop(asked)
        sitting.types(f"{answer}\r")
    assert left == {}, sitting.text
    return sitting.ends()


def _is_flag(name: str, option: str) -> bool:
    return next(bool(one.is_flag) for one in COMMANDS[name].params if option in one.opts)


def test_each_register_is_tried() -> None:
    written = {name.split()[0] for name in OF_REGISTERS}
    singly = {"need", "deal", "note", "city", "offer", "project", "provider", "partnership", "seat"}
    assert written <= {name.split()[0] for name in ASKED_HERE} | singly


@pytest.fixture(name="furnished")
def furnished_ledger(officer: Officer) -> Officer:
    """Give a ledger on which each of the lines can be carried out."""
    return officer


def _is_asked_and_writes_what_its_line_says(officer: Officer, name: str) -> None:
    plain: dict[str, Any] = officer.asks(f"{name} {TERMS[name]} --dry-run")
    with officer.world.unchanged():
        code, text = completes(officer, name, until_last=True)
        assert (code, "Interrupted; nothing was recorded." in text) == (130, True), text
    code, text = completes(officer, name)
    assert code == 0, text
    assert text.count("[y/N]") == 1, text
    assert "In one line:\n  cityfund" in text
    said = re.sub(r"\s+", " ", text.replace(",", ""))
    assert [one for one in texts(plain) if re.sub(r"\s+", " ", one) not in said] == []


@pytest.mark.parametrize("name", ASKED_HERE)
def test_a_command_asks_and_writes_what_its_line_says(furnished: Officer, name: str) -> None:
    _is_asked_and_writes_what_its_line_says(furnished, name)


@pytest.mark.soak
@pytest.mark.parametrize("name", sorted({*OF_REGISTERS} - {*ASKED_HERE}))
def test_every_command_asks_and_writes_what_its_line_says(furnished: Officer, name: str) -> None:
    _is_asked_and_writes_what_its_line_says(furnished, name)
