"""A command that lacks something asks for it on a terminal, and writes nothing before a yes."""

from __future__ import annotations

import os
import shlex
import sys

import pexpect
import pytest
from officer import Officer
from typist import CTRL_C, CTRL_D, PROMPT, TAB, sits_down, types

pytestmark = pytest.mark.only_on("sqlite")

NEED = ["Metro", "money", "30M EUR", "", "y"]
"""The answers to `need add`, from its first question to the last."""

ASKED: dict[str, list[str]] = {
    "need add": NEED,
    "deal introduce O-0001 N-0001 '1M EUR'": ["2027-01-31", "", "y"],
    "note add": ["THR", "Call back on Monday", "", "y"],
}
"""Lines that lack something, and the answers that complete them."""

ASKED_TOO: dict[str, list[str]] = {
    "city add": ["Isfahan", "iran", "code", "IFN", "", "y"],
    "offer add": ["BANK", "money", "5M EUR", "", "y"],
    "project add": ["Bus line 2", "Tehran", "transport.urban", "", "y"],
    "provider add": ["Fund of Cities", "bank", "", "y"],
    "deal introduce": ["O-0001", "N-0001", "1M EUR", "until", "2027-01-31", "", "y"],
    "deal commit": ["D-0001", "1 EUR", "", "y"],
    "deal deliver": ["D-0002", "1 EUR", "", "y"],
    "deal release": ["D-0001", "1 EUR", "", "y"],
    "approach add": ["N-0001", "BANK", "", "y"],
    "remind": ["THR", "2026-12-24", "Send the letter", "", "y"],
    "partnership add": ["THR", "MHD", "twinning", "", "y"],
    "seat add": ["THR", "METROPOLIS", "", "y"],
    "project edit": ["PRJ-0001", "title", "Metro line 4", "", "y"],
}


@pytest.fixture
def fund(officer: Officer) -> Officer:
    world = officer.world
    world.need("100M EUR", "N-0001")
    world.offer("100M EUR", "O-0001")
    officer.says("project edit PRJ-0001 --title Metro")
    officer.says("city add Tehran --code THR --country IR --name-local تهران")
    officer.says("city add Mashhad --code MHD --country IR") if not world_has(officer) else None
    officer.says("body add Metropolis --code METROPOLIS --kind association")
    officer.says("deal introduce O-0001 N-0001 '10 EUR' --until 2027-01-31")
    officer.says("deal introduce O-0001 N-0001 '20 EUR' --commit --instrument loan")
    return officer


def world_has(officer: Officer) -> bool:
    return any(row["code"] == "MHD" for row in officer.asks("city list")["rows"])


def test_what_is_missing_is_asked_one_at_a_time_and_the_nearest_are_named(fund: Officer) -> None:
    sitting = sits_down(fund, "need add")
    sitting.says("Metroo")
    again = sitting.says("metro")
    assert "No project 'Metroo' was found." in again
    assert "PRJ-0001  Metro" in again
    assert "Metro: project PRJ-0001" in sitting.says("mony")
    again = sitting.says("money")
    assert "'mony' is not one of the words" in again
    assert "\n  money" in again
    sitting.says("30M")
    assert "has no unit" in sitting.says("30M EUR")
    sitting.says("needed-by")
    sitting.says("2027-13-01")
    assert "There is no date 2027-13-01" in sitting.says("2027-12-01")
    sitting.says("")
    before_yes = sitting.says("y")
    assert "This will be recorded: need N-0002 added" in before_yes
    line = before_yes.split("In one line:\n  ")[1].splitlines()[0]
    assert line.endswith("need add PRJ-0001 money '30M EUR' --needed-by 2027-12-01")
    code, text = sitting.ends()
    assert code == 0, text
    assert text.count("[y/N]") == 1
    assert fund.asks("need show N-0002")["needed_by"] == "2027-12-01"

    # The one line does the same.
    same = shlex.split(line)[shlex.split(line).index("need") :]
    assert "30,000,000.00 EUR; declared on" in fund.says(f"{shlex.join(same)} --dry-run")


def test_tab_completes_codes_words_and_names(fund: Officer) -> None:
    sitting = sits_down(fund, "need add", TERM="xterm")
    sitting.waits()
    sitting.types(f"Met{TAB}\r")
    assert "PRJ-0001" in sitting.waits()
    sitting.types(f"exp{TAB}\r")
    assert "expertise" in sitting.waits()
    assert sitting.is_interrupted()[0] == 130


@pytest.mark.parametrize("line", ASKED)
def test_the_answers_complete_the_line(fund: Officer, line: str) -> None:
    _completes(fund, line, ASKED[line])


@pytest.mark.parametrize("line", ASKED)
def test_an_interruption_at_any_question_leaves_nothing(fund: Officer, line: str) -> None:
    _interrupts(fund, line, ASKED[line], CTRL_C)


@pytest.mark.soak
@pytest.mark.parametrize("line", ASKED_TOO)
def test_every_command_asks_and_is_interrupted(fund: Officer, line: str) -> None:
    _interrupts(fund, line, ASKED_TOO[line], CTRL_C)
    _completes(fund, line, ASKED_TOO[line])


def _completes(fund: Officer, line: str, answers: list[str]) -> None:
    text = types(fund, line, *answers)
    assert "In one line:\n  cityfund" in text
    assert text.count("[y/N]") == 1, text


def _interrupts(fund: Officer, line: str, answers: list[str], key: str) -> None:
    for asked in range(len(answers)):
        with fund.world.unchanged():
            sitting = sits_down(fund, line)
            for answer in answers[:asked]:
                sitting.says(answer)
            sitting.waits()
            code, text = sitting.is_interrupted(key)
        assert code == 130, text
        assert text.rstrip().endswith("Interrupted; nothing was recorded."), text


def test_the_end_of_the_input_is_an_interruption(fund: Officer) -> None:
    _interrupts(fund, "remind THR 2026-12-24", ["Send the letter"], CTRL_D)


def test_without_a_yes_nothing_is_written(fund: Officer) -> None:
    with fund.world.unchanged():
        sitting = sits_down(fund, "need add")
        for answer in [*NEED[:-1], "n"]:
            sitting.says(answer)
        code, text = sitting.ends()
    assert code == 130
    assert "Nothing was changed" in text


def test_what_is_refused_can_be_changed(fund: Officer) -> None:
    sitting = sits_down(fund, "need add PRJ-0001 money")
    sitting.says("30M EUR")
    for answer in ("needed-by", "2020-01-01", "code", "N-0001", ""):
        sitting.says(answer)
    assert "error: " in sitting.says("code")
    sitting.says("N-0009")
    sitting.says("y")
    code, text = sitting.ends()
    assert code == 0, text
    assert fund.asks("need show N-0009")["code"] == "N-0009"


@pytest.mark.parametrize("flag", ["--json", "--format json"])
def test_a_script_on_a_terminal_is_not_asked(fund: Officer, flag: str) -> None:
    code, text = sits_down(fund, f"need add {flag}").ends()
    assert code == 2
    assert "PROJECT is missing" in text


def test_yes_is_never_asked(fund: Officer) -> None:
    code, text = sits_down(fund, "project withdraw --yes").ends()
    assert (code, "PROJECT is missing" in text) == (2, True)


def test_a_pipe_names_what_is_missing(fund: Officer) -> None:
    fund.refused("need add", 2, "PROJECT is missing")
    fund.refused("deal introduce O-0001 N-0001 '1M EUR'", 2, "--until DATE")


def test_a_name_from_right_to_left_on_a_narrow_terminal(fund: Officer) -> None:
    text = types(fund, "city edit", "تهران", "name-local", "شهر تهران", "", "y", columns=40)
    assert "city edit THR --name-local 'شهر تهران'" in text
    assert "\x1b" not in text
    assert fund.asks("city show THR")["name_local"] == "شهر تهران"


def test_reading_asks_for_the_code_alone(fund: Officer) -> None:
    text = types(fund, "project show", "Metro")
    assert "PRJ-0001" in text
    assert "[y/N]" not in text


WITHOUT_READLINE = """
import sys
sys.modules["readline"] = None
from cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def test_where_python_has_no_line_editor_it_is_asked_plainly(fund: Officer) -> None:
    words = ["--db", fund.world.url, "--actor", "sara", "need", "add"]
    environment = {
        **os.environ,
        "TERM": "xterm",
        "NO_COLOR": "1",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    sitting = pexpect.spawn(
        sys.executable,
        ["-c", WITHOUT_READLINE, *words],
        env=environment,
        encoding="utf-8",
        timeout=120,
        dimensions=(60, 100),
    )
    screen = ""
    for answer in (f"Met{TAB}", "Metro", "mony", *NEED[1:]):
        sitting.expect(PROMPT)
        screen += f"{sitting.before}{sitting.after}"
        sitting.sendline(answer)
    sitting.expect(pexpect.EOF)
    screen += str(sitting.before)
    sitting.close()
    assert sitting.exitstatus == 0, screen
    assert "'mony' is not one of the words" in screen
    assert "  money" in screen
    assert "In one line:" in screen
    assert "Traceback" not in screen
    assert fund.asks("need show N-0002")["factor"] == "money"


def test_all_that_a_restriction_lacks_is_asked_before_its_options(fund: Officer) -> None:
    sitting = sits_down(fund, "restriction add --providers BANK", columns=80)
    asked = sitting.says("Council")
    assert "--authority: The authority that decided it. Enter goes on to the other" in asked
    assert "leaves it out" not in asked
    then = sitting.says("war")
    assert "--reason is missing." in then
    assert "More can be given" not in then
    assert "More can be given" in sitting.says("")
    sitting.says("n")
    code, text = sitting.ends()
    assert code != 0
    assert "error: --reason" not in text


def test_a_long_question_is_broken_between_words(fund: Officer) -> None:
    line = "restriction add --providers BANK --authority Council --reason war"
    with fund.world.unchanged():
        sitting = sits_down(fund, line, columns=60)
        sitting.says("n", prompt=r"\[y/N\] $")
        _, text = sitting.ends()
    lines = text.splitlines()
    start = next(at for at, one in enumerate(lines) if one.startswith("It bars deals"))
    end = next(at for at, one in enumerate(lines) if "[y/N]" in one)
    assert end > start, text
    assert all(len(one) <= 60 for one in lines[start : end + 1]), lines
    assert "Record it all the same?" in " ".join(one.strip() for one in lines[start : end + 1])
