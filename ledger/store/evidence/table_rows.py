"""Leaves of rows that are no record: those that a request wrote, and those that one adopted.

A table of `ROW_TABLES` has one leaf for each request that wrote into it, of the requests that have
such leaves. Earlier rows, and those of nights, which belong to no request, are named in the table
`adopted_row` and have a leaf each under the request that adopted them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    String,
    Table,
    and_,
    bindparam,
    cast,
    exists,
    select,
)

from ledger.evidence.canonical import PlainTexts
from ledger.evidence.disclosures import SaltedTexts
from ledger.evidence.row_leaves import SALTED_ROWS_TAG, adopted_bytes, row_bytes, rows_bytes
from ledger.evidence.tree_head import ADOPTED_KIND, ROWS_KIND
from ledger.store.checks.journal import raw, stream
from ledger.store.db import night_tables, tables
from ledger.store.db.approval_tables import APPROVAL_TABLES
from ledger.store.erasable import erasable_rows, row_texts
from ledger.store.evidence.disclosures import DisclosureStream
from ledger.store.evidence.sources import Source, within

ROW_TABLES: Final = (
    night_tables.statement,
    night_tables.statement_line,
    night_tables.finding,
    night_tables.finding_event,
    night_tables.gap_snapshot,
    *APPROVAL_TABLES,
    tables.erasure,
    night_tables.remaining_leaf,
)
"""The tables whose rows have a leaf by request, in the order of the tree; later ones come last."""

NIGHT_TABLES: Final = (night_tables.night_run, night_tables.night_step)
"""The tables whose rows belong to no request: the next seal adopts them."""

_SEPARATOR: Final = "/"


def table_leaves(
    connection: Connection, after: int, through: int, filled: Collection[str]
) -> Iterator[Source]:
    """Give the rows of each table by the requests that wrote them."""
    for table in ROW_TABLES:
        if table.name in filled:
            yield _rows_of(connection, table, after, through)


def _rows_of(connection: Connection, table: Table, after: int, through: int) -> Source:
    bounds = {"after": after, "through": through}
    ordered = stream(connection, _owned_rows(table), bounds)
    names = _names(table)

    def encode(row: Any, texts: PlainTexts, provenance: str) -> bytes:
        del texts
        return rows_bytes(provenance, table.name, (row_bytes(names, one[:-1]) for one in row[1]))

    salted = _salted_rows(connection, table, after, through)

    def encode_salted(row: Any, texts: PlainTexts, provenance: str) -> bytes:
        del texts
        return rows_bytes(provenance, table.name, salted(*row), tag=SALTED_ROWS_TAG)

    grouped = ((request, list(group)) for request, group in groupby(ordered, key=itemgetter(-1)))
    return Source(
        ROWS_KIND,
        grouped,
        lambda row: f"{table.name}/{row[0]}",
        encode,
        encode_salted=encode_salted,
    )


@cache
def _owned_rows(table: Table) -> Select[Any]:
    owner, rows = _owner(table), _row_query(table)
    if owner.table is not table:
        rows = rows.join(owner.table)
    query = rows.add_columns(owner).where(owner > bindparam("after"), owner <= bindparam("through"))
    return query.order_by(owner, *table.primary_key.columns)


def _salted_rows(
    connection: Connection, table: Table, after: int, through: int
) -> Callable[[int, Iterable[Any]], Iterator[bytes]]:
    """Give what makes the bytes of a request's rows, with salted hashes in place of texts."""
    names, one = _names(table), erasable_rows().get(table.name)
    stream_of = cache(lambda: DisclosureStream(connection, after, through, table.name))

    def rows(request: int, group: Iterable[Any]) -> Iterator[bytes]:
        for *values, _ in group:
            if one is None:
                yield row_bytes(names, values)
                continue
            record, version, given = row_texts(one, dict(zip(names, values, strict=True)))
            texts = SaltedTexts(stream_of().of(request, table.name, record, version))
            hashes = {field: texts.text(field, text) for field, text in given}
            texts.require_complete()
            yield row_bytes(names, values, {column: hashes[field] for column, field in one.texts})

    return rows


def rows_of_request(
    connection: Connection, name: str, request: int, *, salted: bool = False
) -> list[str]:
    """Give the bytes, as text, of the rows that a request wrote into a table of `ROW_TABLES`."""
    table = next(one for one in ROW_TABLES if one.name == name)
    (_, rows), *_ = _rows_of(connection, table, request - 1, request).rows
    if salted:
        made = _salted_rows(connection, table, request - 1, request)(request, rows)
        return [one.decode() for one in made]
    names = _names(table)
    return [row_bytes(names, one[:-1]).decode() for one in rows]


def adopted_row(connection: Connection, name: str, key: str) -> str:
    """Give the bytes, as text, of a row by its key as `adopted_row` names it."""
    table = next(one for one in (*ROW_TABLES, *NIGHT_TABLES) if one.name == name)
    query = _row_query(table).where(_key_text(list(table.primary_key.columns)) == key)
    return row_bytes(_names(table), connection.execute(query).one()).decode()


def _owner(table: Table) -> Any:
    """Give the column with the request of a row: its own, or that of the row it belongs to."""
    if "request_id" in table.c:
        return table.c.request_id
    (reference,) = (one for one in table.foreign_keys if one.parent.primary_key)
    return reference.column.table.c.request_id


def _names(table: Table) -> list[str]:
    return sorted(column.name for column in table.columns)


def _row_query(table: Table) -> Select[Any]:
    return select(*(raw(table.c[name]) for name in _names(table)))


def adopted_leaves(connection: Connection, after: int, through: int) -> Iterator[Source]:
    """Give the rows of each table that requests adopted, as they are now."""
    adopted = night_tables.adopted_row
    query = select(adopted.c.table_name).distinct().where(*within(adopted, after, through))
    named = {*connection.execute(query).scalars()}
    for table in (*ROW_TABLES, *NIGHT_TABLES):
        if table.name in named:
            yield _adopted_of(connection, table, after, through)


def _adopted_of(connection: Connection, table: Table, after: int, through: int) -> Source:
    names = _names(table)

    def encode(row: Any, texts: PlainTexts, provenance: str) -> bytes:
        del texts
        _, key, place, *values = row
        return adopted_bytes(provenance, table.name, key, place, row_bytes(names, values))

    rows = stream(connection, _adopted_rows(table), {"after": after, "through": through})
    return Source(ADOPTED_KIND, rows, lambda row: f"{table.name}/{row[1]}", encode)


@cache
def _adopted_rows(table: Table) -> Select[Any]:
    # From the table to the names of its rows, which have an index: a key cannot be looked up.
    adopted, names = night_tables.adopted_row, _names(table)
    return (
        select(*map(raw, adopted.c["request_id", "key", "place"]))
        .add_columns(*(raw(table.c[name]) for name in names))
        .select_from(table)
        .join(
            adopted,
            and_(
                adopted.c.table_name == table.name,
                adopted.c.key == _key_text(list(table.primary_key.columns)),
            ),
        )
        .where(*within(adopted, bindparam("after"), bindparam("through")))
        .order_by(adopted.c.request_id, adopted.c.place)
    )


def rows_to_adopt(connection: Connection, tables: Sequence[Table]) -> list[dict[str, Any]]:
    """Give the rows that name each row of the tables that no request has adopted yet."""
    adopted = night_tables.adopted_row.c
    found: list[dict[str, Any]] = []
    for table in tables:
        columns = list(table.primary_key.columns)
        key = _key_text(columns)
        query = select(key).where(
            ~exists().where(adopted.table_name == table.name, adopted.key == key)
        )
        keys = connection.execute(query.order_by(*columns)).scalars()
        found += (
            {"table_name": table.name, "key": one, "place": place}
            for place, one in enumerate(keys, start=len(found))
        )
    return found


def _key_text(columns: Sequence[Column[Any]]) -> ColumnElement[str]:
    first, *others = map(_as_text, columns)
    for other in others:
        first = first + _SEPARATOR + other
    return first


def _as_text(column: Column[Any]) -> ColumnElement[str]:
    return cast(column, String)
