"""A small ledger in which there is something of everything that commands act on."""

from __future__ import annotations

import pytest
from example_ledger import furnish
from ledgers import Ledgers
from officer import furnished


@pytest.fixture(scope="session")
def furnished_once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the URL of a ledger that was furnished once, for the tests to copy."""
    return furnished(run_ledgers, furnish, tmp_path_factory.mktemp("furnished"))
