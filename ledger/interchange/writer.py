"""Write records as text cells of canonical tables, and the tables as CSV.

Columns come in canonical order, formulas are neutralised, and a folder is written whole or not.
"""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from fractions import Fraction
from functools import cache
from io import RawIOBase, TextIOWrapper
from itertools import islice
from operator import attrgetter, eq, itemgetter
from pathlib import Path
from typing import IO, Any, Final, NamedTuple, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ledger.core.errors import StorageTrouble
from ledger.core.files import sync_folder
from ledger.core.quantity import Unit, format_amount
from ledger.core.text import cell_text
from ledger.deals.deal import exact_text, recorded_rate, significant_rate
from ledger.interchange.canonical import NUMERIC_KINDS, TABLES
from ledger.interchange.cells import neutral_text
from ledger.interchange.records import (
    CHANGE_ACTS,
    COMPENSATED,
    DEAL_ACTS,
    ChangeRow,
    DealActRow,
)
from ledger.rates.rates import Rate
from ledger.registers.spec import Kind

CanonicalRow = dict[str, str | None]
"""One row as text by column, exactly as it is read again; an absent column or None is empty."""


class CannotWriteExport(StorageTrouble, code="cannot-write-export"):
    """The folder or file of an export could not be written."""

    default_why = "The system refused it; nothing was left half written."
    default_next = "Look at the path, the free space and who may write there."


class ExportFolderInUse(StorageTrouble, code="export-folder-in-use"):
    """The folder already holds something that an export would have to overwrite."""

    default_why = "An export never overwrites what it did not write in the same run."
    default_next = "Name a new or empty folder."


def write_table(out: IO[str], table: str, rows: Iterable[CanonicalRow]) -> int:
    """Write one table to an open text file (opened with newline="") and count its rows.

    Rows come in the order given: the ledger's queries order them by code, acts by sequence.
    """
    numeric = {column.name: column.kind in NUMERIC_KINDS for column in TABLES[table].columns}
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.file_name for column in TABLES[table].columns)
    count, names = 0, [*numeric]
    every = iter(rows)
    while block := [*islice(every, _ROWS_AT_ONCE)]:
        unknown = set().union(*block) - numeric.keys()
        assert not unknown, f"{table} has no {unknown}"
        cells = zip(*map(_cells_in(block, names), block), strict=True)
        columns = map(_column, cells, numeric.values())
        writer.writerows(zip(*columns, strict=True))
        count += len(block)
    return count


_ROWS_AT_ONCE: Final = 500


def _cells_in(
    block: Sequence[CanonicalRow], names: Sequence[str]
) -> Callable[[CanonicalRow], Iterable[str | None]]:
    """Return what gives the cells of each row under some names, absent ones too."""
    if len(names) > 1 and all(len(row) == len(names) for row in block):
        return itemgetter(*names)
    return lambda row: [row.get(name) for name in names]


def _column(cells: Sequence[str | None], is_number: bool) -> Sequence[str | None]:  # noqa: FBT001
    """Return the cells of a column as they are written; text is neutralised."""
    distinct = {*cells} - {None, ""}
    if is_number or not distinct:
        return cells
    texts = {cell: neutral_text(cell) for cell in distinct if cell}
    return cells if all(map(eq, texts, texts.values())) else [texts.get(one or "") for one in cells]


MANIFEST = "manifest.json"
Manifest = Callable[[Mapping[str, bytes]], str]
"""Makes the text of a manifest from the SHA-256 of each file."""


def write_folder(
    folder: Path,
    tables: Mapping[str, Iterable[CanonicalRow]],
    manifest: Manifest | None = None,
) -> dict[str, int]:
    """Write `<table>.csv` files into a new or empty folder, all of them or none; count rows.

    `manifest` makes the text of a file that names the others.

    Raises `ExportFolderInUse` where the folder holds anything, `CannotWriteExport` on trouble.
    Files are readable by their owner only.
    """
    with _new_folder(folder) as temporary:
        files = {f"{name}.csv": name for name in tables}
        counts = {
            name: _write_file(temporary / file, name, tables[name]) for file, name in files.items()
        }
        if manifest is not None:
            digests = {file: sha256_of(temporary / file) for file in files}
            text = manifest(digests)
            _write_private(temporary / MANIFEST, lambda out: out.write(text))
        return counts


def write_archive(
    path: Path,
    tables: Mapping[str, Iterable[CanonicalRow]],
    manifest: Manifest | None = None,
) -> dict[str, int]:
    """Write the files of `write_folder` into one new ZIP file, whole or not at all.

    The same tables make the same bytes. Raises what `new_file` raises.
    """
    counts: dict[str, int] = {}
    digests: dict[str, bytes] = {}
    with new_file(path) as out, ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, rows in tables.items():
            with archive.open(ZipInfo(f"{name}.csv"), "w", force_zip64=True) as member:
                hashed = _Hashed(member)
                text = TextIOWrapper(cast("IO[bytes]", hashed), encoding="utf-8", newline="")
                counts[name] = write_table(text, name, rows)
                text.flush()
                text.detach()
            digests[f"{name}.csv"] = hashed.digest.digest()
        if manifest is not None:
            archive.writestr(ZipInfo(MANIFEST), manifest(digests))
    return counts


class _Hashed(RawIOBase):
    """Passes bytes on to a file, and hashes them."""

    def __init__(self, out: IO[bytes]) -> None:
        super().__init__()
        self._out = out
        self.digest = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.digest.update(data)
        return self._out.write(data)


def sha256_of(path: Path) -> bytes:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """Give a file to be filled, which gets its name once it is whole; only its owner reads it.

    Raises `ExportFolderInUse` where something has the name, `CannotWriteExport` on trouble.
    """
    if path.exists():
        raise ExportFolderInUse(f"{path} is there already.", next_step="Name a new file.")
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as out:  # noqa: PTH123
            yield out
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise CannotWriteExport(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        beside.unlink(missing_ok=True)


def write_text(folder: Path, name: str, text: str) -> None:
    """Write one file of text into a new or empty folder, as `write_folder` does."""

    def write(out: IO[str]) -> int:
        return out.write(text)

    with _new_folder(folder) as temporary:
        _write_private(temporary / name, write)


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """Give a folder to be filled, which becomes the new or empty one once all is written."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportFolderInUse(f"{folder} is there already and not an empty folder.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise CannotWriteExport(f"{folder} cannot be written: {error.strerror}.") from error
    try:
        yield temporary
        # A rename onto an empty folder replaces it in one step, so a reader sees all or nothing.
        sync_folder(temporary)
        temporary.replace(folder)
        sync_folder(folder.parent)
    except OSError as error:
        raise CannotWriteExport(f"{folder} cannot be written: {error.strerror}.") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _write_file(path: Path, table: str, rows: Iterable[CanonicalRow]) -> int:
    return _write_private(path, lambda out: write_table(out, table, rows))


def _write_private(path: Path, write: Callable[[IO[str]], int]) -> int:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8", newline="") as out:  # noqa: PTH123
        count = write(out)
        out.flush()
        os.fsync(out.fileno())
    return count


_DEAL_WORDS = {act: word for word, act in DEAL_ACTS.items()}
_WORDS_OF_CHANGES = {act: word for word, act in CHANGE_ACTS.items()}


def register_line(
    table: str,
    record: object,
    unit: Unit | None = None,
    quantity: int | None = None,
    shown: Mapping[str, str | None] | None = None,
) -> CanonicalRow:
    """Write a record of a register; needs and offers with their unit and total quantity.

    `shown` gives the columns written for the reader, such as a project's city_name.
    """
    line = _cells_of(table, record, unit)
    if unit is not None and quantity is not None:
        line["quantity"] = format_amount(quantity, unit.decimals)
    line.update(shown or {})
    return line


def act_line(row: DealActRow, unit: Unit) -> CanonicalRow:
    """Write one act of a deal; `unit` is the need's."""
    line = _cells_of("deals", row, unit)
    line["act"] = _DEAL_WORDS[row.act]
    if row.rate is not None:
        line["rate"] = f"{significant_rate(recorded_rate(row.rate)[0]):f}"
        line["rate_exact"] = exact_text(Fraction(row.rate))
    line["quantity"] = format_amount(row.amount, unit.decimals)
    # Held is what an empty cell means.
    line["from_stage"] = row.from_stage if row.from_stage != "held" else None
    return line


def change_line(row: ChangeRow, unit: Unit) -> CanonicalRow:
    """Write one act on a need's or offer's own quantity; a revision down keeps its minus."""
    line = _cells_of("changes", row, unit)
    line["table"] = row.side.value
    line["act"] = COMPENSATED if row.compensating else _WORDS_OF_CHANGES[row.act]
    line["quantity"] = format_amount(row.amount, unit.decimals)
    return line


def rate_line(rate: Rate) -> CanonicalRow:
    """Write one rate."""
    return {**_cells_of("rates", rate, None), "date": rate.day.isoformat()}


def _cells_of(table: str, record: Any, unit: Unit | None) -> CanonicalRow:
    """Write every column that the record has under the same name."""
    empty, columns, read = _written_columns(table, record.__class__)
    line: CanonicalRow = dict(empty)
    for (name, is_amount), value in zip(columns, read(record), strict=True):
        if value is None:
            continue
        if value.__class__ is str:
            line[name] = value
        elif is_amount and isinstance(value, int):
            assert unit is not None, f"{table}.{name} needs a unit to be written in"
            line[name] = format_amount(value, unit.decimals)
        else:
            line[name] = cell_text(value)
    return line


class _Written(NamedTuple):
    """How the records of a type are written into a table, whose lines have `empty` columns first.

    `columns` are the name of each column of a record, and whether it is an amount; `read` gives
    their values.
    """

    empty: CanonicalRow
    columns: tuple[tuple[str, bool], ...]
    read: Callable[[Any], tuple[Any, ...]]


@cache
def _written_columns(table: str, record_type: type[Any]) -> _Written:
    """Say how the records of a type are written into a table, once for all of them."""
    own = {one.name for one in fields(record_type)} if is_dataclass(record_type) else set()
    written = [column for column in TABLES[table].columns if column.kind is not Kind.SHOWN]
    there = [one for one in written if one.attribute in own or hasattr(record_type, one.attribute)]
    get = attrgetter(*(one.attribute for one in there))
    return _Written(
        dict.fromkeys(one.name for one in written),
        tuple((one.name, one.kind is Kind.AMOUNT) for one in there),
        get if len(there) > 1 else lambda record: (get(record),),
    )
