"""`need list`, `project list` and `gaps` keep the needs that a provider has to do with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from ledgers import Ledgers, copy_or_new
from officer import Officer, furnished
from sqlalchemy import Engine, event
from world import NOON

from ledger.core.factors import Factor
from ledger.store.db import prepared

LISTS = {"need list": "code", "gaps": "need"}
_READ = re.compile(r'FROM "(\w+)" AS own\b|^SELECT (?!own\b)(\w+)\.')
_REGISTERS = frozenset(("approach", "deal", "need", "offer", "project", "city"))


def furnish(officer: Officer) -> None:
    """Fill a ledger with needs that providers were introduced to, asked about, or neither."""
    world = officer.world
    world.city(name="Mashhad")
    world.need("100 EUR", "N-HELD")
    world.need("100 EUR", "N-RELEASED")
    world.need("100 EUR", "N-ASKED")
    world.need("100 EUR", "N-BOTH")
    world.need("10 person-day", "N-NOBODY", factor=Factor.EXPERTISE)
    officer.says("city add Lahore --code LHE --country PK")
    officer.says("project add 'Line 9' --city LHE --code PRJ-LHE --sector transport")
    officer.says("need add PRJ-LHE money '5 EUR' --code N-LHE --on 2025-01-01")
    world.offer("500 EUR", "O-0001")
    officer.says("provider add 'Loan Union' --code FUND --kind fund")
    officer.says("provider add Trust --code TRUST --kind fund")
    officer.says("provider add Idle --code IDLE --kind fund")
    officer.says("offer add FUND money '500 EUR' --code O-FUND --on 2025-01-01")
    officer.says("deal introduce O-0001 N-HELD '10 EUR' --on 2026-03-01 --until 2027-01-31")
    officer.says("deal introduce O-0001 N-RELEASED '10 EUR' --on 2026-03-01 --until 2027-01-31")
    officer.says("deal release D-0002 --reason other --on 2026-04-01 --yes")
    officer.says("approach add N-ASKED BANK --on 2026-05-01")
    officer.says("approach add N-BOTH TRUST --on 2026-05-01")
    officer.says("approach add N-LHE TRUST --on 2026-05-01")
    officer.says("deal introduce O-FUND N-BOTH '10 EUR' --on 2026-06-01 --until 2027-01-31")


@pytest.fixture(scope="session")
def asked_once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the URL of a ledger that was furnished once, for the tests to copy."""
    return furnished(run_ledgers, furnish, tmp_path_factory.mktemp("asked"))


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "asked")


@pytest.fixture
def asked(officer: Officer) -> Officer:
    """Give the ledger of needs that providers have to do with."""
    return officer


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Collect what the program asks of the database, by the driver's cursor too."""
    said: list[str] = []
    send = prepared.send

    def send_and_note(connection, sql, parameters, **more):
        said.append(sql)
        return send(connection, sql, parameters, **more)

    monkeypatch.setattr(prepared, "send", send_and_note)

    def note(_connection, _cursor, statement, *_):
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield said
    event.remove(Engine, "before_cursor_execute", note)


def kept(asked: Officer, options: str) -> list[str]:
    """Give the needs that both lists keep."""
    found = [
        sorted(str(row[key]) for row in asked.asks(f"{line} {options}")["rows"])
        for line, key in LISTS.items()
    ]
    assert found[0] == found[1], options
    return found[0]


def projects(asked: Officer, options: str) -> list[str]:
    return [str(row["code"]) for row in asked.asks(f"project list {options}")["rows"]]


@pytest.mark.parametrize(
    ("options", "needs"),
    [
        ("--provider BANK", "N-ASKED N-HELD N-RELEASED"),
        ("--provider fund", "N-BOTH"),
        ("--provider 'Loan Union'", "N-BOTH"),
        ("--provider TRUST", "N-BOTH N-LHE"),
        ("--provider IDLE", ""),
        ("--provider FUND,BANK", "N-ASKED N-BOTH N-HELD N-RELEASED"),
        ("--where provider=BANK", "N-ASKED N-HELD N-RELEASED"),
        ("--where provider!=BANK", "N-BOTH N-LHE N-NOBODY"),
        ("--where provider=", "N-NOBODY"),
        ("--provider TRUST --city Lahore", "N-LHE"),
        ("--provider TRUST --where provider!=FUND", "N-LHE"),
        ("--provider BANK --city LHE", ""),
        ("--provider BANK --as-of 2026-02-28", ""),
        ("--provider BANK --as-of 2026-03-01", "N-HELD N-RELEASED"),
        ("--provider BANK --as-of 2026-05-01", "N-ASKED N-HELD N-RELEASED"),
        ("--provider FUND --as-of 2026-05-31", ""),
    ],
)
def test_the_needs_that_a_provider_was_introduced_to_or_asked_for(
    asked: Officer, options: str, needs: str
) -> None:
    assert kept(asked, options) == needs.split()


def test_a_need_is_kept_for_the_providers_that_its_record_shows(asked: Officer) -> None:
    asked.says("approach withdraw AP-0001 --reason mistake")
    for need in ("N-HELD", "N-RELEASED", "N-ASKED", "N-BOTH", "N-NOBODY"):
        shown = asked.asks(f"need show {need}")
        there = {one["provider"] for one in (*shown["deals"], *shown["approaches"])}
        for provider in ("BANK", "FUND", "TRUST", "IDLE"):
            assert (need in kept(asked, f"--provider {provider}")) == (provider in there), need


def test_projects_are_kept_for_their_needs(asked: Officer) -> None:
    assert projects(asked, "--provider BANK") == ["PRJ-0001"]
    assert projects(asked, "--provider TRUST") == ["PRJ-0001", "PRJ-LHE"]
    assert projects(asked, "--provider TRUST --city LHE") == ["PRJ-LHE"]
    assert projects(asked, "--provider IDLE") == []
    assert projects(asked, "--where provider=") == []
    assert projects(asked, "--provider TRUST --as-of 2026-04-30") == []
    assert projects(asked, "--provider FUND --as-of 2026-06-01") == ["PRJ-0001"]


def test_it_is_read_as_it_was_known(asked: Officer) -> None:
    asked.says("approach add N-NOBODY IDLE --on 2026-05-01")
    with time_machine.travel(NOON + timedelta(minutes=10), tick=True):
        for line in ("need list", "project list", "gaps"):
            now = f"{line} --provider IDLE"
            assert asked.asks(now)["rows"], line
            assert not asked.asks(f"{now} --known-at {NOON.isoformat()}")["rows"], line
            then = f"{now},BANK --known-at {NOON.isoformat()}"
            assert asked.asks(then)["rows"], line


def test_a_provider_without_any_is_named_with_those_there_are(asked: Officer) -> None:
    told = "No row has provider=IDLE. The values there are: BANK, FUND, TRUST."
    for line in ("need list", "project list", "gaps"):
        assert told in asked.tries(f"{line} --provider IDLE").err, line


def test_totals_are_those_of_the_needs_that_are_kept(asked: Officer) -> None:
    groups = asked.asks("gaps --provider BANK --by city")["rows"]
    assert [(one["city"], one["needs"]) for one in groups] == [("MHD", 3)]
    assert asked.refused("gaps --by provider", 3) == "unknown-gap-column"


def test_deals_and_approaches_are_read_once_and_only_where_it_is_asked(
    asked: Officer, statements: list[str]
) -> None:
    added = {"need list": "", "project list": "need", "gaps": None}
    for line, more in added.items():
        read = []
        for options in ("", "--provider BANK"):
            statements.clear()
            asked.says(f"{line} {options}")
            found = filter(None, map(_READ.search, statements))
            read.append(Counter(one[1] or one[2] for one in found))
        registers = {} if more is None else {"approach": 1, "deal": 1, "offer": 1}
        registers |= {more: 1} if more else {}
        plain, filtered = read
        assert not plain - filtered
        named = {name: n for name, n in (filtered - plain).items() if name in _REGISTERS}
        assert named == registers, line
