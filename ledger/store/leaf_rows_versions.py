"""Leaves of register versions: the terms as they stand in their columns, and who said them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    FromClause,
    Integer,
    String,
    cast,
    func,
    literal,
    null,
    select,
)

from ledger.canonical_rows import (
    Unwritable,
    list_or_none,
    number_or_none,
    object_text,
    quoted,
    text_or_none,
    version_bytes,
    yes_or_none,
)
from ledger.codes import folded, number_in
from ledger.evidence import Leaf
from ledger.factors import Side
from ledger.store import tables
from ledger.store.check_reading import day, raw, stream
from ledger.store.leaf_sources import UNREADABLE, Source, require_said, within
from ledger.store.registers import Register
from ledger.store.types import LIST_SEPARATOR, CodeList

_Write = Callable[[Any], str | None]
_IDENTITY: Final = 7
"""How many values of a row are of the identity that the version belongs to, beside its code."""


def register_leaves(connection: Connection, register: Register, after: int, through: int) -> Source:
    """Give the versions of a register's records, in the order of records and versions."""
    versions = register.versions.c
    terms, source = _terms(register)
    keys = [(quoted(name), write) for name, _, write in terms]
    query = (
        select(
            versions.request_id,
            versions.version,
            raw(versions.recorded_at),
            versions.reason,
            versions.format,
            register.identity.c.code,
            *_identity(register),
            *(column for _, column, _ in terms),
        )
        .select_from(source)
        .where(*within(register.versions, after, through))
        .order_by(versions.request_id, versions[register.owner], versions.version)
    )

    def leaves(request: int, rows: Iterator[Any], said: str | None) -> Iterator[Leaf]:
        for _, version, recorded_at, reason, layout, code, *values in rows:
            content = None
            with suppress(*UNREADABLE):
                if version == 1:
                    _require_first(register.kind, code, request, values[:_IDENTITY])
                record = object_text(
                    (key, write(value))
                    for (key, write), value in zip(keys, values[_IDENTITY:], strict=True)
                )
                said_of = (recorded_at, reason, layout, require_said(said))
                content = version_bytes(register.kind, code, version, record, *said_of)
            yield Leaf(request, register.kind, f"{code}/{version}", content)

    return Source(stream(connection, query), leaves)


def _identity(register: Register) -> list[ColumnElement[Any]]:
    """Select what follows from a record's code and request, and so stands in no leaf of its own."""
    own, holder = register.identity.c, tables.holder.c
    if not _is_side(register):
        return [own.request_id, own.folded, own.number, *(null() for _ in range(4))]
    of_holder = (raw(holder.side), holder.request_id, holder.unit)
    return [own.request_id, own.folded, own.number, *of_holder, own.unit]


def _require_first(kind: str, code: str, request: int, identity: list[Any]) -> None:
    """Refuse a record whose other columns are not those that its first version was added with."""
    of_holder = (kind, request, identity[-1]) if kind in set(Side) else (None, None, None)
    due = (request, folded(code), number_in(kind, code), *of_holder)
    if tuple(identity[:-1]) != due:
        raise Unwritable(code)


def _is_side(register: Register) -> bool:
    return register.kind in set(Side)


def _terms(
    register: Register,
) -> tuple[list[tuple[str, ColumnElement[Any], _Write]], FromClause]:
    """Give a record's fields by name, each with its column and what writes it as JSON."""
    identity, versions = register.identity, register.versions
    source: FromClause = versions.join(identity, identity.c.id == versions.c[register.owner])
    if _is_side(register):
        source = source.outerjoin(tables.holder, tables.holder.c.id == identity.c.id)
    terms: list[tuple[str, ColumnElement[Any], _Write]] = []
    for name, own, target in sorted(register.columns):
        column = (identity if register.is_fixed(name) else versions).c[own]
        if target is None:
            terms.append((name, _as_held(column), _writer(column)))
            continue
        other = tables.metadata.tables[target].alias(f"its_{name}")
        source = source.outerjoin(other, other.c.id == column)
        # What refers to nothing is not as if it referred to none.
        lost = literal("#").concat(cast(column, String))
        terms.append((name, func.coalesce(other.c.code, lost), text_or_none))
    return terms, source


def _as_held(column: Column[Any]) -> ColumnElement[Any]:
    return day(column) if isinstance(column.type, Date) else raw(column)


def _writer(column: Column[Any]) -> _Write:
    """Give what writes a cell of a column as its type's canonical form."""
    if isinstance(column.type, Boolean):
        return yes_or_none
    if isinstance(column.type, Integer):
        return number_or_none
    if isinstance(column.type, CodeList):
        return partial(list_or_none, separator=LIST_SEPARATOR)
    return text_or_none
