"""Where cities lie, and who receives what is given to a project."""

from __future__ import annotations

from pathlib import Path

import pytest
from officer import Officer


@pytest.fixture
def cities(officer: Officer) -> Officer:
    """Give an officer of two cities, one in the south and west."""
    officer.says("city add Mashhad --code MHD --country IR --latitude 36.2970 --longitude 59.60567")
    officer.says("city add 'São Paulo' --code SMP --country BR")
    officer.says("city edit SMP --latitude -23.5475 --longitude −46.63611")
    return officer


def test_degrees_are_kept_exactly_as_written(cities: Officer, tmp_path: Path) -> None:
    shown = cities.asks("city show SMP")
    assert (shown["latitude"], shown["longitude"]) == ("-23.5475", "-46.63611")
    assert "36.2970" in cities.says("city show MHD")
    cities.says(f"export {tmp_path / 'out'}")
    table = (tmp_path / "out" / "cities.csv").read_text()
    assert "-23.5475,-46.63611" in table
    file = tmp_path / "cities.csv"
    file.write_text("code,name,country,latitude,longitude\nLHE,Lahore,PK,31.558,74.35071\n")
    cities.says(f"import {file} --yes")
    assert cities.asks("city show LHE")["latitude"] == "31.558"
    assert cities.asks(f"import {tmp_path / 'out'} --yes")["counts"]["registers"] == 0
    assert cities.tries("check").code == 0
    [row] = cities.asks("query", "SELECT latitude FROM v_city WHERE city = 'SMP'")["rows"]
    assert row["latitude"] == "-23.5475"


def test_degrees_that_are_none_are_refused(cities: Officer, tmp_path: Path) -> None:
    edit = "city edit MHD --latitude"
    assert cities.refused(f"{edit} 90.5", 3, "not between -90 and 90") == "bad-terms"
    assert cities.refused(f"{edit} 36N", 3, "36.2974 or -23.5475") == "bad-terms"
    assert cities.refused(f"{edit} --5", 3, "not a plain decimal") == "bad-terms"
    assert cities.refused("city edit MHD --longitude -181", 3, "-180") == "bad-terms"
    file = tmp_path / "cities.csv"
    file.write_text("code,name,country,longitude\nLHE,Lahore,PK,1e2\n")
    told = cities.tries(f"import {file} --yes")
    assert (told.code, "longitude: '1e2' is not a plain decimal" in told.err) == (3, True), told


def test_a_project_names_who_receives(cities: Officer) -> None:
    cities.says("project add Line --city MHD --sector transport --code P-1 --recipient 'MUR Co'")
    assert cities.asks("project show P-1")["recipient"] == "MUR Co"
    cities.says("project edit P-1 --recipient ''")
    assert cities.asks("project show P-1")["recipient"] is None
    assert "MUR Co" in cities.says("history project:P-1")
