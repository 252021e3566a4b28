"""A server that is short of connections, or set not to wait for its disk: said, and overridden."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from ledgers import PostgresqlLedgers
from postgres_server import Server

from cli.main import main
from ledger.core.errors import ExitCode
from ledger.store.db import engine as engines
from ledger.store.db import postgresql

PASSWORD = "not-shown-7"

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.connects]


@pytest.fixture
def server(ledgers: PostgresqlLedgers) -> Server:
    return ledgers.server


@contextmanager
def as_set(server: Server, url: str, setting: str) -> Iterator[str]:
    """Give the URL of a ledger for a user whose role has a setting, for as long as this takes."""
    name = f"careless_{os.getpid()}"
    server.administer(
        f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'", f"ALTER ROLE {name} {setting}"
    )
    try:
        yield f"postgresql://{name}:{PASSWORD}@127.0.0.1:{server.port}/{url.rpartition('/')[2]}"
    finally:
        server.administer(f"DROP ROLE {name}")


@pytest.mark.parametrize(
    "words",
    [
        "FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute",
        'FATAL:  too many connections for role "cityfund"',
        "FATAL:  sorry, too many clients already",
        "FATAL:  no more connections allowed (max_client_conn)",
    ],
)
def test_words_without_a_state_are_told_for_busy(words: str) -> None:
    error = psycopg.OperationalError(f"connection to server at 127.0.0.1 failed: {words}")
    refusal = postgresql.refusal_for(error, lost=False)
    assert getattr(refusal, "exit_code", None) == ExitCode.BUSY


def test_a_server_without_a_free_connection_is_busy(
    ledger_url: str, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    with as_set(server, ledger_url, "CONNECTION LIMIT 0") as url:
        code = main(["need", "list", "--json", "--db", url])
    error = json.loads(capsys.readouterr().err)
    assert (code, error["code"]) == (ExitCode.BUSY, "ledger-busy")
    assert "too many connections" in error["why"]
    assert PASSWORD not in json.dumps(error)


@pytest.mark.parametrize(
    ("given", "due"), [("off", "on"), ("local", "local"), ("remote_apply", "remote_apply")]
)
def test_an_act_waits_for_the_disk_whatever_the_role_says(
    ledger_url: str, server: Server, given: str, due: str
) -> None:
    with as_set(server, ledger_url, f"SET synchronous_commit = {given}") as url:
        engine = engines.make_engine(url)
        with engines.write_transaction(engine) as connection:
            shown = connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()
        engine.dispose()
    assert shown == due
