"""A ZIP file of an export is imported, and one that is not as its manifest says is refused."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from officer import Officer

pytestmark = pytest.mark.only_on("sqlite")
"""What an archive holds is read before a ledger is opened, whichever engine keeps it."""

CITIES = b"code,name,country\nTHR,Tehran,IR\n"
PROJECTS = b"code,title,city,sector\nP1,Metro,THR,transport.urban\n"


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def exported(officer: Officer, folder: Path) -> dict[str, bytes]:
    """Export two tables with a manifest, and give the files of the archive."""
    officer.says(f"import {packed(folder / 'a.zip', {'cities.csv': CITIES})} --yes")
    officer.says(f"export {folder / 'out.zip'} --manifest --table cities,projects")
    with zipfile.ZipFile(folder / "out.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_tables_are_read_in_the_archive_and_in_its_one_folder(
    officer: Officer, tmp_path: Path
) -> None:
    files = {
        "portfolio/cities.csv": CITIES,
        "portfolio/Projects.CSV": PROJECTS,
        "portfolio/old/cities.csv": b"nothing",
        "__MACOSX/portfolio/._cities.csv": b"nothing",
        "readme.txt": b"From the mayor",
    }
    path = packed(tmp_path / "portfolio.zip", files)
    done = officer.tries(f"import {path} --yes")
    assert (done.code, "2 new" in done.out) == (0, True), done
    assert "ignored: " in done.err
    assert "readme.txt is not named after a table" in done.err
    assert "Nothing to import" in officer.says(f"import {path} --yes")


def test_a_broken_row_is_named_with_its_file(officer: Officer, tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"cities.csv": CITIES + b"ISF,Isfahan,Persia\n"})
    with officer.world.unchanged():
        done = officer.tries(f"import {path} --yes")
    assert (done.code, f"{path}/cities.csv:3 country" in done.err) == (3, True), done.err


def test_one_file_of_another_name_is_said_to_be_a_table(officer: Officer, tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"list.txt": CITIES})
    assert officer.refused(f"import {path} --yes", 2, "list.txt") == "nothing-to-import"
    assert "1 new" in officer.says(f"import {path} --as cities --yes")
    two = packed(tmp_path / "b.zip", {"list.txt": CITIES, "more.txt": CITIES})
    assert officer.refused(f"import {two} --as cities --yes", 2, "more") == "nothing-to-import"


def test_a_manifest_that_agrees_is_no_table(officer: Officer, tmp_path: Path) -> None:
    exported(officer, tmp_path)
    done = officer.tries(f"import {tmp_path / 'out.zip'} --yes")
    assert (done.code, "ignored" in done.err) == (0, False), done


def manifest(files: dict[str, bytes], change: str) -> dict[str, bytes]:
    """Give the files of an archive of which one is not as its manifest says."""
    match change:
        case "changed":
            return {**files, "cities.csv": files["cities.csv"].replace(b"Tehran", b"Tabriz")}
        case "lost":
            return {name: one for name, one in files.items() if name != "projects.csv"}
        case "added":
            return {**files, "needs.csv": b"code\n"}
        case _:
            return {**files, "manifest.json": json.dumps({"files": [{}]}).encode()}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("changed", ("cities.csv is another",)),
        ("lost", ("projects.csv is not there",)),
        ("added", ("needs.csv is not named",)),
        ("broken", ("manifest.json is not a manifest",)),
    ],
)
def test_what_is_not_as_the_manifest_says_is_refused(
    officer: Officer, tmp_path: Path, change: str, words: tuple[str, ...]
) -> None:
    path = packed(tmp_path / "b.zip", manifest(exported(officer, tmp_path), change))
    assert officer.refused(f"import {path} --yes", 3, *words) == "manifest-mismatch"


def test_an_archive_that_is_none_or_grows_without_bound_is_refused(
    officer: Officer, tmp_path: Path
) -> None:
    cut = tmp_path / "cut.zip"
    cut.write_bytes(packed(tmp_path / "a.zip", {"cities.csv": CITIES}).read_bytes()[:-30])
    assert officer.refused(f"import {cut} --yes", 3, "cut.zip") == "broken-archive"
    bomb = packed(tmp_path / "bomb.zip", {"cities.csv": b"\n" * (40 * 1024 * 1024)})
    assert officer.refused(f"import {bomb} --yes", 3, "cities.csv") == "archive-too-large"
