"""`cityfund db conformance`: each promise holds on both engines, and each is seen to be broken."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
import worse
from ledgers import Ledgers, sqlite_file
from raw import Raw
from world import World, asked

from cli.main import main
from ledger.errors import ExitCode
from ledger.promises import PROMISES, farthest_stray
from ledger.store.conformance import scratch as places
from ledger.store.conformance.scratch import NoScratchPlace, ScratchLeft
from ledger.store.database_errors import DatabaseGone, DatabaseUnreachable
from ledger.usecases import conformance as trial
from ledger.usecases.conformance import Conformance
from ledger.usecases.set_up import CalendarIsSet

NOT_ON_SQLITE = {"numbers", "clock"}
RACED = {"holds", "retries", "request-keys"}
"""Races end either way without an index, where a server watches whole tables and more acts meet,
and where readers see half of what others write."""


def tried_at(url: str) -> Conformance:
    return trial.conformance(url, asked("db conformance"))


def broken(url: str) -> set[str]:
    return {one.name for one in tried_at(url).promises if one.held is False}


def left_behind(url: str) -> list[str]:
    """Give the schemas of a database, or the files beside a SQLite ledger."""
    if url.startswith("sqlite"):
        return sorted(one.name for one in sqlite_file(url).parent.iterdir() if one.is_dir())
    with closing(Raw(url)) as raw:
        rows = raw.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'cityfund%'")
        return [name for (name,) in rows.fetchall()]


def test_every_promise_holds_and_a_ledger_at_the_url_is_not_touched(world: World) -> None:
    world.need("5 EUR")
    world.ledger.engine.dispose()
    with world.unchanged():
        found = tried_at(world.url)

    assert [one.name for one in found.promises] == list(PROMISES)
    assert {one.name: one.why for one in found.promises if one.held is False} == {}
    not_tried = {one.name for one in found.promises if one.held is None}
    assert not_tried == (NOT_ON_SQLITE if world.url.startswith("sqlite") else set())
    assert found.ok
    assert left_behind(world.url) == []


@pytest.mark.only_on("sqlite")
def test_no_file_appears_where_the_url_names_none(tmp_path: Path) -> None:
    assert tried_at(f"sqlite:///{tmp_path / 'none.db'}").ok
    assert list(tmp_path.iterdir()) == []


@pytest.mark.only_on("postgresql")
def test_worse_plans_guards_clocks_and_limits_are_told(
    ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch
) -> None:
    worse.spoil(
        monkeypatch,
        "DROP TRIGGER movement_refuses_delete ON movement",
        "ALTER TABLE need DROP CONSTRAINT uq_need_folded",
        "ALTER TABLE deal_version DROP CONSTRAINT pk_deal_version",
        "DROP INDEX ix_movement_timeline",
        "DROP INDEX ix_entry_deal_id_effective_on",
        "ALTER TABLE request DROP CONSTRAINT uq_request_key",
    )
    worse.draw_twice(monkeypatch)
    worse.turn_clock_back(monkeypatch)
    worse.let_run_on(monkeypatch)
    worse.read_by(monkeypatch, "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY")

    assert broken(ledgers.empty()) - RACED == {
        "guards", "numbers", "clock", "time-limit", "one-moment", "plan-balance",
        "plan-code", "plan-deals-of-need", "plan-timeline", "plan-last-act", "plan-request-key",
    }  # fmt: skip


@pytest.mark.only_on("sqlite")
def test_worse_plans_guards_and_limits_of_a_file_are_told(
    ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch
) -> None:
    worse.spoil(
        monkeypatch,
        "DROP TRIGGER movement_refuses_delete",
        "DROP INDEX ix_deal_need_id",
        "DROP INDEX ix_movement_timeline",
        "DROP INDEX ix_entry_deal_id_effective_on",
    )
    worse.read_by(monkeypatch, worse.NO_TRANSACTION)

    assert broken(ledgers.empty()) - RACED == {
        "guards", "one-moment",
        "plan-balance", "plan-deals-of-need", "plan-timeline", "plan-last-act",
    }  # fmt: skip


@pytest.mark.only_on("postgresql")
def test_keys_and_indexes_left_out_are_told(
    ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch
) -> None:
    worse.spoil(
        monkeypatch,
        "ALTER TABLE balance DROP CONSTRAINT pk_balance",
        "ALTER TABLE need_version DROP CONSTRAINT pk_need_version",
        "DROP INDEX ix_deal_need_id",
    )
    assert broken(ledgers.empty()) - RACED == {
        "guards", "plan-balance", "plan-record", "plan-deals-of-need",
    }  # fmt: skip


@pytest.mark.only_on("postgresql")
def test_writers_that_read_what_is_committed_lose_updates(
    ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch
) -> None:
    worse.write_by(monkeypatch, worse.READ_COMMITTED)
    assert broken(ledgers.empty()) >= {"write-skew", "lost-update"}


@pytest.mark.only_on("sqlite")
def test_writers_of_a_file_without_transactions_lose_updates_and_skew(
    ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch
) -> None:
    worse.write_by(monkeypatch, worse.NO_TRANSACTION)
    assert broken(ledgers.empty()) >= {"write-skew", "lost-update", "time-limit"}


def test_without_the_guard_that_keeps_balances_too_much_is_held(
    ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop = {
        "sqlite": "DROP TRIGGER movement_keeps_balance",
        "postgresql": "DROP TRIGGER movement_is_kept ON movement",
    }
    worse.spoil(monkeypatch, drop[ledgers.engine])
    told = broken(ledgers.empty())
    assert told == {"guards", "holds", "retries", "request-keys"}


def test_acts_not_tried_again_and_keys_forgotten_are_told(
    ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ledgers.engine == "sqlite":
        worse.write_by(monkeypatch, "BEGIN")
    worse.give_up_at_once(monkeypatch)
    worse.forget_keys(monkeypatch)
    assert broken(ledgers.empty()) >= {"retries", "request-keys"}


def test_a_ledger_that_cannot_be_made_leaves_the_rest_untried(
    ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise CalendarIsSet("nothing was made")

    monkeypatch.setattr(trial, "bring_up", refused)
    found = {one.name: one for one in tried_at(ledgers.empty()).promises}

    assert found["migrations"].held is False
    assert found["write-skew"].held is True
    assert found["holds"].held is None
    assert found["plan-code"].held is None


@pytest.mark.parametrize("end", [KeyboardInterrupt, DatabaseGone("gone"), RuntimeError("a bug")])
def test_nothing_is_left_behind_however_it_ends(
    end: BaseException, ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(*_: object) -> None:
        raise end

    monkeypatch.setattr(trial, "bring_up", ended)
    url = ledgers.empty()
    with pytest.raises(type(end) if isinstance(end, Exception) else KeyboardInterrupt):
        tried_at(url)
    assert left_behind(url) == []


@pytest.mark.only_on("postgresql")
def test_without_the_right_to_make_a_schema_it_is_said_what_to_grant(ledgers: Ledgers) -> None:
    url = ledgers.empty()
    name = url.rpartition("/")[2]
    ledgers.server.administer(f'ALTER DATABASE "{name}" OWNER TO postgres')
    with pytest.raises(NoScratchPlace) as caught:
        tried_at(url)
    assert "permission denied" in caught.value.why
    assert "GRANT CREATE ON DATABASE" in caught.value.next_step


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("url", ["sqlite://", "sqlite:////no/such/folder/ledger.db"])
def test_where_no_folder_can_be_made_it_is_said(url: str) -> None:
    with pytest.raises(NoScratchPlace) as caught:
        tried_at(url)
    assert caught.value.why
    assert caught.value.next_step


@pytest.mark.only_on("postgresql")
def test_a_server_that_does_not_answer_is_said_to() -> None:
    with pytest.raises(DatabaseUnreachable):
        tried_at("postgresql://nobody:geheim@127.0.0.1:1/none")


@pytest.mark.only_on("postgresql")
def test_a_schema_that_cannot_be_dropped_is_named(
    ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = ledgers.empty()
    looking = places.engines.looking
    with pytest.raises(ScratchLeft) as caught, places.scratch(url):
        monkeypatch.setattr(places.engines, "looking", _gone)
    monkeypatch.setattr(places.engines, "looking", looking)
    (name,) = left_behind(url)
    assert f"DROP SCHEMA IF EXISTS {name}" in caught.value.next_step


def _gone(engine: object) -> None:
    raise DatabaseGone("The database server went away.")


@pytest.mark.only_on("sqlite")
def test_a_folder_that_cannot_be_deleted_is_named(
    ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places.shutil, "rmtree", lambda *_, **__: None)
    url = ledgers.empty()
    with pytest.raises(ScratchLeft) as caught, places.scratch(url):
        pass
    assert left_behind(url)[0] in caught.value.what


@pytest.mark.only_on("sqlite")
def test_the_command_answers_with_a_document(
    ledgers: Ledgers, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["db", "conformance", "--url", ledgers.empty(), "--json"]) == ExitCode.DONE
    document = json.loads(capsys.readouterr().out)

    assert document["schema"] == "cityfund.conformance/1"
    assert document["server"].casefold().startswith(ledgers.engine)
    assert {one["name"]: one["promise"] for one in document["promises"]} == PROMISES
    assert all(set(one) == _KEYS for one in document["promises"])


_KEYS = {"name", "promise", "tried", "held", "figures", "why"}


@pytest.mark.only_on("sqlite")
def test_the_command_shows_a_table_and_says_what_is_broken(
    ledgers: Ledgers, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    worse.spoil(monkeypatch, "DROP INDEX ix_deal_need_id")
    assert main(["db", "conformance", "--url", ledgers.empty()]) == ExitCode.FINDINGS
    told = capsys.readouterr().out

    assert "plan-deals-of-need: NO: the whole of" in told
    assert all(name in told for name in PROMISES)


def test_how_far_numbers_stray() -> None:
    assert farthest_stray([]) == 0
    assert farthest_stray([1, 2, 3]) == 0
    assert farthest_stray([5, 9, 4, 6]) == 5
