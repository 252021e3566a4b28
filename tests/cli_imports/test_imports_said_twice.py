"""An import under a request key: the same files again are the same request, others are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ledgers import Ledgers
from world import World

from cli.main import main

CITIES = "code,name,country\nMHD,Mashhad,IR\n"


@pytest.fixture
def url(ledgers: Ledgers) -> str:
    made = ledgers.empty()
    assert main(["init", "--db", made, "--quiet"]) == 0
    return made


def imported(url: str, file: Path) -> int:
    return main(["import", str(file), "--db", url, "--yes", "--json", "--key", "letter-7"])


def test_the_same_file_again_gives_the_first_receipt(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cities.csv"
    file.write_text(CITIES)
    capsys.readouterr()
    assert imported(url, file) == 0
    first = json.loads(capsys.readouterr().out)
    assert imported(url, file) == 0
    again = json.loads(capsys.readouterr().out)
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert again["counts"] == first["counts"]


def test_another_content_under_the_same_key_is_refused_and_changes_nothing(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cities.csv"
    file.write_text(CITIES)
    assert imported(url, file) == 0
    file.write_text(CITIES + "IFN,Isfahan,IR\n")
    capsys.readouterr()
    assert imported(url, file) == 4
    error = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert error["code"] == "key-reused"
    assert "content" in error["what"]
    file.write_text(CITIES)
    assert main(["import", str(file), "--db", url, "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["tables"]["cities"]["same"] == 1


def test_an_import_that_changes_nothing_leaves_no_trace(url: str, tmp_path: Path) -> None:
    file = tmp_path / "cities.csv"
    file.write_text(CITIES)
    assert main(["import", str(file), "--db", url, "--yes"]) == 0
    before = World(url).rows()
    assert main(["import", str(file), "--db", url, "--yes"]) == 0
    assert main(["init", "--db", url]) == 0
    assert World(url).rows() == before
