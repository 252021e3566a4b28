"""Where races are run: new ledgers on every engine, and the seed of a run."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hands import drawn_seed


@pytest.fixture
def seed() -> int:
    return drawn_seed()


@pytest.fixture
def new_ledger(template_ledger: Path, tmp_path: Path) -> Callable[[], str]:
    """Give what makes a ledger that nothing has happened to, by its URL."""
    made: list[Path] = []

    def make() -> str:
        path = tmp_path / f"ledger-{len(made)}.db"
        made.append(Path(shutil.copy(template_ledger, path)))
        return f"sqlite:///{path}"

    return make
