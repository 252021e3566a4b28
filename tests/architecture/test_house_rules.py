"""The rules of the house: who may import whom, where SQL stands, what never touches an amount.

One test per rule, over every module; its message lists each place that breaks the rule.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from offences import assert_none

ROOT = Path(__file__).parents[2]
LEDGER = ROOT / "ledger"
CLI = ROOT / "cli"
STORE = LEDGER / "store"
SOLVING = LEDGER / "solver"
"""Where the solver's floats live; what leaves it is whole numbers and fractions."""

OUTER = ("store", "interchange", "reports", "usecases", "solver")
"""What of the ledger is not its domain: storage, files, output, solvers, and the acts that join."""

SQL = {"sqlalchemy", "sqlite3", "alembic", "psycopg"}
HANDED_ON = {"Connection", "Engine"}
"""Names of SQLAlchemy that a use-case may hold in its hand, to pass on to the store."""

READS_A_VERSION = {"cli/commands/doctor.py"}
"""Imports sqlite3 to print its version, and sends it no statement."""

NO_AMOUNTS = {
    "ledger/core/suggest.py",  # how alike two names are
    "ledger/core/quantity.py",  # the same, of units
    "ledger/reference/errors.py",  # the same, of places and terms
}
"""Modules that may hold a float, because none of their numbers is an amount."""


class Import(NamedTuple):
    """One imported module, the name imported from it or "", and where it stands."""

    module: str
    name: str
    place: str

    @property
    def top(self) -> str:
        """Name the top-level package."""
        return self.module.split(".")[0]

    def __str__(self) -> str:
        return f"{self.place} imports {self.module}{self.name and f'.{self.name}'}"


def modules(*folders: Path) -> list[Path]:
    """List the modules of some folders."""
    found = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    assert found, f"no module below {folders}"
    return found


def domain() -> list[Path]:
    """List everything in the ledger that is in none of the outer packages."""
    return [one for one in modules(LEDGER) if one.relative_to(LEDGER).parts[0] not in OUTER]


def named(path: Path) -> str:
    """Name a file by its path in the repository."""
    return path.relative_to(ROOT).as_posix()


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Parse a module once for all the rules."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imports(*paths: Path) -> Iterator[Import]:
    """List the imports of some modules, those inside functions included."""
    for path in paths:
        yield from imports_of(path)


@cache
def imports_of(path: Path) -> tuple[Import, ...]:
    """List the imports of a module, once for all the rules."""
    found: list[Import] = []
    for node in nodes(path):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        place = f"{named(path)}:{node.lineno}"
        if isinstance(node, ast.Import):
            found += (Import(alias.name, "", place) for alias in node.names)
        else:
            module = "." * node.level + (node.module or "")
            found += (Import(module, alias.name, place) for alias in node.names)
    return tuple(found)


def calls(*paths: Path) -> Iterator[tuple[str, str]]:
    """List the functions that some modules call by a bare name, as (name, place)."""
    for path in paths:
        for node in nodes(path):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield node.func.id, f"{named(path)}:{node.lineno}"


def test_no_module_imports_relatively() -> None:
    assert_none(one for one in imports(*modules(LEDGER, CLI)) if one.module.startswith("."))


def test_the_domain_imports_the_standard_library_and_itself() -> None:
    def foreign(one: Import) -> bool:
        if one.top != "ledger":
            return one.top not in sys.stdlib_module_names
        return (one.module.split(".")[1:] or [one.name])[0] in OUTER

    assert_none(filter(foreign, imports(*domain())))


def test_the_ledger_knows_nothing_of_terminals() -> None:
    terminals = {"cli", "typer", "rich", "click"}

    assert_none(one for one in imports(*modules(LEDGER)) if one.top in terminals)


def test_sql_stands_in_the_store_alone() -> None:
    outside = [
        path
        for path in modules(LEDGER, CLI)
        if not path.is_relative_to(STORE) and named(path) not in READS_A_VERSION
    ]

    def handed_on(one: Import) -> bool:
        in_a_use_case = one.place.startswith("ledger/usecases/")
        return one.module == "sqlalchemy" and one.name in HANDED_ON and in_a_use_case

    assert_none(one for one in imports(*outside) if one.top in SQL and not handed_on(one))


def test_the_ledger_prints_nothing_and_asks_nothing() -> None:
    refused = {"print", "input", "breakpoint", "exec", "eval"}

    assert_none(
        f"{place} calls {name}" for name, place in calls(*modules(LEDGER)) if name in refused
    )


def test_no_float_comes_near_an_amount() -> None:
    keeping = [
        path
        for path in modules(LEDGER)
        if named(path) not in NO_AMOUNTS and not path.is_relative_to(SOLVING)
    ]

    assert_none(
        f"{named(path)}:{node.lineno} holds {node.value}"
        for path in keeping
        for node in nodes(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    )
    assert_none(f"{place} calls float" for name, place in calls(*keeping) if name == "float")


def test_the_solver_and_its_arrays_stand_in_solving_alone() -> None:
    outside = [path for path in modules(LEDGER, CLI) if not path.is_relative_to(SOLVING)]

    assert_none(one for one in imports(*outside) if one.top in {"highspy", "numpy"})


def test_no_column_is_a_number_that_passes_through_float() -> None:
    refused = {"Numeric", "Float", "Double", "REAL", "DECIMAL"}

    assert_none(
        one for one in imports(*modules(STORE)) if one.top == "sqlalchemy" and one.name in refused
    )


def test_every_exception_to_a_rule_is_a_module_of_today() -> None:
    today = {named(path) for path in modules(LEDGER, CLI)}

    assert_none(sorted((READS_A_VERSION | NO_AMOUNTS) - today))
    assert_none(name for name in OUTER if not (LEDGER / name).is_dir())


def test_no_two_test_files_share_a_name() -> None:
    """Test folders are no packages, so pytest knows a file by its bare name."""
    named_alike = Counter(one.name for one in modules(ROOT / "tests"))
    del named_alike["conftest.py"]

    assert_none(name for name, files in named_alike.items() if files > 1)
