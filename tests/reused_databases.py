"""Give a test a database that an earlier test of the same process had, with the rows of a template.

Making a database and dropping it takes the server four times as long as a short command, and what
its first connection reads and translates takes as long again. A database whose schema is still that
of the template, and to which nobody else is connected, is emptied past its guards and filled with
the template's rows instead; the connections that wait for the next command stay.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import shared_connections

if TYPE_CHECKING:
    import psycopg
    from postgres_server import Server

USES = 30
"""Tests that have the same database, at most: the rows that they deleted stay on its pages."""

DELETED_ROWS = 20_000
"""Deleted rows after which a database is left."""

LINES = 4
"""The superuser's connections that are kept, of one process; making one costs as much as a use."""

_FIRST_OF_USERS = 16384
"""Smaller numbers are the catalogue's own."""

_CATALOGUES = {
    "pg_class": "oid",
    "pg_attribute": "attrelid",
    "pg_attrdef": "adrelid",
    "pg_constraint": "oid",
    "pg_index": "indexrelid",
    "pg_trigger": "oid",
    "pg_rewrite": "oid",
    "pg_proc": "oid",
    "pg_type": "oid",
    "pg_namespace": "oid",
    "pg_sequence": "seqrelid",
    "pg_policy": "oid",
    "pg_extension": "oid",
    "pg_event_trigger": "oid",
    "pg_statistic_ext": "oid",
    "pg_default_acl": "oid",
}
_PARTS = " UNION ALL ".join(
    f"SELECT '{name}', count(*), sum(xmin::text::bigint) FROM {name}"
    f" WHERE {key} >= {_FIRST_OF_USERS}"
    for name, key in _CATALOGUES.items()
)
_SHAPE = f"SELECT md5(string_agg(parts::text, ';')) FROM ({_PARTS}) AS parts"
"""What a schema comes to: a row of the catalogue that was changed, added or removed changes it."""

_AS_MADE = """
    SELECT datallowconn AND datconnlimit = -1 AND NOT datistemplate AND datacl IS NULL
       AND datdba = 'cityfund'::regrole
       AND NOT EXISTS (SELECT FROM pg_db_role_setting WHERE setdatabase = pg_database.oid)
       AND NOT EXISTS (
           SELECT FROM pg_stat_activity
           WHERE datid = pg_database.oid AND pid <> pg_backend_pid() AND pid <> ALL (%s)
       )
    FROM pg_database WHERE datname = current_database()
"""
_WITH_ROWS = f"""
    SELECT oid::regclass::text FROM pg_class
    WHERE relkind = 'r' AND oid >= {_FIRST_OF_USERS} AND pg_relation_size(oid) > 0
    ORDER BY oid
"""
_COUNTERS = "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'S'"


class _Content(NamedTuple):
    """What a template has: its schema, and the rows of its tables as COPY writes them."""

    shape: str
    rows: list[tuple[str, bytes]]
    counters: list[tuple[str, int, bool]]


class ReusedDatabases:
    """The databases of one process that wait for their next test."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._contents: dict[str, _Content] = {}
        self._waiting: dict[str, list[str]] = {}
        self._lines: dict[str, psycopg.Connection[Any]] = {}
        self._uses: Counter[str] = Counter()
        self._deleted: Counter[str] = Counter()

    def take(self, template: str) -> str | None:
        """Give the name of a database that is as a template now, if one waits that can be."""
        import psycopg  # noqa: PLC0415 - runs without a server do without

        content = self._content(template)
        waiting = self._waiting.setdefault(content.shape, [])
        while waiting:
            name = waiting.pop()  # the one that was used last: its connections still wait
            try:
                line = self._line(name)
                if self._is_as_made(line, name, content):
                    self._fill(line, name, content)
                    return name
            except psycopg.Error:
                pass
            self.leave(name)
        return None

    def offer(self, name: str, template: str) -> bool:
        """Keep a database for a next test; say whether it is worth it."""
        self._uses[name] += 1
        if self._uses[name] >= USES or self._deleted[name] >= DELETED_ROWS:
            self.leave(name)
            return False
        self._waiting.setdefault(self._content(template).shape, []).append(name)
        return True

    def leave(self, name: str) -> None:
        """Let a database be dropped."""
        shared_connections.forget(name)
        line = self._lines.pop(name, None)
        if line is not None:
            line.close()
        del self._uses[name], self._deleted[name]
        self._server.left.append(name)

    def close(self) -> None:
        """Close the superuser's connections."""
        for line in self._lines.values():
            line.close()
        self._lines.clear()

    def _content(self, template: str) -> _Content:
        if template not in self._contents:
            self._contents[template] = _read(self._server, template)
        return self._contents[template]

    def _line(self, name: str) -> psycopg.Connection[Any]:
        """Give the superuser's connection to a database, for which no trigger fires."""
        line = self._lines.pop(name, None)
        if line is None or line.closed:
            line = _connect(self._server, name)
            line.execute("SET session_replication_role TO replica")
        self._lines[name] = line
        while len(self._lines) > LINES:
            self._lines.pop(next(iter(self._lines))).close()
        return line

    def _is_as_made(self, line: psycopg.Connection[Any], name: str, content: _Content) -> bool:
        """Say whether nothing but rows was changed, and nobody is connected who does not wait."""
        ours = [shared_connections.backends(name)]
        (made,) = line.execute(_AS_MADE, ours).fetchone() or (False,)
        return made and line.execute(_SHAPE.encode()).fetchone() == (content.shape,)

    def _fill(self, line: psycopg.Connection[Any], name: str, content: _Content) -> None:
        with line.transaction(), line.cursor() as cursor:
            filled = [table for (table,) in cursor.execute(_WITH_ROWS.encode()).fetchall()]
            if filled:  # all in one message: to go to and fro took longer than to delete
                cursor.execute("; ".join(f"DELETE FROM {table}" for table in filled).encode())
                self._deleted[name] += sum(result.rowcount for result in cursor.results())
            for table, rows in content.rows:
                with cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)".encode()) as into:
                    into.write(rows)
            for counter in content.counters:
                cursor.execute("SELECT setval(%s::regclass, %s, %s)", counter)


def _connect(server: Server, name: str) -> psycopg.Connection[Any]:
    import psycopg  # noqa: PLC0415

    return psycopg.connect(server.admin_url(name), autocommit=True)


def _read(server: Server, template: str) -> _Content:
    """Read a template, and leave it so that it can be copied."""
    with _connect(server, template) as line:
        (shape,) = line.execute(_SHAPE.encode()).fetchone() or ("",)
        rows = []
        for (table,) in line.execute(_WITH_ROWS.encode()).fetchall():
            with line.cursor().copy(f"COPY {table} TO STDOUT (FORMAT binary)".encode()) as out:
                rows.append((table, b"".join(out)))
        counters = []
        for (counter,) in line.execute(_COUNTERS).fetchall():
            found = line.execute(f"SELECT last_value, is_called FROM {counter}".encode())
            counters.append((counter, *(found.fetchone() or (1, False))))
    return _Content(shape, rows, counters)
