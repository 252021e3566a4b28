"""Fresh ledgers for tests, on either engine: copies of one that was made once."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import shared_connections
import shared_files_open
import time_machine
from postgres_server import Server, once
from reused_files import ReusedFiles
from world import asked

ENGINES = ("sqlite", "postgresql")
MADE = datetime(2026, 1, 1, tzinfo=UTC)
"""When every ledger of the tests was set up, unless its test does it."""

_numbers = itertools.count(1)


class SqliteLedgers:
    """Ledgers in files of one folder."""

    engine = "sqlite"

    def __init__(
        self, folder: Path, made: Path | None = None, *, reused: ReusedFiles | None = None
    ) -> None:
        self.folder, self.made, self._reused = folder, made, reused
        self._given: list[tuple[Path, Path]] = []
        """The files that can be given again, each with its template."""

    def empty(self) -> str:
        """Give a URL at which there is nothing yet."""
        return f"sqlite:///{self.folder / f'ledger-{next(_numbers)}.db'}"

    def new(self) -> str:
        """Give the URL of a ledger that nothing has happened to yet."""
        assert self.made is not None
        return self.furnished(f"sqlite:///{self.made}")

    def copy(self, url: str) -> str:
        """Give the URL of a ledger that is as another, which was settled."""
        copied = self.empty()
        shutil.copy(sqlite_file(url), sqlite_file(copied))
        return copied

    def settle(self, url: str) -> None:
        """Make a ledger that nobody uses any longer ready to be copied."""
        _close_what_is_left()
        shared_files_open.forget()
        with closing(sqlite3.connect(sqlite_file(url))) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def furnished(self, url: str) -> str:
        """Give the URL of a ledger that is as one which was settled for the whole run."""
        if self._reused is None:
            return self.copy(url)
        template = sqlite_file(url)
        path = self._reused.take(template)
        self._given.append((path, template))
        return f"sqlite:///{path}"

    def drop_all(self) -> None:
        """Leave the files to the next test, or to the folder's owner."""
        while self._reused is not None and self._given:
            self._reused.offer(*self._given.pop())


class PostgresqlLedgers:
    """Ledgers in databases of the tests' server."""

    engine = "postgresql"

    def __init__(self, server: Server, made: str | None = None, *, reused: bool = False) -> None:
        self.server, self.made, self._reused = server, made, reused
        self._names: dict[str, str | None] = {}
        """The databases that were given, with the template of those that can be given again."""

    def empty(self) -> str:
        """Give the URL of a database in which there is nothing yet."""
        return self._create("template1")

    def new(self) -> str:
        """Give the URL of a ledger that nothing has happened to yet."""
        assert self.made is not None
        return self._as(self.made)

    def copy(self, url: str) -> str:
        """Give the URL of a ledger that is as another, which was settled."""
        self._leave(url)  # a reader since may still be connected
        return self._create(_name(url))

    def furnished(self, url: str) -> str:
        """Give the URL of a ledger that is as one which was settled for the whole run."""
        return self._as(_name(url))

    def settle(self, url: str) -> None:
        """Make a ledger that nobody uses any longer ready to be copied."""
        _close_what_is_left()
        self._leave(url)

    def _leave(self, url: str) -> None:
        shared_connections.forget(_name(url))
        self.server.administer(_LEAVE.format(_name(url)))

    def _as(self, template: str) -> str:
        """Give a database that is as a template: one that an earlier test had, or a new one."""
        name = self.server.reused.take(template) if self._reused else None
        if name is None:
            if template != self.made:
                self._leave(template)  # a test that looked at it may still be connected
            url = self._create(template)
            name = _name(url)
        self._names[name] = template if self._reused else None
        return self.server.url(name)

    def _create(self, template: str) -> str:
        name = f"ledger_{os.getpid()}_{next(_numbers)}"
        self._names[name] = None
        return self.server.create_database(name, template)

    def drop_all(self) -> None:
        """Leave every database that was given here, and drop those that were left before."""
        # The server looks every tenth of a second whether a database is left, so the drop waits
        # until it is: until the next test has run.
        while self.server.left:
            self.server.drop_database(self.server.left.pop())
        for name, template in reversed(self._names.items()):
            if template is None:
                shared_connections.forget(name)
                self.server.left.append(name)
            else:
                self.server.reused.offer(name, template)
        self._names.clear()


Ledgers = SqliteLedgers | PostgresqlLedgers


def _close_what_is_left() -> None:
    """Close the connections of engines that nobody refers to, as the end of a process does.

    What is not garbage then (modules, caches, what sessions' fixtures hold) is left out of later
    searches: it is hundreds of thousands of objects, and going through them takes a second.
    """
    gc.collect()
    gc.freeze()


def copy_or_new(ledgers: Ledgers, request: pytest.FixtureRequest, name: str) -> str:
    """Give the URL of a copy of a furnished ledger where a test asks for it, else of a new one.

    A test asks for it by the fixture `name`; the session's fixture `name_once` gives its URL.
    """
    if name in request.fixturenames:
        return ledgers.furnished(request.getfixturevalue(f"{name}_once"))
    return ledgers.new()


def _name(url: str) -> str:
    return url.rpartition("/")[2]


_LEAVE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'"


def sqlite_file(url: str) -> Path:
    """Give the file of a SQLite URL."""
    assert url.startswith("sqlite:///")
    return Path(url.removeprefix("sqlite:///"))


def made_in_file(folder: Path) -> Path:
    """Make the ledger that those in files are copied from."""
    ledgers = SqliteLedgers(folder)
    url = ledgers.empty()
    _set_up(url)
    ledgers.settle(url)
    return sqlite_file(url)


def made_on_server(server: Server) -> str:
    """Make the ledger that those on the server are copied from, once for the whole run."""
    name = "made_once"
    with once(server.place, name) as first:
        if first:
            server.drop_database(name)
            url = server.create_database(name)
            _set_up(url)
            PostgresqlLedgers(server).settle(url)
    return name


def _set_up(url: str) -> None:
    from ledger.usecases.admin.set_up import LedgerSettings, set_up  # noqa: PLC0415

    with time_machine.travel(MADE):
        set_up(url, LedgerSettings(), asked("init"))
