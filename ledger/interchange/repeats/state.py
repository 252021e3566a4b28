"""What a source of imports has stated so far: the cells of each record, with their file and line.

The state after an import is kept with its request, packed. It holds what the source stated at any
of its imports: a record that a later file no longer has is marked as gone, and what was said of it
last stays said.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, NamedTuple

from ledger.interchange.problems import Place

CANONICAL: Final = "canonical"
"""The source of canonical files that name no other."""

DEALS: Final = "deals"
"""The table whose rows are acts, of which several have one code."""

RecordKey = tuple[str, str]
"""A table and the code of a record, or of a deal."""


class StatedFile(NamedTuple):
    """A file that a source was imported from: its name without folders, and its SHA-256."""

    name: str
    sha256: str


class StatedRow(NamedTuple):
    """The cells that a source gave of one record or act, and where they last stood.

    `file` is a place in the files of the state.
    """

    table: str
    code: str
    cells: Mapping[str, str]
    file: int
    line: int
    gone: bool = False

    @property
    def key(self) -> RecordKey:
        """Give the record that the row is about."""
        return self.table, self.code


@dataclass(slots=True)
class SourceState:
    """All that a source has stated. Acts of one deal are several rows of its code."""

    files: list[StatedFile] = field(default_factory=list)
    rows: dict[RecordKey, list[StatedRow]] = field(default_factory=dict)

    def cell(self, table: str, code: str, column: str) -> str | None:
        """Give what the source last said of a column of a record; None where it said nothing."""
        rows = self.rows.get((table, code))
        return rows[0].cells.get(column) if rows else None

    def place(self, row: StatedRow) -> Place:
        """Give where a row last stood."""
        return Place(self.files[row.file].name, row.line)

    def add(self, row: StatedRow) -> None:
        """Take one more row of a record."""
        self.rows.setdefault(row.key, []).append(row)

    def __iter__(self) -> Iterator[StatedRow]:
        """Give every row."""
        for rows in self.rows.values():
            yield from rows

    def packed(self) -> str:
        """Give the state as a text to be kept."""
        rows = [[*row[:5], int(row.gone)] for row in self]
        text = json.dumps([[*map(list, self.files)], rows], separators=(",", ":"))
        return b64encode(zlib.compress(text.encode())).decode()


def unpacked(text: str) -> SourceState:
    """Give the state that was packed."""
    files, rows = json.loads(zlib.decompress(b64decode(text)))
    state = SourceState([StatedFile(*one) for one in files])
    for table, code, cells, file, line, gone in rows:
        state.add(StatedRow(table, code, cells, file, line, bool(gone)))
    return state


class OwnRow(NamedTuple):
    """What an import says of one record or act, with the place of its row."""

    table: str
    code: str
    cells: Mapping[str, str]
    place: Place


def next_state(
    before: SourceState,
    own: Iterable[OwnRow],
    files: Mapping[str, StatedFile],
    *,
    whole: bool,
    superseded: Collection[StatedRow] = (),
    released: Collection[StatedRow] = (),
) -> SourceState:
    """Give the state after an import that says `own`; `files` are its files by their paths.

    Acts that are `superseded` are no longer said: what they gave is in others. Those `released` are
    gone and now said to give nothing.

    A record of the same table that the import does not name is gone where the file of its name is
    in the import, or where the import is the `whole` of its tables.
    """
    state = SourceState([*before.files])
    places: dict[str, int] = {}
    for path, file in files.items():
        if file not in state.files:
            state.files.append(file)
        places[path] = state.files.index(file)
    for one in own:
        place = places.get(one.place.file, 0)
        state.add(StatedRow(one.table, one.code, one.cells, place, one.place.line))
    tables = {table for table, _ in state.rows}
    names = {file.name for file in files.values()}
    left, given_back = ({_row_id(row) for row in rows} for rows in (superseded, released))
    for key, rows in before.rows.items():
        said = state.rows.get(key, [])
        if said and key[0] != DEALS:
            # A cell that is empty now keeps what was said of it before.
            state.rows[key] = [said[0]._replace(cells={**rows[0].cells, **said[0].cells})]
            continue
        repeated = [one.cells for one in said]
        for row in rows:
            if row.cells in repeated:
                repeated.remove(row.cells)
            elif _row_id(row) in given_back:
                state.add(row._replace(cells={**row.cells, "amount": "0"}, gone=True))
            elif _row_id(row) not in left:
                missed = key[0] in tables and (whole or before.files[row.file].name in names)
                state.add(row._replace(gone=True) if missed else row)
    return state


def newly_gone(before: SourceState, after: SourceState) -> Iterator[StatedRow]:
    """Give the rows that are gone after an import and were not before it, as they were before."""
    gone = {_row_id(row) for row in after if row.gone}
    for row in before:
        nothing = row._replace(cells={**row.cells, "amount": "0"})
        if not row.gone and (_row_id(row) in gone or _row_id(nothing) in gone):
            yield row


def _row_id(row: StatedRow) -> Hashable:
    """Tell a row from all others, whether it is gone or not."""
    return row.key, tuple(row.cells.items()), row.file, row.line


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTerms:
    """The source of an import and its policies.

    `rule` and `rule_sha256` name the import rule; `files` are the files read, by path. With
    `is_named` an officer named the source, so that each of its files is an edition of the one
    before. `overwrite` takes what the file says in place of what an officer corrected since.
    `over` says what happens to acts that give more than is required, `edition` what a changed
    amount does on the day `edition_on`, and `gone` what becomes of acts that the source no longer
    has.
    """

    source: str = CANONICAL
    is_named: bool = False
    rule: str | None = None
    rule_sha256: str | None = None
    files: Mapping[str, StatedFile] = field(default_factory=dict)
    overwrite: bool = False
    over: Literal["refuse", "raise", "cap", "leave-out"] = "refuse"
    edition: Literal["refuse", "restate"] = "refuse"
    gone: Literal["keep", "release"] = "keep"
    edition_on: date | None = None

    @property
    def asks_for_room(self) -> bool:
        """Say whether a plan has to know what is placed on each day."""
        return self.over != "refuse" or self.edition == "restate"

    @property
    def is_whole(self) -> bool:
        """Say whether each file is all that the source has to say of its tables."""
        return self.is_named or self.edition == "restate"
