"""The officer of these tests, with cities that ask and cities that could serve."""

from __future__ import annotations

import pytest
from ledgers import Ledgers, copy_or_new
from officer import Officer, furnished

SOURCE = ("--source", "BRTData")
MEASURED = "--unit passengers --better higher --as-of 2013"


def furnish(officer: Officer) -> None:
    """Let Mashhad ask for a bus rapid transit, of which others are in front in several ways."""
    for code, name, country, population in (
        ("MHD", "Mashhad", "IR", 3_000_000),
        ("SAO", "'São Paulo'", "BR", 12_000_000),
        ("BOG", "Bogotá", "CO", 7_000_000),
        ("KHI", "Karachi", "PK", 15_000_000),
        ("TEH", "Tehran", "IR", 9_000_000),
    ):
        officer.says(f"city add {name} --code {code} --country {country} --population {population}")
    officer.says("project add 'Bus lanes' --code BRT --city MHD --sector transport.urban")
    officer.says(
        "need add BRT expertise '40 person-day' --code N-1 --topic bus-rapid-transit "
        "--on 2026-01-10"
    )
    officer.says("need add BRT money '9M EUR' --code N-2 --on 2026-01-10")
    for code, city, value in (("CR-S", "SAO", "3194000"), ("CR-T", "TEH", "2000000")):
        officer.says(
            f"credential add {city} bus-rapid-transit 'the whole system' --code {code} "
            f"--measure 'passengers a day' --value {value} {MEASURED}",
            *SOURCE,
        )
    officer.says(
        "credential add BOG 'Bus rapid transit' 'El Dorado' --code CR-B --grade gold --as-of 2013",
        *SOURCE,
    )
    officer.says("provider add 'City of Karachi' --code KHIP --kind city --city KHI")
    officer.says(
        "offer add KHIP expertise '30 person-day' --code O-1 --topics bus-rapid-transit "
        "--on 2026-01-10"
    )


@pytest.fixture(scope="session")
def cities_once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the URL of a ledger that was furnished once, for the tests to copy."""
    return furnished(run_ledgers, furnish, tmp_path_factory.mktemp("cities"))


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "cities")


@pytest.fixture
def cities(officer: Officer) -> Officer:
    """Give an officer whose ledger has cities, credentials, a need of Mashhad and an offer."""
    return officer
