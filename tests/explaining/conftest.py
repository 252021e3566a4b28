"""A fund whose supply is short, and an officer who asks why."""

from __future__ import annotations

import pytest
from ledgers import Ledgers, copy_or_new
from officer import Officer, furnished


def furnish(officer: Officer) -> None:
    """Open a fund with 100M EUR and two builders, whose four projects ask for 205M EUR."""
    for name, code, country in (("Mashhad", "MHD", "IR"), ("Lahore", "LHE", "PK")):
        officer.says(f"city add {name} --code {code} --country {country}")
    officer.says("city add Accra --code ACC --country GH")
    officer.says("provider add 'Sample Bank' --code BANK --kind bank")
    officer.says("provider add 'Sample Builders' --code BLD --kind firm")
    for title, city, weight, *needs in (
        ("Metro line", "MHD", 5, "money 60M EUR", "implementation 1 package"),
        ("Tramway", "LHE", 2, "money 40M EUR", "expertise 100 person-day"),
        ("Bus lanes", "ACC", 2, "money 30M EUR"),
        ("Cable car", "ACC", 3, "money 70M EUR", "implementation 1 package"),
        ("Harbour ferry", "ACC", 1, "money 5M EUR"),
    ):
        sector = "transport.water" if title == "Harbour ferry" else "transport.urban"
        said = [word for need in needs for word in ("--need", need)]
        line = f"project add '{title}' --city {city} --sector {sector} --weight {weight}"
        officer.says(line, *said)
    urban = "--sectors transport.urban --min-ticket '10M EUR'"
    officer.says(f"offer add BANK money '70M EUR' {urban}")
    officer.says("offer add BANK money '30M EUR' --countries PK --countries IR")
    officer.says("offer add BLD expertise '80 person-day'")
    officer.says("offer add BLD expertise '30 person-day' --condition complete")
    officer.says("offer add BLD implementation '2 package' --valid-until 2026-12-20")
    officer.says("offer add BANK money '4M EUR' --sectors transport.water --max-share 0.5")


@pytest.fixture(scope="session")
def short_once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the URL of a ledger that was furnished once, for the tests to copy."""
    return furnished(run_ledgers, furnish, tmp_path_factory.mktemp("short"))


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "short")


@pytest.fixture
def short(officer: Officer) -> Officer:
    """Give a fund with 100M EUR and two builders, whose four projects ask for 205M EUR."""
    return officer
