"""Records in JSON: the objects of a list, or one on each line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from ledger.interchange.sources.cleaning import Cell, clean_record
from ledger.interchange.sources.errors import BrokenJson
from ledger.interchange.sources.records import Reading, Source, SourceRow
from ledger.interchange.sources.stored import Stored

_LONGEST: Final = 40


def _no_number(text: str) -> str:
    raise ValueError(f"{text} is not a number of JSON")


def _plain(number: str) -> str:
    """Write a number without an exponent, where that does not make it endless."""
    if "e" not in number and "E" not in number:
        return number
    exact = Decimal(number)
    return f"{exact:f}" if abs(exact.adjusted()) <= _LONGEST else number


def _loads(text: str | bytes) -> Any:
    """Understand JSON with every number as it is written, but without an exponent."""
    return json.loads(text, parse_float=_plain, parse_int=str, parse_constant=_no_number)


def as_cell(value: Any) -> Cell:
    """Give a value as a cell; in objects and lists, null is left out."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return {name: as_cell(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [as_cell(one) for one in value if one is not None]
    return ""


class JsonRecords(Source):
    """The objects of a list inside a JSON document."""

    def __init__(self, stored: Stored, form: str, reading: Reading) -> None:
        """Read the document and find its list; raises `BrokenJson`."""
        super().__init__(stored.label, form)
        self._clean = reading.clean
        try:
            document = _loads(stored.content())
        except ValueError as error:
            raise BrokenJson(f"{stored.label} is not JSON: {error}.") from error
        except RecursionError as error:
            raise BrokenJson(f"{stored.label} is nested too deeply.") from error
        self._items = _list_in(document, reading.rows, stored.label)

    def rows(self) -> Iterator[SourceRow]:
        """Give the objects of the list; an item that is none is a problem."""
        for ordinal, item in enumerate(self._items, 1):
            if not isinstance(item, dict):
                self.problem(ordinal, None, "no-record", "This item is not an object.")
                continue
            record = as_cell(item)
            assert isinstance(record, dict)
            yield SourceRow(ordinal, clean_record(record) if self._clean else record)


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
                record = as_cell(item)
                assert isinstance(record, dict)
                yield SourceRow(number, clean_record(record) if self._clean else record)


def _list_in(document: Any, path: str | None, label: str) -> list[Any]:
    """Find the list of records: at a path of keys, at the top, or the only one of the object."""
    if path is None:
        return _only_list(document, label)
    found = [document]
    for key in path.split("."):
        inner = [one[key] for one in found if isinstance(one, dict) and key in one]
        found = [item for one in inner for item in (one if isinstance(one, list) else [one])]
        if not inner:
            keys = ", ".join(document) if isinstance(document, dict) else "a list"
            raise BrokenJson(f"{label} has no list at {path!r}. It has {keys}.")
    return found


def _only_list(document: Any, label: str) -> list[Any]:
    if isinstance(document, list):
        return document
    lists = (
        {key: one for key, one in document.items() if isinstance(one, list)}
        if isinstance(document, dict)
        else {}
    )
    if len(lists) != 1:
        names = ", ".join(lists) or "none"
        raise BrokenJson(f"{label} has {len(lists)} lists of records: {names}.")
    (only,) = lists.values()
    return only
