"""The ledger at a glance: a city's bus line and monorail, two providers, and a deal going on."""

from __future__ import annotations

import json
from datetime import date

import pytest
from world import World

from cli.main import main
from ledger.core.factors import Factor
from ledger.store.journal.balances import Times
from ledger.usecases.status import DaysOutOfRange, Status, parse_days, read_status

IN_SPRING = date(2026, 3, 1)


def look(world: World, days: int = 30, **times) -> Status:
    with world.ledger.reader(Times(**times)) as reader:
        return read_status(reader, days)


@pytest.fixture
def town(world: World) -> World:
    world.need("10M EUR", code="N-0001")
    world.need("100 person-day", code="N-0002", factor=Factor.EXPERTISE)
    world.project("PRJ-0002", title="A monorail")
    world.need(None, code="N-0003", project="PRJ-0002")
    world.offer("4M EUR", code="O-0001", valid_until=date(2026, 12, 10))
    world.offer("500 person-day", code="O-0002", factor=Factor.EXPERTISE)
    world.introduce("1M EUR", until=date(2026, 12, 1))
    return world


def test_an_empty_ledger_counts_nothing_and_names_every_office(world):
    found = look(world)
    assert all(not any(kind.values()) for kind in found.counts.values())
    assert [one.code for one in found.offices] == ["africa", "americas", "asia", "hq"]
    assert found.last is None


def test_everything_is_counted_by_its_kind(town):
    counts = look(town).counts
    assert counts["cities"] == {"total": 1, "withdrawn": 0, "others": 0}
    assert counts["projects"] == {"total": 2, "complete": 0, "covered": 0}
    assert counts["needs"] == {
        "total": 3, "open": 2, "placed": 0, "covered": 0, "unknown": 1, "withdrawn": 0,
    }  # fmt: skip
    assert counts["offers"] == {"total": 2, "available": 2, "over": 0}
    assert counts["deals"]["going_on"] == counts["deals"]["held"] == 1


def test_a_project_is_complete_while_held_and_covered_when_committed(town):
    town.introduce("100 person-day", offer="O-0002", need="N-0002", directly=True)
    town.withdraw("need", "N-0001", "9M EUR")
    held = look(town).counts
    assert held["projects"] == {"total": 2, "complete": 1, "covered": 0}
    assert (held["needs"]["placed"], held["needs"]["covered"]) == (2, 1)
    town.commit(deal="D-0001")
    assert look(town).counts["projects"] == {"total": 2, "complete": 1, "covered": 1}


def test_cities_projects_and_deals_stand_under_their_office(town):
    town.project("PRJ-0003", city="SAO", title="A tram")
    by_code = {one.code: one for one in look(town).offices}
    asia = by_code["asia"]
    assert (asia.cities, asia.projects, asia.needs, asia.unknown, asia.deals) == (2, 3, 3, 1, 1)
    assert by_code["hq"].projects == 0


def test_a_hold_lapses_soon_on_its_last_day_and_is_past_the_day_after(town):
    assert [one.deal for one in look(town).holds_soon] == ["D-0001"]
    assert not look(town, days=7).holds_soon
    on_its_day = look(town, days=0, as_of=date(2026, 12, 1))
    assert [one.deal for one in on_its_day.holds_soon] == ["D-0001"]
    after = look(town, as_of=date(2026, 12, 2))
    assert not after.holds_soon
    assert [one.deal for one in after.holds_past] == ["D-0001"]


def test_an_offer_lapses_soon_while_something_of_it_is_available(town):
    (soon,) = look(town).offers_soon
    assert (soon.offer, soon.amount, soon.until) == ("O-0001", 300_000_000, date(2026, 12, 10))
    assert [one.offer for one in look(town, as_of=date(2027, 1, 1)).offers_past] == ["O-0001"]


def test_as_of_a_day_only_what_was_declared_and_done_by_then_counts(town):
    before = look(town, as_of=IN_SPRING)
    assert before.counts["deals"]["going_on"] == 0
    assert before.last.act == "declare"
    assert look(town).last.act == "introduce"


@pytest.mark.parametrize("text", ["-1", "a week", "1.5", "99999", "4000", ""])
def test_days_ahead_are_a_whole_number_within_ten_years(text):
    with pytest.raises(DaysOutOfRange):
        parse_days(text)


def test_the_command_answers_as_a_document(town, capsys):
    assert main(["status", "--db", town.url, "--json", "--days", "60"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "cityfund.status/1"
    assert document["holds_lapsing"][0] == {
        "deal": "D-0001", "offer": "O-0001", "need": "N-0001", "project": "PRJ-0001",
        "held": "1000000.00", "unit": "EUR", "held_until": "2026-12-01",
    }  # fmt: skip
    assert document["last_entry"]["act"] == "introduce"
    assert [one["office"] for one in document["offices"]] == ["africa", "americas", "asia", "hq"]


def test_the_command_tells_people_what_lapses(town, capsys):
    assert main(["status", "--db", town.url]) == 0
    told = capsys.readouterr().out
    assert "Projects    2: 0 complete (nothing open), 0 covered (nothing missing)" in told
    assert (
        "Needs       3: 0 covered (nothing missing), 2 with an open quantity, 1 with an unknown"
        in told
    )
    assert "Holds that have ended, or end within 30 days (1):" in told
    assert "Offers that have ended, or end within 30 days, with a quantity available (1):" in told


def test_a_table_for_spreadsheets_has_a_row_for_each_office(town, capsys):
    assert main(["status", "--db", town.url, "--format", "csv"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head == "office,name,cities,projects,complete,covered,needs,unknown,deals,others"
    assert "asia,Asian office,1,2,0,0,3,1,1,0" in rows


def test_days_that_are_no_number_are_refused_on_the_command_line(town, capsys):
    assert main(["status", "--db", town.url, "--days", "soon"]) == 3
    assert "error: 'soon' is no number of days." in capsys.readouterr().err
