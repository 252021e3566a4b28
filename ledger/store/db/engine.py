"""Open a database: the engine and its kinds of transaction.

Code for one engine is in the modules `sqlite` and `postgresql`; this one chooses between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from ledger.store.db import sqlite
from ledger.store.db.errors import AnswerLost, DatabaseGone, LedgerDamaged, UnknownDatabase
from ledger.store.db.prepared import send

SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"

_SQLITE_DRIVERS: Final = ("sqlite", "sqlite+pysqlite")
_ANY_SPACE: Final = re.compile(r"\s")
_HOST: Final = re.compile(r"[\w.,:%\[\]-]*")
_ESCAPES: Final = (
    "In a user name or a password @ is written as %40, : as %3A, / as %2F, and a space as %20."
)
_KIND: Final = "cityfund_transaction"
_WRITES: Final = "writes"
_AUTOCOMMIT: Final = "looks"
_HOLDS_LOCKS: Final = "locks"


def parse_url(url: str) -> URL:
    """Parse a database URL as it was typed; raises `UnknownDatabase` where it cannot be used."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # ValueError: a port that is no number
        raise UnknownDatabase("The database URL is not understood.") from error
    if parsed.get_backend_name() == SQLITE:
        _require_plain_file(parsed)
    elif _ANY_SPACE.search(url) or not _HOST.fullmatch(parsed.host or ""):
        # The driver would name what it takes for the host, which may be part of a password.
        raise UnknownDatabase("The database URL is not understood.", why=_ESCAPES)
    return parsed


def _require_plain_file(url: URL) -> None:
    """Refuse what the driver would ignore or choke on, or would take for part of the name."""
    if url.drivername not in _SQLITE_DRIVERS:
        raise UnknownDatabase(
            f"This program does not use {url.drivername}.",
            why="It opens SQLite files with the driver that comes with Python.",
        )
    strange = ", ".join(sorted(url.query.keys() - {"timeout"}))
    if strange:
        raise UnknownDatabase(
            f"The URL of a SQLite file takes no parameter {strange}.",
            why="The program sets up by itself how it opens the file.",
        )


def absolute_url(url: str) -> str:
    """Give the URL of a file with an absolute path."""
    parsed = parse_url(url)
    path = sqlite.database_file(parsed)
    if path is None or path.is_absolute() or parsed.database is None:
        return url
    if parsed.database.startswith("file:"):
        return url
    try:
        return parsed.set(database=str(path.absolute())).render_as_string(hide_password=False)
    except UnicodeEncodeError as error:
        why = "The folder it lies in has a name that is not valid text."
        raise UnknownDatabase("The ledger's file cannot be named in a URL.", why=why) from error


def make_engine(url: str | URL) -> Engine:
    """Build the engine for a ledger's URL; touches no file and asks no server yet.

    Raises `UnknownDatabase` where the URL is malformed or names an engine not supported.
    """
    parsed = parse_url(url) if isinstance(url, str) else url
    scheme = parsed.drivername.partition("+")[0]
    if scheme in {POSTGRESQL, "postgres"}:
        # A command on a SQLite ledger never waits for the other driver to be imported.
        from ledger.store.db import postgresql  # noqa: PLC0415

        build = postgresql.make_engine
    elif scheme == SQLITE:
        build = sqlite.make_engine
    else:
        raise UnknownDatabase(f"This program keeps no ledgers on {scheme}.")
    try:
        engine = build(parsed)
    except (ArgumentError, NoSuchModuleError, ValueError, TypeError) as error:
        # The driver converts what stands behind the question mark, each part in its own way.
        raise UnknownDatabase("The database URL is not understood.") from error
    event.listen(engine, "begin", _begin)
    return engine


def on_server(engine_or_connection: Engine | Connection) -> bool:
    """Say whether the ledger is on a server that many write to at once."""
    return engine_or_connection.dialect.name == POSTGRESQL


def lift_timeouts(connection: Connection) -> None:
    """Lift the time limits of this transaction, if the engine has any."""
    if on_server(connection):
        from ledger.store.db import postgresql  # noqa: PLC0415

        connection.exec_driver_sql(postgresql.LIFT_TIMEOUTS)


def _begin(connection: Connection) -> None:
    # A writer makes sure from its first read on that what it checked is still so when it commits.
    kind = connection.get_execution_options().get(_KIND)
    if kind in {_AUTOCOMMIT, _HOLDS_LOCKS}:
        return
    if on_server(connection):
        from ledger.store.db import postgresql as own  # noqa: PLC0415
    else:
        from ledger.store.db import sqlite as own  # type: ignore[no-redef]  # noqa: PLC0415
    send(connection, own.BEGIN_WRITING if kind == _WRITES else own.BEGIN_READING, ())


@contextmanager
def read_transaction(engine: Engine) -> Iterator[Connection]:
    """Read in one transaction: every query sees the same moment."""
    with (
        translate_errors(engine),
        engine.connect() as connection,
        connection.begin() as transaction,
    ):
        yield connection
        # There is nothing to commit, and SQLite does not commit after it met a damaged page.
        transaction.rollback()


@contextmanager
def autocommit_connection(engine: Engine) -> Iterator[Connection]:
    """Read outside any transaction: each statement sees the state of its own moment."""
    with translate_errors(engine), engine.connect() as base_connection:
        yield base_connection.execution_options(**{_KIND: _AUTOCOMMIT})


@contextmanager
def upgrade_transaction(engine: Engine) -> Iterator[Connection]:
    """Write in one transaction that may rebuild a table to which others refer.

    SQLite is told before it not to enforce references; `require_references` asks for them.
    """
    if on_server(engine):
        with write_transaction(engine) as connection:
            yield connection
        return
    with sqlite.references_not_enforced(engine), write_transaction(engine) as connection:
        yield connection
        sqlite.require_references(connection)


@contextmanager
def write_transaction(engine: Engine, *, commit: bool = True) -> Iterator[Connection]:
    """Write in one transaction that is committed at the end, or rolled back where not `commit`.

    Raises `AnswerLost` where the database went away while it was committing.
    """
    with translate_errors(engine), engine.connect() as base_connection:
        connection = base_connection.execution_options(**{_KIND: _WRITES})
        transaction = connection.begin()
        try:
            yield connection
        except BaseException:
            transaction.rollback()
            raise
        if not commit:
            transaction.rollback()
            return
        try:
            with translate_errors(engine):
                transaction.commit()
        except DatabaseGone as error:
            raise AnswerLost("It is not known whether the act was recorded.") from error


@contextmanager
def lock_transaction(engine: Engine) -> Iterator[Connection]:
    """Open a transaction on a server that only holds locks, without a time limit or a snapshot."""
    from ledger.store.db import postgresql  # noqa: PLC0415 - only where there is a server

    with translate_errors(engine), engine.connect() as base_connection:
        connection = base_connection.execution_options(**{_KIND: _HOLDS_LOCKS})
        connection.exec_driver_sql(postgresql.BEGIN_LOCKING)
        try:
            lift_timeouts(connection)
            yield connection
        finally:
            if not connection.invalidated:
                connection.exec_driver_sql("ROLLBACK")


@contextmanager
def translate_errors(engine: Engine) -> Iterator[None]:
    """Translate driver errors about files, locks and connections into refusals."""
    try:
        yield
    except DBAPIError as error:
        refusal = _refusal_for(engine, error)
        if refusal is None:
            raise
        raise refusal from error
    except UnicodeDecodeError as error:
        if on_server(engine):
            raise
        # The driver cannot say what SQLite complains of, where the damage stands in its words.
        why = "The description of its tables is not valid text."
        raise LedgerDamaged("The ledger cannot be read.", why=why) from error


def _refusal_for(engine: Engine, error: DBAPIError) -> Exception | None:
    assert error.orig is not None
    if on_server(engine):
        from ledger.store.db import postgresql  # noqa: PLC0415

        return postgresql.refusal_for(error.orig, lost=error.connection_invalidated)
    return sqlite.refusal_on(engine, error.orig)
