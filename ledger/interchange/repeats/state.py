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
from sys import intern
from typing import Any, Final, Literal, NamedTuple

from ledger.interchange.problems import Place

CANONICAL: Final = "canonical"
"""The source of canonical files that name no other."""

DEALS: Final = "deals"
"""The table whose rows are acts, of which several have one code."""
RATES: Final = "rates"
"""The table of which a file is a window of days: one that it no longer lists is not gone."""

RecordKey = tuple[str, str]
"""A table and the code of a record, or of a deal."""


class StatedFile(NamedTuple):
    """A file that a source was imported from: its name without folders, and its SHA-256."""

    name: str
    sha256: str


class StatedRow(NamedTuple):
    """The cells that a source gave of one record or act, and where they last stood.

    `text` are the cells as JSON: few are ever asked for. `file` is a place in the files of the
    state.
    """

    table: str
    code: str
    text: str
    file: int
    line: int
    gone: bool = False

    @property
    def cells(self) -> dict[str, str]:
        """Give the cells by column."""
        cells: dict[str, str] = json.loads(self.text)
        return cells

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
        lines = [_json([*map(list, self.files)])]
        for table, code, text, file, line, gone in self:
            lines.append(f"{_json([table, code, file, line, int(gone)])}{_CELLS}{text}")
        return b64encode(zlib.compress("\n".join(lines).encode())).decode()


_CELLS: Final = "\t"
"""What stands between a row's head and its cells; JSON has none."""


def _json(values: Any) -> str:
    return json.dumps(values, separators=(",", ":"))


def unpacked(text: str, only: RecordKey | None = None) -> SourceState:
    """Give the state that was packed, or of it only what was said of one record."""
    files, *lines = zlib.decompress(b64decode(text)).decode().split("\n")
    state = SourceState([StatedFile(*one) for one in json.loads(files)])
    begins = "" if only is None else f"{_json([*only])[:-1]},"
    for line in lines:
        if line.startswith(begins):
            head, _, cells = line.partition(_CELLS)
            table, code, file, number, gone = json.loads(head)
            state.add(StatedRow(intern(table), code, cells, file, number, bool(gone)))
    return state


def under_present_codes(state: SourceState, codes: Mapping[str, Mapping[str, str]]) -> SourceState:
    """Give a state with records under their present codes; `codes` are these by former ones."""
    for table, code in [*state.rows]:
        now = codes.get(table, {}).get(code)
        if now is not None and (table, now) not in state.rows:
            rows = state.rows.pop((table, code))
            state.rows[table, now] = [row._replace(code=now) for row in rows]
    return state


class OwnRow(NamedTuple):
    """What an import says of one record or act, with the place of its row."""

    table: str
    code: str
    text: str
    place: Place


def own_row(table: str, code: str, cells: Mapping[str, str], place: Place) -> OwnRow:
    """Make what an import says of a record of its cells by column."""
    return OwnRow(table, code, _json(cells), place)


def stated_act(code: str, cells: Mapping[str, str]) -> StatedRow:
    """Make a row of an act that no file is known of."""
    return StatedRow(DEALS, code, _json(cells), 0, 0)


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
    state = _state_of(own, before.files, files)
    tables = {table for table, _ in state.rows} - {RATES}
    names = {file.name for file in files.values()}
    left, given_back = ({_row_id(row) for row in rows} for rows in (superseded, released))
    for key, rows in before.rows.items():
        said = state.rows.get(key, [])
        if said and key[0] != DEALS:
            # A cell that is empty now keeps what was said of it before.
            if rows[0].text != said[0].text:
                both = _json({**rows[0].cells, **said[0].cells})
                state.rows[key] = [said[0]._replace(text=both)]
            continue
        repeated = [one.text for one in said]
        for row in rows:
            if row.text in repeated:
                repeated.remove(row.text)
            elif _row_id(row) in given_back:
                state.add(_of_nothing(row)._replace(gone=True))
            elif _row_id(row) not in left:
                missed = key[0] in tables and (whole or before.files[row.file].name in names)
                state.add(row._replace(gone=True) if missed else row)
    return state


def _state_of(
    own: Iterable[OwnRow], before: Iterable[StatedFile], files: Mapping[str, StatedFile]
) -> SourceState:
    """Give the state of what an import says, with its files behind those of before."""
    state = SourceState([*before])
    places: dict[str, int] = {}
    for path, file in files.items():
        if file not in state.files:
            state.files.append(file)
        places[path] = state.files.index(file)
    for one in own:
        place = places.get(one.place.file, 0)
        state.add(StatedRow(one.table, one.code, one.text, place, one.place.line))
    return state


def newly_gone(before: SourceState, after: SourceState) -> Iterator[StatedRow]:
    """Give the rows that are gone after an import and were not before it, as they were before."""
    gone = [row for row in after if row.gone]
    ids, keys = {_row_id(row) for row in gone}, {row.key for row in gone}
    for row in before:
        if row.gone or row.key not in keys:
            continue
        if _row_id(row) in ids or (row.table == DEALS and _row_id(_of_nothing(row)) in ids):
            yield row


def _of_nothing(row: StatedRow) -> StatedRow:
    """Give the row of an act that now gives nothing."""
    return row._replace(text=_json({**row.cells, "amount": "0"}))


def _row_id(row: StatedRow) -> Hashable:
    """Tell a row from all others, whether it is gone or not."""
    return row.key, row.text, row.file, row.line


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
