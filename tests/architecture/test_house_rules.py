"""The rules of the house: who may import whom, where SQL stands, what never touches an amount."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEDGER = ROOT / "ledger"
OUTER = ("store", "interchange", "reports", "usecases", "solving")
"""What of the ledger is not its domain: storage, files, output, solvers, and the acts that join."""

SQL = {"sqlalchemy", "sqlite3", "alembic", "psycopg"}
HANDED_ON = {"Connection", "Engine"}
"""Names of SQLAlchemy that a use-case may hold in its hand, to pass on to the store."""


def modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def domain() -> list[Path]:
    """Everything in the ledger that is in none of the outer packages, the newest file included."""
    return [one for one in modules(LEDGER) if one.relative_to(LEDGER).parts[0] not in OUTER]


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Give each import as (module, name imported from it or "")."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from ((node.module or "", alias.name) for alias in node.names)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", domain(), ids=named)
def test_the_domain_imports_the_standard_library_and_itself(path):
    for module, name in imports(path):
        top, *rest = module.split(".")
        if top == "ledger":
            within = rest[0] if rest else name
            assert within not in OUTER, f"{named(path)} imports {module}"
        else:
            assert top in sys.stdlib_module_names, f"{named(path)} imports {module}"


@pytest.mark.parametrize("path", modules(LEDGER), ids=named)
def test_the_ledger_knows_nothing_of_terminals(path):
    tops = {module.split(".")[0] for module, _ in imports(path)}

    assert tops.isdisjoint({"cli", "typer", "rich", "click"})


@pytest.mark.parametrize("path", [*modules(LEDGER), *modules(ROOT / "cli")], ids=named)
def test_sql_stands_in_the_store_alone(path):
    if path.is_relative_to(LEDGER / "store") or path == ROOT / "cli/commands/doctor.py":
        return  # the doctor tells SQLite's version and asks it nothing
    for module, name in imports(path):
        handed_on = module == "sqlalchemy" and name in HANDED_ON and "usecases" in path.parts
        assert module.split(".")[0] not in SQL or handed_on, f"{named(path)} imports {module}"


@pytest.mark.parametrize("path", modules(LEDGER), ids=named)
def test_the_ledger_prints_nothing_and_asks_nothing(path):
    called = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }

    assert called.isdisjoint({"print", "input", "breakpoint", "exec", "eval"})


NO_AMOUNTS = {
    "ledger/suggest.py",  # how alike two names are
    "ledger/units.py",  # the same, of units
    "ledger/reference/errors.py",  # the same, of places and terms
}


SOLVING = LEDGER / "solving"
"""Where the solver's floats live; what leaves it is whole numbers and fractions."""


def keeps_amounts(path: Path) -> bool:
    return named(path) not in NO_AMOUNTS and not path.is_relative_to(SOLVING)


@pytest.mark.parametrize("path", list(filter(keeps_amounts, modules(LEDGER))), ids=named)
def test_no_float_comes_near_an_amount(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), (
            f"{named(path)}:{node.lineno} holds a float"
        )
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        assert not (called and node.func.id == "float"), f"{named(path)}:{node.lineno}"


@pytest.mark.parametrize("path", [*modules(LEDGER), *modules(ROOT / "cli")], ids=named)
def test_the_solver_and_its_arrays_stand_in_solving_alone(path):
    tops = {module.split(".")[0] for module, _ in imports(path)}

    assert path.is_relative_to(SOLVING) or tops.isdisjoint({"highspy", "numpy"})


@pytest.mark.parametrize("path", modules(LEDGER / "store"), ids=named)
def test_no_column_is_a_number_that_passes_through_float(path):
    names = {name for module, name in imports(path) if module.startswith("sqlalchemy")}

    assert names.isdisjoint({"Numeric", "Float", "Double", "REAL", "DECIMAL"})


LONGEST_MODULE = 310
LONGER = {
    "ledger/store/tables.py": 550,  # a list of columns: as long as there are columns
    "ledger/store/unit_of_work.py": 420,  # one class, whose parts share the rows that wait
}


@pytest.mark.parametrize("path", [*modules(LEDGER), *modules(ROOT / "cli")], ids=named)
def test_a_module_is_small_enough_to_hold_in_the_head(path):
    lines = path.read_text(encoding="utf-8").splitlines()

    assert len(lines) <= LONGER.get(named(path), LONGEST_MODULE)


def test_no_two_test_files_share_a_name():
    """Test folders are no packages, so pytest knows a file by its bare name."""
    names = [one.name for one in modules(ROOT / "tests") if one.name != "conftest.py"]

    assert sorted(names) == sorted(set(names))
