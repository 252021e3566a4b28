"""How the records of registers are kept: each term, and the table and column that it is in.

Their newest versions are read by SQL that is written from the specifications. Every process makes
its tables and statements anew: SQLAlchemy's tables of a register and a statement over them take
many times as long as that text, and a screen reads a dozen registers. What is read as known at an
earlier moment, and all queries that are made of parts, stay with `ledger.store.registers`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache, cached_property
from operator import attrgetter
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Dialect, Select, Table, and_, func, select
from sqlalchemy.types import TypeEngine, to_instance

from ledger.registers.spec import ColumnSpec, Kind, RegisterSpec, column_of
from ledger.registers.table import origin_kinds, versioned
from ledger.store.db import queries, tables
from ledger.store.db.prepared import ResultRow, convert_column, fetch_parts, placeholders
from ledger.store.db.queries import origin_text
from ledger.store.db.types import ROW_ID, Instant, type_of

_Value = TypeVar("_Value")
_Convert = Callable[[Any], Any]
_ID: Final[TypeEngine[Any]] = to_instance(ROW_ID)

BELOW: Final[Mapping[str, tuple[str, ...]]] = {
    "office": ("city", "seat"),
    "city": ("project", "provider", "seat", "credential", "attendance", "motion"),
    "body": ("seat",),
    "project": ("need", "phase"),
    "need": ("deal", "approach"),
    "deal": ("instalment",),
    "provider": ("offer", "approach"),
    "offer": ("deal",),
    "meeting": ("attendance", "motion"),
}
"""What hangs under a record, and is shown with it."""

NAMED_BY: Final[Mapping[tuple[str, str], str]] = {("city", "motion"): "by"}
"""The terms that name a record under which others hang, where they are not called like it."""


class Term(NamedTuple):
    """One term of a record: the record's attribute, and the column it is kept in.

    `refers_to` is the register whose code it is, where the column holds that record's id.
    """

    name: str
    attribute: str
    column: str
    refers_to: str | None
    fixed: bool
    """It lies in the identity row, where it can never change."""
    corrected: bool = False
    """A version may hold another value than the identity row: that of a correction."""
    kind_column: str | None = None
    """The column with the kind of record that it is the id of, where that differs: an origin."""

    @property
    def names_record(self) -> bool:
        """Say whether it names another record."""
        return self.refers_to is not None or self.kind_column is not None

    @property
    def columns(self) -> tuple[str, ...]:
        """Name all columns that it is kept in."""
        return (self.column,) if self.kind_column is None else (self.kind_column, self.column)


@dataclass(frozen=True)
class StoredRegister:
    """How the records of a register are kept: each term in one of two tables.

    `owner` is the version table's column that points at the identity row; `fixed` and `versioned`
    name the columns of either table. The tables are made when they are first asked for: what is
    read and written without SQLAlchemy's statements needs their names alone.
    """

    spec: RegisterSpec
    record: type[Any]
    terms: tuple[Term, ...]
    kind: str
    owner: str
    fixed: tuple[str, ...]
    versioned: tuple[str, ...]
    corrected: tuple[str, ...]
    free_texts: tuple[tuple[str, str], ...]
    """The terms that are free text: what a leaf's disclosure calls each, and its column."""
    plain: tuple[tuple[str, str], ...]
    """The terms that are kept as they are: the attribute and the column of each."""
    naming: tuple[Term, ...]
    """The terms that name another record, of which its id is kept."""

    @cached_property
    def identity(self) -> Table:
        """The table of what never changes of a record, its codes among it."""
        return tables.named(self.kind)

    @cached_property
    def versions(self) -> Table:
        """The table of the versions of records."""
        return tables.versions_of(self.kind)

    @cached_property
    def changes(self) -> Table | None:
        """The table of what was changed in identity rows, if anything of them can change."""
        return tables.identity_changes_of(self.kind)

    @property
    def changes_table(self) -> Table:
        """Give the table of identity changes, of a register that has one."""
        assert self.changes is not None, f"the identity of a {self.kind} never changes"
        return self.changes

    @cached_property
    def _plain(self) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
        """Give the columns of the plain terms, and what reads them of a record: all in one call."""
        attributes, columns = zip(*self.plain, strict=True)
        if len(attributes) == 1:
            return columns, lambda record: (getattr(record, attributes[0]),)
        return columns, attrgetter(*attributes)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns of all terms: of those that are kept as they are, then of the others."""
        return (*self._plain[0], *(name for term in self.naming for name in term.columns))

    def plain_values(self, record: Any) -> tuple[Any, ...]:
        """Give the terms of a record that are kept as they are, with which `columns` begins."""
        return self._plain[1](record)

    def column(self, term: Term) -> Column[Any]:
        """Give the column a term is kept in."""
        return (self.identity if term.fixed else self.versions).c[term.column]

    def value(self, term: Term) -> ColumnElement[Any]:
        """Give what selects a term: its column, or the correction that a version holds."""
        column = self.column(term)
        if term.kind_column is not None:
            return origin_text(self.versions.c[term.kind_column], column)
        if not term.corrected:
            return column
        return func.coalesce(self.versions.c[term.column], column)


def stored_register(spec: RegisterSpec) -> StoredRegister:
    """Say how the records of a register are kept, by its specification."""
    record = spec.record_type
    terms = tuple(_term(spec, column_of(field.name)) for field in fields(record))
    return StoredRegister(
        spec,
        record,
        terms,
        kind=spec.name,
        owner=f"{spec.table}_id",
        fixed=tuple(term.column for term in terms if term.fixed),
        versioned=tuple(name for term in terms if not term.fixed for name in term.columns),
        corrected=tuple(term.column for term in terms if term.corrected),
        free_texts=tuple(
            (disclosed_name(term.name), term.column)
            for term in terms
            if is_free_text(spec.column[term.name])
        ),
        plain=tuple((term.attribute, term.column) for term in terms if not term.names_record),
        naming=tuple(term for term in terms if term.names_record),
    )


def is_free_text(column: ColumnSpec) -> bool:
    """Say whether a column holds what somebody wrote in their own words, and no code."""
    return column.kind is Kind.TEXT and column.vocabulary is None


def disclosed_name(term: str) -> str:
    """Give what the disclosure of a term is called: a version has a reason of its own beside it."""
    return f"record.{term}"


def _term(spec: RegisterSpec, name: str) -> Term:
    column = spec.column[name]
    refers_to = None if column.is_list else column.register
    stored_name, fixed, corrected = column.stored_name, column.fixed, column.corrected
    kind_column = column.stored_names[0] if column.kind is Kind.ORIGIN else None
    return Term(name, column.attribute, stored_name, refers_to, fixed, corrected, kind_column)


def refers_to(term: Term) -> tuple[str, ...]:
    """Name the registers of which a term can name a record by its id."""
    if term.kind_column is not None:
        return origin_kinds()
    return () if term.refers_to is None else (term.refers_to,)


def names_record(
    register: StoredRegister, term: Term, kind: str, identity: Any
) -> ColumnElement[bool]:
    """Select the rows whose term names a record of a register by its id."""
    is_named: ColumnElement[bool] = register.column(term) == identity
    if term.kind_column is None:
        return is_named
    return and_(register.versions.c[term.kind_column] == kind, is_named)


def select_newest(register: StoredRegister, *columns: ColumnElement[Any]) -> Select[Any]:
    """Select columns of the records that are not in error, each with its newest version."""
    own, versions = register.identity, register.versions
    owner = versions.c[register.owner]
    newest = select(*columns).select_from(own.join(versions, owner == own.c.id))
    return newest.where(queries.is_newest(versions, owner), ~versions.c.in_error)


def references_of(register: StoredRegister) -> list[tuple[str, str]]:
    """Return the attributes of a record that refer to another, each with that one's register."""
    return [(one.attribute, one.refers_to) for one in register.terms if one.refers_to is not None]


def with_references(kinds: Iterable[str], registers: Mapping[str, StoredRegister]) -> list[str]:
    """Name registers with all that their records refer to, directly or not."""
    found: dict[str, None] = {}
    waiting = [*kinds]
    while waiting:
        kind = waiting.pop()
        if kind not in found:
            found[kind] = None
            waiting += [target for _, target in references_of(registers[kind])]
    return [*found]


_PLACE: Final = re.compile(r":([a-z]+)")


class Written:
    """A select as text, with the types of those columns of its rows that are to be converted.

    Its places are names after a colon. A list stands for as many values: it has to be short enough
    for one statement.
    """

    def __init__(self, sql: Callable[[], str], types: dict[int, Any] | None = None) -> None:
        """Keep what writes the select, which is written when it is first sent."""
        self._sql = cache(sql)
        self._types = {at: to_instance(one) for at, one in (types or {}).items()}

    def rows(self, connection: Connection, **given: Any) -> list[ResultRow]:
        """Send the select with its parameters; give all rows."""
        dialect, parameters = connection.dialect, list[Any]()

        def placed(name: re.Match[str]) -> str:
            value = given[name[1]]
            values = value if isinstance(value, (list, tuple)) else (value,)
            parameters.extend(_as_driver_takes(one, dialect) for one in values)
            return ", ".join(("?" if dialect.paramstyle == "qmark" else "%s",) * len(values))

        sql = _PLACE.sub(placed, self._sql())
        return [
            row
            for rows in fetch_parts(connection, sql, parameters)
            for row in self._read(rows, dialect)
        ]

    def values(self, connection: Connection, **given: Any) -> list[Any]:
        """Give the first column of all rows."""
        return [row[0] for row in self.rows(connection, **given)]

    def _read(self, rows: list[ResultRow], dialect: Dialect) -> Iterator[ResultRow]:
        if not self._types:
            return iter(rows)
        columns: list[Any] = list(zip(*rows, strict=True))
        for at, one in self._types.items():
            convert = _reader(one, dialect)
            if convert is not None:
                columns[at] = convert_column(columns[at], convert)
        return zip(*columns, strict=True)


def _reader(one: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    return one.dialect_impl(dialect).result_processor(dialect, None)


def _as_driver_takes(value: Any, dialect: Dialect) -> Any:
    """Give a day as a file holds it; numbers and texts, and all of a server, are as they are."""
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    return value.isoformat() if is_day and dialect.name == "sqlite" else value


class _Select(NamedTuple):
    """A register's select in the words of an engine, and which columns of its rows to convert."""

    sql: str
    converts: tuple[tuple[int, _Convert], ...]


_MADE: Final[dict[tuple[str, str], _Select]] = {}
"""The selects by register and engine."""


def newest(
    connection: Connection,
    register: StoredRegister,
    where: str | None = None,
    values: Sequence[Any] = (),
) -> Iterator[tuple[Any, ...]]:
    """Give the newest version of each record, or of those with one of some values in a column.

    Each comes as its id, the number of its version, when that was recorded, and its terms. Those
    in error are left out. The values are as the driver takes them.
    """
    for columns in _newest_columns(connection, register, where, values):
        yield from zip(*columns, strict=True)


def newest_records(
    connection: Connection,
    register: StoredRegister,
    where: str | None = None,
    values: Sequence[Any] = (),
) -> Iterator[tuple[int, int, datetime, Any]]:
    """Give the newest versions as `newest` does, with the record in place of its terms."""
    for ids, versions, recorded_at, *terms in _newest_columns(connection, register, where, values):
        yield from zip(ids, versions, recorded_at, map(register.record, *terms), strict=True)


def by_code(records: dict[str, _Value]) -> dict[str, _Value]:
    """Put what is known by code in the order of codes, in which most of it is read."""
    codes = sorted(records)
    return records if codes == [*records] else {code: records[code] for code in codes}


def _newest_columns(
    connection: Connection,
    register: StoredRegister,
    where: str | None = None,
    values: Sequence[Any] = (),
) -> Iterator[list[Iterable[Any]]]:
    """Give the newest versions as `newest` does, many at once, and of those column by column."""
    key = register.kind, connection.dialect.name
    made = _MADE.get(key)
    if made is None:
        made = _MADE[key] = _select(register, connection.dialect)
    sql = made.sql
    if where is not None:
        sql = f"{sql} AND {where} IN ({placeholders(connection, len(values))})"
    for rows in fetch_parts(connection, sql, values):
        columns: list[Iterable[Any]] = [_shared(one) for one in zip(*rows, strict=True)]
        for at, convert in made.converts:
            columns[at] = convert_column(columns[at], convert)
        yield columns


def _shared(column: Sequence[Any]) -> Sequence[Any]:
    """Give a column of texts with one value for all that are alike, where most of many are."""
    if not _TEXTS.issuperset(map(type, column)):
        return column
    distinct = {one: one for one in column}
    return [distinct[one] for one in column] if 2 * len(distinct) < len(column) else column


_TEXTS: Final = frozenset({str, type(None)})


def newest_with(
    connection: Connection, register: StoredRegister, term: Term, values: Sequence[Any]
) -> Iterator[tuple[Any, ...]]:
    """Give the newest versions of the records with one of some values in a term, as it is kept."""
    convert = (
        _type_of(register, term).dialect_impl(connection.dialect).bind_processor(connection.dialect)
    )
    given = values if convert is None else [*map(convert, values)]
    return newest(connection, register, _column(term), given)


def is_plain(term: Term) -> bool:
    """Say whether a term is in one column, whose value no version corrects."""
    return not term.corrected and term.kind_column is None


@cache
def is_there(kind: str, own: str = "own") -> str:
    """Write the condition that a record is not in error, by the id of its identity row."""
    table = versioned()[kind].table
    owner, versions = f'"{table}_id"', f'"{table}_version"'
    return (
        f"NOT EXISTS (SELECT 1 FROM {versions} AS marked WHERE marked.{owner} = {own}.id "  # noqa: S608 - names of the schema
        f"AND marked.in_error AND NOT EXISTS (SELECT 1 FROM {versions} AS later "
        f"WHERE later.{owner} = marked.{owner} AND later.version > marked.version))"
    )


def is_newest(kind: str, version: str = "v") -> str:
    """Write the condition that a version is the newest of its record."""
    table = versioned()[kind].table
    return (
        f'{version}.version = (SELECT max(later.version) FROM "{table}_version" AS later '  # noqa: S608 - names of the schema
        f'WHERE later."{table}_id" = {version}."{table}_id")'
    )


def _select(register: StoredRegister, dialect: Dialect) -> _Select:
    spec = register.spec
    owner, versions = f'"{spec.table}_id"', f'"{spec.table}_version"'
    columns = ["own.id", "v.version", "v.recorded_at"]
    types: list[TypeEngine[Any] | None] = [None, None, Instant()]
    joins = [f'"{spec.table}" AS own JOIN {versions} AS v ON v.{owner} = own.id']
    for term in register.terms:
        if term.refers_to is None:
            columns.append(written_value(term))
            types.append(None if term.kind_column else _type_of(register, term))
            continue
        target = f'"its_{term.attribute}"'
        named = versioned()[term.refers_to].table
        joins.append(f'LEFT JOIN "{named}" AS {target} ON {target}.id = {_column(term)}')
        columns.append(f"{target}.code")
        types.append(None)
    sql = (
        f"SELECT {', '.join(columns)} FROM {' '.join(joins)} "  # noqa: S608 - names of the schema
        f"WHERE {is_newest(spec.name)} AND NOT v.in_error"
    )
    readers = (
        None if one is None else one.dialect_impl(dialect).result_processor(dialect, None)
        for one in types
    )
    return _Select(sql, tuple((at, one) for at, one in enumerate(readers) if one is not None))


def _column(term: Term) -> str:
    return f'{"own" if term.fixed else "v"}."{term.column}"'


def written_value(term: Term) -> str:
    """Write what a term is: its column, the correction that a version holds, or its origin."""
    column = _column(term)
    if term.kind_column is not None:
        return _origin(f'v."{term.kind_column}"', column)
    return f'coalesce(v."{term.column}", {column})' if term.corrected else column


def _origin(kind: str, identity: str) -> str:
    """Write an origin as `kind:code`, as `ledger.store.db.queries.origin_text` selects it."""
    codes = " ".join(
        f"WHEN '{one}' THEN (SELECT named.code FROM \"{one}\" AS named WHERE named.id = {identity})"  # noqa: S608 - as above
        for one in origin_kinds()
    )
    lost = f"'#' || coalesce(CAST({identity} AS VARCHAR), '')"
    return (
        f"CASE WHEN {kind} IS NULL AND {identity} IS NULL THEN NULL "
        f"ELSE coalesce({kind}, '') || ':' || coalesce(CASE {kind} {codes} END, {lost}) END"
    )


def _type_of(register: StoredRegister, term: Term) -> TypeEngine[Any]:
    if term.refers_to is not None:
        return _ID
    spec: RegisterSpec = register.spec
    made: TypeEngine[Any] = to_instance(type_of(spec.column[term.name]))
    return made


def id_by_code(connection: Connection, kind: str, code: str, column: str = "code") -> int | None:
    """Give the id of the record that has a code exactly, which is not in error; None without.

    In the `column` folded, codes are compared in any case.
    """
    there = f" AND {is_there(kind)}" if kind in versioned() else ""
    sql = f'SELECT own.id FROM "{table_of(kind)}" AS own WHERE own.{column} = {{}}{there}'  # noqa: S608 - as above
    found = plain_values(connection, sql, [code])
    return int(found[0]) if found else None


def code_by_id(connection: Connection, kind: str, identity: int) -> str:
    """Give the code that a record has, whether it is in error or not."""
    sql = f'SELECT code FROM "{table_of(kind)}" WHERE id = {{}}'  # noqa: S608 - as above
    return str(plain_values(connection, sql, [identity])[0])


def plain_values(connection: Connection, sql: str, values: Sequence[Any]) -> list[Any]:
    """Give the first column of a statement that takes the same values in each of its places `{}`.

    The columns are of numbers and texts.
    """
    written = sql.replace("{}", placeholders(connection, len(values)))
    given = [*values] * sql.count("{}")
    return [row[0] for rows in fetch_parts(connection, written, given) for row in rows]


def table_of(kind: str) -> str:
    """Name the table that holds the codes of a kind: a register, or proposals."""
    return versioned()[kind].table if kind in versioned() else kind
