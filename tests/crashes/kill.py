"""Processes that are killed at a moment nobody chose, and what they had said by then."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from unittest import mock

from sqlalchemy import text

from cli.main import main
from ledger.store.db.engine import autocommit_connection, make_engine, on_server

Say = Callable[[Any], None]
_BEGUN = b"begun\n"


class Life(NamedTuple):
    """What a process had said when it ended, and whether it was killed before its end."""

    said: list[Any]
    killed: bool


def killed_while(url: str, work: Callable[[Say], None], after: float, sayings: int = 0) -> Life:
    """Let a process do its work on a ledger, kill it -9 and give what it had said.

    The kill falls so many seconds `after` it has said something as many times as `sayings`. What
    it had sent to a server by then has come to its end when this returns.
    """
    with all_sessions_end(url):
        return _killed_while(work, after, sayings)


@contextmanager
def all_sessions_end(url: str) -> Iterator[None]:
    before = _sessions(url)
    yield
    while _sessions(url) - before:
        time.sleep(0.002)


def _sessions(url: str) -> set[int]:
    """Give the sessions on a server's database, but for the one that asks."""
    engine = make_engine(url)
    if not on_server(engine):
        return set()
    with autocommit_connection(engine) as connection:
        query = (
            "SELECT pid FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        found = set(connection.execute(text(query)).scalars())
    engine.dispose()
    return found


def _killed_while(work: Callable[[Say], None], after: float, sayings: int) -> Life:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _live(work, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as line:
        assert line.readline() == _BEGUN
        said = b"".join(line.readline() for _ in range(sayings))
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
        said += line.read()
    _, status = os.waitpid(child, 0)
    whole = said[: said.rfind(b"\n") + 1]
    life = Life([json.loads(each) for each in whole.splitlines()], os.WIFSIGNALED(status))
    assert life.killed or os.waitstatus_to_exitcode(status) == 0, life.said
    return life


def _live(work: Callable[[Say], None], writer: int) -> None:
    gc.freeze()  # what the parent has open is not this process's to close

    def say(what: Any) -> None:
        os.write(writer, f"{json.dumps(what)}\n".encode())

    os.write(writer, _BEGUN)
    try:
        work(say)
    except BaseException:  # noqa: BLE001 - whatever it is, the parent is told
        say(traceback.format_exc())
        os._exit(1)
    os._exit(0)


def span_of(work: Callable[[], Any]) -> float:
    """Measure how long an undisturbed process takes for a work, so that kills fall all over it."""
    child = os.fork()
    began = time.monotonic()
    if child == 0:
        _live(lambda _say: work(), os.open(os.devnull, os.O_WRONLY))
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return time.monotonic() - began


class Told(NamedTuple):
    """What one command line answered."""

    code: int
    out: str
    err: str

    @property
    def error(self) -> dict[str, Any]:
        """Read the refusal of a command that was asked for JSON."""
        found: dict[str, Any] = json.loads(self.err.strip().splitlines()[-1])
        assert found["schema"] == "cityfund.error/1"
        assert all(found[part] for part in ("code", "what", "why", "next")), found
        return found


def run_line(url: str, *argv: str) -> Told:
    """Run one command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    settings = {"CITYFUND_DB": url, "CITYFUND_ACTOR": "officer", "NO_COLOR": "1"}
    with (
        mock.patch.dict(os.environ, settings),
        mock.patch.object(sys, "stdin", io.StringIO()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = main(list(argv))
    told = Told(int(code), out.getvalue(), err.getvalue())
    assert "Traceback" not in told.err, told.err
    return told


def spoke_plainly(told: Told, code: int, *names: str) -> None:
    """Hold an answer to an error of the right class and exit code, in three sentences."""
    assert told.code == code, told
    assert told.error["code"] in names, told
