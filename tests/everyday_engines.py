"""Which tests run on the server in an everyday run: the contract suites whole, others by sample.

A test that asks for a ledger runs on SQLite and on PostgreSQL. Where the SQL, the locks and the
guards of the two engines meet the program, all of that runs every day: the folders of `CONTRACT`.
Each test of the folders of `CONTRACT_BY_TEST` runs on the server too; one that is a single rule
over many parameters does so with one in `SAMPLE` of these, its first among them.
The others say commands and call use cases whose SQL those suites hold to its contract: every day,
each of their tests runs on SQLite, and one in `SAMPLE` of each file on the server too. The rest
are marked `soak`: `pytest -m soak`, or `pytest -m postgresql FOLDER`, runs them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parent
SERVER = "postgresql"
SAMPLE = 5
"""Of so many tests of a file that repeat on the server, the first runs every day."""

CONTRACT = frozenset(
    {
        *("architecture", "compatibility", "concurrency", "crashes", "guards", "machine", "races"),
        *("raw_sql", "store"),
    }
)
"""Folders about SQL, guards, locks and processes: every test on both engines, every day."""

CONTRACT_BY_TEST = frozenset(
    {
        *("filters", "gaps", "journal", "quantity", "rates", "restrictions", "seals", "status"),
        *("summaries", "usecases"),
    }
)
"""Folders about what the store reads and sums: every test on both engines every day, with fewer
parameters on the server."""

CONTRACT_FILES = re.compile("killed|concurrent|at_once")
"""What other folders name their files about the same by."""


def mark(items: Iterable[pytest.Item]) -> None:
    """Mark as `soak` what repeats on the server a test that runs on SQLite."""
    seen: Counter[tuple[Path, str]] = Counter()
    for item in items:
        if _repeats_on_the_server(item):
            sampled = item.path, _test(item) if _folder(item.path) in CONTRACT_BY_TEST else ""
            if seen[sampled] % SAMPLE:
                item.add_marker(pytest.mark.soak)
            seen[sampled] += 1


def _repeats_on_the_server(item: pytest.Item) -> bool:
    return SERVER in _engines(item) and not any(
        (
            not item.path.is_relative_to(TESTS),
            _is_contract(item.path),
            item.get_closest_marker("every_engine"),
            item.get_closest_marker("soak"),
            _is_about_the_server(item),
        )
    )


def _engines(item: pytest.Item) -> set[Any]:
    """Give the engines of a test's ledgers: that of what it begins with, and of where it copies."""
    params = getattr(getattr(item, "callspec", None), "params", {})
    return {params.get(name) for name in ("engine_name", "elsewhere")}


def _is_contract(path: Path) -> bool:
    return _folder(path) in CONTRACT or CONTRACT_FILES.search(path.name) is not None


def _folder(path: Path) -> str:
    return path.relative_to(TESTS).parts[0]


def _test(item: pytest.Item) -> str:
    """Name a test without its parameters."""
    return item.nodeid.partition("[")[0]


def _is_about_the_server(item: pytest.Item) -> bool:
    narrowed = item.get_closest_marker("only_on")
    return narrowed is not None and "sqlite" not in narrowed.args
