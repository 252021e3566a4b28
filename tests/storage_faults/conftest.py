"""One process with the shim for the tests of a worker, and the ledger that its cases begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hands import seed_of
from ledgers import SqliteLedgers, sqlite_file
from officers import Officer
from storage import Storage, shim_in, storage_that_fails


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    return seed_of(request)


@pytest.fixture(scope="session")
def storage(template_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    """Give storage that fails, under a ledger with needs, offers and a deal."""
    folder = tmp_path_factory.mktemp("storage_faults").resolve()
    shim = shim_in(folder)
    ledgers = SqliteLedgers(folder, template_ledger)
    url = ledgers.new()
    officer = Officer(url)
    officer.open_up()
    officer.ledger.engine.dispose()
    ledgers.settle(url)
    cases = folder / "cases"
    cases.mkdir()
    with storage_that_fails(shim, cases, sqlite_file(url)) as made:
        yield made
