"""The ledger that the tests of a file begin with: furnished once a run, and copied for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ledgers import Ledgers, copy_or_new
from officer import Officer, furnished


def beginning(name: str, furnish: Callable[[Officer], object]) -> tuple[Any, Any, Any]:
    """Make the fixtures of a ledger that is furnished once: `NAME_once`, `ledger_url` and `NAME`.

    A module gives them these names. The last is an officer before a copy of the ledger; tests that
    do not ask for it have a ledger to which nothing has happened yet.
    """

    @pytest.fixture(scope="session", name=f"{name}_once")
    def once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
        return furnished(run_ledgers, furnish, tmp_path_factory.mktemp(name))

    @pytest.fixture(name="ledger_url")
    def url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
        return copy_or_new(ledgers, request, name)

    @pytest.fixture(name=name)
    def officer_of_it(officer: Officer) -> Officer:
        return officer

    return once, url, officer_of_it
