"""A scratch place in a database: made for the tests, and removed when they end.

On PostgreSQL it is a schema with a random name, the only one that the tests' connections see; on
SQLite a folder of its own beside the file that the URL names. No ledger is touched.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.engine import make_url

from ledger.core.errors import LedgerError
from ledger.store.db import engine as engines
from ledger.store.db.errors import DatabaseForbids
from ledger.store.db.sqlite import create_private_file, database_file

PREFIX = "cityfund_compatibility_"


class NoScratchPlace(Exception):
    """The database or the folder has no room for a scratch place; the message says what to do."""


class ScratchPlaceLeft(Exception):
    """The scratch place could not be removed; the message says how to remove it."""


@contextmanager
def scratch(url: str) -> Iterator[Engine]:
    """Give an engine whose connections see an empty scratch place, which is removed at the end."""
    engine = engines.make_engine(url)
    make = _schema if engines.on_server(engine) else _folder
    with make(engine) as made:
        try:
            yield made
        finally:
            made.dispose()


@contextmanager
def _schema(engine: Engine) -> Iterator[Engine]:
    name = f"{PREFIX}{secrets.token_hex(6)}"
    try:
        with engines.autocommit_connection(engine) as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
    except DatabaseForbids as error:
        raise NoScratchPlace(
            f"There is no right to create a schema in this database: {error.why}"
            " Let its owner run: GRANT CREATE ON DATABASE name TO user"
        ) from error
    finally:
        engine.dispose()
    try:
        yield _seeing_only(engine, name)
    finally:
        _drop(engine, name)


def _seeing_only(engine: Engine, name: str) -> Engine:
    def choose(connection: Any, record: Any) -> None:
        connection.execute(f"SELECT set_config('search_path', '{name}', false)")

    alone = engines.make_engine(engine.url.render_as_string(hide_password=False))
    event.listen(alone, "connect", choose)
    return alone


def _drop(engine: Engine, name: str) -> None:
    drop = f"DROP SCHEMA IF EXISTS {name} CASCADE"
    try:
        with engines.autocommit_connection(engine) as connection:
            connection.execute(text(drop))
    except LedgerError as error:
        raise ScratchPlaceLeft(f"The schema {name} is still there. Run: {drop}") from error
    finally:
        engine.dispose()


@contextmanager
def _folder(engine: Engine) -> Iterator[Engine]:
    named = database_file(engine.url)
    if named is None:
        raise NoScratchPlace(
            "A database in memory has no scratch place. Name a file: sqlite:///ledger.db"
        )
    try:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=named.parent))
    except OSError as error:
        raise NoScratchPlace(
            f"No folder can be made beside {named}: {error.strerror}."
            " Name a file in a folder that you may write to."
        ) from error
    try:
        file = make_url("sqlite://").set(database=str(folder / "scratch.db"))
        made = engines.make_engine(str(file))
        create_private_file(made)
        yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        raise ScratchPlaceLeft(f"The folder {folder} is still there. Delete it by hand.")
