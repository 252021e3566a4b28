"""The rows that each request wrote, by their hashes as they are now: for the check of chains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from hashlib import sha256
from heapq import merge
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Select, Table, bindparam, select

from ledger.evidence.canonical import quoted
from ledger.evidence.disclosures import salted_hash
from ledger.evidence.tree_head import REQUEST_KIND
from ledger.store.checks.extent import tables_with_rows
from ledger.store.checks.journal import batches, raw
from ledger.store.db import night_tables, tables
from ledger.store.db.prepared import HASHED_APART, hashes_of_stored
from ledger.store.db.tables import FORMER, IDENTITY_CHANGE
from ledger.store.evidence.sources import UNREADABLE
from ledger.store.registers import LEAF_PLACES
from ledger.store.session.rows import DISCLOSURE

_Some = tuple[int, list[Any]]
"""A request, and some of the hashes of its rows or of its disclosures."""

OF_NO_REQUEST: Final = (
    *(tables.allowed_move, *tables.REFERENCE_TABLES, *tables.MUTABLE_TABLES),
    *(night_tables.night_run, night_tables.night_step, night_tables.night_lock),
    night_tables.sealed_leaf,
)
"""The tables whose rows no request wrote, or guards did; the root of a seal covers its leaves."""

_UNREADABLE: Final = bytes(32)
"""Stands for a row that the program could not have written: no row has this hash."""


def hashed_tables() -> list[Table]:
    """Give the tables whose rows the hash of a request covers."""
    apart = {*HASHED_APART, *(one.name for one in OF_NO_REQUEST)}
    return [one for one in tables.every_table() if one.name not in apart]


class RequestRows:
    """The hashes of the rows of all requests from one on, asked for in the order of requests."""

    def __init__(self, connection: Connection, first: int, last: int) -> None:
        """Read the rows of the requests from the first to the last one."""
        bounds = (first, last)
        filled = tables_with_rows(connection, hashed_tables())
        streams = [
            _rows_of(connection, table, bounds) for table in hashed_tables() if table.name in filled
        ]
        streams.append(_disclosures(connection, bounds))
        self._groups = groupby(merge(*streams, key=itemgetter(0)), key=itemgetter(0))
        self._next: tuple[int, Iterable[Any]] | None = next(self._groups, None)

    def of(self, request: int, own: Mapping[str, Any]) -> list[bytes]:
        """Give the hashes of a request's rows; `own` are the texts in its row and its answer."""
        found: list[bytes] = []
        while self._next is not None and self._next[0] <= request:
            number, rows = self._next
            if number == request:
                found = [
                    one if isinstance(one, bytes) else _disclosure_hash(one, own)
                    for _, some in rows
                    for one in some
                ]
            self._next = next(self._groups, None)
        return found


def _rows_of(connection: Connection, table: Table, bounds: tuple[int, int]) -> Iterator[_Some]:
    first, last = bounds
    former = _former(connection, table)
    for rows in batches(connection, _row_query(table), {"first": first, "last": last}):
        if not rows:
            continue
        written = [_as_written(table, row, former) for row in rows] if former else rows
        owners, *columns = zip(*written, strict=True)
        hashes = _hashes(table, columns)
        end = 0
        # Those of one request at once: rows that are merged one by one take far longer.
        for request, same in groupby(owners):
            start, end = end, end + len([*same])
            yield request, hashes[start:end]


@cache
def _row_query(table: Table) -> Select[Any]:
    owner = owner_of(table)
    query = select(owner, *map(raw, table.columns)).order_by(owner)
    if owner.table is not table:
        query = query.select_from(table.join(owner.table))
    return query.where(owner.between(bindparam("first"), bindparam("last")))


def _hashes(table: Table, columns: Sequence[Sequence[Any]]) -> list[bytes]:
    with suppress(*UNREADABLE):
        return hashes_of_stored(table, columns)
    if len(columns[0]) == 1:
        return [_UNREADABLE]
    rows = zip(*columns, strict=True)
    return [one for row in rows for one in _hashes(table, [(value,) for value in row])]


def owner_of(table: Table) -> Any:
    """Give the column with the request of a row: its own, or that of the row it belongs to."""
    if "request_id" in table.c:
        return table.c.request_id
    (reference,) = next(iter(table.primary_key.columns)).foreign_keys
    return reference.column.table.c.request_id


def _former(connection: Connection, table: Table) -> dict[Any, dict[str, Any]]:
    """Read the first identity of each record whose identity changed later."""
    changes = table.metadata.tables.get(f"{table.name}{IDENTITY_CHANGE}")
    if changes is None:
        return {}
    names, query = _former_identities(table, changes)
    first: dict[Any, dict[str, Any]] = {}
    for identity, *former in connection.execute(query):
        first.setdefault(identity, dict(zip(names, former, strict=True)))
    return first


@cache
def _former_identities(table: Table, changes: Table) -> tuple[Sequence[str], Select[Any]]:
    names = [one.name for one in table.columns if f"{FORMER}{one.name}" in changes.c]
    owner, version = changes.primary_key.columns
    query = select(owner, *(raw(changes.c[f"{FORMER}{name}"]) for name in names))
    return names, query.order_by(owner, version)


def _as_written(
    table: Table, row: Sequence[Any], former: dict[Any, dict[str, Any]]
) -> Sequence[Any]:
    """Give a row after its request, with the identity that it was written with."""
    names = [one.name for one in table.columns]
    owner, *values = row
    first = former.get(values[names.index("id")], {})
    return [owner, *(first.get(one, value) for one, value in zip(names, values, strict=True))]


_KEY: Final = ("kind", "record", "version", "place", "field")


def _disclosures(connection: Connection, bounds: tuple[int, int]) -> Iterator[_Some]:
    """Give each disclosure, or its erasure; of an input, which has both, the erasure counts."""
    opened, gone = _opened_and_erased()
    within = dict(zip(("first", "last"), bounds, strict=True))
    those = connection.execute(gone, within).all()
    blocks: Iterator[Iterable[Any]] = batches(connection, opened, within)
    if those:  # as in few ledgers
        every = merge(chain.from_iterable(blocks), those, key=itemgetter(0, 1, 2, 3, 4))
        leaves = groupby(every, key=itemgetter(0, 1, 2, 3, 4, 5))
        blocks = iter([(min(group, key=len) for _, group in leaves)])
    for block in blocks:
        for request, some in groupby(block, key=itemgetter(0)):
            yield request, [*some]


@cache
def _opened_and_erased() -> tuple[Select[Any], Select[Any]]:
    kept, erased = tables.disclosure.c, tables.erasure.c
    opened = select(*map(raw, kept[("request_id", *_KEY, "salt", "text")])).where(
        kept.request_id.between(bindparam("first"), bindparam("last"))
    )
    gone = select(*map(raw, erased[("erased_request", *_KEY, "hash")])).where(
        erased.erased_request.between(bindparam("first"), bindparam("last")),
        erased.hash.is_not(None),
    )
    return (
        opened.order_by(*tables.disclosure.primary_key.columns),
        gone.order_by(*tables.erasure.primary_key.columns),
    )


def _disclosure_hash(one: Sequence[Any], own: Mapping[str, Any]) -> bytes:
    _, kind, record, version, place, field, *what = one
    try:
        salted = what[0]
        if len(what) > 1:
            salt, text = what
            if kind == _OF_REQUEST and field in own:
                text = quoted(own[field])
            salted = salted_hash(bytes(salt), text)
        words = DISCLOSURE % (kind, record, version, place, field, salted)
        return sha256(words.encode()).digest()
    except UNREADABLE:
        return _UNREADABLE


_OF_REQUEST: Final = LEAF_PLACES[REQUEST_KIND]
