"""The page on notebooks: its examples are run on a ledger, and its views are those there are."""

from __future__ import annotations

import re
import shutil
import subprocess
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ledgers import sqlite_file
from officer import Officer
from world import World

import cli
from migrations.views import views

PAGE = (Path(cli.__file__).parent / "docs" / "notebooks.md").read_text(encoding="utf-8")
MOST = 4 * 10**16 - 1
"""The largest amount in euros, less one: more digits than floating point holds."""


def between(marker: str) -> str:
    return PAGE.split(f"<!-- {marker} -->\n")[1].split(f"<!-- /{marker} -->")[0]


def example(marker: str) -> str:
    return re.sub(r"^```.*$", "", between(marker), flags=re.MULTILINE).strip()


def table(marker: str) -> dict[str, list[str]]:
    lines = [line.strip("|").split("|") for line in between(marker).strip().splitlines()[2:]]
    return {name.strip(" `"): [cell.strip() for cell in cells] for name, *cells in lines}


@pytest.fixture
def officer(
    world: World,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Officer:
    world.city(name="Mashhad")
    world.project()
    world.need(f"{MOST}.99 EUR", "N-0001")
    world.need("0.01 EUR", "N-0002")
    world.need(None, "N-0003")
    monkeypatch.chdir(tmp_path)
    if world.engine == "sqlite":
        (tmp_path / "fund.db").symlink_to(sqlite_file(world.url))
    return Officer(world, capsys)


def run(marker: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(example(marker), f"{marker} of the page", "exec"), names)
    return names


@pytest.mark.only_on("sqlite")
def test_each_tool_adds_up_the_gaps_exactly(officer: Officer) -> None:
    total = Decimal(MOST + 1)
    for line in example("shell").splitlines():
        officer.says(line.removeprefix("cityfund "))
    [*sums] = run("pandas")["by_unit"].items()
    assert sums == [("EUR", total)]
    [row] = run("polars")["by_unit"].rows()
    assert row == ("EUR", total * 100)
    assert run("duckdb")["by_unit"] == [("EUR", total)]


@pytest.mark.only_on("sqlite")
def test_the_command_of_sqlite_reads_a_view(officer: Officer) -> None:
    if shutil.which("sqlite3") is None:
        pytest.skip("the sqlite3 command is not here")
    done = subprocess.run(
        ["sh", "-c", example("sqlite3")], capture_output=True, encoding="utf-8", check=True
    )
    lines = done.stdout.splitlines()
    assert lines[:2] == ["need,gap_minor,unit", f"N-0001,{MOST}99,EUR"]
    assert len(lines) == 4


def test_every_view_and_column_is_on_the_page(officer: Officer) -> None:
    shown = {name: cells[1].split(", ") for name, cells in table("views").items()}
    assert shown.keys() == views().keys()
    with closing(officer.world.raw()) as raw:
        for name, columns in shown.items():
            officer.says("query", f"SELECT * FROM {name}")
            [counted] = raw.rows(f"SELECT count(*) AS rows FROM {name}")
            assert counted["rows"] is not None
            answer = officer.says("query --format csv", f"SELECT * FROM {name} LIMIT 1")
            there = answer.splitlines()[0].split(",")
            assert [one for one in there if not one.endswith(("_hi", "_lo"))] == columns
    explained = table("columns")
    assert explained.keys() == {column for columns in shown.values() for column in columns}
    assert all(cells[0] for cells in explained.values())
