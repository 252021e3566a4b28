"""What is refused, or said, only where many write at once, through the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from raw import Raw
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from world import World

from cli.main import main
from ledger.core.errors import ExitCode
from ledger.usecases.deals import acts

pytestmark = pytest.mark.only_on("postgresql")


@pytest.fixture
def dealing(world: World) -> World:
    world.need("1000 EUR")
    world.offer("5000 EUR")
    world.introduce("400 EUR")
    return world


@pytest.fixture
def say(dealing: World, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any]]:
    """Run a command line on the world's ledger; give its exit code and its JSON answer."""

    def saying(*words: str) -> tuple[int, Any]:
        code = main([*words, "--db", dealing.url, "--json"])
        told = capsys.readouterr()
        return code, json.loads(told.err.splitlines()[-1] if code else told.out)

    return saying


def act_first(
    monkeypatch: pytest.MonkeyPatch, meddle: Callable[[], object], *, times: int = 99
) -> list[int]:
    """Let somebody else act each time an act on a deal has looked at the deal."""
    act_on, tried = acts.act_on, []

    def acting(uow: Any, said: Any) -> Any:
        receipt = act_on(uow, said)
        tried.append(1)
        if len(tried) <= times:
            meddle()
        return receipt

    monkeypatch.setattr(acts, "act_on", acting)
    return tried


def somebody_adds_to(world: World) -> Callable[[], object]:
    """Give an act of somebody else on the same need and offer."""
    other = World(world.url)
    return lambda: other.introduce("1 EUR")


def test_an_act_is_done_anew_on_what_others_left(say, dealing, monkeypatch):
    tried = act_first(monkeypatch, somebody_adds_to(dealing), times=2)

    code, answer = say("deal", "commit", "D-0001", "100 EUR")

    assert (code, len(tried)) == (ExitCode.DONE, 3)
    assert answer["need"]["held"] == "302.00"


def test_an_act_that_others_keep_disturbing_is_given_up(say, dealing, monkeypatch):
    monkeypatch.setattr("ledger.store.session.execute._MOST_TRIES", 4)
    tried = act_first(monkeypatch, somebody_adds_to(dealing))

    code, error = say("deal", "commit", "D-0001", "100 EUR")

    assert (code, error["code"], len(tried)) == (ExitCode.BUSY, "write-conflict", 4)
    assert dealing.deal_stages() == {"held": 40_400}


def test_a_write_that_takes_too_long_is_refused(say, dealing, monkeypatch):
    monkeypatch.setattr("ledger.store.session.execute.BUSY_SECONDS", 0)
    with dealing.unchanged():
        code, error = say("deal", "commit", "D-0001")

    assert (code, error["code"]) == (ExitCode.BUSY, "write-too-slow")


def test_a_statement_that_the_server_stops_is_refused(say, dealing, monkeypatch):
    act_on = acts.act_on

    def sleeping(uow: Any, said: Any) -> Any:
        uow.connection.exec_driver_sql("SET LOCAL statement_timeout = 20")
        uow.connection.exec_driver_sql("SELECT pg_sleep(9)")
        return act_on(uow, said)

    monkeypatch.setattr(acts, "act_on", sleeping)
    with dealing.unchanged():
        code, error = say("deal", "commit", "D-0001")

    assert (code, error["code"]) == (ExitCode.BUSY, "write-too-slow")


def test_a_server_that_goes_away_before_the_end_has_written_nothing(say, dealing, monkeypatch):
    act_first(monkeypatch, lambda: None)
    act_on = acts.act_on

    def cut_off(uow: Any, said: Any) -> Any:
        end_line_of(dealing, uow.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar())
        return act_on(uow, said)

    monkeypatch.setattr(acts, "act_on", cut_off)
    with dealing.unchanged():
        code, error = say("deal", "commit", "D-0001")

    assert (code, error["code"]) == (ExitCode.UNREACHABLE, "database-gone")


def end_line_of(world: World, pid: Any) -> None:
    with closing(Raw(world.url)) as raw:
        raw.execute(f"SELECT pg_terminate_backend({pid}, 5000)")


def lose_the_answer(monkeypatch: pytest.MonkeyPatch, *, written: bool) -> None:
    """Let the commit of writes come to its end on the server, or not; its answer never arrives."""

    def commit(dialect: Any, connection: Any) -> None:
        del dialect
        line = connection.driver_connection
        writes = line.execute("SHOW transaction_read_only").fetchone() == ("off",)
        if written or not writes:
            line.commit()
        if writes:
            line.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(PGDialect_psycopg, "do_commit", commit)


@pytest.mark.parametrize("written", [True, False], ids=["written", "not-written"])
def test_a_lost_answer_can_be_had_again_by_the_key_it_names(say, dealing, written):
    with pytest.MonkeyPatch.context() as patched:
        lose_the_answer(patched, written=written)
        code, error = say("deal", "commit", "D-0001", "100 EUR")
    assert (code, error["code"]) == (ExitCode.UNREACHABLE, "answer-lost")
    key = error["next"].partition("--key ")[2].partition(":")[0]
    assert dealing.deal_stages().get("committed", 0) == (10_000 if written else 0)

    code, answer = say("deal", "commit", "D-0001", "100 EUR", "--key", key)

    assert (code, answer["replayed"]) == (ExitCode.DONE, written)
    assert dealing.deal_stages() == {"held": 30_000, "committed": 10_000}


def test_what_was_known_less_than_a_minute_ago_is_not_settled_yet(say):
    def known(ago: timedelta) -> tuple[int, Any]:
        moment = (datetime.now(UTC) - ago).isoformat()
        return say("gaps", "--known-at", moment)

    code, error = known(timedelta(seconds=50))
    assert (code, error["code"]) == (ExitCode.INVALID, "known-too-recently")
    assert known(timedelta(seconds=70))[0] == ExitCode.DONE


def test_without_its_driver_the_program_says_what_to_install(
    say: Callable[..., tuple[int, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    code, error = say("gaps")

    assert (code, error["code"]) == (ExitCode.UNREACHABLE, "driver-missing")
    assert "cityfund[postgresql]" in error["next"]


def test_every_write_says_whom_the_database_knows(dealing: World) -> None:
    assert {entry.database_user for entry in dealing.entries()} == {"cityfund"}
