"""People at a ledger with a deal that is held, and no rules yet."""

from __future__ import annotations

from pathlib import Path

import pytest
from ledgers import Ledgers, copy_or_new
from officer import Officer, Unheard, furnished, without_settings
from people import Person, PersonOf
from world import World


@pytest.fixture
def person_of(
    world: World,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> PersonOf:
    """Give people by their names, at one ledger."""
    without_settings(monkeypatch, tmp_path)
    return lambda name: Person(world, capsys, name)


def furnish(officer: Officer) -> None:
    """Record a deal of which 20M EUR are held."""
    person = Person(officer.world, Unheard(), "sara")
    for line in (
        "city add Mashhad --code MHD --country IR",
        "project add Metro --code PRJ-1 --city MHD --sector transport.urban",
        "provider add Bank --code BANK --kind bank --country FR",
        'need add PRJ-1 money "50M EUR"',
        'offer add BANK money "50M EUR"',
        'deal introduce O-0001 N-0001 "20M EUR" --until 2027-03-01',
    ):
        person.says(line)


@pytest.fixture(scope="session")
def sara_once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the URL of a ledger with the deal, for the tests to copy."""
    return furnished(run_ledgers, furnish, tmp_path_factory.mktemp("sara"))


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "sara")


@pytest.fixture
def sara(person_of: PersonOf) -> Person:
    """Give an officer with a deal of which 20M EUR are held."""
    return person_of("sara")


@pytest.fixture
def lea(person_of: PersonOf) -> Person:
    """Give another person."""
    return person_of("lea")
