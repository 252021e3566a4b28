"""The hash of all rows that one request wrote, which the hash of the request covers.

It is the SHA-256 of the sorted hashes of its rows, so that it does not depend on the order in which
they were written. In place of texts that can be erased it covers the salted hashes of their
disclosures, which stay when a text goes. The rows of the request itself and of its receipt are no
part of it: the hash of the request covers them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table
from sqlalchemy.dialects.sqlite.base import SQLiteDialect

from ledger.evidence.canonical import ENTRY_NOTES
from ledger.registers.table import versioned
from ledger.store.registers import STORED_REGISTERS

HASHED_APART: Final = frozenset({"request", "receipt", "disclosure"})
"""The tables whose rows of a request its hash covers without this one, or as salted hashes."""

_VERSION: Final = "_version"
_REASON: Final = frozenset({"reason"})
_TEXTS: Final = {
    "entry": frozenset(ENTRY_NOTES),
    "setting_version": _REASON,
    "rate": frozenset({"source"}),
    "proposal": _REASON,
    "statement": frozenset({"file_name"}),
    "statement_line": frozenset({"reference"}),
    "finding": frozenset({"subject", "said", "ours", "theirs", "command", "file_name"}),
    "finding_event": _REASON,
    "approval": frozenset({"lines"}),
    "approval_answer": _REASON,
    "approval_rule": _REASON,
    "standing_approval": _REASON,
}
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def text_columns(table: str) -> frozenset[str]:
    """Give the columns of a table whose texts can be erased, as `ledger.store.erasable` has them.

    They are listed apart from it: it needs the tables of every register, and a write of few.
    """
    register = next(
        (kind for kind, spec in versioned().items() if table == f"{spec.table}{_VERSION}"), None
    )
    if register is None:
        return _TEXTS.get(table, frozenset())
    return _REASON | {column for _, column in STORED_REGISTERS[register].free_texts}


class _Part(NamedTuple):
    """A column of a table that is hashed: its place in a row, and what leaves it out."""

    at: int
    name: str
    default: Any


class HashedTable:
    """Hashes rows of a table, from the values that the tables of a file would hold."""

    def __init__(self, table: Table) -> None:
        """Hash all columns but texts, in the order of their names.

        A column that is empty or has its default is left out: one that is added later to a table
        changes no hash of an earlier row.
        """
        texts = text_columns(table.name)
        self.name: Final = table.name
        self.parts: Final = tuple(
            _Part(at, column.name, _default(column))
            for at, column in sorted(enumerate(table.columns), key=lambda one: one[1].name)
            if column.name not in texts
        )
        dialect = SQLiteDialect()
        self._converts: Final[dict[int, Callable[[Any], Any]]] = {
            at: convert
            for at, column in enumerate(table.columns)
            if (convert := _convert(column, dialect)) is not None
        }

    def of_stored(self, row: Sequence[Any]) -> bytes:
        """Hash a row as it is read, its columns in the order of the table's."""
        terms: dict[str, Any] = {}
        for at, name, default in self.parts:
            value = row[at]
            if value is None or value == default:
                continue
            if isinstance(value, (bytes, memoryview)):
                value = bytes(value).hex()
            terms[name] = int(value) if value is True or value is False else value
        return sha256(_encode([self.name, terms]).encode()).digest()

    def of_written(self, row: Sequence[Any]) -> bytes:
        """Hash a row as the program writes it."""
        values = list(row)
        for at, convert in self._converts.items():
            values[at] = convert(values[at])
        return self.of_stored(values)


def _convert(column: Column[Any], dialect: SQLiteDialect) -> Callable[[Any], Any] | None:
    if isinstance(column.type, LargeBinary):
        return None
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _default(column: Column[Any]) -> Any:
    """Give what a column has in rows of before it was there; None where that is nothing."""
    if column.server_default is None:
        return None
    words = str(column.server_default.arg)  # type: ignore[attr-defined]
    if isinstance(column.type, (Boolean, Integer)):
        return int({"true": "1", "false": "0"}.get(words, words))
    return words


@cache
def hashed_table(table: Table) -> HashedTable:
    """Give what hashes the rows of a table."""
    return HashedTable(table)


def disclosure_hash(leaf: Iterable[int], place: int, field: str, salted: str) -> bytes:
    """Hash a disclosure by the salted hash that stands in the leaf, as it does once it is gone.

    `leaf` is its kind, its record and its version.
    """
    return sha256(_encode(["disclosure", *leaf, place, field, salted]).encode()).digest()


class WrittenRows:
    """The hashes of the rows of one request, gathered while they are written."""

    def __init__(self) -> None:
        """Start with no rows."""
        self._hashes: list[bytes] = []

    def add(self, table: Table, rows: Iterable[Sequence[Any]]) -> None:
        """Take in rows, their values in the order of the table's columns."""
        if table.name not in HASHED_APART:
            self._hashes += map(hashed_table(table).of_written, rows)

    def add_hash(self, one: bytes) -> None:
        """Take in a row by its hash."""
        self._hashes.append(one)

    def hex(self) -> str:
        """Give the hash of all of them."""
        return hash_of_rows(self._hashes)


def hash_of_rows(hashes: Iterable[bytes]) -> str:
    """Give the hash of the rows of one request, from the hash of each."""
    return sha256(b"".join(sorted(hashes))).hexdigest()
