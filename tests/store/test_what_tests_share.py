"""What the tests of a process share is as if each had its own: the schema, databases, files."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
import shared_connections
import shared_files_open
import shared_schema
from ledgers import Ledgers, PostgresqlLedgers, SqliteLedgers, made_on_server, sqlite_file
from postgres_server import Server
from raw import Raw
from reused_files import ReusedFiles
from shared_files_open import BUSY_MS
from world import World

from ledger.store.db import engine as engines
from ledger.store.db import schema

_OPEN_HERE = Path("/proc/self/fd")
"""The links that the system shows of what a process has open."""

SHAPE = {
    "sqlite": ("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name",),
    "postgresql": (
        (
            "SELECT relname, relkind, relowner::regrole, relpersistence FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace ORDER BY relname"
        ),
        (
            "SELECT attrelid::regclass::text, attnum, attname, format_type(atttypid, atttypmod),"
            " attnotnull, pg_get_expr(adbin, adrelid) FROM pg_attribute"
            " JOIN pg_class ON pg_class.oid = attrelid"
            " LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum"
            " WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped"
            " ORDER BY 1, 2"
        ),
        (
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"
        ),
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
        (
            "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger"
            " WHERE NOT tgisinternal ORDER BY 1, 2"
        ),
        (
            "SELECT proname, pg_get_functiondef(oid), proacl::text FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace ORDER BY 1"
        ),
        "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public' ORDER BY 1",
    ),
}


def upgraded(ledgers: Ledgers) -> list[Any]:
    """Upgrade an empty database; give its whole schema and every row."""
    url = ledgers.empty()
    engine = engines.make_engine(url)
    with engines.upgrade_transaction(engine) as connection:
        schema.upgrade_schema(connection)
    engine.dispose()
    raw = Raw(url)
    found = [raw.rows(query) for query in SHAPE[raw.engine]]
    rows = raw.all_rows()
    raw.close()
    return [*found, rows]


def test_a_shared_schema_is_what_the_migrations_make(ledgers: Ledgers) -> None:
    with shared_schema.not_shared():
        migrated = upgraded(ledgers)
    upgraded(ledgers)  # where none was shared yet, this one is

    assert upgraded(ledgers) == migrated


@pytest.fixture
def url(ledger_url: str) -> str:
    shared_connections.forget()
    return ledger_url


def backend(line: psycopg.Connection[Any]) -> int:
    return line.info.backend_pid


@pytest.mark.only_on("postgresql")
def test_a_connection_that_was_closed_in_good_order_comes_back_as_new(url: str) -> None:
    first = shared_connections.take(url, autocommit=True)
    first.execute("SET lock_timeout TO '7s'")
    shared_connections.give_back(first)
    again = shared_connections.take(url, autocommit=True)

    assert backend(again) == backend(first)
    assert again.execute("SHOW lock_timeout").fetchone() == ("0",)
    assert shared_connections.take(url, autocommit=True) is not again


@pytest.mark.only_on("postgresql")
def test_a_connection_with_something_open_is_closed(url: str) -> None:
    first = shared_connections.take(url)
    first.execute("SELECT 1")
    shared_connections.give_back(first)

    assert first.closed
    assert shared_connections.take(url) is not first


@pytest.mark.only_on("postgresql")
def test_a_connection_that_the_server_ended_is_not_given_again(url: str) -> None:
    first = shared_connections.take(url, autocommit=True)
    shared_connections.give_back(first)
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (backend(first),))

    again = shared_connections.take(url, autocommit=True)
    assert again is not first
    again.close()


@pytest.mark.connects
@pytest.mark.only_on("postgresql")
def test_a_test_that_is_about_connections_has_its_own(url: str) -> None:
    first = shared_connections.take(url, autocommit=True)
    shared_connections.give_back(first)

    assert first.closed


@pytest.fixture
def given_again(postgresql_server: Server) -> Iterator[Callable[[], str]]:
    """Give what a test after another one would be given: the same database, where that can be."""
    reused = PostgresqlLedgers(postgresql_server, made_on_server(postgresql_server), reused=True)

    def give() -> str:
        reused.drop_all()
        return reused.new()

    yield give
    reused.drop_all()


@pytest.mark.postgresql
def test_a_database_is_given_again_with_nothing_of_the_test_before(
    given_again: Callable[[], str],
) -> None:
    url = given_again()
    raw = Raw(url)
    rows = raw.all_rows()
    raw.close()
    world = World(url)
    world.city("MHD")
    world.ledger.engine.dispose()

    assert given_again() == url
    raw = Raw(url)
    assert raw.all_rows() == rows
    raw.close()


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "change",
    [
        "DROP TRIGGER movement_is_kept ON movement",
        "ALTER TABLE city ADD COLUMN more integer",
        "CREATE TABLE more (id integer)",
        "ALTER DATABASE {name} SET work_mem TO '8MB'",
    ],
)
def test_a_database_with_another_schema_or_setting_is_not_given_again(
    given_again: Callable[[], str], change: str
) -> None:
    url = given_again()
    with psycopg.connect(url, autocommit=True) as line:
        line.execute(change.format(name=url.rpartition("/")[2]).encode())

    assert given_again() != url


@pytest.mark.postgresql
def test_a_database_that_somebody_is_connected_to_is_not_given_again(
    given_again: Callable[[], str],
) -> None:
    url = given_again()
    with psycopg.connect(url):
        assert given_again() != url


@pytest.mark.only_on("sqlite")
def test_a_file_that_was_closed_in_good_order_is_open_for_the_next_command(
    ledger_url: str,
) -> None:
    first = opened(ledger_url)
    first.execute("PRAGMA foreign_keys = OFF")
    closed(ledger_url, first)

    assert opened(ledger_url) is first


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("change", ["replaced", "written", "locked away"])
def test_a_file_that_was_changed_meanwhile_is_opened_anew(ledger_url: str, change: str) -> None:
    file = sqlite_file(ledger_url)
    first = opened(ledger_url)
    closed(ledger_url, first)
    if change == "replaced":
        shutil.copy(file, file.with_suffix(".new"))
        file.with_suffix(".new").replace(file)
    elif change == "written":
        file.write_bytes(file.read_bytes())
    else:
        file.chmod(0o400)

    again = opened(ledger_url)
    assert again is not first
    again.close()


@pytest.mark.only_on("sqlite")
def test_a_file_that_waits_holds_all_that_was_recorded(ledger_url: str) -> None:
    world = World(ledger_url)
    world.city("TBZ")
    world.ledger.engine.dispose()
    copied = sqlite_file(ledger_url).with_name("copied.db")
    shutil.copy(sqlite_file(ledger_url), copied)

    with closing(sqlite3.connect(copied)) as line:
        assert line.execute("SELECT count(*) FROM city WHERE code = 'TBZ'").fetchone() == (1,)


@pytest.mark.only_on("sqlite")
def test_what_an_engine_has_open_and_does_not_use_is_given_to_the_next(ledger_url: str) -> None:
    world = World(ledger_url)
    world.city("TBZ")
    with world.ledger.engine.connect() as used:
        line = used.connection.driver_connection

    assert opened(ledger_url) is line
    world.city("MHD")
    assert {row["code"] for row in Raw(ledger_url).rows("SELECT code FROM city")} == {"TBZ", "MHD"}


@pytest.mark.only_on("sqlite")
def test_what_an_engine_uses_is_not_given_to_another(ledger_url: str) -> None:
    world = World(ledger_url)
    with world.ledger.engine.connect() as used:
        assert opened(ledger_url) is not used.connection.driver_connection


@pytest.mark.only_on("sqlite")
def test_statements_round_the_program_share_its_file_with_settings_of_their_own(
    ledger_url: str,
) -> None:
    closed(ledger_url, line := opened(ledger_url))
    raw = Raw(ledger_url)
    assert raw.connection is line
    own = [raw.connection.execute(f"PRAGMA {name}").fetchone()[0] for name in SETTINGS]
    raw.execute("BEGIN")
    raw.execute("UPDATE alembic_version SET version_num = '0001'")
    raw.close()

    again = opened(ledger_url)
    assert again is line
    assert own == [1, 1, 5000]
    assert [again.execute(f"PRAGMA {name}").fetchone()[0] for name in SETTINGS] == [1, 0, BUSY_MS]
    assert again.execute("SELECT version_num FROM alembic_version").fetchone() != ("0001",)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("together", [True, False])
def test_who_set_something_round_the_program_closes_for_good(
    ledger_url: str, together: bool
) -> None:
    closed(ledger_url, line := opened(ledger_url))
    raw = Raw(ledger_url)
    setting = "PRAGMA recursive_triggers = ON"
    if together:
        raw.execute_all([setting])
    else:
        raw.execute(setting)
    raw.close()

    assert opened(ledger_url) is not line
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        line.execute("SELECT 1")


@pytest.fixture
def file_given_again(template_ledger: Path, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Give what a test after another one would be given: the same file, where that can be."""
    files = ReusedFiles(tmp_path)
    reused = SqliteLedgers(tmp_path, template_ledger, reused=files)

    def give() -> str:
        reused.drop_all()
        return reused.new()

    yield give
    reused.drop_all()
    files.close()


@pytest.mark.sqlite
def test_a_file_is_given_again_with_nothing_of_the_test_before(
    file_given_again: Callable[[], str],
) -> None:
    url = file_given_again()
    raw = Raw(url)
    rows = raw.all_rows()
    raw.close()
    for _ in range(3):
        world = World(url)
        world.city("MHD")
        world.ledger.engine.dispose()
        sqlite_file(url).with_name("left behind").touch()

        assert file_given_again() == url
        assert not sqlite_file(url).with_name("left behind").exists()
        raw = Raw(url)
        assert raw.all_rows() == rows
        raw.close()


@pytest.mark.sqlite
@pytest.mark.skipif(not _OPEN_HERE.is_dir(), reason="the system does not show what is open")
def test_a_process_that_is_forked_has_no_file_open_that_a_command_closed(
    file_given_again: Callable[[], str],
) -> None:
    url = file_given_again()
    closed(url, opened(url))
    assert _opened_here(sqlite_file(url))
    child = os.fork()
    if not child:
        os._exit(_opened_here(sqlite_file(url)))
    _, status = os.waitpid(child, 0)

    assert status == 0


def _opened_here(path: Path) -> bool:
    """Say whether this process has a file open, by the links that the system shows of it."""
    links = [*_OPEN_HERE.iterdir()]
    return any(os.path.realpath(link) == str(path) for link in links)


@pytest.mark.sqlite
def test_a_process_that_was_forked_is_given_other_files(
    template_ledger: Path, tmp_path: Path
) -> None:
    files = ReusedFiles(tmp_path)
    url = f"sqlite:///{files.take(template_ledger)}"
    closed(url, opened(url))
    files.offer(sqlite_file(url), template_ledger)
    child = os.fork()
    if not child:
        given = files.take(template_ledger), files.take(template_ledger)
        os._exit(sqlite_file(url) in given)
    _, status = os.waitpid(child, 0)

    assert status == 0
    assert files.take(template_ledger) == sqlite_file(url)
    assert files.take(template_ledger).is_file()
    shared_files_open.forget()
    files.close()


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "change",
    [
        "DROP TRIGGER movement_is_allowed",
        "ALTER TABLE city ADD COLUMN more INTEGER",
        "CREATE TABLE more (id INTEGER)",
        "CREATE TEMP TABLE more (id INTEGER)",
        "PRAGMA ignore_check_constraints = ON",
        "PRAGMA max_page_count = 600",
        "PRAGMA cache_size = 123",
        "ANALYZE",
        "PRAGMA journal_mode = DELETE",
    ],
)
def test_a_file_with_another_schema_or_setting_is_not_given_again(
    file_given_again: Callable[[], str], change: str
) -> None:
    url = file_given_again()
    line = opened(url)
    line.execute(change)
    closed(url, line)

    assert file_given_again() != url


@pytest.mark.sqlite
def test_a_file_is_not_given_again_for_a_template_of_another_schema(
    file_given_again: Callable[[], str], template_ledger: Path, tmp_path: Path
) -> None:
    """Not even where the number of the schema is the same."""
    url = file_given_again()
    closed(url, opened(url))
    other = shutil.copy(template_ledger, tmp_path / "other.db")
    with closing(sqlite3.connect(other)) as line:
        (number,) = line.execute("PRAGMA schema_version").fetchone()
        line.execute("DROP VIEW v_rate")
        line.execute(f"PRAGMA schema_version = {number}")
    files = ReusedFiles(tmp_path)
    files.offer(sqlite_file(url), template_ledger)
    given = files.take(Path(other))
    files.close()

    assert given != sqlite_file(url)
    assert given.read_bytes() == Path(other).read_bytes()


@pytest.mark.sqlite
def test_a_file_that_somebody_else_has_open_is_not_given_again(
    file_given_again: Callable[[], str],
) -> None:
    url = file_given_again()
    closed(url, opened(url))
    with closing(sqlite3.connect(sqlite_file(url))) as other:
        other.execute("SELECT count(*) FROM city").fetchone()
        assert file_given_again() != url


SETTINGS = ("foreign_keys", "trusted_schema", "busy_timeout")


def opened(url: str) -> Any:
    return engines.make_engine(url).raw_connection().driver_connection


def closed(url: str, line: Any) -> None:
    engines.make_engine(url).dialect.do_close(line)
