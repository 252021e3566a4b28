"""A count of one is singular on the screens, in the sentences that reports and nights say."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from officer import Officer

pytestmark = pytest.mark.only_on("sqlite")

_ROOT = Path(__file__).parents[2]


def test_one_project_is_not_projects(officer: Officer) -> None:
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("project add Metro --city MHD --sector transport.urban --on 2026-01-10")
    officer.says("need add PRJ-0001 money '100 EUR' --on 2026-01-10")
    told = officer.says("report overview")
    assert "0 of 1 project complete" in told
    assert "0 of 1 need covered" in told


def test_the_plural_is_chosen_in_one_place() -> None:
    """No module ends a noun by itself: `counted` does, and writes the thousands apart."""
    own = [
        f"{path.relative_to(_ROOT)}:{node.lineno}"
        for folder in ("cli", "ledger")
        for path in sorted((_ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.IfExp) and {_text(node.body), _text(node.orelse)} == {"", "s"}
    ]
    assert own == []


def _text(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None
