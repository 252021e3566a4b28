"""The schema as it stands and as it is due: tables, columns, keys, checks, indexes and views.

In a file the due schema is made once more in memory, and both are read alike. A server says the
same of its own catalogue, in words of its own: those of constraints are compared without casts and
brackets, and of views only the names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    CheckConstraint,
    Connection,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    create_engine,
)
from sqlalchemy.dialects import postgresql

from ledger.store.db import tables
from ledger.store.db.engine import on_server

Facts = Mapping[str, str]
"""What a schema has, by name, and what it is like."""

_VERSION_TABLE: Final = "alembic_version"


def read_schema(connection: Connection) -> tuple[Facts, Facts]:
    """Give the schema that this program makes on the engine, and the one that stands there."""
    if on_server(connection):
        present = dict(_read(connection, _ON_SERVER))
        return _due_on_server(tables.every_table()), _with_plain_constraints(present)
    return _due_in_file(), _facts_of_file(connection)


@cache
def _due_in_file() -> Facts:
    from migrations import views  # noqa: PLC0415 - its files are read for this alone

    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        tables.complete_metadata().create_all(connection, checkfirst=False)
        views.put_up(connection)
        facts = _facts_of_file(connection)
    engine.dispose()
    return facts


def _facts_of_file(connection: Connection) -> Facts:
    """Read the facts of a file; those of one schema once, for they follow from its statements."""
    made = tuple(map(tuple, connection.exec_driver_sql(_STATEMENTS)))
    if made not in _facts:
        _facts.clear()
        _facts[made] = _every_fact(connection)
    return _facts[made]


_facts: Final[dict[tuple[Any, ...], Facts]] = {}
"""The facts of the file that was read last, by all the statements that made its schema."""


def _every_fact(connection: Connection) -> Facts:
    facts = dict(_read(connection, _IN_FILE))
    for name, statement in _read(connection, _TABLES):
        if name != _VERSION_TABLE:
            facts[f"checks of the table {name}"] = "; ".join(sorted(_checks_in(statement)))
    return facts


def _read(connection: Connection, query: str) -> Iterator[tuple[str, str]]:
    for name, like in connection.exec_driver_sql(query):
        yield str(name), " ".join(str(like).split())


_CHECK: Final = re.compile(r"\bCHECK\s*\(", re.IGNORECASE)


def _checks_in(statement: str) -> Iterator[str]:
    """Find the conditions of a table in the statement that makes it."""
    for found in _CHECK.finditer(statement):
        depth, at = 1, found.end()
        while depth and at < len(statement):
            depth += {"(": 1, ")": -1}.get(statement[at], 0)
            at += 1
        yield " ".join(statement[found.end() : at - 1].split())


_STATEMENTS: Final = (  # the facts have nothing of triggers: those are compared as guards
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type <> 'trigger' ORDER BY rowid"
)
_TABLES: Final = "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
_IN_FILE: Final = """
    WITH own AS (
        SELECT name, wr, strict FROM pragma_table_list
        WHERE schema = 'main' AND type = 'table'
            AND name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'
    )
    SELECT 'table ' || name, 'without row numbers ' || wr || ', strict ' || strict FROM own
    UNION ALL
    SELECT 'column ' || own.name || '.' || one.name,
        upper(one.type) || ', not null ' || one."notnull" || ', key ' || one.pk
        || ', default ' || coalesce(trim(one.dflt_value, '()'''), 'none')
    FROM own, pragma_table_xinfo(own.name) AS one
    UNION ALL
    SELECT 'reference ' || own.name || '.' || one."from" || ' to ' || one."table",
        coalesce(one."to", '') || ' ' || one.on_update || ' ' || one.on_delete
    FROM own, pragma_foreign_key_list(own.name) AS one
    UNION ALL
    SELECT 'index of ' || own.name || ' on ' || (
            SELECT group_concat(coalesce(name, ''), ', ') FROM (
                SELECT part.name FROM pragma_index_xinfo(one.name) AS part
                WHERE part.key ORDER BY part.seqno
            )
        ), 'unique ' || one."unique" || ', partial ' || one.partial
    FROM own, pragma_index_list(own.name) AS one
    UNION ALL
    SELECT 'view ' || name, sql FROM sqlite_master WHERE type = 'view'
"""

_ON_SERVER: Final = """
    WITH own AS (
        SELECT oid, relname FROM pg_class
        WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind IN ('r', 'p')
            AND relname <> 'alembic_version'
    )
    SELECT 'column ' || relname || '.' || attname,
        format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ', not null' ELSE '' END
    FROM own JOIN pg_attribute ON attrelid = own.oid AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT 'constraint ' || relname || '.' || conname,
        pg_get_constraintdef(pg_constraint.oid)
    FROM own JOIN pg_constraint ON conrelid = own.oid AND contype IN ('p', 'u', 'f', 'c')
    UNION ALL
    SELECT 'index ' || made.relname,
        CASE WHEN indisunique THEN 'unique' ELSE 'plain' END
    FROM own JOIN pg_index ON indrelid = own.oid JOIN pg_class AS made ON made.oid = indexrelid
    WHERE NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
    UNION ALL
    SELECT 'view ' || relname, 'view' FROM pg_class
    WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind = 'v'
"""

_SERVER_WORDS: Final = {"varchar": "character varying"}


@cache
def _due_on_server(every: tuple[Table, ...]) -> Facts:
    from migrations import views  # noqa: PLC0415 - its files are read for this alone

    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    facts: dict[str, str] = {f"view {name}": "view" for name in views.views()}
    for table in every:
        for column in table.columns:
            kind = column.type.compile(dialect).lower()
            word, bracket, size = kind.partition("(")
            kind = f"{_SERVER_WORDS.get(word, word)}{bracket}{size}"
            null = "" if column.nullable else ", not null"
            facts[f"column {table.name}.{column.name}"] = f"{kind}{null}"
        for constraint in table.constraints:
            name = f"{_CONSTRAINT}{table.name}.{constraint.name}"
            facts[name] = plain_constraint(_definition(constraint))
        for index in table.indexes:
            facts[f"index {index.name}"] = "unique" if index.unique else "plain"
    return facts


def _definition(constraint: Any) -> str:
    """Give the statement of a constraint."""
    if isinstance(constraint, CheckConstraint):
        return f"CHECK ({constraint.sqltext})"
    columns = ", ".join(constraint.columns.keys())
    if isinstance(constraint, PrimaryKeyConstraint):
        return f"PRIMARY KEY ({columns})"
    if isinstance(constraint, UniqueConstraint):
        return f"UNIQUE ({columns})"
    assert isinstance(constraint, ForeignKeyConstraint)
    others = ", ".join(one.column.name for one in constraint.elements)
    return f"FOREIGN KEY ({columns}) REFERENCES {constraint.referred_table.name}({others})"


def _with_plain_constraints(facts: Facts) -> Facts:
    return {
        name: plain_constraint(like) if name.startswith(_CONSTRAINT) else like
        for name, like in facts.items()
    }


_CONSTRAINT: Final = "constraint "
_WORDS: Final = (
    (re.compile(r"(\w+) BETWEEN (\S+) AND (\S+)"), r"\1 >= \2 AND \1 <= \3"),
    (re.compile(r"\bIN \(([^)]*)\)"), r"= ANY ARRAY[\1]"),
    (re.compile(r"CAST\((\w+) AS \w+\)"), r"\1"),
    (re.compile(r"::(character varying|\w+)(\[\])?"), ""),
    (re.compile(r"'(-?\d+)'"), r"\1"),
    (re.compile(r'[()"]'), " "),
)


def plain_constraint(statement: str) -> str:
    """Give the statement of a constraint in the words that a program and a server have in common.

    A server keeps it with casts, with brackets around each part, and with other words for ranges
    and lists.
    """
    for words, plain in _WORDS:
        statement = words.sub(plain, statement)
    return " ".join(statement.split())
