"""Read canonical tables from a ZIP file, as an export writes it: a CSV file for each table.

A manifest in it names each file with its SHA-256. What is not as it says was changed or lost on
the way, and is refused.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path, PurePosixPath

from ledger.core.errors import InvalidInput
from ledger.core.text import first_few
from ledger.interchange.problems import ImportProblem
from ledger.interchange.reader import (
    Incoming,
    NothingToImport,
    RawTable,
    parse_table,
    table_name,
    table_named,
)
from ledger.interchange.sources.stored import bounded_member, stored_file, zip_of
from ledger.interchange.writer import MANIFEST

_FEW = 5
_FOREIGN_NOTES = "__MACOSX/"


class ManifestMismatch(InvalidInput, code="manifest-mismatch"):
    """An archive does not hold the files that its manifest names."""

    default_why = "A manifest names each file with its SHA-256: one was changed or lost since."
    default_next = "Fetch the archive again; or unpack it and import the folder, if it is meant."


def read_archive(path: Path, as_table: str | None = None) -> Incoming:
    """Read the files named after their tables, or with `as_table` the only file as that table.

    Raises `ManifestMismatch`, `NothingToImport`, and what opening a foreign archive raises; broken
    tables come back as problems.
    """
    as_table = None if as_table is None else table_named(as_table)
    with zip_of(stored_file(path)) as archive:
        members = [
            one
            for one in archive.infolist()
            if not one.is_dir() and not one.filename.startswith(_FOREIGN_NOTES)
        ]
        tables = {one.filename: _table_of(one.filename, as_table) for one in members}
        known = [one for one in members if tables[one.filename] is not None]
        if not known or (as_table is not None and len(known) > 1):
            raise _without_tables(path, members, as_table)
        contents = {one.filename: _content(archive, one, path) for one in known}
        notes = [one for one in members if PurePosixPath(one.filename).name == MANIFEST]
        for one in notes:
            _require_as_named(path, one.filename, _content(archive, one, path), contents)
    ignored = (one.filename for one in members if one not in known and one not in notes)
    return _parsed(path, contents, tables, tuple(f"{path}/{one}" for one in ignored))


def _table_of(name: str, as_table: str | None) -> str | None:
    """Give the table that a file of an archive is; of folders in it, the outermost is read."""
    inside = PurePosixPath(name)
    if as_table is not None:
        return None if inside.name == MANIFEST else as_table
    return table_name(Path(inside.name)) if len(inside.parts) <= 2 else None  # noqa: PLR2004


def _without_tables(
    path: Path, members: list[zipfile.ZipInfo], as_table: str | None
) -> NothingToImport:
    names = first_few([one.filename for one in members], _FEW) or "nothing"
    if as_table is None:
        return NothingToImport(f"No file in {path} is named after a canonical table: {names}.")
    return NothingToImport(
        f"{path} holds {len(members):,} files: {names}.",
        why="--as says which table a file is, and an archive of one file is one.",
        next_step="Name the files after their tables, or unpack the archive.",
    )


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> bytes:
    with bounded_member(archive, member, f"{path}/{member.filename}") as file:
        return file.read()


def _require_as_named(path: Path, name: str, text: bytes, contents: Mapping[str, bytes]) -> None:
    """Refuse files that are not those of the manifest beside them; raises `ManifestMismatch`."""
    folder = PurePosixPath(name).parent
    try:
        files = json.loads(text)["files"]
        named = {str(folder / one["file"]): str(one["sha256"]) for one in files}
    except (ValueError, KeyError, TypeError) as error:
        raise ManifestMismatch(
            f"{path}/{name} is not a manifest.", why="It does not name files with their SHA-256."
        ) from error
    there = {one: sha256(content).hexdigest() for one, content in contents.items()}
    differing = [
        *(f"{one} is not there" for one in named if one not in there),
        *(f"{one} is another" for one in named if there.get(one, named[one]) != named[one]),
        *(f"{one} is not named" for one in there if one not in named),
    ]
    if differing:
        what = f"{path} is not as its {MANIFEST} says: {first_few(differing, _FEW)}."
        raise ManifestMismatch(what)


def _parsed(
    path: Path,
    contents: Mapping[str, bytes],
    names: Mapping[str, str | None],
    ignored: tuple[str, ...],
) -> Incoming:
    tables: list[RawTable] = []
    problems: list[ImportProblem] = []
    unread: set[str] = set()
    digests: dict[str, str] = {}
    for name, content in contents.items():
        table, label = names[name], f"{path}/{name}"
        assert table is not None, name
        found, own = parse_table(content, table=table, file=label)
        problems += own
        if own:
            unread.add(table)
        if found is not None:
            tables.append(found)
            digests[label] = sha256(content).hexdigest()
    return Incoming(
        tuple(tables), tuple(problems), ignored, unread=frozenset(unread), contents=digests
    )
