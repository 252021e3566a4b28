"""An export is a folder, a ZIP file or a workbook of the same tables, each imported again."""

from __future__ import annotations

import csv
import hashlib
import json
import warnings
import zipfile
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import time_machine
from complete_ledger import live
from ledgers import Ledgers
from officer import Officer
from world import NOON, World

DAY = "2026-03-03"


@pytest.fixture
def lived(world: World, capsys: pytest.CaptureFixture[str]) -> Officer:
    live(world)
    officer = Officer(world, capsys)
    officer.says("need add PRJ-0001 money '12345678901234567.25 EUR' --topic =1+1 --note @note")
    return officer


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.csv")}


def test_each_form_holds_the_same_tables(
    lived: Officer, ledgers: Ledgers, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder, archive, book = tmp_path / "out", tmp_path / "out.zip", tmp_path / "out.xlsx"
    for path in (folder, archive, book):
        lived.says(f"export {path} --manifest")
    with zipfile.ZipFile(archive) as packed:
        assert {one: packed.read(one).decode() for one in texts(folder)} == texts(folder)
        assert packed.read("manifest.json") == (folder / "manifest.json").read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = openpyxl.load_workbook(book)
    sheets = read.sheetnames
    told = [(row[0].value, row[1].value) for row in read["How to read this"].iter_rows()]
    assert {("As recorded by", "now"), ("needs.quantity", "1,000,000 JPY")} <= {*told}
    assert [f"{name}.csv" for name in sheets[:-1]] == [
        one["file"] for one in json.loads((folder / "manifest.json").read_text())["files"]
    ]

    again = []
    for number, path in enumerate((folder, book, archive)):
        other = Officer(World(ledgers.new()), capsys)
        other.says(f"import {path} --yes")
        other.says(f"export {tmp_path / str(number)}")
        again.append(texts(tmp_path / str(number)))
    assert again[0] == again[1] == again[2]
    assert again[0]["needs.csv"] == texts(folder)["needs.csv"]


@pytest.mark.only_on("sqlite")
def test_a_manifest_names_each_file_with_its_sums(lived: Officer, tmp_path: Path) -> None:
    lived.says(f"export {tmp_path / 'out'} --manifest --table needs,rates")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["schema"] == "cityfund.manifest/1"
    assert int(manifest["schema_version"]) > 0
    needs = manifest["files"][0]
    content = (tmp_path / "out" / "needs.csv").read_bytes()
    assert needs["sha256"] == hashlib.sha256(content).hexdigest()
    sums: dict[str, Decimal] = defaultdict(Decimal)
    rows = [*csv.DictReader(content.decode().splitlines())]
    for row in rows:
        sums[row["unit"]] += Decimal(row["quantity"] or 0)
    assert needs["rows"] == len(rows)
    assert {one["unit"]: Decimal(one["sum"]) for one in needs["sums"]} == sums


@pytest.mark.only_on("sqlite")
def test_a_workbook_has_a_manifest_beside_it(lived: Officer, tmp_path: Path) -> None:
    book = tmp_path / "out.xlsx"
    lived.says(f"export {book} --manifest --table needs")
    manifest = json.loads((tmp_path / "out.xlsx.manifest.json").read_text())
    assert manifest["files"][0]["sha256"] == hashlib.sha256(book.read_bytes()).hexdigest()
    assert lived.refused(f"export {book}", 74) == "export-folder-in-use"


def test_a_past_day_is_exported_as_it_was(
    lived: Officer, ledgers: Ledgers, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lived.says(f"export {tmp_path / 'past'} --as-of {DAY}")
    other = Officer(World(ledgers.new()), capsys)
    other.says(f"import {tmp_path / 'past'} --yes")
    keys = ("need", "required", "delivered", "committed", "held", "withdrawn", "gap")
    now, then = other.asks(f"gaps --as-of {DAY}"), lived.asks(f"gaps --as-of {DAY}")
    assert [[row[key] for key in keys] for row in now["rows"]] == [
        [row[key] for key in keys] for row in then["rows"]
    ]


@pytest.mark.only_on("sqlite")
def test_what_was_recorded_later_is_left_out(world: World, lived: Officer, tmp_path: Path) -> None:
    with time_machine.travel(NOON + timedelta(hours=2), tick=True):
        lived.says("need withdraw N-0001 '1 EUR' --yes")
        lived.says("need edit N-0001 --note later")
        for name, when in (("known", " --known-at 2026-11-23T13:00Z"), ("now", "")):
            lived.says(f"export {tmp_path / name}{when}")
    known, now = texts(tmp_path / "known"), texts(tmp_path / "now")
    assert len(now["changes.csv"].splitlines()) == len(known["changes.csv"].splitlines()) + 1
    assert ("later" in now["needs.csv"], "later" in known["needs.csv"]) == (True, False)


@pytest.mark.only_on("sqlite")
def test_a_folder_says_no_day_that_it_was_not_asked_for(lived: Officer, tmp_path: Path) -> None:
    lived.says(f"export {tmp_path / 'out'}")
    assert not (tmp_path / "out" / "manifest.json").exists()
