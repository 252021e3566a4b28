"""What spreadsheets leave in their files: line ends in cells, rows of spaces, nameless columns."""

from __future__ import annotations

from pathlib import Path

import pytest
from officer import Officer


@pytest.fixture
def metro(officer: Officer) -> Officer:
    """Give an officer whose ledger has the city of the files' projects."""
    officer.says("city add Mashhad --code MHD --country IR")
    return officer


def file_of(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_bytes(content.encode())
    return path


def test_a_line_end_inside_a_cell_is_imported_as_one_line_feed(
    metro: Officer, tmp_path: Path
) -> None:
    projects = "code,title,city,sector,description\r\n"
    projects += 'P2,Bus,MHD,transport.urban,"line one\r\nline two"\r\n'
    metro.says(f"import {file_of(tmp_path, 'projects.csv', projects)} --yes")
    assert metro.asks("project show P2")["description"] == "line one\nline two"


def test_rows_of_spaces_and_columns_without_anything_are_passed_over(
    metro: Officer, tmp_path: Path
) -> None:
    projects = "code,title,city,sector\r\nP2,Bus,MHD,transport.urban\r\n , , , \r\n"
    cities = "code,name,country,,\r\nTHR,Tehran,IR,,\r\n"
    files = [file_of(tmp_path, "projects.csv", projects), file_of(tmp_path, "cities.csv", cities)]
    metro.says("import", *map(str, files), "--yes")
    assert [row["code"] for row in metro.asks("project list")["rows"]] == ["P2"]
    assert {row["code"] for row in metro.asks("city list")["rows"]} == {"MHD", "THR"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("projects.csv", "code,title,city,sector\r\n ,Bus, , \r\n"),
        ("cities.csv", "code,name,country,,\r\nTHR,Tehran,IR,,twelve\r\n"),
    ],
)
def test_a_row_or_a_nameless_column_with_something_in_it_is_refused(
    metro: Officer, tmp_path: Path, name: str, content: str
) -> None:
    path = file_of(tmp_path, name, content)
    assert metro.refused(f"import {path} --yes", 3, "problem") == "import-refused"
