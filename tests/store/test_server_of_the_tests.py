"""The tests' own PostgreSQL server: durable where it says so, and gone with who started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from postgres_server import ROLE, Server, start_server

TESTS = Path(__file__).parents[1]

START_AND_WAIT = """
import time
from postgres_server import start_server
print(start_server().place, flush=True)
time.sleep(600)
"""


@pytest.fixture
def server() -> Iterator[Server]:
    started = start_server(durable=True)
    yield started
    started.stop()


def test_what_was_committed_outlives_a_kill(server: Server) -> None:
    url = server.create_database("kept")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number, CURRENT_USER::text AS who")
    with psycopg.connect(url) as lost:
        lost.execute("INSERT INTO kept VALUES (8, 'nobody')")
        server.kill()
        with pytest.raises(psycopg.OperationalError):
            lost.commit()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    server.restart()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT * FROM kept").fetchall() == [(7, ROLE)]


def test_a_durable_server_has_the_settings_of_an_office(server: Server) -> None:
    names = ("fsync", "full_page_writes", "synchronous_commit")
    with psycopg.connect(server.admin_url()) as connection:
        settings = [connection.execute(f"SHOW {name}".encode()).fetchone() for name in names]
    assert settings == [("on",)] * 3


def test_a_server_goes_with_its_owner_however_that_ends() -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT],
        cwd=TESTS,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    place = Path(owner.stdout.readline().strip())
    assert (postmaster := _postmaster(place)).is_running()
    owner.send_signal(signal.SIGKILL)
    owner.communicate()
    for _ in range(500):
        if not place.exists():
            break
        time.sleep(0.02)
    assert not place.exists()
    assert not postmaster.is_running() or postmaster.status() == psutil.STATUS_ZOMBIE


def _postmaster(place: Path) -> psutil.Process:
    return psutil.Process(int((place / "data" / "postmaster.pid").read_text().splitlines()[0]))
