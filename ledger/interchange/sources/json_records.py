"""Records in JSON: the objects of a list, or one on each line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from ledger.interchange.reader import MAX_COLUMNS
from ledger.interchange.sources.cleaning import Cell, clean_record
from ledger.interchange.sources.errors import BrokenJson, no_list, too_wide
from ledger.interchange.sources.json_events import (
    LONGEST,
    NUMBER_OUT_OF_BOUNDS,
    Shape,
    Walk,
    as_cell,
    opened_events,
    shape_of,
)
from ledger.interchange.sources.records import Reading, Source, SourceRow
from ledger.interchange.sources.stored import Stored


def _no_number(text: str) -> str:
    raise ValueError(f"{text} is not a number of JSON")


def _plain(number: str) -> str:
    """Write a number without an exponent, where that does not make it endless."""
    if "e" not in number and "E" not in number:
        return number
    try:
        exact = Decimal(number)
    except InvalidOperation as error:
        raise ValueError(NUMBER_OUT_OF_BOUNDS) from error
    return f"{exact:f}" if abs(exact.adjusted()) <= LONGEST else number


def _loads(text: str | bytes) -> Any:
    """Understand JSON with every number as it is written, but without an exponent."""
    return json.loads(text, parse_float=_plain, parse_int=str, parse_constant=_no_number)


def _as_cell(value: Any) -> Cell:
    """Give a value as a cell; in objects and lists, null is left out."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return {name: _as_cell(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_as_cell(one) for one in value if one is not None]
    return ""


class JsonRecords(Source):
    """The objects of a list inside a JSON document, read one after another."""

    def __init__(self, stored: Stored, form: str, reading: Reading) -> None:
        """Read the document through and find its list; raises `BrokenJson`."""
        super().__init__(stored.label, form)
        self._stored, self._clean = stored, reading.clean
        path = None if reading.rows is None else tuple(reading.rows.split("."))
        shape, reached = shape_of(stored, path)
        if path is None:
            path = () if shape.is_list else (_only_list(shape, stored.label),)
        elif shape.is_list:
            self.notes.append(
                f"the file is a list of records, not an object that has them at {reading.rows!r}"
            )
            path = ()
        elif not reached:
            _refuse_contracting(shape, stored.label)
            keys = ", ".join(shape.keys)
            raise no_list(f"{stored.label} has no list at {reading.rows!r}. It has {keys}.")
        self._path = path

    def rows(self) -> Iterator[SourceRow]:
        """Give the objects of the list; an item that is none is a problem."""
        with opened_events(self._stored) as events:
            items = Walk(self._path, as_cell, self.name).of(events, *next(events))
            for ordinal, record in enumerate(items, 1):
                if not isinstance(record, dict):
                    self.problem(ordinal, None, "no-record", "This item is not an object.")
                    continue
                yield SourceRow(ordinal, clean_record(record) if self._clean else record)


def _refuse_contracting(shape: Shape, label: str) -> None:
    """Refuse packages of OCDS where other records are looked for; raises `BrokenJson`."""
    for key in ("releases", "records"):
        if key in shape.lists and {"publisher", "publishedDate"} <= shape.keys.keys():
            raise BrokenJson(
                f"{label} is an OCDS package: it has {key} of contracting processes.",
                why="They say how contracts are awarded, not what projects require and are given.",
                next_step="Ask its publisher for projects (OC4IDS), or write a rule for it: "
                "cityfund import FILE --learn RULE.toml",
            )


def _only_list(shape: Shape, label: str) -> str:
    """Give the key of the only list of an object."""
    if len(shape.lists) != 1:
        if not shape.lists:
            keys = ", ".join(shape.keys) or "nothing"
            raise no_list(f"{label} has no list of records. It has {keys}.")
        names = ", ".join(shape.lists)
        raise no_list(f"{label} has {len(shape.lists)} lists of records: {names}.")
    ((key, times),) = shape.lists.items()
    if times > 1 or shape.keys[key] > 1:
        raise BrokenJson(f"{label} has the key {key!r} twice in one object.")
    return key


class JsonLines(Source):
    """One object of JSON on each line, read one after another."""

    def __init__(self, stored: Stored, form: str, reading: Reading) -> None:
        """Take the file; nothing of it is read yet."""
        super().__init__(stored.label, form)
        self._stored, self._clean = stored, reading.clean

    def rows(self) -> Iterator[SourceRow]:
        """Give the object of each line; a line that is none is a problem."""
        with self._stored.open() as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    item = _loads(line)
                except (ValueError, RecursionError) as error:
                    self.problem(number, None, "broken-json", f"This line is not JSON: {error}.")
                    continue
                if not isinstance(item, dict):
                    self.problem(number, None, "no-record", "This line is not an object.")
                    continue
                if len(item) > MAX_COLUMNS:
                    raise too_wide(f"Line {number} of {self.name} is an object", "keys")
                record = _as_cell(item)
                assert isinstance(record, dict)
                yield SourceRow(number, clean_record(record) if self._clean else record)
