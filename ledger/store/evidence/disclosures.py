"""Disclosures as stored: those of each leaf, read along with the leaves in one order."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from ledger.evidence.canonical import InvalidLeafValue
from ledger.evidence.disclosures import Disclosure
from ledger.store.checks.journal import raw, stream
from ledger.store.db import tables
from ledger.store.evidence.sources import within
from ledger.store.registers import LEAF_PLACES

_KEY: Final = ("request_id", "kind", "record", "version")
_Key = tuple[int, int, int, int]


class DisclosureStream:
    """The disclosures of all requests after one and up to another, given leaf by leaf.

    They are asked for in the order of leaves, a batch in memory. Rows of no leaf pass by.
    """

    def __init__(
        self, connection: Connection, after: int, through: int, kind: str | None = None
    ) -> None:
        """Start at the first one, or the first one of a kind of leaf."""
        query = _disclosures().where(*within(tables.disclosure, after, through))
        if kind is not None:
            query = query.where(tables.disclosure.c.kind == LEAF_PLACES[kind])
        rows = stream(connection, query.order_by(*tables.disclosure.primary_key.columns))
        self._groups = groupby(rows, key=itemgetter(0, 1, 2, 3))
        self._key: _Key | None = None
        self._rows: Iterable[Any] = ()
        self._advance()

    def of(self, request: int, kind: str, record: int, version: int) -> dict[str, Disclosure]:
        """Give the disclosures of a leaf by their fields. Raises `InvalidLeafValue`."""
        wanted = (request, LEAF_PLACES[kind], record, version)
        while self._key is not None and self._key < wanted:
            self._advance()
        if self._key != wanted:
            return {}
        rows = list(self._rows)
        self._advance()
        return _by_field(rows)

    def _advance(self) -> None:
        for key, rows in self._groups:
            if all(type(one) is int for one in key):
                self._key, self._rows = key, rows
                return
        self._key = None


def read_disclosures(
    connection: Connection, request: int, kind: str, record: int, version: int = 0
) -> dict[str, Disclosure]:
    """Read the disclosures of one leaf by their fields. Raises `InvalidLeafValue`."""
    key = dict(zip(_KEY, (request, LEAF_PLACES[kind], record, version), strict=True))
    query = _disclosures().filter_by(**key).order_by(tables.disclosure.c.place)
    return _by_field(connection.execute(query).all())


def _disclosures() -> Select[Any]:
    columns = tables.disclosure.c
    return select(*map(raw, columns[(*_KEY, "place", "field", "salt", "text")]))


def _by_field(rows: Iterable[Any]) -> dict[str, Disclosure]:
    disclosures: dict[str, Disclosure] = {}
    last = ""
    for due, (*_, place, field, salt, text) in enumerate(rows):
        if place != due or field <= last:
            raise InvalidLeafValue(field)
        disclosures[field] = Disclosure(salt, text)
        last = field
    return disclosures
