"""Trouble with a server: an error with its exit code, nothing changed, no password told."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
import scratch
from hands import Hand, broken_checks, tell
from kill import run_line, spoke_plainly
from ledgers import PostgresqlLedgers, made_on_server
from postgres_server import Server, make_place
from small_disks import small_disk
from sqlalchemy.engine import make_url

from ledger.store.db import postgresql

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.migrates, pytest.mark.connects]

ACT = ("need", "withdraw", "N-0001", "1 EUR", "--json")
READ = ("gaps", "--json")
EVERY = (READ, ACT, ("check", "--json"), ("db", "upgrade", "--json"), ("init", "--json"))
OPEN = {"open": 90_000_000}


@pytest.fixture
def used(ledgers: PostgresqlLedgers) -> str:
    """Give a ledger with a need and an offer."""
    url = ledgers.new()
    _use(url)
    return url


def _use(url: str) -> None:
    hand = Hand(url)
    hand.need("900000 EUR")
    hand.offer("900000 EUR")
    hand.ledger.engine.dispose()


def name_of(url: str) -> str:
    return str(make_url(url).database)


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"password": "wr0ng-secret"}, "database-unreachable", id="wrong password"),
        pytest.param({"username": "nobody-here"}, "database-unreachable", id="no such user"),
        pytest.param({"database": "nothing"}, "ledger-missing", id="no such database"),
        pytest.param({"port": unused_port()}, "database-unreachable", id="no server"),
        pytest.param({"host": "nowhere.invalid"}, "database-unreachable", id="no such host"),
    ],
)
def test_a_server_that_cannot_be_reached_is_told(used, changes, error):
    url = make_url(used).set(**changes)
    for line in EVERY:
        told = run_line(url.render_as_string(hide_password=False), *line)
        spoke_plainly(told, 7, error)
        assert str(url.password) not in told.err + told.out, "a password was told"
    assert Hand(used).stages("need", "N-0001") == OPEN


@pytest.mark.parametrize("versions", [None, "9f1c2d3e4a5b"])
def test_another_programs_database_is_left_alone(ledgers: PostgresqlLedgers, versions):
    url = ledgers.empty()
    with closing(psycopg.connect(url, autocommit=True)) as other:
        other.execute("CREATE TABLE need (id integer PRIMARY KEY, what text)")
        other.execute("INSERT INTO need VALUES (1, 'a bus')")
        if versions is not None:
            other.execute("CREATE TABLE alembic_version (version_num text)")
            other.execute("INSERT INTO alembic_version VALUES ('9f1c2d3e4a5b')")
        for line in EVERY:
            spoke_plainly(run_line(url, *line), 7, "not-a-ledger", "schema-newer")
        tables = other.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        due = {"need"} if versions is None else {"need", "alembic_version"}
        assert {name for (name,) in tables} == due
        assert other.execute("SELECT * FROM need").fetchall() == [(1, "a bus")]


def test_a_database_that_may_only_be_read_is_not_written(used, ledgers: PostgresqlLedgers):
    name = name_of(used)
    ledgers.server.administer(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    spoke_plainly(run_line(used, *ACT), 7, "database-read-only")
    assert run_line(used, *READ).code == 0
    ledgers.server.administer(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    assert Hand(used).stages("need", "N-0001") == OPEN
    assert run_line(used, *ACT).code == 0


def test_a_ledger_that_another_program_holds_is_busy(used, monkeypatch):
    quickly = postgresql._SESSION.replace("'lock_timeout', '30s'", "'lock_timeout', '50ms'")
    assert quickly != postgresql._SESSION
    monkeypatch.setattr(postgresql, "_SESSION", quickly)
    with closing(psycopg.connect(used)) as other:
        other.execute("SELECT * FROM balance FOR UPDATE")
        spoke_plainly(run_line(used, *ACT), 6, "ledger-busy")
        assert run_line(used, *READ).code == 0, "who only reads waits for nobody"
        other.rollback()
    assert Hand(used).stages("need", "N-0001") == OPEN
    assert run_line(used, *ACT).code == 0


def test_a_server_without_a_free_line_is_told(used, ledgers: PostgresqlLedgers):
    name = name_of(used)
    ledgers.server.administer(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
    for line in (READ, ACT):
        told = run_line(used, *line)
        spoke_plainly(told, 6, "ledger-busy")
        assert "too many connections" in told.error["why"]
    ledgers.server.administer(f"ALTER DATABASE {name} CONNECTION LIMIT -1")
    assert Hand(used).stages("need", "N-0001") == OPEN


@contextmanager
def on_a_small_disk(server: Server) -> Iterator[tuple[str, Path]]:
    """Give a ledger whose tables lie on a disk of a few megabytes, with what fills it up."""
    template, place = made_on_server(server), make_place(scratch.folder())
    with small_disk(place / "disk", 32 * 2**20) as disk:
        owner = server.data.stat()
        tables = disk / "tables"
        tables.mkdir()
        os.chown(tables, owner.st_uid, owner.st_gid)
        server.administer(f"CREATE TABLESPACE small LOCATION '{tables}'")
        try:
            server.administer(
                f"CREATE DATABASE on_small OWNER cityfund TEMPLATE {template} TABLESPACE small"
            )
            yield server.url("on_small"), disk / "filler"
        finally:
            server.drop_database("on_small")
            server.administer("DROP TABLESPACE small")
    shutil.rmtree(place)


def test_a_full_disk_loses_nothing_and_keeps_nothing_half(postgresql_server: Server):
    with on_a_small_disk(postgresql_server) as (url, filler):
        _use(url)
        fill(filler)
        done, refused = 0, None
        while refused is None and done < 2000:
            told = run_line(url, *ACT, "--key", f"letter-{done}")
            done, refused = (done + 1, None) if told.code == 0 else (done, told)
        assert refused is not None, "the disk never filled up"
        spoke_plainly(refused, 74, "disk-full")
        assert run_line(url, *READ).code == 0
        filler.unlink()
        assert run_line(url, *ACT, "--key", f"letter-{done}").code == 0
        for number in range(done + 1):
            assert run_line(url, *ACT, "--key", f"letter-{number}").code == 0
        assert Hand(url).stages("need", "N-0001")["withdrawn"] == 100 * (done + 1)
        assert broken_checks(url) == []
    tell(f"server's disk full: after {done} acts, none lost; the one refused was done later")


def fill(filler: Path) -> None:
    """Leave no room on the disk of a file."""
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
