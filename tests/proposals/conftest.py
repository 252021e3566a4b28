"""The officer of these tests, with two projects that one bank and one builder can help."""

from __future__ import annotations

import pytest
from ledgers import Ledgers, copy_or_new
from officer import Officer, furnished

from ledger.core.factors import Factor


def furnish(officer: Officer) -> None:
    """Fill a ledger whose best proposal is one: three lines, and PRJ-0001 becomes complete.

    The bank has 120 EUR: 100 complete the heavier project, 20 are left for the other, whose
    expertise nobody offers.
    """
    world = officer.world
    world.project(weight=2)
    world.need("100 EUR", "N-0001")
    world.need("1 package", "N-0002", factor=Factor.IMPLEMENTATION, divisible=False)
    world.project("PRJ-0002", title="A tram line")
    world.need("70 EUR", "N-0003", project="PRJ-0002")
    world.need("10 person-day", "N-0004", project="PRJ-0002", factor=Factor.EXPERTISE)
    world.offer("120 EUR", "O-0001")
    world.provider("BUILD", name="Builders", kind="firm")
    world.offer("1 package", "O-0002", provider="BUILD", factor=Factor.IMPLEMENTATION)


@pytest.fixture(scope="session")
def fund_once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the URL of a ledger that was furnished once, for the tests to copy."""
    return furnished(run_ledgers, furnish, tmp_path_factory.mktemp("fund"))


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "fund")


@pytest.fixture
def fund(officer: Officer) -> Officer:
    """Give a ledger whose best proposal is one: three lines, and PRJ-0001 becomes complete.

    The bank has 120 EUR: 100 complete the heavier project, 20 are left for the other, whose
    expertise nobody offers.
    """
    return officer
