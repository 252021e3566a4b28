"""Undo of what was added, at the same moment as somebody else puts something under it.

The one that has written first is recorded. The other waits for it, then sees it, and is refused.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from threading import Event
from typing import Any, NamedTuple

import pytest
from ledgers import Ledgers
from officer import Officer, furnished
from raw import Raw
from world import World, introduction

from ledger.core.errors import LedgerError
from ledger.core.factors import Side
from ledger.journal.receipts import Receipt
from ledger.store.db import night_tables, postgresql
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.check import run_checks
from ledger.usecases.deals import acts
from ledger.usecases.registers.measured import add_measured, edit_measured
from ledger.usecases.registers.parse import TypedTerms
from ledger.usecases.registers.records import add, edit
from ledger.usecases.undo import undo

Work = Callable[[UnitOfWork], Receipt]

PATIENCE_S = 20
GLANCE_S = 0.01
LOOKS_AT_A_SERVER, LOOKS_AT_A_FILE = 1000, 5


def adds(kind: str, /, **terms: str) -> Work:
    if kind in {"need", "offer"}:
        return lambda uow: add_measured(uow, Side(kind), TypedTerms(terms))
    return lambda uow: add(uow, kind, TypedTerms(terms))


def edits(kind: str, code: str, /, **terms: str) -> Work:
    return lambda uow: edit(uow, kind, code, TypedTerms(terms))


def edits_offer(code: str, **terms: str) -> Work:
    return lambda uow: edit_measured(uow, Side.OFFER, code, TypedTerms(terms))


def introduces(offer: str, need: str) -> Work:
    return lambda uow: acts.introduce(uow, introduction(uow, offer, need, "5 EUR"))


def undoes(key: str) -> Work:
    return lambda uow: undo(uow, key)


def reads_a_statement(uow: UnitOfWork) -> Receipt:
    statement = {
        "id": uow.new_ids(night_tables.statement, 1)[0],
        "provider_id": uow.find_record("provider", "DONOR").id,
        "code": "S-1",
        "content_hash": "0" * 64,
        "file_name": "s.csv",
        "lines": 0,
        "recorded_at": uow.now,
    }
    uow.add_rows(night_tables.statement, [statement])
    return uow.receipt()


MONEY = {"factor": "money", "quantity": "70 EUR"}
TRANSPORT = "transport.urban"
ADDED = {
    "office": adds("office", name="Nowhere", code="nowhere"),
    "city": adds("city", name="Tabriz", country="IR", code="TBZ"),
    "provider": adds("provider", name="A Donor", kind="donor", code="DONOR"),
    "project": adds("project", title="Tram", city="MHD", sector=TRANSPORT, code="TRAM"),
    "need": adds("need", project="PRJ-0001", code="EXTRA", **MONEY),
    "offer": adds("offer", provider="BANK", code="SPARE", **MONEY),
}


class Addition(NamedTuple):
    """What is recorded under a record, and how the refusal to undo that one names it."""

    under: str
    work: Work
    named: str


ADDITIONS = {
    "a city of an office": Addition(
        "office", adds("city", name="Qom", country="IR", code="QOM", office="nowhere"), "city QOM"
    ),
    "a project in a city": Addition(
        "city", adds("project", title="Bus", code="BUS", city="TBZ", sector=TRANSPORT), "BUS"
    ),
    "a project moved to a city": Addition(
        "city", edits("project", "PRJ-0001", city="TBZ"), "project PRJ-0001"
    ),
    "a provider that is a city": Addition(
        "city", adds("provider", name="T", kind="city", city="TBZ", code="T"), "provider T"
    ),
    "a provider that becomes a city": Addition(
        "city", edits("provider", "BANK", city="TBZ"), "provider BANK"
    ),
    "an offer for a city": Addition(
        "city", adds("offer", provider="BANK", code="FOR", cities="TBZ", **MONEY), "offer FOR"
    ),
    "an offer opened to a city": Addition(
        "city", edits_offer("O-0001", cities="TBZ"), "offer O-0001"
    ),
    "an offer of a provider": Addition(
        "provider", adds("offer", provider="DONOR", code="OF", **MONEY), "offer OF"
    ),
    "a statement of a provider": Addition("provider", reads_a_statement, "a statement"),
    "a need of a project": Addition(
        "project", adds("need", project="TRAM", code="ITS", **MONEY), "need ITS"
    ),
    "an identifier of a city": Addition(
        "city", adds("identifier", table="cities", record="TBZ", scheme="iati", id="T"), "iati/T"
    ),
    "an identifier of a project": Addition(
        "project", adds("identifier", table="projects", record="TRAM", scheme="iati", id="P"), "/P"
    ),
    "a note on a city": Addition(
        "city", adds("note", record="city:TBZ", date="2026-11-20", text="Called"), "note NT-0001"
    ),
    "a person of a provider": Addition(
        "provider", adds("contact", record="provider:DONOR", name="A"), "contact CN-0001"
    ),
    "an owner of a project": Addition(
        "project", adds("owner", record="project:TRAM", actor="sara"), "owner OW-0001"
    ),
    "a reminder of a need": Addition(
        "need", adds("reminder", record="need:EXTRA", date="2027-01-01", text="Ask"), "R-0001"
    ),
    "a deal on a need": Addition("need", introduces("O-0001", "EXTRA"), "EXTRA"),
    "a deal on an offer": Addition("offer", introduces("SPARE", "N-0001"), "SPARE"),
}
EVERY_ADDITION = pytest.mark.parametrize("name", ADDITIONS)


@pytest.fixture(scope="session")
def metro_once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
    def furnish(officer: Officer) -> None:
        officer.world.need("1000 EUR")
        officer.world.offer("1000 EUR")

    return furnished(run_ledgers, furnish, tmp_path_factory.mktemp("metro"))


@pytest.fixture
def ledger_url(ledgers: Ledgers, metro_once: str) -> str:
    return ledgers.furnished(metro_once)


@pytest.fixture
def metro(world: World) -> World:
    return world


def ends(url: str, work: Work, *, before: Any = None, after: Any = None, **more: Any) -> str:
    """Do some work as somebody else; say how it ends.

    On the first try `before` is done when the transaction has begun, `after` when it has written.
    """
    tries = []

    def working(uow: UnitOfWork) -> Receipt:
        tries.append(uow)
        if len(tries) == 1:
            (before or _nothing)()
            _call_after_writing(uow, after or _nothing)
        return work(uow)

    world = World(url)
    try:
        world.do(working, reason="a slip", **more)
    except LedgerError as refusal:
        return f"{type(refusal).__name__}: {refusal.what} {refusal.why}"
    finally:
        world.ledger.engine.dispose()
    return "done"


def _nothing() -> None:
    """Do nothing."""


def _call_after_writing(uow: UnitOfWork, after: Callable[[], object]) -> None:
    writes = uow.store_receipt

    def writing(document: Mapping[str, Any]) -> None:
        writes(document)
        after()

    uow.store_receipt = writing  # type: ignore[method-assign]


def meet(metro: World, first: Work, second: Work, **more: Any) -> tuple[str, str]:
    """Let the second begin when the first has written and not committed; say how both end."""
    written, waits = Event(), Event()

    def holds() -> None:
        written.set()
        assert waits.wait(PATIENCE_S)

    with ThreadPoolExecutor(2) as pool, closing(metro.raw()) as watcher:
        holding = pool.submit(ends, metro.url, first, after=holds, **more)
        try:
            assert written.wait(PATIENCE_S), holding.result(PATIENCE_S)
            meeting = pool.submit(ends, metro.url, second)
            _wait_for(meeting, watcher)
        finally:
            waits.set()
        return holding.result(PATIENCE_S), meeting.result(PATIENCE_S)


def _wait_for(meeting: Future[str], watcher: Raw) -> None:
    """Wait until the second has ended, or is kept waiting itself: on SQLite it is at once."""
    looks = LOOKS_AT_A_FILE if watcher.engine == "sqlite" else LOOKS_AT_A_SERVER
    for _ in range(looks):
        if meeting.done() or (watcher.engine != "sqlite" and _is_anybody_waiting(watcher)):
            return
        time.sleep(GLANCE_S)


def _is_anybody_waiting(watcher: Raw) -> bool:
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    return bool(watcher.execute(waiting).fetchone()[0])


def assert_sound(world: World) -> None:
    assert [told for result in run_checks(world.ledger) for told in result.failures] == []


def assert_refused_undo(ending: str, named: str) -> None:
    assert ending.startswith(("CannotUndo", "CannotReverse")), ending
    assert named in ending


def assert_not_found(ending: str) -> None:
    assert ending.startswith("UnknownCode"), ending
    assert "recorded in error" in ending


@EVERY_ADDITION
def test_undo_waits_for_who_adds_something_under_the_record(metro: World, name: str) -> None:
    under, addition, named = ADDITIONS[name]
    metro.do(ADDED[under], key="added")
    done, refused = meet(metro, addition, undoes("added"))

    assert done == "done"
    assert_refused_undo(refused, named)
    assert_sound(metro)


@EVERY_ADDITION
def test_who_adds_something_under_a_record_waits_for_its_undo(metro: World, name: str) -> None:
    under, addition, _ = ADDITIONS[name]
    metro.do(ADDED[under], key="added")
    done, refused = meet(metro, undoes("added"), addition)

    assert done == "done"
    assert_not_found(refused)
    assert_sound(metro)


@pytest.mark.only_on("postgresql")
@EVERY_ADDITION
def test_undo_sees_what_was_added_since_it_began(metro: World, name: str) -> None:
    under, addition, named = ADDITIONS[name]
    metro.do(ADDED[under], key="added")
    endings: list[str] = []
    refused = ends(
        metro.url, undoes("added"), before=lambda: endings.append(ends(metro.url, addition))
    )

    assert endings == ["done"]
    assert_refused_undo(refused, named)
    assert_sound(metro)


def test_who_waited_for_an_undo_that_was_tried_only_goes_on(metro: World) -> None:
    under, addition, _ = ADDITIONS["a need of a project"]
    metro.do(ADDED[under], key="added")

    assert meet(metro, undoes("added"), addition, dry_run=True) == ("done", "done")
    assert_sound(metro)


RESTORED = {
    "a need of a project": ("project", ADDITIONS["a need of a project"].work, "need ITS"),
    "an offer of a provider": ("provider", ADDITIONS["an offer of a provider"].work, "offer OF"),
    "an offer for a city": ("city", ADDITIONS["an offer for a city"].work, "offer FOR"),
    "a project in a city": ("city", ADDITIONS["a project in a city"].work, "project BUS"),
    "a provider that is a city": ("city", ADDITIONS["a provider that is a city"].work, "T"),
    "a city of an office": ("office", ADDITIONS["a city of an office"].work, "city QOM"),
    "a note on a city": ("city", ADDITIONS["a note on a city"].work, "note NT-0001"),
    "an identifier of a city": ("city", ADDITIONS["an identifier of a city"].work, "iati/T"),
}


@pytest.fixture
def undone(metro: World, name: str) -> World:
    """Somebody put something under a record, and has undone that; each with a key."""
    under, addition, _ = RESTORED[name]
    metro.do(ADDED[under], key="added")
    metro.do(addition, key="put")
    metro.do(undoes("put"), key="taken", reason="a slip")
    return metro


@pytest.mark.parametrize("name", RESTORED)
def test_undo_waits_for_who_restores_something_under_the_record(undone: World, name: str) -> None:
    done, refused = meet(undone, undoes("taken"), undoes("added"))

    assert done == "done"
    assert_refused_undo(refused, RESTORED[name][-1])
    assert_sound(undone)


@pytest.mark.parametrize("name", RESTORED)
def test_who_restores_something_under_a_record_waits_for_its_undo(undone: World, name: str) -> None:
    done, refused = meet(undone, undoes("added"), undoes("taken"))

    assert done == "done"
    assert_refused_undo(refused, "recorded in error")
    assert_sound(undone)


@pytest.mark.only_on("postgresql")
def test_who_waits_too_long_is_told_that_the_ledger_is_busy(
    metro: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    under, addition, _ = ADDITIONS["a need of a project"]
    metro.do(ADDED[under], key="added")
    quickly = postgresql._SESSION.replace("'lock_timeout', '30s'", "'lock_timeout', '50ms'")
    assert quickly != postgresql._SESSION
    monkeypatch.setattr(postgresql, "_SESSION", quickly)
    endings: list[str] = []

    def tries(work: Work) -> Callable[[], None]:
        return lambda: endings.append(ends(metro.url, work))

    assert ends(metro.url, undoes("added"), after=tries(addition), dry_run=True) == "done"
    assert ends(metro.url, addition, after=tries(undoes("added"))) == "done"
    assert [ending.partition(":")[0] for ending in endings] == ["LedgerBusy", "LedgerBusy"]
    assert_sound(metro)
