"""Leaves of the versions of registers, settings, units and rates, with their provenance."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache, partial
from itertools import product
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    String,
    bindparam,
    cast,
    exists,
    func,
    literal,
    null,
    select,
)

from ledger.core.factors import Side
from ledger.core.text import code_number, formerly_normalised_code, normalised_code
from ledger.evidence.canonical import (
    InvalidLeafValue,
    PlainTexts,
    list_or_none,
    no_or_none,
    number_or_none,
    object_text,
    quoted,
    rate_bytes,
    text_or_none,
    true_or_none,
    version_bytes,
)
from ledger.registers.spec import ColumnSpec
from ledger.registers.table import code_prefixes
from ledger.store.checks.journal import raw, stream
from ledger.store.db import tables
from ledger.store.db.queries import distinct_code, origin_text
from ledger.store.db.types import LIST_SEPARATOR, CodeList
from ledger.store.evidence.sources import Source, within
from ledger.store.registers import (
    STORED_REGISTERS,
    column_before,
    format_due,
    later_versions,
    value_before,
)
from ledger.store.stored_registers import StoredRegister, disclosed_name

Writer = Callable[[Any], str | None]
_LIST: Final[Writer] = lru_cache(1_000)(partial(list_or_none, separator=LIST_SEPARATOR))
"""Writes a list of codes; most are empty, and many of the others alike."""
_OWNER, _CODE = 5, 6
"""Where a row has the record's id and its code."""

_IDENTITY: Final = 9
"""How many values of a row are of the identity that the version belongs to."""


def register_leaves(
    connection: Connection, register: StoredRegister, after: int, through: int
) -> Source:
    """Give the versions of a register's records, in the order of records and versions."""
    keys, query = _leaf_query(register.kind)

    def encode(row: Any, texts: PlainTexts, provenance: str) -> bytes:
        request, version, recorded_at, reason, layout, _, code, due, in_error, *values = row
        if layout != due:
            raise InvalidLeafValue(layout)
        if version == 1:
            _require_first(register.kind, request, values[:_IDENTITY])
        record = object_text(
            [
                (key, texts.text(field, value) if write is None else write(value))
                for (key, write, field), value in zip(keys, values[_IDENTITY:], strict=True)
            ]
        )
        terms = (code, version, record, recorded_at, reason, layout, true_or_none(in_error))
        return version_bytes(texts, provenance, register.kind, *terms)

    return Source(
        register.kind,
        stream(connection, query, {"after": after, "through": through}),
        lambda row: f"{row[_CODE]}/{row[1]}",
        encode,
        lambda row: (row[_OWNER], row[1]),
    )


_Keys = tuple[tuple[str, Writer | None, str], ...]


@cache
def _leaf_query(kind: str) -> tuple[_Keys, Select[Any]]:
    """Build what selects the versions of a register, with the keys of their records as JSON.

    They are those of the requests behind `after`, up to `through`.
    """
    register = STORED_REGISTERS[kind]
    versions = register.versions.c
    terms, source = _terms(register)
    free = dict(register.free_texts)
    keys = tuple(
        (quoted(name), None if disclosed_name(name) in free else write, disclosed_name(name))
        for name, _, write in terms
    )
    query = (
        select(
            *map(raw, versions["request_id", "version", "recorded_at", "reason", "format"]),
            raw(versions[register.owner]),
            distinct_code(
                register.identity,
                value_before(register, register.identity, "code", later_versions(register)),
            ),
            format_due(register),
            raw(versions.in_error),
            *_identity(register),
            *(column for _, column, _ in terms),
        )
        .select_from(source)
        .where(*within(register.versions, bindparam("after"), bindparam("through")))
        .order_by(versions.request_id, versions[register.owner], versions.version)
    )
    return keys, query


def _identity(register: StoredRegister) -> list[ColumnElement[Any]]:
    """Select a record's code, and what follows from it and its request: it is in no leaf."""
    own, holder = register.identity.c, tables.holder.c
    head = (own.code, _has_changed(register), own.request_id, own.folded, own.number)
    if not _is_side(register):
        return [*head, *(null() for _ in range(4))]
    return [*head, raw(holder.side), holder.request_id, holder.unit, own.unit]


def _has_changed(register: StoredRegister) -> ColumnElement[Any]:
    """Select whether a record's identity was ever changed."""
    if register.changes is None:
        return literal(False)  # noqa: FBT003 - SQLAlchemy's own signature
    return exists().where(register.changes.c[register.owner] == register.identity.c.id)


def _require_first(kind: str, request: int, identity: list[Any]) -> None:
    """Refuse a record whose other columns are not those that its first version was added with.

    A record whose identity changed keeps the largest number of its codes.
    """
    code, has_changed, *stored = identity
    of_holder = (kind, request, identity[-1]) if kind in _SIDES else (None, None, None)
    prefix = code_prefixes().get(kind, "")
    for normalised, by in product(_NORMALISED, repeat=2):
        number = stored[2] if has_changed else code_number(prefix, code, by)
        if stored[:-1] == [request, normalised(code), number, *of_holder]:
            return
    raise InvalidLeafValue(code)


_SIDES: Final = frozenset(Side)
_NORMALISED: Final = (normalised_code, formerly_normalised_code)
"""Codes are compared by the first; a code recorded before may stand in the form of the second."""


def _is_side(register: StoredRegister) -> bool:
    return register.kind in _SIDES


def _terms(
    register: StoredRegister,
) -> tuple[list[tuple[str, ColumnElement[Any], Writer]], FromClause]:
    """Give a record's fields by name, each with its column and what writes it as JSON."""
    identity, versions = register.identity, register.versions
    source: FromClause = versions.join(identity, identity.c.id == versions.c[register.owner])
    if _is_side(register):
        source = source.outerjoin(tables.holder, tables.holder.c.id == identity.c.id)

    def later_request(changes: FromClause) -> ColumnElement[bool]:
        return changes.c.request_id > versions.c.request_id

    terms: list[tuple[str, ColumnElement[Any], Writer]] = []
    for term in sorted(register.terms):
        column = column_before(register, term, later_versions(register))
        if term.kind_column is not None:
            kind = raw(versions.c[term.kind_column])
            named = origin_text(kind, register.column(term), distinct_code)
            terms.append((term.name, named, text_or_none))
            continue
        if term.refers_to is None:
            omits_yes = _omits_yes(register.spec.column[term.name])
            write = no_or_none if omits_yes else writer_of(register.column(term))
            terms.append((term.name, raw(column), write))
            continue
        other = tables.named(term.refers_to).alias(f"its_{term.name}")
        source = source.outerjoin(other, other.c.id == column)
        # What refers to nothing is not as if it referred to none.
        lost = literal("#").concat(cast(column, String))
        code = value_before(STORED_REGISTERS[term.refers_to], other, "code", later_request)
        named = func.coalesce(distinct_code(other, code), lost)
        terms.append((term.name, named, text_or_none))
    return terms, source


def _omits_yes(column: ColumnSpec) -> bool:
    """Say whether leaves omit a yes: records of before the column was added have it."""
    return column.added_later and column.default == "yes"


def writer_of(column: Column[Any]) -> Writer:
    """Give what writes a cell of a column as its type's canonical form."""
    if isinstance(column.type, Boolean):
        return true_or_none
    if isinstance(column.type, Integer):
        return number_or_none
    if isinstance(column.type, CodeList):
        return _LIST
    return text_or_none


def setting_leaves(connection: Connection, after: int, through: int) -> Source:
    """Give the versions of settings, by name and number."""
    setting = tables.setting_version
    query = select(
        *map(raw, setting.c["request_id", "name", "version", "value"]),
        *map(raw, setting.c["recorded_at", "reason", "format"]),
    ).where(*within(setting, after, through))

    def encode(row: Any, texts: PlainTexts, provenance: str) -> bytes:
        _, name, version, value, *terms = row
        record = object_text([('"value"', text_or_none(value))])
        return version_bytes(texts, provenance, "setting", name, version, record, *terms)

    rows = _sorted_rows(connection, query)
    return Source("setting", rows, lambda row: f"{row[1]}/{row[2]}", encode)


def _sorted_rows(connection: Connection, query: Select[Any]) -> list[Any]:
    # Each engine sorts text in a way of its own; there are few of these.
    return sorted(connection.execute(query), key=lambda row: tuple(row)[:3])


def unit_leaves(connection: Connection, after: int, through: int) -> Source:
    """Give units, by code; a unit has one version, recorded with its request."""
    unit, request = tables.unit, tables.request
    query = (
        select(
            *unit.c["request_id", "code", "decimals", "kind", "name"], raw(request.c.recorded_at)
        )
        .join(request, request.c.id == unit.c.request_id)
        .where(*within(unit, after, through))
    )

    def encode(row: Any, texts: PlainTexts, provenance: str) -> bytes:
        _, code, decimals, kind, name, recorded_at = row
        parts = (
            ('"decimals"', number_or_none(decimals)),
            ('"kind"', quoted(kind)),
            ('"name"', text_or_none(name)),
        )
        record = object_text(parts)
        return version_bytes(texts, provenance, "unit", code, 1, record, recorded_at, None, 1)

    return Source("unit", _sorted_rows(connection, query), lambda row: row[1], encode)


def rate_leaves(connection: Connection, after: int, through: int) -> Source:
    """Give exchange rates, in the order in which they were recorded."""
    columns = tables.rate.c
    query = (
        select(
            *map(raw, columns["request_id", "id", "day", "base", "quote"]),
            *map(raw, columns["rate", "source", "withdrawn", "recorded_at"]),
        )
        .where(*within(tables.rate, after, through))
        .order_by(columns.request_id, columns.id)
    )
    return Source(
        "rate",
        stream(connection, query),
        lambda row: str(row[1]),
        lambda row, texts, provenance: rate_bytes(texts, provenance, *row[1:]),
        lambda row: (row[1], 0),
    )
