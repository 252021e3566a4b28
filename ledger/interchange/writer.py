"""Write canonical tables as CSV: columns in canonical order, formulas neutralised, whole or not."""

from __future__ import annotations

import csv
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

from ledger.errors import StorageTrouble
from ledger.interchange.canonical import NUMERIC_KINDS, TABLES, Table
from ledger.interchange.cells import neutral_text

Cells = Mapping[str, str | None]
"""One row to write: text by column name, exactly as it is to be read again; None is empty."""


class CannotWriteExport(StorageTrouble):
    """The folder or file of an export could not be written."""

    code = "cannot-write-export"
    default_why = "The system refused it; nothing was left half written."
    default_next = "Look at the path, the free space and who may write there."


class ExportFolderInUse(StorageTrouble):
    """The folder already holds something that an export would have to overwrite."""

    code = "export-folder-in-use"
    default_why = "An export never overwrites what it did not write in the same run."
    default_next = "Name a new or empty folder."


def write_table(out: IO[str], table: str, rows: Iterable[Cells]) -> int:
    """Write one table to an open text file (opened with newline="") and count its rows.

    Rows come in the order given: the ledger's queries order them by code, acts by sequence.
    """
    spec = TABLES[table]
    numeric = [column.kind in NUMERIC_KINDS for column in spec.columns]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(spec.names)
    count = 0
    for row in rows:
        writer.writerow(_line(spec, numeric, row))
        count += 1
    return count


def _line(spec: Table, numeric: list[bool], row: Cells) -> list[str]:
    assert row.keys() <= set(spec.names), f"{spec.name} has no {row.keys() - set(spec.names)}"
    return [
        (cell if is_number else neutral_text(cell)) if (cell := row.get(name)) else ""
        for name, is_number in zip(spec.names, numeric, strict=True)
    ]


def write_folder(folder: Path, tables: Mapping[str, Iterable[Cells]]) -> dict[str, int]:
    """Write `<table>.csv` files into a new or empty folder, all of them or none; count rows.

    Raises `ExportFolderInUse` where the folder holds anything, `CannotWriteExport` on trouble.
    Files are for their owner only: a ledger is nobody else's business until its owner says so.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportFolderInUse(f"{folder} is there already and not an empty folder.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise CannotWriteExport(f"{folder} cannot be written: {error.strerror}.") from error
    try:
        counts = {name: _write_file(beside / f"{name}.csv", name, tables[name]) for name in tables}
        # A rename onto an empty folder replaces it in one step, so a reader sees all or nothing.
        beside.replace(folder)
    except OSError as error:
        raise CannotWriteExport(f"{folder} cannot be written: {error.strerror}.") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return counts


def write_file(path: Path, table: str, rows: Iterable[Cells]) -> int:
    """Write one table into one file, replacing it in one step; raises `CannotWriteExport`."""
    beside = path.with_name(f".{path.name}.part")
    try:
        count = _write_file(beside, table, rows)
        beside.replace(path)
    except OSError as error:
        raise CannotWriteExport(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        beside.unlink(missing_ok=True)
    return count


def _write_file(path: Path, table: str, rows: Iterable[Cells]) -> int:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8", newline="") as out:  # noqa: PTH123
        count = write_table(out, table, rows)
        out.flush()
        os.fsync(out.fileno())
    return count
