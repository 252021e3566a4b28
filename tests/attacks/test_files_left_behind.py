"""Files that the program writes: their mode, what a kill leaves of them, and formulas in them."""

from __future__ import annotations

import csv
import io
import os
import stat
from pathlib import Path

import pytest
from officer import Officer

from ledger.interchange.cells import neutral_text, plain_text
from ledger.store.admin import new_file as new_files

pytestmark = pytest.mark.only_on("sqlite")


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
@pytest.mark.parametrize("name", ["gaps.csv", "gaps.xlsx"])
def test_output_keeps_the_mode_of_a_file(
    officer: Officer, tmp_path: Path, name: str, mode: int
) -> None:
    file = tmp_path / name
    file.write_text("old")
    file.chmod(mode)
    officer.says(f"gaps --output {file}")
    assert stat.S_IMODE(file.stat().st_mode) == mode
    assert file.read_bytes() != b"old"


def test_the_folder_is_synced_after_the_rename(
    officer: Officer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    sync = os.fsync

    def noting(descriptor: int) -> None:
        synced.append(os.path.realpath(f"/proc/self/fd/{descriptor}"))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    for line, folder in (
        (f"gaps --output {tmp_path}/gaps.csv", tmp_path),
        (f"export {tmp_path}/tables", tmp_path),
    ):
        synced.clear()
        officer.says(line)
        assert synced[-1] == str(folder.resolve())


@pytest.mark.parametrize("moment", ["link", "before"])
def test_a_backup_killed_as_it_ends_leaves_no_empty_file(
    officer: Officer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    file = tmp_path / "backup.db"
    seen: list[bool] = []
    replace, link = Path.replace, os.link

    def looking(*paths: object) -> None:
        seen.append(file.exists() and file.stat().st_size == 0)
        (link if moment == "link" else replace)(*paths)  # type: ignore[operator]

    if moment == "link":
        monkeypatch.setattr(os, "link", looking)
    else:
        monkeypatch.setattr(new_files.Path, "replace", looking)
    officer.says(f"db backup {file}")
    assert True not in seen
    assert file.stat().st_size > 0


@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_exported_tables_neutralise_each_sign_of_a_formula(
    officer: Officer, tmp_path: Path, sign: str
) -> None:
    name = f"{sign}1+1"
    assert neutral_text(name) == f"'{name}"
    assert plain_text(neutral_text(name)) == name
    officer.says("city add --code SHZ --country IR --", name)
    officer.says(f"export {tmp_path}/tables")
    rows = csv.DictReader(io.StringIO((tmp_path / "tables" / "cities.csv").read_text("utf-8")))
    assert [row["name"] for row in rows] == [f"'{name}"]
