"""A module is one topic: neither a drawer for several nor a splinter of one.

A module is split or merged by concept; these bounds only say when to look again.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from offences import assert_none

ROOT = Path(__file__).parents[2]
PRODUCT = ("ledger", "cli", "migrations")

LONGEST = 500
LISTS_OF_TABLES = {
    "ledger/store/db/tables.py",
    "migrations/versions/0001_first_schema.py",
}
"""Definitions of tables: as long as there are columns."""

SHORTEST = 80
SHORT: dict[str, str] = {}
"""Modules that are a whole topic in fewer lines, each with its reason."""


def lengths() -> dict[str, int]:
    """Count the lines of every module of the product."""
    return {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for folder in PRODUCT
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


def may_be_short(name: str) -> bool:
    """Say whether a module is short by its kind: a command, a package's own, a migration."""
    kinds = ("cli/commands/", "migrations/")
    return name.startswith(kinds) or Path(name).name == "__init__.py"


def test_no_module_holds_more_than_one_topic() -> None:
    assert_none(
        f"{name}: {lines} lines"
        for name, lines in lengths().items()
        if lines > LONGEST and name not in LISTS_OF_TABLES
    )


@pytest.mark.xfail(reason="modules of one topic are still scattered over several files")
def test_no_topic_is_scattered_over_short_modules() -> None:
    assert_none(
        f"{name}: {lines} lines"
        for name, lines in lengths().items()
        if lines < SHORTEST and name not in SHORT and not may_be_short(name)
    )


def test_every_listed_module_is_out_of_bounds() -> None:
    found = lengths()

    assert_none(name for name in LISTS_OF_TABLES if found.get(name, 0) <= LONGEST)
    assert_none(name for name in SHORT if found.get(name, SHORTEST) >= SHORTEST)
