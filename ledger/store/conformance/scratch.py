"""A scratch place in an administrator's database: made for the trial, and gone when it ends.

On PostgreSQL it is a schema with a name drawn by chance, which every connection of the trial sees
alone; on SQLite a folder of its own beside the ledger that the URL names. No ledger is touched.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, event, text
from sqlalchemy.engine import make_url

from ledger.errors import CannotOpen, LedgerError
from ledger.store import engine as engines
from ledger.store.database_errors import DatabaseForbids
from ledger.store.sqlite import create_private_file, database_file

_NAME: Final = "cityfund_conformance_"


class NoScratchPlace(CannotOpen):
    """Nothing can be tried: the database or the folder has no room for a scratch place."""

    code = "no-scratch-place"
    default_why = "What a database promises is tried in a place of its own, never on a ledger."


class ScratchLeft(CannotOpen):
    """The scratch place could not be taken away again."""

    code = "scratch-left"
    default_why = "The database did not let it go, or went away itself."


@contextmanager
def scratch(url: str) -> Iterator[Engine]:
    """Give an engine whose connections see an empty scratch place, which goes at the end.

    Raises `NoScratchPlace` where none can be made, `ScratchLeft` where it cannot be dropped.
    """
    engine = engines.make_engine(url)
    make = _schema if engines.on_server(engine) else _folder
    with make(engine) as scratched:
        try:
            yield scratched
        finally:
            scratched.dispose()


def read_version(engine: Engine) -> str:
    """Say which database it is, in its own words."""
    asks = "version()" if engines.on_server(engine) else "'SQLite ' || sqlite_version()"
    with engines.looking(engine) as connection:
        return str(connection.execute(text(f"SELECT {asks}")).scalar_one())


@contextmanager
def _schema(engine: Engine) -> Iterator[Engine]:
    name = f"{_NAME}{secrets.token_hex(6)}"
    try:
        with engines.looking(engine) as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
    except DatabaseForbids as error:
        raise NoScratchPlace(
            "There is no right to create a schema in this database.",
            why=f"{NoScratchPlace.default_why} {error.why}",
            next_step="Let its owner run: GRANT CREATE ON DATABASE name TO user",
        ) from error
    finally:
        engine.dispose()
    try:
        yield _seeing_only(engine, name)
    finally:
        _drop(engine, name)


def _seeing_only(engine: Engine, name: str) -> Engine:
    def choose(connection: Any, record: Any) -> None:
        del record
        connection.execute(f"SELECT set_config('search_path', '{name}', false)")

    alone = engines.make_engine(engine.url.render_as_string(hide_password=False))
    event.listen(alone, "connect", choose)
    return alone


def _drop(engine: Engine, name: str) -> None:
    drop = f"DROP SCHEMA IF EXISTS {name} CASCADE"
    try:
        with engines.looking(engine) as connection:
            connection.execute(text(drop))
    except LedgerError as error:
        raise ScratchLeft(
            f"The scratch schema {name} is still there.", why=error.why, next_step=f"Run: {drop}"
        ) from error
    finally:
        engine.dispose()


@contextmanager
def _folder(engine: Engine) -> Iterator[Engine]:
    named = database_file(engine.url)
    if named is None:
        raise NoScratchPlace(
            "A database in memory has no place for a trial.",
            next_step="Name a file: --url sqlite:///ledger.db",
        )
    try:
        folder = Path(tempfile.mkdtemp(prefix=_NAME, dir=named if named.is_dir() else named.parent))
    except OSError as error:
        raise NoScratchPlace(
            f"No folder can be made beside {named}.",
            why=f"{error.strerror}.",
            next_step="Name a file in a folder that you may write to.",
        ) from error
    try:
        made = engines.make_engine(
            str(make_url("sqlite://").set(database=str(folder / "trial.db")))
        )
        create_private_file(made)
        yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        raise ScratchLeft(f"The folder {folder} is still there.", next_step="Delete it by hand.")
