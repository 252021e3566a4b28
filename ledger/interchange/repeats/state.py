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
from itertools import islice
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
    """All that a source has stated. Acts of one deal are several rows of its code.

    `rows` has them by table and code: most codes have one row, and tens of thousands of lists of
    one would take as much memory as the rows.
    """

    files: list[StatedFile] = field(default_factory=list)
    rows: dict[str, dict[str, tuple[StatedRow, ...] | StatedRow]] = field(default_factory=dict)

    def of(self, table: str, code: str) -> tuple[StatedRow, ...]:
        """Give the rows of a record or of a deal, none where nothing was said of it."""
        rows = self.rows.get(table, _NOTHING).get(code, ())
        return (rows,) if isinstance(rows, StatedRow) else rows

    def cell(self, table: str, code: str, column: str) -> str | None:
        """Give what the source last said of a column of a record; None where it said nothing."""
        rows = self.of(table, code)
        return rows[0].cells.get(column) if rows else None

    def place(self, row: StatedRow) -> Place:
        """Give where a row last stood."""
        return Place(self.files[row.file].name, row.line)

    def add(self, row: StatedRow) -> None:
        """Take one more row of a record."""
        codes = self.rows.setdefault(row.table, {})
        before = codes.get(row.code)
        if before is None:
            codes[row.code] = row
        else:
            first = (before,) if isinstance(before, StatedRow) else before
            codes[row.code] = (*first, row)

    def put(self, row: StatedRow) -> None:
        """Take a row in the place of all that there are of its record."""
        self.rows.setdefault(row.table, {})[row.code] = row

    def __iter__(self) -> Iterator[StatedRow]:
        """Give every row."""
        for codes in self.rows.values():
            for rows in codes.values():
                if isinstance(rows, StatedRow):  # as nearly all
                    yield rows
                else:
                    yield from rows


NO_FILES: Final[Mapping[str, StatedFile]] = {}
_NOTHING: Final[Mapping[str, tuple[StatedRow, ...]]] = {}
_CELLS: Final = "\t"
"""What stands between a row's head and its cells; JSON has none."""


def _json(values: Any) -> str:
    return _write_json(values)


_write_json: Final = json.JSONEncoder(separators=(",", ":")).encode
_read_head: Final = json.JSONDecoder().raw_decode
"""Reads the head of a line, and gives where it ends."""
_quoted: Final = json.encoder.encode_basestring_ascii


def packed(files: Iterable[StatedFile], rows: Iterable[StatedRow]) -> str:
    """Give a state as a text to be kept."""
    compress = zlib.compressobj()
    blocks = [compress.compress(_json([*map(list, files)]).encode())]
    # A head is the JSON of a list of these, written out: there is one for each row.
    lines = (
        f'\n["{table}",{_quoted(code)},{file},{line},{int(gone)}]{_CELLS}{text}'
        for table, code, text, file, line, gone in rows
    )
    while some := "".join(islice(lines, _LINES_AT_ONCE)):
        blocks.append(compress.compress(some.encode()))
    return b64encode(b"".join([*blocks, compress.flush()])).decode()


_LINES_AT_ONCE: Final = 2000


def unpacked(text: str, only: RecordKey | None = None) -> SourceState:
    """Give the state that was packed, or of it only what was said of one record."""
    lines = _lines_of(b64decode(text))
    state = SourceState([StatedFile(*one) for one in json.loads(next(lines))])
    begins = "" if only is None else f"{_json([*only])[:-1]},"
    for line in lines:
        if line.startswith(begins):
            (table, code, file, number, gone), end = _read_head(line)
            state.add(StatedRow(intern(table), code, line[end + 1 :], file, number, bool(gone)))
    return state


def _lines_of(content: bytes) -> Iterator[str]:
    """Give the lines of a text that was compressed, without all of it in memory."""
    decompress = zlib.decompressobj().decompress
    rest = b""
    for at in range(0, len(content), _BYTES_AT_ONCE):
        *lines, rest = (rest + decompress(content[at : at + _BYTES_AT_ONCE])).split(b"\n")
        yield from map(bytes.decode, lines)
    yield rest.decode()


_BYTES_AT_ONCE: Final = 1 << 16


def under_present_codes(state: SourceState, codes: Mapping[str, Mapping[str, str]]) -> SourceState:
    """Give a state with records under their present codes; `codes` are these by former ones."""
    for table, changed in codes.items():
        there = state.rows.get(table, {})
        for code in [code for code in there if code in changed]:
            now = changed[code]
            if now not in there:
                rows = state.of(table, code)
                del there[code]
                for row in rows:
                    state.add(row._replace(code=now))
    return state


class OwnRows:
    """What an import says, row by row: the state of its source as far as its files go.

    A row that says the same as before in the same place is the one of before, and one that says the
    same in another place has its code and its text.
    """

    def __init__(
        self, before: SourceState | None = None, files: Mapping[str, StatedFile] = NO_FILES
    ) -> None:
        """Start with nothing said; `files` are those of the import by their paths."""
        self._before = SourceState() if before is None else before
        self._places: dict[str, int] = {}
        self.state = SourceState([*self._before.files])
        self.names = {file.name for file in files.values()}
        every = self.state.files
        for path, file in files.items():
            if file not in every:
                every.append(file)
            self._places[path] = every.index(file)

    def add(self, table: str, code: str, cells: Mapping[str, str], place: Place) -> None:
        """Take what one more row says of a record or act.

        Its text is the JSON of the cells, whose columns have plain names, written out.
        """
        text = ",".join([f'"{column}":{_quoted(cell)}' for column, cell in cells.items()])
        row = StatedRow(table, code, f"{{{text}}}", self._places.get(place.file, 0), place.line)
        former = self._before.rows.get(table, _NOTHING).get(code)
        if isinstance(former, StatedRow) and former.text == row.text:
            alike = StatedRow(table, former.code, former.text, row.file, row.line)
            row = former if former == alike else alike
        self.state.add(row)

    def leave_out_acts(self, places: Iterable[Place]) -> None:
        """Take back the acts that stand in some places."""
        left_out = {(self._places.get(one.file, 0), one.line) for one in places}
        rows = [row for row in self.state if row.table == DEALS]
        self.state.rows.pop(DEALS, None)
        for row in rows:
            if row[3:5] not in left_out:
                self.state.add(row)


def stated_act(code: str, cells: Mapping[str, str]) -> StatedRow:
    """Make a row of an act that no file is known of."""
    return StatedRow(DEALS, code, _json(cells), 0, 0)


class Stating(NamedTuple):
    """The state of a source after an import, and how it differs from before."""

    state: SourceState
    gone: tuple[tuple[StatedRow, Place], ...] = ()
    """The rows that are gone and were not before, as they were then, with where they stood."""
    says_more: bool = False


def stating(
    before: SourceState,
    own: OwnRows,
    *,
    whole: bool,
    superseded: Collection[StatedRow] = (),
    released: Collection[StatedRow] = (),
) -> Stating:
    """Give what a source has stated after an import, in the place of what is its `own`.

    Acts that are `superseded` are no longer said: what they gave is in others. Those `released` are
    gone and now said to give nothing.

    A record of the same table that the import does not name is gone where the file of its name is
    in the import, or where the import is the `whole` of its tables.
    """
    state = own.state
    tables = {*state.rows} - {RATES}
    left, given_back = ({_row_id(row) for row in rows} for rows in (superseded, released))
    for table, codes in before.rows.items():
        now = state.rows.get(table, _NOTHING)
        for code, held in codes.items():
            if now.get(code) is held:  # the same in the same place
                continue
            rows, said = before.of(table, code), state.of(table, code)
            if said and table != DEALS:
                # A cell that is empty now keeps what was said of it before.
                if rows[0].text != said[0].text:
                    both = _json({**rows[0].cells, **said[0].cells})
                    state.put(said[0]._replace(text=both))
                continue
            repeated = [one.text for one in said]
            for row in rows:
                if row.text in repeated:
                    repeated.remove(row.text)
                elif _row_id(row) in given_back:
                    state.add(_of_nothing(row)._replace(gone=True))
                elif _row_id(row) not in left:
                    missed = table in tables and (whole or before.files[row.file].name in own.names)
                    state.add(row._replace(gone=True) if missed else row)
    gone = tuple((row, state.place(row)) for row in newly_gone(before, state))
    return Stating(state, gone, says_more=state != before)


def newly_gone(before: SourceState, after: SourceState) -> Iterator[StatedRow]:
    """Give the rows that are gone after an import and were not before it, as they were before."""
    gone = [row for row in after if row.gone]
    if not gone:
        return
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
