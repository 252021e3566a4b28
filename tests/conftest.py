"""What most tests start from: a fresh ledger on each engine, a small world on it, a known day.

A test that asks for `world`, `ledger_url` or `ledgers` runs on SQLite and on PostgreSQL; what is
about one of them says so: `@pytest.mark.only_on("sqlite")`.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import attack_figures
import everyday_engines
import hypothesis_profiles
import pytest
import scratch
import shared_commands
import shared_compilation
import shared_connections
import shared_files_open
import shared_schema
import time_machine
from ledgers import (
    ENGINES,
    Ledgers,
    PostgresqlLedgers,
    SqliteLedgers,
    made_in_file,
    made_on_server,
    sqlite_file,
)
from officer import Officer, without_settings
from postgres_server import Server, give_up, hold, make_place, shared_server
from reused_files import ReusedFiles
from world import NOON, World

from ledger.core import memory
from ledger.core.errors import LedgerError
from ledger.store.db.engine import make_engine

hypothesis_profiles.load()
shared_compilation.share()
shared_commands.share()
shared_connections.share()
shared_files_open.share()
shared_schema.share()
gc.disable()  # until the tests are collected: what is made until then stays to the end

PLACE = pytest.StashKey[Path]()
LOCK = pytest.StashKey[int]()
GARBAGE = 50_000
"""New objects after which Python looks for garbage."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the database that the compatibility tests ask in place of the tests' own."""
    parser.addoption(
        "--database-url",
        metavar="URL",
        help="run the compatibility tests alone, on the database at this URL",
    )
    parser.addoption(
        "--figures",
        action="store_true",
        help="print how many cases the tests of attacks tried, and how many went undetected",
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Iterator[None]:
    """Mark what only long runs do; put long tests first, and choose those of a named database."""
    everyday_engines.mark(items)
    if _is_long(config):
        _mark_what_draws(items)
    yield  # -m and -k are applied here
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    _choose_by_database(config, items)


def _is_long(config: pytest.Config) -> bool:
    """Say whether long runs are asked for: -m soak, alone or among others."""
    chosen = config.getoption("markexpr")
    return "soak" in chosen and "not soak" not in chosen


def _mark_what_draws(items: list[pytest.Item]) -> None:
    """Let a long run have the tests that draw examples: it tries all that they ask for."""
    for item in items:
        test = getattr(item, "obj", None)
        if getattr(test, "is_hypothesis_test", False) or item.get_closest_marker("draws"):
            item.add_marker(pytest.mark.soak)


def pytest_collection_finish() -> None:
    """Leave what was collected out of every later search for garbage: it stays to the end.

    What a test leaves is little beside it, and is looked for less often than the usual 700 objects.
    """
    gc.freeze()  # garbage too: to look for it takes each process half a second
    gc.set_threshold(GARBAGE, 20, 50)
    gc.enable()
    # Half a million objects are frozen; to count them took a fifth of the time of an import.
    memory.anything_is_frozen = cache(memory.anything_is_frozen)
    assert memory.anything_is_frozen()


def _choose_by_database(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where a database is named, choose the tests that ask it and are about its engine."""
    url = config.getoption("database_url")
    if not url:
        return
    try:
        engine = make_engine(url).dialect.name
    except LedgerError as error:
        raise pytest.UsageError(f"--database-url: {error}") from error
    chosen, left_out = [], []
    for item in items:
        (chosen if _asks_the_named_database(item, engine) else left_out).append(item)
    items[:] = chosen
    config.hook.pytest_deselected(items=left_out)


def _asks_the_named_database(item: pytest.Item, engine: str) -> bool:
    if "database_url" not in getattr(item, "fixturenames", ()):
        return False
    callspec = getattr(item, "callspec", None)
    return callspec is not None and callspec.params["engine_name"] == engine


def pytest_configure(config: pytest.Config) -> None:
    """Choose where this run's server will live; whoever asks first starts it.

    New ledgers take the machine's time zone, which is the same on every machine here.
    """
    config.pluginmanager.register(attack_figures)
    if _is_long(config):
        hypothesis_profiles.load_full()
    # Hundreds of processes are started; without this each of them compiles every module anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    os.environ["TZ"] = "UTC"
    os.environ["PAGER"] = "cat"  # what is longer than a terminal is waited for by nobody
    # Bars are drawn in blocks, wherever the tests run; those of plain characters set their own.
    if os.environ.get("TERM") == "dumb":
        os.environ["TERM"] = "xterm"
    os.environ["LANG"] = "C.UTF-8"
    for name in ("LC_ALL", "LC_CTYPE"):
        os.environ.pop(name, None)
    given = getattr(config, "workerinput", None)
    if given is not None:
        config.stash[PLACE] = Path(given["postgresql_place"])
        return
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(scratch.folder()))
    config.stash[PLACE] = make_place(scratch.folder())
    config.stash[LOCK] = hold(config.stash[PLACE])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker where the server of its run lives."""
    node.workerinput["postgresql_place"] = str(node.config.stash[PLACE])


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the run's server, however the run has gone."""
    if LOCK in config.stash:
        give_up(config.stash[PLACE], config.stash[LOCK])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what needs an engine on each, or on those it is about."""
    if "engine_name" not in metafunc.fixturenames:
        return
    narrowed = metafunc.definition.get_closest_marker("only_on")
    names = ENGINES if narrowed is None else narrowed.args
    assert set(names) <= set(ENGINES)
    chosen = [pytest.param(name, marks=getattr(pytest.mark, name)) for name in names]
    metafunc.parametrize("engine_name", chosen, scope="session")


@pytest.fixture(autouse=True)
def _nothing_shared(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let a test that is about migrations or connections have its own."""
    marked = request.node.get_closest_marker
    with ExitStack() as stack:
        if marked("migrates"):
            stack.enter_context(shared_schema.not_shared())
        if marked("connects"):
            stack.enter_context(shared_connections.not_shared())
            stack.enter_context(shared_files_open.not_shared())
        yield
        shared_files_open.forget()


@pytest.fixture(scope="session")
def postgresql_server(pytestconfig: pytest.Config) -> Iterator[Server]:
    """Give the run's PostgreSQL server. A run without one fails; nothing is skipped.

    The server's clock stays where it is, so the one function that reads it travels with the tests.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ledger.store.db.postgresql.server_moment", lambda _told: datetime.now(UTC))
        server = shared_server(pytestconfig.stash[PLACE])
        yield server
        server.leave()


@pytest.fixture(scope="session")
def template_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a ledger's file once; tests copy it, which is faster than making one each."""
    return made_in_file(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def reused_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReusedFiles]:
    """Give the files of this process that one test after another has."""
    files = ReusedFiles(tmp_path_factory.mktemp("reused"))
    yield files
    files.close()


@pytest.fixture(scope="session")
def run_ledgers(
    engine_name: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ledgers]:
    """Give ledgers on the test's engine that last as long as the run."""
    made = _ledgers(engine_name, request, tmp_path_factory.mktemp("ledgers"))
    yield made
    made.drop_all()


@pytest.fixture
def ledgers(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledgers]:
    """Give ledgers on the test's engine, as many as it asks for."""
    own = any(request.node.get_closest_marker(name) for name in ("migrates", "connects"))
    made = _ledgers(engine_name, request, tmp_path, reused=not own)
    yield made
    made.drop_all()


def _ledgers(
    engine_name: str, request: pytest.FixtureRequest, folder: Path, *, reused: bool = False
) -> Ledgers:
    if engine_name == "sqlite":
        files = request.getfixturevalue("reused_files") if reused else None
        return SqliteLedgers(folder, request.getfixturevalue("template_ledger"), reused=files)
    server = request.getfixturevalue("postgresql_server")
    return PostgresqlLedgers(server, made_on_server(server), reused=reused)


@pytest.fixture
def ledger_url(ledgers: Ledgers) -> str:
    """Give the URL of a ledger that nothing has happened to yet."""
    return ledgers.new()


@pytest.fixture
def ledger_path(template_ledger: Path, tmp_path: Path) -> Path:
    """Give the file of a ledger on SQLite that nothing has happened to yet."""
    return sqlite_file(SqliteLedgers(tmp_path, template_ledger).new())


@pytest.fixture
def world(ledger_url: str) -> Iterator[World]:
    """Give an empty world at noon of 23 November 2026, with a clock that runs on from there."""
    with time_machine.travel(NOON, tick=True):
        made = World(ledger_url)
        yield made
        made.ledger.engine.dispose()


@pytest.fixture(autouse=True)
def _no_request_remembered(state_of_no_machine: Path) -> Iterator[None]:
    """Forget the last requests of the ledgers of a test: others have the same addresses."""
    yield
    shutil.rmtree(state_of_no_machine / "cityfund" / "requests", ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def state_of_no_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep what the program remembers on a machine out of the home of the user."""
    with pytest.MonkeyPatch.context() as patched:
        folder = tmp_path_factory.mktemp("state")
        patched.setenv("XDG_STATE_HOME", str(folder))
        yield folder


@pytest.fixture
def officer(
    world: World,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Officer:
    """Give an officer before an empty ledger, with no settings of the machine's."""
    without_settings(monkeypatch, tmp_path)
    return Officer(world, capsys)
