"""Registers: found as people type codes, edited by versions, read as they were known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from asks import an_approach
from bodies import a_body
from complete_ledger import live
from gatherings import gather
from ledgers import Ledgers
from remarks import a_contact, a_note, a_reminder, an_owner
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from ties import a_partnership, an_undertaking
from world import NOON, World, says_enough

from ledger.core.factors import Factor
from ledger.core.partial_dates import PartialDate
from ledger.deals.instalments import Instalment
from ledger.journal.receipts import Note, Receipt
from ledger.meetings.records import Attendance, Meeting, Motion, Target
from ledger.registers.network import Credential
from ledger.registers.pairs import Approach
from ledger.registers.records import (
    Body,
    City,
    Exemption,
    Identifier,
    Limit,
    Need,
    Offer,
    Office,
    Phase,
    Project,
    Provider,
    Restriction,
    Seat,
)
from ledger.store import registers
from ledger.store.db.errors import WriteConflict
from ledger.store.registers import AmbiguousCode, UnknownCode, find_id, load_all, load_where
from ledger.store.session.ledger import Ledger, open_ledger

DAY = date(2026, 2, 3)

EVERY_FIELD: dict[str, Any] = {
    "office": Office(
        code="lima",
        name="Lima",
        host="Lima",
        regions=("005", "013"),
        opened_on=PartialDate("2011"),
        closed_on=PartialDate("2020-05"),
        withdrawn=True,
    ),
    "city": City(
        code="SMP",
        name="São Paulo",
        name_local="São Paulo",
        country="BR",
        office="americas",
        member_since=PartialDate("1998-05"),
        population=12_000_000,
        geonames_id=3_448_439,
        latitude=Decimal("-23.5475"),
        longitude=Decimal("-46.63611"),
        member=False,
        office_given=True,
        withdrawn=True,
    ),
    "provider": Provider(
        code="P9", name="A firm", kind="firm", country="FR", city="MHD", sample=True, withdrawn=True
    ),
    "project": Project(
        code="PRJ-9",
        title="خط ۲ قطار شهری",
        city="MHD",
        sector="transport.urban",
        status="preparation",
        weight=100,
        starts_on=DAY,
        ends_on=DAY + timedelta(days=900),
        description="A line,\nin two lines",
        source="plan",
        origin="approach:AP-1",
        recipient="Mashhad Urban Railway",
    ),
    "need": Need(
        code="N-9",
        project="PRJ-0001",
        factor=Factor.IMPLEMENTATION,
        unit="package",
        declared_on=DAY,
        topic="monorail",
        needed_by=DAY,
        divisible=False,
        instruments=("grant", "loan"),
        note="as a whole",
        after=("N-0001",),
    ),
    "offer": Offer(
        code="O-9",
        provider="BANK",
        factor=Factor.MONEY,
        unit="IRR",
        declared_on=DAY,
        topics=("metro", "bus"),
        valid_from=DAY,
        valid_until=DAY + timedelta(days=300),
        available_from=DAY,
        sectors=("transport",),
        countries=("IR", "FR"),
        regions=("142",),
        cities=("MHD",),
        excluded_countries=("US",),
        instruments=("loan",),
        min_ticket=1,
        max_ticket=10**17,
        max_share=Decimal("0.333333333333"),
        condition="complete",
        rate=Decimal("2.50"),
        note="over ten years",
        withdrawn=True,
        origin="approach:AP-1",
    ),
    "approach": Approach(
        code="AP-9",
        need="N-0001",
        provider="BANK",
        sent_on=DAY,
        answer_by=DAY + timedelta(days=30),
        channel="letter",
        interested_on=DAY + timedelta(days=3),
        declined_on=DAY + timedelta(days=9),
        reason="other",
        reference="L-7",
        origin="approach:AP-1",
        note="another programme",
        withdrawn=True,
    ),
    "restriction": Restriction(
        code="RS-9",
        authority="the Council",
        reason="measures",
        binds_countries=("FR",),
        binds_providers=("BANK",),
        countries=("IR",),
        cities=("MHD",),
        providers=("BANK",),
        factors=("money",),
        sectors=("transport",),
        topics=("metro",),
        instruments=("loan",),
        programme="P",
        reference="2012/267",
        from_=DAY,
        until=DAY + timedelta(days=300),
        review_on=DAY + timedelta(days=200),
        source="the official journal",
    ),
    "exemption": Exemption(
        code="EX-9",
        restriction="RS-1",
        authority="the treasury",
        reference="L-1",
        reason="humanitarian",
        from_=DAY,
        until=DAY + timedelta(days=30),
        providers=("BANK",),
        cities=("MHD",),
        projects=("PRJ-0001",),
        factors=("money",),
        sectors=("transport",),
    ),
    "body": Body(
        code="BD-9",
        name="Board",
        kind="board",
        parent="METROPOLIS",
        seats=22,
        from_=PartialDate("1985"),
        until=PartialDate("2020-05"),
        source="the minutes",
        note="elected",
    ),
    "seat": Seat(
        code="ST-9",
        city="MHD",
        body="METROPOLIS",
        role="board",
        from_=PartialDate("2010-10-07"),
        until=PartialDate("2014"),
        source="the minutes",
        note="the mayor",
    ),
    "partnership": a_partnership(
        "PA-9",
        kind="city-to-city",
        topics=("bus-rapid-transit", "water"),
        signed="2006-10",
        ended="2020",
        aim="a BRT",
        source="the agreement",
        origin="partnership:PA-1",
        note="of the mayors",
    ),
    "undertaking": an_undertaking(
        "UT-9",
        host="LHE",
        payer="LHE",
        due_on=DAY,
        done_on="2026-01",
        lasts=True,
        until="2027",
        note="of the museum",
    ),
    "credential": Credential(
        code="CR-9",
        city="MHD",
        topic="metro",
        what="line 1",
        source="the operator",
        measure="passengers a day",
        value=Decimal("3194000.50"),
        unit="passengers",
        better="higher",
        as_of=PartialDate("2013-05"),
        until=PartialDate("2027"),
    ),
    "meeting": Meeting(
        code="MT-9",
        body="METROPOLIS",
        name="Assembly",
        kind="assembly",
        from_=DAY,
        until=DAY + timedelta(days=3),
        place="Sydney",
        complete=True,
        cancelled=True,
        source="the minutes",
        note="in spring",
    ),
    "attendance": Attendance(
        code="MT-1/MHD",
        meeting="MT-1",
        city="MHD",
        presence="part",
        did=("spoke", "chaired"),
        topics=("metro", "bus"),
        note="the first day",
    ),
    "motion": Motion(
        code="MO-9",
        meeting="MT-1",
        by="MHD",
        what="a fund",
        referred_to="METROPOLIS",
        outcome="declined",
        decided_at="MT-1",
        reason="the charter",
        follows="MO-1",
        note="unanimous",
    ),
    "target": Target(
        code="TG-9",
        body="METROPOLIS",
        city="MHD",
        measure="present",
        value=Decimal("0.90"),
        from_=DAY,
        by=DAY + timedelta(days=1000),
    ),
    "identifier": Identifier(
        code="cities/geonames/3448439",
        table="cities",
        record="MHD",
        scheme="geonames",
        id="3448439",
        withdrawn=True,
    ),
    "note": a_note("NT-9"),
    "contact": a_contact("CN-9", phone="+98 51 3841 0000", withdrawn=True),
    "owner": an_owner("OW-9", withdrawn=True),
    "instalment": Instalment(
        code="D-0001/2026-03-01",
        deal="D-0001",
        due_on=DAY,
        quantity=1000,
        unit="EUR",
        withdrawn=True,
    ),
    "reminder": a_reminder("R-9"),
    "limit": Limit(
        code="LIM-9",
        measure="quantity",
        kind="cap",
        value=Decimal("12.50"),
        unit="EUR",
        offers="provider=BANK",
        projects="country=IR and weight>2",
        per="year",
        from_=DAY,
        until=DAY,
        note="as agreed",
    ),
    "phase": Phase(
        code="PRJ-0001/2026-03-01",
        project="PRJ-0001",
        status="implementation",
        from_=DAY,
        source="the council",
    ),
}
GATHERED = ("meeting", "attendance", "motion", "target")


@pytest.fixture
def metro(world: World) -> World:
    world.need("100 EUR")
    world.offer("80 EUR")
    return world


@pytest.mark.parametrize("kind", EVERY_FIELD)
def test_every_field_comes_back_as_it_was_given(metro, kind):
    record = EVERY_FIELD[kind]
    if kind == "exemption":
        metro.do(
            lambda uow: uow.add("restriction", replace(EVERY_FIELD["restriction"], code="RS-1"))
        )
    if kind in {"body", "seat", *GATHERED}:
        metro.do(lambda uow: uow.add("body", a_body()))
    if kind in GATHERED:
        metro.city("LHE-2", country="PK")
        metro.do(lambda uow: gather(uow, "LHE-2"))
    if kind in {"partnership", "undertaking"}:
        metro.city("LHE", country="PK")
        metro.do(lambda uow: uow.add("partnership", a_partnership()))
    if getattr(record, "origin", None):
        metro.do(lambda uow: uow.add("approach", an_approach()))
    if kind == "instalment":
        metro.introduce("50 EUR", directly=True)
    metro.do(lambda uow: uow.add(kind, record))

    kept = metro.record(kind, record.code)
    assert kept == record
    assert [type(getattr(kept, name)) for name in record.__slots__] == [
        type(getattr(record, name)) for name in record.__slots__
    ]


@pytest.fixture(scope="session")
def lived_in(run_ledgers: Ledgers) -> str:
    """Give a ledger with something of every kind, which its tests only read."""
    url = run_ledgers.new()
    with time_machine.travel(NOON, tick=True):
        world = World(url)
        live(world)
        world.ledger.engine.dispose()
    run_ledgers.settle(url)
    return url


@pytest.fixture
def reader(lived_in: str) -> Iterator[Ledger]:
    """Open it for one test."""
    with time_machine.travel(NOON, tick=True):
        ledger = open_ledger(lived_in)
        yield ledger
        ledger.engine.dispose()


@pytest.mark.parametrize("kind", EVERY_FIELD)
def test_what_is_read_as_text_is_what_the_tables_select(reader, kind):
    register = registers.STORED_REGISTERS[kind]
    with reader.read() as connection:
        selected = {
            one.id: one
            for one in registers.stored_records(
                kind, connection.execute(registers.select_current(kind))
            )
        }
        read = {one.id: one for one in load_all(connection, kind).values()}
        codes = {one.record.code for one in read.values()}
        found = load_where(connection, kind, "code", codes)
        by_code = {registers.load_by(connection, kind, "code", code)[0].id for code in codes}
        hidden = connection.execute(
            select(register.identity.c.code).where(~registers.there(kind)[0])
        ).scalars()
        lost = [
            find for code in hidden for find in registers.load_by(connection, kind, "code", code)
        ]

    assert read == selected
    assert {one.id: one for one in found.values()} == selected
    assert by_code == {*selected}
    assert not lost


def test_every_register_is_tried():
    assert set(EVERY_FIELD) | {"deal"} == set(registers.STORED_REGISTERS)


def found(world: World, typed: str, *, beginning: bool = False) -> str:
    with world.ledger.read() as connection:
        identity = find_id(connection, "project", typed, by_prefix=beginning)
        return str(registers.load(connection, "project", identity).record.code)


def test_a_code_is_found_in_any_case(world):
    world.project("PRJ-0042")

    assert found(world, "prj-0042") == "PRJ-0042"


def test_two_codes_that_differ_in_capitals_are_one(world, monkeypatch):
    monkeypatch.setattr("ledger.store.session.execute._MOST_TRIES", 2)
    world.project("MÉTRO")
    with world.unchanged(), pytest.raises((IntegrityError, WriteConflict)):
        world.project("métro")
    assert found(world, "me\u0301tro") == "MÉTRO"


def test_a_unique_beginning_is_found_where_it_is_asked_for(world):
    world.project("METRO-1")
    world.project("METRO-2")
    world.project("BUS_1")

    assert found(world, "bus", beginning=True) == "BUS_1"
    with pytest.raises(UnknownCode):
        found(world, "bus")
    with pytest.raises(AmbiguousCode) as caught:
        found(world, "metro", beginning=True)
    says_enough(caught.value, "METRO-1", "METRO-2")


@pytest.mark.parametrize("typed", ["%", "_", "METRO%", "", "METRO_1"])
def test_a_beginning_is_text_and_no_pattern(world, typed):
    world.project("METRO-1")
    with pytest.raises(UnknownCode):
        found(world, typed, beginning=True)


def test_an_unknown_code_suggests_the_nearest(world):
    world.project("PRJ-0042")
    with pytest.raises(UnknownCode) as caught:
        found(world, "PRJ-42")
    says_enough(caught.value, "PRJ-0042", "cityfund project list", "holds 1 project,")


def test_an_edit_adds_a_version_and_overwrites_nothing(metro):
    metro.edit("need", "N-0001", topic="metro")
    metro.edit("need", "N-0001", note="urgent")
    rows = metro.rows()["need_version"]

    assert [row[1] for row in rows] == [1, 2, 3]
    assert [row[2] for row in rows] == [None, "metro", "metro"]


def test_a_register_is_read_as_it_was_known(metro):
    with metro.ledger.read() as connection:
        first = load_all(connection, "need")["N-0001"]
    metro.edit("need", "N-0001", topic="metro")
    before = first.recorded_at - timedelta(microseconds=1)

    with metro.ledger.read() as connection:
        then = load_all(connection, "need", first.recorded_at)["N-0001"]
        now = load_all(connection, "need")["N-0001"]
        assert load_all(connection, "need", before) == {}
    assert (then.version, then.record.topic) == (1, None)
    assert (now.version, now.record.topic) == (2, "metro")


def test_settings_and_rates_are_read_as_they_were_known(metro):
    from ledger.rates.rates import Rate  # noqa: PLC0415
    from ledger.store.db.queries import read_settings  # noqa: PLC0415
    from ledger.store.rates import StoredRates  # noqa: PLC0415

    def learn(uow, rate: str, currency: str):
        uow.add_rate(Rate(DAY, "EUR", "USD", Decimal(rate)))
        uow.set_setting("base_currency", currency)

    metro.do(lambda uow: learn(uow, "1.1", "USD"))
    between = datetime.now(UTC)
    metro.do(lambda uow: learn(uow, "1.2", "IRR"))

    with metro.ledger.read() as connection:
        then, now = StoredRates(connection, between), StoredRates(connection)
        assert then.latest("EUR", "USD", DAY).rate == Decimal("1.1")
        assert now.latest("EUR", "USD", DAY).rate == Decimal("1.2"), "the latest said of a day"
        assert read_settings(connection, between).base_currency == "USD"
        assert read_settings(connection).base_currency == "IRR"


def test_new_records_get_the_next_free_code(world):
    world.project("PRJ-0007")
    world.project("PRJ-MINE")

    assert world.do(_with_code)["registers"][0]["code"] == "PRJ-0008"


def _with_code(uow):
    code = uow.code_for("project", None)
    uow.add("project", Project(code=code, title="x", city="MHD", sector="transport.urban"))


def test_stages_are_read_at_both_times(metro):
    from ledger.store.journal.balances import Times  # noqa: PLC0415

    metro.introduce("50 EUR", on=date(2026, 3, 1))
    known = metro.entries()[-1].recorded_at
    metro.commit("20 EUR", on=date(2026, 4, 1))

    def at(**times: Any) -> dict[str, int]:
        return metro.stages("need", "N-0001", Times(**times))

    assert at(as_of=date(2026, 2, 28)) == {"open": 10000}
    assert at(as_of=date(2026, 3, 1)) == {"open": 5000, "held": 5000}
    assert at(known_at=known) == {"open": 5000, "held": 5000}
    assert at(as_of=date(2026, 4, 1)) == {"open": 5000, "held": 3000, "committed": 2000}
    assert at(as_of=date(2025, 12, 31)) == {}
    assert at() == at(as_of=date(2026, 4, 1))


def test_the_next_code_follows_the_last_one_made(world):
    for code in ("PRJ-0007", "METRO", "PRJ-99999999999999999999", "prj-0009"):
        world.project(code)

    assert world.do(lambda uow: _noted(uow.code_for("project", None)))["notes"] == [
        {"code": "told", "text": "PRJ-0010"}
    ]


def _noted(text: str) -> Receipt:
    return Receipt(notes=(Note("told", text),))
