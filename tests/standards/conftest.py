"""A fund to publish, furnished once, and an empty ledger that reads what was published."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ledgers import Ledgers, copy_or_new
from officer import Officer, furnished
from publishing import furnish_fund
from world import World


@pytest.fixture(scope="session")
def fund_once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Furnish the ledger of a fund."""
    return furnished(run_ledgers, furnish_fund, tmp_path_factory.mktemp("fund"))


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    """Give a copy of the fund's ledger."""
    return copy_or_new(ledgers, request, "fund")


@pytest.fixture
def fund(officer: Officer) -> Officer:
    """Give an officer of a fund with two projects and four deals."""
    return officer


@pytest.fixture
def reader(
    ledgers: Ledgers, fund: Officer, capsys: pytest.CaptureFixture[str]
) -> Iterator[Officer]:
    """Give an officer before an empty ledger."""
    world = World(ledgers.new())
    yield Officer(world, capsys)
    world.ledger.engine.dispose()
