"""Making an attempt on a ledger with living deals, and judging what came of it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from grammar import TABLES, Attempt
from sqlalchemy import Connection

from ledger.checks import CHECKS
from ledger.core.errors import LedgerError
from ledger.store.db import engine as engines
from ledger.store.db.schema import require_current
from ledger.usecases.check import run_over_snapshot
from migrations.guards import catalog

REFUSED, HARMLESS, NAMED, UNNAMED = "refused", "changed nothing", "named", "NOT NAMED"
_LOOKS = {"cityfund_transaction": "looks"}
"""How the store marks a connection that begins no transaction by itself."""


class Judged(NamedTuple):
    """What came of an attempt: a verdict, and which checks named it or what it had changed."""

    attempt: Attempt
    verdict: str
    told: tuple[str, ...] = ()

    def __str__(self) -> str:
        done = "; ".join(self.attempt.statements)
        return f"{self.verdict}: {self.attempt.kind}: {done} {', '.join(self.told)}"


class FileJudge:
    """Makes attempts on copies of a SQLite ledger."""

    def __init__(self, path: Path, folder: Path, checks: Sequence[str] = tuple(CHECKS)) -> None:
        self.path, self.copy, self.checks = path, folder / "attacked.db", checks

    def judged(self, attempts: Iterable[Attempt]) -> Iterator[Judged]:
        """Make attempts one after another, each on a copy of its own, and judge each."""
        with closing(sqlite3.connect(self.path)) as kept:
            before = _dump_of_file(kept)
        self.untouched = self.path.read_bytes()
        for attempt in attempts:
            for ending in ("", "-wal", "-shm"):
                Path(f"{self.copy}{ending}").unlink(missing_ok=True)
            shutil.copy(self.path, self.copy)
            refused = self._make(attempt)
            yield self._judge(attempt, refused, before)

    def _make(self, attempt: Attempt) -> int:
        refused = 0
        # An attacker's connection is the driver's own: it asks for no foreign keys.
        with closing(sqlite3.connect(self.copy, isolation_level=None)) as raw:
            raw.execute("PRAGMA synchronous = OFF")
            for statement in attempt.statements:
                try:
                    raw.execute(statement).fetchall()
                except sqlite3.DatabaseError:
                    refused += 1
        return refused

    def _log(self) -> Path:
        return Path(f"{self.copy}-wal")

    def _judge(self, attempt: Attempt, refused: int, before: dict[str, Any]) -> Judged:
        if not self._log().exists() and self.copy.read_bytes() == self.untouched:
            return Judged(attempt, REFUSED if refused else HARMLESS)
        try:
            with closing(sqlite3.connect(self.copy)) as raw:
                after = _dump_of_file(raw)
        except sqlite3.DatabaseError as error:
            after = {"schema": str(error)}
        changed = tuple(name for name in before if before[name] != after.get(name))
        if not changed:
            return Judged(attempt, REFUSED if refused else HARMLESS)
        engine = engines.make_engine(f"sqlite:///{self.copy}")
        try:
            with engines.translate_errors(engine), engine.connect() as connection:
                return _named(attempt, connection.execution_options(**_LOOKS), self.checks, changed)
        except LedgerError as error:
            return Judged(attempt, NAMED, (error.code,))
        finally:
            engine.dispose()


def _dump_of_file(raw: sqlite3.Connection) -> dict[str, Any]:
    schema = raw.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    found: dict[str, Any] = {"schema": sorted(schema, key=repr)}
    for kind, name, *_ in schema:
        if kind == "table":
            found[name] = sorted(raw.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)
    return found


class ServerJudge:
    """Makes attempts on one ledger of a server, each in a transaction that is rolled back."""

    def __init__(self, url: str, checks: Sequence[str] = tuple(CHECKS)) -> None:
        self.engine, self.checks = engines.make_engine(url), checks

    def judged(self, attempts: Iterable[Attempt]) -> Iterator[Judged]:
        """Make attempts one after another, and judge each."""
        with self.engine.connect() as plain:
            connection = plain.execution_options(**_LOOKS)
            driver: psycopg.Connection[Any] = connection.connection.dbapi_connection  # type: ignore[assignment]
            driver.prepare_threshold = None  # the attempts change what plans rest on
            before = _dump_of_server(driver)
            for attempt in attempts:
                driver.execute("BEGIN")
                try:
                    yield self._judge(attempt, connection, driver, before)
                finally:
                    driver.execute("ROLLBACK")
                    driver.execute("DISCARD TEMP")
        self.engine.dispose()

    def _judge(
        self,
        attempt: Attempt,
        connection: Connection,
        driver: psycopg.Connection[Any],
        before: dict[str, Any],
    ) -> Judged:
        refused = sum(not _done(driver, statement) for statement in attempt.statements)
        driver.execute("DISCARD TEMP")  # what nobody else can see
        after = _dump_of_server(driver)
        changed = tuple(name for name in before if before[name] != after.get(name))
        if not changed:
            return Judged(attempt, REFUSED if refused else HARMLESS)
        try:
            with engines.translate_errors(self.engine):
                return _named(attempt, connection, self.checks, changed)
        except LedgerError as error:
            return Judged(attempt, NAMED, (error.code,))


def _done(driver: psycopg.Connection[Any], statement: str) -> bool:
    """Carry a statement out inside a savepoint; what was done before it stays."""
    driver.execute("SAVEPOINT before_it")
    try:
        words, _, data = statement.partition(" -- ")
        if words.startswith("COPY") and "STDIN" in words:
            with driver.cursor() as cursor, cursor.copy(words.encode()) as copying:
                copying.write(f"{data}\n")
        else:
            driver.execute(statement.encode())
        # What is asked at the end of a transaction is asked now.
        driver.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except psycopg.DatabaseError:
        driver.execute("ROLLBACK TO SAVEPOINT before_it")
        return False
    return True


MakeJudge = Callable[..., FileJudge | ServerJudge]
"""Makes a judge for the ledger at a URL, who asks all checks but those named `without`."""

_ROWS = " UNION ALL ".join(
    f"SELECT '{name}', (SELECT md5(coalesce(string_agg(kept::text, '|' ORDER BY kept::text), ''))"
    f" FROM public.{name} AS kept)"
    for name in [*(table.name for table in TABLES), "alembic_version"]
)


def _dump_of_server(driver: psycopg.Connection[Any]) -> dict[str, Any]:
    guards = driver.execute(catalog.PRESENT["postgresql"].encode()).fetchall()
    return {"schema": sorted(guards), **dict(driver.execute(_ROWS.encode()).fetchall())}


def _named(
    attempt: Attempt, connection: Connection, checks: Sequence[str], changed: tuple[str, ...]
) -> Judged:
    """Ask the checks, those first that are quick and find most, whether anything is wrong."""
    require_current(connection)
    others = {*CHECKS} - {name for names in _FIRST for name in names}
    for names in (*_FIRST, others):
        failed = _failed(connection, [name for name in checks if name in names])
        if failed:
            return Judged(attempt, NAMED, failed)
    return Judged(attempt, UNNAMED, changed)


_FIRST = (("guards",), ("reference", "request-keys", "balances"))


def _failed(connection: Connection, names: Sequence[str]) -> tuple[str, ...]:
    if not names:
        return ()
    return tuple(one.name for one in run_over_snapshot(connection, names) if not one.ok)
