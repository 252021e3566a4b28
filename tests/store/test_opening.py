"""Making and opening a ledger on either engine: every wrong database told apart."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import pytest
from ledgers import Ledgers
from raw import Raw
from sqlalchemy import text
from world import World, asked, says_enough

from ledger.core.errors import LedgerError
from ledger.store.db import engine as engines
from ledger.store.db import errors, schema
from ledger.store.db.queries import Settings
from ledger.store.session.ledger import open_ledger
from ledger.usecases.admin.set_up import CalendarIsSet, LedgerSettings, set_up, upgrade_ledger


def init(url: str, **said: str):
    return set_up(url, LedgerSettings(**said), asked("init"))


def read(url: str) -> None:
    with open_ledger(url).read():
        pass


def brought_up(url: str) -> None:
    upgrade_ledger(url, asked("db upgrade"))


def refusal_of(act: Callable[[], object]) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        act()
    says_enough(caught.value)
    return caught.value


def test_setting_up_twice_changes_nothing(world: World):
    with world.unchanged():
        made = init(world.url)

    assert (made.before, made.after) == (schema.CURRENT_REVISION, schema.CURRENT_REVISION)


def test_a_new_ledger_has_its_units_offices_and_places(world: World):
    rows = world.rows()

    assert {row[1] for row in rows["office"]} == {"hq", "asia", "americas", "africa"}
    assert {"EUR", "IRR", "person-day", "package"} <= {row[0] for row in rows["unit"]}
    assert len(rows["country"]) > 240


def test_a_new_ledger_takes_its_calendar_and_currency(ledgers: Ledgers):
    url = ledgers.empty()
    init(url, time_zone="Asia/Tehran", base_currency="irr")
    world = World(url)

    assert world.do(lambda uow: _tell(uow.settings))["notes"] == [
        {"code": "base_currency", "text": "IRR"},
        {"code": "time_zone", "text": "Asia/Tehran"},
    ]
    init(url, time_zone="Asia/Tehran")
    error = refusal_of(lambda: init(url, time_zone="UTC"))
    assert isinstance(error, CalendarIsSet)


def _tell(settings: Settings):
    from ledger.journal.receipts import Note, Receipt  # noqa: PLC0415

    told = {"base_currency": settings.base_currency, "time_zone": str(settings.zone)}
    return Receipt(notes=tuple(Note(*one) for one in told.items()))


@pytest.mark.parametrize("opening", [read, init, brought_up])
def test_another_programs_database_is_left_alone(ledgers: Ledgers, opening):
    url = ledgers.empty()
    with closing(Raw(url)) as raw:
        raw.execute("CREATE TABLE recipe (name TEXT)")
        assert isinstance(refusal_of(lambda: opening(url)), schema.NotALedger)
        assert raw.tables() == ["recipe"]


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("opening", [read, brought_up])
def test_an_empty_database_is_no_ledger_yet(ledgers: Ledgers, opening):
    url = ledgers.empty()
    error = refusal_of(lambda: opening(url))

    assert "cityfund init" in error.next_step
    with closing(Raw(url)) as raw:
        assert raw.tables() == []


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("opening", [read, init, brought_up])
def test_a_database_that_is_not_there_is_not_made(ledgers: Ledgers, opening):
    error = refusal_of(lambda: opening(f"{ledgers.empty()}_not"))

    assert isinstance(error, errors.LedgerMissing)
    assert "createdb" in error.next_step


@pytest.mark.only_on("postgresql")
def test_a_server_that_is_not_there_or_lets_nobody_in_is_told(ledgers: Ledgers):
    url = ledgers.empty()
    wrong = (url.replace("@127.0.0.1:", "@127.0.0.1:1"), url.replace("cityfund:", "cityfund:not"))
    for one in wrong:
        error = refusal_of(lambda url=one: read(url))
        assert isinstance(error, errors.DatabaseUnreachable)
        assert "password" in error.next_step
        assert url.split(":")[2].split("@")[0] not in f"{error.what}{error.why}{error.next_step}"


@pytest.mark.parametrize("opening", [read, init])
def test_a_newer_ledger_needs_the_newer_program(world: World, opening):
    stand_at(world, "9999")

    error = refusal_of(lambda: opening(world.url))
    assert isinstance(error, schema.SchemaNewer)
    assert "9999" in error.what


@pytest.mark.parametrize("opening", [read, init, brought_up])
def test_a_ledger_that_stands_at_two_versions_is_damaged(world: World, opening):
    with closing(world.raw()) as raw:
        raw.execute("INSERT INTO alembic_version VALUES ('0001')")

    error = refusal_of(lambda: opening(world.url))
    assert isinstance(error, errors.NotADatabase)
    assert "0001" in error.why


def test_an_older_ledger_needs_an_upgrade_first(world: World, monkeypatch):
    monkeypatch.setattr(schema, "CURRENT_REVISION", "0777")
    monkeypatch.setattr(schema, "KNOWN_REVISIONS", (*schema.KNOWN_REVISIONS, "0777"))

    error = refusal_of(lambda: read(world.url))
    assert isinstance(error, schema.SchemaOlder)
    assert "cityfund db upgrade" in error.next_step


def stand_at(world: World, revision: str) -> None:
    with engines.write_transaction(world.ledger.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})


@pytest.mark.parametrize(
    "url", ["", "ledger.db", "oracle9://host/x", "mysql://u@host/x", "mssql+pyodbc://u:secret@h/x"]
)
def test_no_ledgers_are_kept_elsewhere(url):
    error = refusal_of(lambda: open_ledger(url))

    assert isinstance(error, errors.UnknownDatabase)
    assert "secret" not in f"{error.what}{error.why}{error.next_step}"


def test_a_reader_never_waits_for_a_writer(world: World):
    with engines.write_transaction(world.ledger.engine, commit=False) as connection:
        connection.execute(text("UPDATE balance SET free = free"))
        assert not world.knows("city", "MHD")
