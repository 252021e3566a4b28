"""Acts on all there is, and on several records, ask on a terminal and act at once in a script."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pexpect
import pytest
from beginnings import beginning
from officer import Officer, Said

from cli.framework import terminal

ASKED = [
    "deal commit D-0001",
    "deal release D-0001",
    "deal deliver D-0002",
    "deal release D-0002 --committed",
    "need withdraw N-0001",
    "offer withdraw O-0001",
    "project cancel PRJ-0001 --reason 'no longer wanted'",
    "match accept --until 2027-01-31",
    "journal reverse 1 --reason 'a slip'",
    "topic rename Metro 'Rapid transit'",
]
NOT_ASKED = [
    "deal commit D-0001 '5 EUR'",
    "deal release D-0001 '5 EUR'",
    "need withdraw N-0001 '5 EUR'",
    "match accept 1 --until 2027-01-31",
    "need reinstate N-0001 '1 EUR'",
    "deal return D-0002 '1 EUR'",
]

At = Callable[[str, str], Said]


def furnish_fund(officer: Officer) -> None:
    """Fill a ledger on which each of the acts can be done."""
    world = officer.world
    world.need("100 EUR", "N-0001")
    world.need("1 EUR", "N-0002")
    world.offer("100 EUR", "O-0001")
    officer.says("deal introduce O-0001 N-0001 '10 EUR' --until 2027-01-31")
    officer.says("deal introduce O-0001 N-0001 '20 EUR' --commit --instrument loan")
    officer.says("deal deliver D-0002 '1 EUR'")
    officer.says("need withdraw N-0001 '2 EUR'")
    officer.says("need withdraw N-0001 '3 EUR'")
    officer.says("match --save")
    officer.says("need add PRJ-0001 money '1 EUR' --topic Metro --code N-0003")


fund_once, ledger_url, fund = beginning("fund", furnish_fund)


def reversing_last(officer: Officer, line: str) -> str:
    """Give a line that reverses entry 1 as one that reverses the withdrawal that came last."""
    if "reverse 1 " not in line:
        return line
    last = officer.asks("journal list --need N-0001")["rows"][-1]["entry"]
    return line.replace("reverse 1 ", f"reverse {last} ")


@pytest.fixture
def typed(fund: Officer, monkeypatch: pytest.MonkeyPatch) -> At:
    """Give what says a line on a terminal, where a person answers."""

    def at(line: str, answer: str) -> Said:
        words = reversing_last(fund, line)
        with _terminal(monkeypatch, answer):
            return fund.tries(words)

    return at


@contextmanager
def _terminal(monkeypatch: pytest.MonkeyPatch, answer: str) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setattr(terminal, "can_ask", lambda: True)
        patched.setattr(sys, "stdin", io.StringIO(f"{answer}\n"))
        yield


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("line", ASKED)
def test_an_act_on_all_there_is_asks_and_nothing_is_done_without_a_yes(
    fund: Officer, typed: At, line: str
) -> None:
    with fund.world.unchanged():
        done = typed(line, "n")
    assert done.code == 130, done
    assert "This will be recorded: " in done.err
    assert "\n  ledger: " in done.err
    assert "Do this? [y/N]" in done.err
    assert done.out == ""

    agreed = typed(line, "y")
    assert agreed.code == 0, agreed
    assert agreed.out.startswith(("entr", "done")), agreed


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("line", [f"{line} --yes" for line in ASKED] + NOT_ASKED)
def test_with_yes_or_a_quantity_nothing_is_asked(typed: At, line: str) -> None:
    done = typed(line, "")
    assert done.code == 0, done
    assert "Do this?" not in done.err


@pytest.mark.parametrize("line", ASKED)
@pytest.mark.only_on("sqlite")
def test_in_a_script_nothing_is_asked(fund: Officer, line: str) -> None:
    done = fund.tries(reversing_last(fund, line))
    assert done.code == 0, done
    assert "Do this?" not in done.err


@pytest.mark.only_on("sqlite")
def test_an_undo_says_line_by_line_what_it_takes_back(fund: Officer, typed: At) -> None:
    with fund.world.unchanged():
        done = typed("undo --reason slip", "n")
    assert done.code == 130, done
    assert "declare 1.00 EUR, need N-0003, 2026-11-23 → reversed" in done.err
    assert "need N-0003: added → marked as recorded in error" in done.err
    assert "Do this? [y/N]" in done.err
    assert typed("undo --reason slip", "y").code == 0


@pytest.mark.only_on("sqlite")
def test_a_repeated_request_is_not_asked_again(typed: At) -> None:
    assert typed("deal commit D-0001 --key letter-1", "y").code == 0
    again = typed("deal commit D-0001 --key letter-1", "")
    assert again.code == 0
    assert "Already recorded" in again.out


def test_what_others_do_meanwhile_is_not_agreed_to(
    fund: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answers(*_: object) -> None:
        fund.world.commit("4 EUR", "D-0001")

    monkeypatch.setattr(terminal, "can_ask", lambda: True)
    monkeypatch.setattr(terminal, "confirm", answers)
    done = fund.tries("deal commit D-0001 --json")
    assert done.code == 6, done
    assert '"moved-on"' in done.err


@pytest.mark.only_on("sqlite")
def test_a_person_at_a_terminal_sees_the_preview_and_answers(fund: Officer) -> None:
    child = pexpect.spawn(
        sys.executable,
        ["-c", "from cli.main import main; raise SystemExit(main())", "deal", "release", "D-0001"],
        env={**os.environ, "CITYFUND_DB": fund.world.url, "TERM": "xterm", "NO_COLOR": "1"},
        dimensions=(50, 80),
        encoding="utf-8",
        timeout=120,
    )
    child.expect_exact("This will be recorded: deal D-0001 released")
    child.expect_exact("Do this? [y/N]")
    child.sendline("yes")
    child.expect(pexpect.EOF)
    assert "deal D-0001 released" in str(child.before)
