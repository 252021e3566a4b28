"""An officer's day at a terminal, from a city's call in the morning to the hand-over and the night.

Each command is typed as the README and the help teach it; what is not typed is asked for. At every
question the officer interrupts once before answering: nothing is recorded then, and that is said.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest
from officer import Officer
from typist import sits_down

pytestmark = pytest.mark.only_on("sqlite")

MOST_COMMANDS = 60


class Typed(NamedTuple):
    """A command, what the screen must show of its answer, and the answers to its questions."""

    line: str
    shows: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()


def typed(line: str, *shows: str, answers: tuple[str, ...] = ()) -> Typed:
    return Typed(line, shows, answers)


PHONE = [typed("brief Mashhad", "Mashhad", "N-0001", "Call the mayor")]
"""What a city asks on the phone: how its projects stand, and what happens next."""

BOARD = [
    typed("gaps --by factor", "money", "expertise"),
    typed("report overview", "Coverage"),
]
"""What the board asks: what is missing, and how far the fund has come."""

HAND_OVER = [typed("brief --mine", "PRJ-0001", "D-0001")]

MORNING = [
    typed("status"),
    typed("find mashhd", "Mashhad", "MHD"),
    typed("show Mashhad", "Iran"),
    typed("city list --where country=IR", "MHD", "THR"),
]

A_PROJECT = [
    typed(
        "project add",
        "project PRJ-0001 added",
        answers=("Bus rapid transit", "Mashhad", "transport.urban", "", "y"),
    ),
    typed("owner add PRJ-0001 sara", "owner"),
    typed(
        "need add 'Bus rapid transit'",
        "need N-0001 added",
        answers=("mony", "money", "30M EUR", "needed-by", "2027-12-01", "", "y"),
    ),
    typed(
        "need add PRJ-0001 expertise '200 person-day' --topic bus-rapid-transit",
        "need N-0002 added",
    ),
    typed("project show PRJ-0001", "N-0001", "N-0002"),
    typed("offer add", "offer O-0001 added", answers=("BANK", "money", "50M EUR", "", "y")),
    typed(
        "offer add SP expertise '300 person-day' --topics bus-rapid-transit", "offer O-0002 added"
    ),
    typed("need candidates N-0001", "O-0001"),
    typed("match", "Proposal", "O-0002"),
]

APPROACHES = [
    typed("approach suggest N-0001", "BANK"),
    typed("approach add N-0001", "approach AP-0001 added", answers=("BANK", "", "y")),
    typed("approach letter AP-0001", "Mashhad"),
    typed("note add MHD", answers=("The mayor calls back on Monday.", "", "y")),
    typed(
        "remind MHD",
        answers=("2026-13-01", "today", "Call the mayor", "", "y"),
    ),
    typed("contact add MHD 'Reza Karimi' --role Mayor", "contact"),
    typed("status", "Call the mayor"),
]

DEALS = [
    typed(
        "deal introduce O-0001 N-0001",
        "deal D-0001 introduced",
        answers=("20M EUR", "until", "2027-03-31", "", "y"),
    ),
    typed(
        "deal introduce O-0002 N-0002 '150 person-day'",
        "deal D-0002 introduced",
        answers=("2027-03-31", "", "y"),
    ),
    typed("approach reply AP-0001 interested", "approach"),
    typed("deal commit", "deal D-0001 committed", answers=("D-0001", "15M EUR", "", "y")),
    typed("deal commit D-0002", "deal D-0002 committed", answers=("y",)),
    typed("deal deliver D-0002", "deal D-0002 delivered", answers=("y",)),
    typed("deal release D-0001", "deal D-0001 released", answers=("y",)),
    typed("deal list", "D-0001", "Mashhad"),
    typed("deal show D-0001", "15,000,000.00"),
    typed("gaps", "N-0001", "15,000,000.00"),
    typed("undo --reason 'released too early'", answers=("y",)),
]

EVENING = [
    typed("log --since today", "PRJ-0001"),
    typed("history N-0001", "30M EUR declared"),
    typed("done R-0001", "R-0001"),
    typed("check", "balances"),
    typed("reconcile", "Night"),
    typed("finding list"),
    typed("status"),
]

DAY = [*MORNING, *A_PROJECT, *APPROACHES, *PHONE, *DEALS, *BOARD, *HAND_OVER, *EVENING]


@pytest.fixture
def office(officer: Officer) -> Officer:
    """Give a ledger with the cities and providers that were there in the morning."""
    officer.says("city add Mashhad --code MHD --country IR --name-local مشهد")
    officer.says("city add Tehran --code THR --country IR --name-local تهران")
    officer.says("provider add 'Bank of Cities' --kind bank --code BANK")
    officer.says("provider add 'São Paulo' --kind institute --code SP")
    return officer


def test_questions_of_a_day_take_few_commands() -> None:
    assert len(DAY) <= MOST_COMMANDS
    assert (len(PHONE), len(BOARD), len(HAND_OVER)) == (1, 2, 1)


def test_a_whole_day_with_an_interruption_at_every_question(office: Officer) -> None:
    for command in DAY:
        for question in range(len(command.answers)):
            _interrupted(office, command, question)
        _done(office, command)


def _interrupted(office: Officer, command: Typed, question: int) -> None:
    with office.world.unchanged():
        sitting = sits_down(office, command.line)
        for answer in command.answers[:question]:
            sitting.says(answer)
        sitting.waits()
        code, text = sitting.is_interrupted()
    assert code == 130, text
    assert "Interrupted; nothing was recorded." in text, text
    assert "Traceback" not in text


def _done(office: Officer, command: Typed) -> None:
    sitting = sits_down(office, command.line)
    for answer in command.answers:
        sitting.says(answer)
    code, text = sitting.ends()
    assert code in ({0, 1} if command.line == "reconcile" else {0}), text
    for words in command.shows:
        assert words in text, f"{command.line}: {words!r} is not in\n{text}"
    assert text.count("[y/N]") <= 1, text
