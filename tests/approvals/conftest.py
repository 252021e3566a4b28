"""People at a ledger with a deal that is held, and no rules yet."""

from __future__ import annotations

from pathlib import Path

import pytest
from officer import without_settings
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


@pytest.fixture
def sara(person_of: PersonOf) -> Person:
    """Give an officer with a deal of which 20M EUR are held."""
    person = person_of("sara")
    for line in (
        "city add Mashhad --code MHD --country IR",
        "project add Metro --code PRJ-1 --city MHD --sector transport.urban",
        "provider add Bank --code BANK --kind bank --country FR",
        'need add PRJ-1 money "50M EUR"',
        'offer add BANK money "50M EUR"',
        'deal introduce O-0001 N-0001 "20M EUR" --until 2027-03-01',
    ):
        person.says(line)
    return person


@pytest.fixture
def lea(person_of: PersonOf) -> Person:
    """Give another person."""
    return person_of("lea")
