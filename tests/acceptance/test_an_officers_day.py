"""An officer's day at a terminal: five mistakes, each found and corrected by one command."""

from __future__ import annotations

import os
import pty
import re
import shlex
import sys
from termios import tcsetwinsize

import pexpect
import pytest
from officer import Officer
from pexpect.fdpexpect import fdspawn

from cli.main import main

Figures = dict[str, str]


class Desk:
    """An officer who types at a terminal and answers what is asked; scripts read the figures."""

    def __init__(self, officer: Officer) -> None:
        self.officer = officer
        self.in_the_morning = self.doctor()

    def doctor(self) -> list[str]:
        """Ask the doctor what is wrong, but for figures: the server of the tests is not durable."""
        lines = self.officer.tries("doctor").out.splitlines()
        return [re.sub(r"[0-9]+", "", line) for line in lines if line.startswith("finding")]

    def types(self, line: str, *, asked: str = "") -> str:
        """Type a line, say yes to what is asked, and give all that the terminal shows."""
        words = ["--db", self.officer.world.url, "--actor", "sara", *shlex.split(line)]
        process, terminal = pty.fork()
        if not process:
            _at_the_terminal(words)
        tcsetwinsize(terminal, (60, 100))
        screen = fdspawn(terminal, timeout=60, encoding="utf-8")
        shown = ""
        if asked:
            screen.expect_exact("[y/N]")
            shown = str(screen.before)
            assert asked in " ".join(shown.split()), shown
            screen.sendline("yes")
        screen.expect(pexpect.EOF)
        shown += str(screen.before)
        screen.close()
        assert os.waitpid(process, 0)[1] == 0, shown
        return shown

    def entry(self) -> int:
        """Give the number of the last entry, as the receipt shows it."""
        return self.officer.world.entries()[-1].number

    def need(self, **figures: str) -> None:
        """Hold what is shown of the need and of its gap to what they should be."""
        shown = self.officer.asks("need show N1")
        assert {name: shown[name] for name in figures} == figures
        (gap,) = self.officer.asks("gaps --all")["rows"]
        assert {name: gap[name] for name in figures} == figures

    def deal(self, as_of: str, **figures: str) -> None:
        """Hold the deal on a day to what it should be."""
        shown = self.officer.asks(f"deal show D-0001 --as-of {as_of}")
        assert {name: shown[name] for name in figures} == figures

    def is_in_order(self) -> None:
        """Let the doctor and the checks look at the ledger: they find nothing new."""
        assert self.doctor() == self.in_the_morning
        self.officer.says("check")


def _at_the_terminal(words: list[str]) -> None:
    """Run the program in a process of its own, with the terminal as its standard streams."""
    code = 70
    try:
        sys.stdin, sys.stdout, sys.stderr = (
            os.fdopen(number, mode, encoding="utf-8") for number, mode in enumerate(("r", "w", "w"))
        )
        os.environ |= {"TERM": "xterm", "NO_COLOR": "1"}
        code = main(words)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


@pytest.fixture
def desk(officer: Officer) -> Desk:
    return Desk(officer)


def test_five_mistakes_of_a_day_are_each_corrected_by_one_command(desk: Desk) -> None:
    desk.types("city add Tehran --code THR --country IR")
    desk.types("city add Mashad --code MHD --country IR")
    desk.types("project add 'Metro line 4' --city THR --sector transport.urban --code METRO")
    desk.types("provider add 'Bank of Cities' --kind bank --code BANK")
    desk.types("need add METRO money '1000 EUR' --code N1 --on 2026-01-15")
    desk.types("offer add BANK money '5000 EUR' --code O1 --on 2026-01-10")
    desk.need(city="THR", committed="0.00", gap="1000.00")

    # The city's name is misspelt.
    assert "Mashhad" in desk.types("city edit MHD --name Mashhad")
    assert desk.officer.asks("city show MHD")["name"] == "Mashhad"
    desk.is_in_order()

    # The project is another city's.
    desk.types("project edit METRO --city MHD --reason 'filed under the wrong city'")
    desk.need(city="MHD", committed="0.00", gap="1000.00")
    desk.is_in_order()

    # The commitment is dated by the day of the letter's arrival.
    desk.types("deal introduce O1 N1 '600 EUR' --until 2026-12-31 --on 2026-09-01")
    desk.types("deal commit D-0001 --on 2026-11-20 --reference 'Letter 7'", asked="committed")
    desk.types(f"journal correct {desk.entry()} --on 2026-10-05 --reason 'the date of signing'")
    desk.deal("2026-10-04", held="600.00", committed="0.00")
    desk.deal("2026-10-05", held="0.00", committed="600.00")
    desk.need(committed="600.00", delivered="0.00", gap="400.00")
    desk.is_in_order()

    # The amount of a delivery has a digit too many in its place.
    desk.types("deal deliver D-0001 '520 EUR' --on 2026-11-02")
    desk.types(f"journal correct {desk.entry()} --quantity '250 EUR' --reason 'digits swapped'")
    desk.deal("2026-11-02", committed="350.00", delivered="250.00")
    desk.need(committed="350.00", delivered="250.00", gap="400.00")
    desk.is_in_order()

    # The same delivery is entered again.
    desk.types("deal deliver D-0001 '250 EUR' --on 2026-11-02", asked="already")
    desk.need(committed="100.00", delivered="500.00", gap="400.00")
    desk.types("undo --reason 'entered twice'", asked="D-0001")
    desk.deal("2026-11-02", committed="350.00", delivered="250.00")
    desk.need(committed="350.00", delivered="250.00", gap="400.00")
    desk.is_in_order()
