"""The officer of these tests, with a small member city, provider and project at hand."""

from __future__ import annotations

import pytest
from ledgers import Ledgers, copy_or_new
from officer import Officer, furnished


def furnish(officer: Officer) -> None:
    """Add a city, two providers, a project and three offers."""
    officer.says("city add Mashhad --code MHD --country IR --member-since 1993")
    officer.says("provider add 'Example Development Bank' --code EDB --kind bank --country DE")
    officer.says("provider add 'Metro Builders' --code MBL --kind firm")
    officer.says(
        "project add 'Urban railway line 3' --city MHD --sector transport.urban --on 2026-01-10",
        *("--need", "money 90M EUR", "--need", "expertise 40 person-day metro"),
        *("--need", "implementation 8 km metro", "--need", "money ? IRR"),
    )
    officer.says("offer add EDB money '100M EUR' --sectors transport --on 2026-01-10")
    officer.says("offer add EDB expertise '30 person-day' --topics tramway --on 2026-01-10")


@pytest.fixture(scope="session")
def fund_once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the URL of a ledger that was furnished once, for the tests to copy."""
    return furnished(run_ledgers, furnish, tmp_path_factory.mktemp("fund"))


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "fund")


@pytest.fixture
def fund(officer: Officer) -> Officer:
    """Give an officer whose ledger has a city, two providers, a project and three offers."""
    return officer
