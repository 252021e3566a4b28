"""Scratch places are removed however the tests end, and what prevents one is explained."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
import scratch_place
from filled_ledger import SMALL, make_filled_ledger
from ledgers import Ledgers, sqlite_file
from raw import Raw
from scratch_place import PREFIX, NoScratchPlace, ScratchPlaceLeft, scratch
from sqlalchemy import text

from ledger.store.db import engine as engines
from ledger.store.db.errors import DatabaseGone, DatabaseUnreachable


def left_behind(url: str) -> list[str]:
    """Give the scratch schemas of a database, or the folders beside a SQLite ledger."""
    if url.startswith("sqlite"):
        return sorted(one.name for one in sqlite_file(url).parent.iterdir() if one.is_dir())
    with closing(Raw(url)) as raw:
        rows = raw.execute(f"SELECT nspname FROM pg_namespace WHERE nspname LIKE '{PREFIX}%'")
        return [name for (name,) in rows.fetchall()]


@pytest.mark.only_on("sqlite")
def test_no_file_appears_where_the_url_names_none(ledgers: Ledgers) -> None:
    url = ledgers.empty()
    before = sorted(sqlite_file(url).parent.iterdir())
    with scratch(url) as engine:
        make_filled_ledger(engine, SMALL)
    assert sorted(sqlite_file(url).parent.iterdir()) == before


@pytest.mark.parametrize("end", [KeyboardInterrupt, DatabaseGone("gone"), RuntimeError("a bug")])
def test_nothing_is_left_behind_however_it_ends(end: BaseException, ledgers: Ledgers) -> None:
    url = ledgers.empty()
    expected = type(end) if isinstance(end, Exception) else KeyboardInterrupt
    with pytest.raises(expected):
        end_in_a_scratch_place(url, end)
    assert left_behind(url) == []


def end_in_a_scratch_place(url: str, end: BaseException) -> None:
    with scratch(url) as engine:
        with engines.write_transaction(engine) as connection:
            connection.execute(text("CREATE TABLE something (id INTEGER)"))
        assert left_behind(url) != []
        raise end


@pytest.mark.only_on("postgresql")
def test_without_the_right_to_make_a_schema_the_message_says_what_to_grant(
    ledgers: Ledgers,
) -> None:
    url = ledgers.empty()
    name = url.rpartition("/")[2]
    ledgers.server.administer(f'ALTER DATABASE "{name}" OWNER TO postgres')
    with pytest.raises(NoScratchPlace) as caught, scratch(url):
        pass
    assert "permission denied" in str(caught.value)
    assert "GRANT CREATE ON DATABASE" in str(caught.value)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("url", ["sqlite://", "sqlite:////no/such/folder/ledger.db"])
def test_where_no_folder_can_be_made_the_message_asks_for_a_file(url: str, engine_name) -> None:
    with pytest.raises(NoScratchPlace, match="Name a file"), scratch(url):
        pass


def test_a_server_that_does_not_answer_is_named_as_the_cause() -> None:
    url = "postgresql://nobody:geheim@127.0.0.1:1/none"
    with pytest.raises(DatabaseUnreachable), scratch(url):
        pass


@pytest.mark.only_on("postgresql")
def test_a_schema_that_cannot_be_dropped_is_named(
    ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = ledgers.empty()
    with pytest.raises(ScratchPlaceLeft) as caught, monkeypatch.context() as patch, scratch(url):
        patch.setattr(scratch_place.engines, "autocommit_connection", _gone)
    (name,) = left_behind(url)
    assert f"DROP SCHEMA IF EXISTS {name}" in str(caught.value)


def _gone(engine: object) -> None:
    raise DatabaseGone("The database server went away.")


@pytest.mark.only_on("sqlite")
def test_a_folder_that_cannot_be_deleted_is_named(
    ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch_place.shutil, "rmtree", lambda *_, **__: None)
    url = ledgers.empty()
    with pytest.raises(ScratchPlaceLeft) as caught, scratch(url):
        pass
    assert left_behind(url)[0] in str(caught.value)
    assert Path(sqlite_file(url)).exists() is False
