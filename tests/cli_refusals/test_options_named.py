"""A refusal names what was typed: an option of the command, and none that it does not have."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from beginnings import beginning
from every_command import every_command
from officer import Officer

_OPTIONS = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
_QUOTED = re.compile(r"cityfund [a-z].*")

LINES = (
    "partnership done UT-0001 --on 2099-01-01",
    "partnership done UT-0001 --on 2099",
    "partnership done UT-0001 --done-on 2099-01-01",
    "partnership log PA-0001 'A visit' --by LHE --on 2099-01-01",
    "partnership log PA-0001 'A visit' --by LHE --on 2099-01",
    "partnership end PA-0001 --on 2099-01-01",
    "partnership end PA-0001 --on 2099",
    "partnership end PA-0001 --ended 2099",
    "done R-0001 --on 2099-01-01",
    "remind MHD tomorrow 'a\tb\x07'",
    "note add MHD x --on 2099-01-01",
    "note add MHD x --date 2099-01-01",
    "approach add N-0001 BANK --on 2099-01-01",
    "approach reply AP-0001 interested --on 2099-01-01",
    "deal introduce O-0001 N-0001 '1 EUR' --until 2099-01-01 --on 2098-01-01",
    "need add PRJ-0001 money '1 EUR' --on 2099-01-01",
)


def _furnish(officer: Officer) -> None:
    for line in (
        "city add Mashhad --code MHD --country IR",
        "city add Lahore --code LHE --country PK",
        "provider add Bank --code BANK --kind bank",
        "project add Line --city MHD --sector transport --need 'money 9 EUR'",
        "offer add BANK money '9 EUR'",
        "partnership add MHD LHE --kind twinning --signed 2006",
        "partnership undertake PA-0001 'A visit' --by MHD",
        "approach add N-0001 BANK",
        "remind MHD today look",
    ):
        officer.says(line)


tie_once, ledger_url, tie = beginning("tie", _furnish)


@pytest.mark.parametrize("line", LINES)
def test_what_is_wrong_is_named_as_it_was_typed(tie, line):
    error = _refusal(tie, line)
    assert set(_OPTIONS.findall(error["what"])) <= set(_OPTIONS.findall(line)), error


@pytest.mark.parametrize("line", LINES)
def test_what_to_do_next_can_be_done_with_the_command(tie, line):
    error = _refusal(tie, line)
    words = shlex.split(line)
    commands = dict(every_command())
    command = commands.get(" ".join(words[:2])) or commands[words[0]]
    known = {option for param in command.params for option in param.opts}
    assert set(_OPTIONS.findall(_QUOTED.sub("", error["next"]))) <= known, error


def _refusal(tie: Officer, line: str) -> dict[str, str]:
    with tie.world.unchanged():
        answer = tie.tries(line, "--json")
    assert answer.code, answer
    error: dict[str, str] = json.loads(answer.err)
    return error
