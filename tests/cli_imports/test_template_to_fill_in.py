"""The template has each table with its notes and lists, and imports once it is filled in."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from officer import Officer
from world import World

from ledger.interchange.canonical import TABLES
from ledger.registers.spec import Kind

LEFT_TO_EXPORTS = {"aliases", "changes"}


@pytest.fixture
def officer(world: World, capsys: pytest.CaptureFixture[str]) -> Officer:
    world.city(name="Mashhad")
    return Officer(world, capsys)


def fill(path: Path, table: str, *rows: dict[str, object]) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book[table]
    names = [cell.value for cell in sheet[1]]
    for number, row in enumerate(rows, start=2):
        for name, value in row.items():
            sheet.cell(number, names.index(name) + 1, value)
    book.save(path)


def offered(book: openpyxl.Workbook, table: str) -> dict[str, list[str]]:
    """Give what the cells of each column offer."""
    sheet, found = book[table], {}
    for rule in sheet.data_validations.dataValidation:
        name = sheet.cell(1, next(iter(rule.sqref.ranges)).min_col).value
        where = rule.formula1.partition("!")[2].replace("$", "")
        cells = book["How to read this"][where]
        found[name] = [one.value for [one] in (cells if isinstance(cells, tuple) else [[cells]])]
    return found


@pytest.mark.only_on("sqlite")
def test_each_column_has_its_note_and_its_list(officer: Officer, tmp_path: Path) -> None:
    path = tmp_path / "city.xlsx"
    officer.says(f"import template {path}")
    book = openpyxl.load_workbook(path)
    tables = [table for table in TABLES if table not in LEFT_TO_EXPORTS]
    assert book.sheetnames == [*tables, "How to read this"]
    for table in tables:
        notes = {cell.value: cell.comment.text for cell in book[table][1]}
        for column in TABLES[table].columns:
            if column.kind is not Kind.SHOWN and column.file_name in notes:
                assert column.help in notes[column.file_name]
        required = {column.file_name for column in TABLES[table].columns if column.required}
        assert required <= {*notes}
    needs = offered(book, "needs")
    assert needs["factor"] == ["money", "expertise", "implementation"]
    assert {"EUR", "person-day"} <= {*needs["unit"]}
    projects = offered(book, "projects")
    assert projects["city"] == ["MHD"]
    assert "transport.urban" in projects["sector"]
    assert officer.refused(f"import template {path}", 74) == "export-folder-in-use"


@pytest.mark.only_on("sqlite")
def test_a_filled_template_imports(officer: Officer, tmp_path: Path) -> None:
    path = tmp_path / "city.xlsx"
    officer.says(f"import template {path} --table projects,needs")
    project = {"code": "P-1", "title": "Metro", "city": "MHD", "sector": "transport.urban"}
    fill(path, "projects", project)
    need = {"code": "N-1", "project": "P-1", "factor": "money", "quantity": 1250000.5}
    fill(path, "needs", {**need, "unit": "EUR"})
    done = officer.tries(f"import {path} --yes")
    assert (done.code, "ignored" in done.err) == (0, False), done
    [row] = officer.asks("need list")["rows"]
    assert (row["need"] if "need" in row else row["code"], row["quantity"]) == ("N-1", "1250000.50")


@pytest.mark.only_on("sqlite")
def test_a_template_filled_in_wrongly_is_refused_by_cell(officer: Officer, tmp_path: Path) -> None:
    path = tmp_path / "city.xlsx"
    officer.says(f"import template {path} --table projects,needs")
    fill(path, "projects", {"code": "P-1", "title": "Metro", "city": "MHD", "sector": "trains"})
    with officer.world.unchanged():
        done = officer.tries(f"import {path} --yes")
    assert (done.code, "projects!D2" in done.err) == (3, True), done


@pytest.mark.only_on("sqlite")
def test_an_empty_template_has_nothing_to_import(officer: Officer, tmp_path: Path) -> None:
    officer.says(f"import template {tmp_path / 'city.xlsx'}")
    done = officer.tries(f"import {tmp_path / 'city.xlsx'} --yes")
    assert "othing to import" in done.out + done.err, done
