"""The views for analysts' own tools say what the program's own reports say."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from asks import an_approach
from bars import a_restriction, an_exemption
from bodies import a_body, a_seat, year
from credentials import a_figure, a_grade
from gatherings import a_target, gather
from officer import Officer, Unheard
from remarks import a_contact, a_note, an_owner
from ties import a_partnership, an_undertaking
from world import World, introduction

from ledger.core.factors import Factor, Side
from ledger.core.quantity import MAX_AMOUNT
from ledger.core.requests import Request
from ledger.journal.receipts import Receipt
from ledger.registers.records import City, Need, Offer, Project, Provider
from ledger.store.registers import StoredRecord
from ledger.store.session.execute import execute
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.deals.acts import introduce
from ledger.usecases.gaps import GapQuery, report_gaps
from ledger.usecases.registers.quantities import set_quantity


def said(command: str) -> Request:
    return Request(command=command, actor="amir", system_user="amir", host="office")


def a_pair(uow: UnitOfWork) -> Receipt:
    uow.add("city", City(code="MHD", name="Mashhad", country="IR", office="asia"))
    uow.add("provider", Provider(code="BANK", name="Sample Bank", kind="bank"))
    uow.add("project", Project(code="BRT", title="Buses", city="MHD", sector="transport.urban"))
    terms = {"factor": Factor.MONEY, "unit": "EUR", "declared_on": uow.today}
    uow.add("need", Need(code="N-1", project="BRT", **terms))
    uow.add("need", Need(code="N-2", project="BRT", **terms))
    uow.add("offer", Offer(code="O-1", provider="BANK", **terms))
    set_quantity(uow, uow.accounts.account(Side.NEED, "N-1"), 1000_00, uow.today)
    set_quantity(uow, uow.accounts.account(Side.OFFER, "O-1"), 700_00, uow.today)
    return uow.receipt()


@pytest.fixture
def office(ledger_url: str) -> World:
    world = World(ledger_url)
    ledger = world.ledger
    execute(ledger, said("set up"), a_pair)
    execute(
        ledger,
        said("deal introduce"),
        lambda uow: introduce(uow, introduction(uow, "O-1", "N-1", "300 EUR", directly=True)),
    )
    return world


def rows(world: World, query: str) -> list[dict[str, object]]:
    with closing(world.raw()) as raw:
        return raw.rows(query)


def test_the_gap_view_agrees_with_the_gap_report(office: World) -> None:
    seen = {row["need"]: row for row in rows(office, "SELECT * FROM v_gap")}
    report = {row.need: row for row in report_gaps(office.ledger, GapQuery()).rows}
    assert seen.keys() == report.keys()
    for code, row in report.items():
        assert seen[code]["gap_minor"] == row.gap
        assert seen[code]["required_minor"] == row.required
        assert seen[code]["region"] == row.region
        assert seen[code]["office"] == row.office
    assert seen["N-1"]["gap_minor"] == 700_00
    assert (seen["N-1"]["gap_minor_hi"], seen["N-1"]["gap_minor_lo"]) == (0, 700_00)
    assert seen["N-2"]["gap_minor"] is None


def test_gap_and_deal_views_say_how_to_read_their_amounts(office: World) -> None:
    seen = {row["need"]: row for row in rows(office, "SELECT * FROM v_gap")}
    for row in report_gaps(office.ledger, GapQuery()).rows:
        shown = seen[row.need]["coverage"]
        wanted = row.coverage
        assert (shown is None) == (wanted is None)
        assert wanted is None or Decimal(str(shown)) == wanted
    assert {row["base_currency"] for row in seen.values()} == {"EUR"}
    [deal] = rows(office, "SELECT decimals, offer_decimals FROM v_deal")
    assert [*deal.values()] == [2, 2]


@pytest.mark.every_engine
@pytest.mark.parametrize(
    ("required", "committed"),
    [
        *(("400000000 EUR", "59000000.07 EUR"), ("3 EUR", "1 EUR"), ("3 EUR", "2.99 EUR")),
        *(("40000000000000000 EUR", "39999999999999999.99 EUR"), ("7 EUR", "7 EUR")),
        *(("40000000000000000 EUR", "4000000000000.00 EUR"), ("9999.99 EUR", "0.99 EUR")),
        *(("40000000000000000 EUR", "3999999999999.99 EUR"), ("10000 EUR", "1 EUR")),
        *(("39999999999999999.99 EUR", "13333333333333333.33 EUR"), ("5 EUR", "0.01 EUR")),
    ],
)
def test_the_gap_view_rounds_coverage_down_as_the_report_does(
    office: World, required: str, committed: str
) -> None:
    office.need(code="N-3", project="BRT")
    office.offer(code="O-3", provider="BANK")
    office.revise("need", "N-3", required)
    office.revise("offer", "O-3", required)
    office.do(lambda uow: introduce(uow, introduction(uow, "O-3", "N-3", committed, directly=True)))
    [seen] = rows(office, "SELECT coverage FROM v_gap WHERE need = 'N-3'")
    [row] = [one for one in report_gaps(office.ledger, GapQuery()).rows if one.need == "N-3"]
    assert Decimal(str(seen["coverage"])) == row.coverage
    if "postgresql" in str(office.ledger.engine.url):
        assert str(seen["coverage"]) == str(row.coverage)


def test_the_views_of_cities_providers_and_projects_have_their_terms(office: World) -> None:
    office.do(lambda uow: uow.add("provider", Provider("MHD-P", "Mashhad", "city", city="MHD")))
    [city] = rows(office, "SELECT city, name, country_name, region, office FROM v_city")
    assert [*city.values()] == [
        *("MHD", "Mashhad", "Iran", "Southern Asia", "asia"),
    ]
    found = rows(office, "SELECT provider, kind, city FROM v_provider ORDER BY provider")
    assert [[*one.values()] for one in found] == [["BANK", "bank", None], ["MHD-P", "city", "MHD"]]
    [project] = rows(office, "SELECT project, title, city_name, country, weight FROM v_project")
    assert [*project.values()] == ["BRT", "Buses", "Mashhad", "IR", 1]


def test_the_view_of_rates_has_those_in_force(office: World) -> None:
    officer = Officer(office, Unheard())
    again = "1.09 --on 2026-11-20 --reason typo"
    for words in ("1.08 --on 2026-11-20", again, "1.1 --on 2026-11-21"):
        assert officer.tries(f"rates add EUR USD {words} --source test").code == 0, words
    query = "SELECT base, quote, rate FROM v_rate ORDER BY day"
    assert [[*one.values()] for one in rows(office, query)] == [
        ["EUR", "USD", "1.09"],
        ["EUR", "USD", "1.1"],
    ]


def test_halves_add_up_where_a_sum_exceeds_64_bits(office: World) -> None:
    for code in ("N-2", "N-3", "N-4"):
        if code != "N-2":
            office.need(code=code, project="BRT")
        office.revise("need", code, "40000000000000000 EUR")
    query = "SELECT sum(gap_minor_hi) AS hi, sum(gap_minor_lo) AS lo FROM v_gap"
    [total] = rows(office, query)
    assert int(str(total["hi"])) * 10**9 + int(str(total["lo"])) == 3 * MAX_AMOUNT + 700_00


def test_the_offer_deal_and_journal_views_show_both_sides(office: World) -> None:
    [offer] = rows(office, "SELECT * FROM v_offer")
    assert (offer["capacity_minor"], offer["available_minor"]) == (700_00, 400_00)
    [deal] = rows(office, "SELECT * FROM v_deal")
    assert (deal["committed_minor"], deal["offer_committed_minor"]) == (300_00, 300_00)
    moves = rows(office, "SELECT holder, from_stage, to_stage, amount_minor FROM v_journal")
    assert [tuple(row.values()) for row in moves] == [
        ("N-1", "undeclared", "open", 1000_00),
        ("O-1", "undeclared", "available", 700_00),
        ("N-1", "open", "committed", 300_00),
        ("O-1", "available", "committed", 300_00),
    ]


def test_the_views_of_bodies_and_seats_have_codes_and_names(office: World) -> None:
    office.do(lambda uow: uow.add("body", a_body(seats=22, from_=year("1985"))))
    office.do(lambda uow: uow.add("body", a_body("BOARD", kind="board", parent="METROPOLIS")))
    office.do(lambda uow: uow.add("seat", a_seat(body="BOARD", role="board", from_=year("2010"))))
    office.do(lambda uow: uow.add("seat", a_seat("ST-2", office="asia", role="host")))
    [board, metropolis] = rows(office, "SELECT * FROM v_body ORDER BY body")
    assert (board["parent"], board["parent_name"], metropolis["parent"]) == (
        "METROPOLIS",
        "Metropolis",
        None,
    )
    assert (metropolis["seats"], metropolis["from"]) == (22, "1985")
    [decides, hosts] = rows(office, "SELECT * FROM v_seat ORDER BY seat")
    assert [decides[name] for name in ("city_name", "body_name", "step", "from", "until")] == [
        *("Mashhad", "Board", "deciding", "2010", None),
    ]
    assert (hosts["office"], hosts["body"], hosts["step"]) == ("asia", None, "effective")


def test_the_view_of_credentials_has_codes_and_names(office: World) -> None:
    office.do(lambda uow: uow.add("credential", a_figure(value="3194000.50")))
    office.do(lambda uow: uow.add("credential", a_grade(as_of=None)))
    office.do(lambda uow: edit_credential(uow, "CR-2", grade="silver"))
    [figure, grade] = rows(office, "SELECT * FROM v_credential ORDER BY credential")
    assert [figure[name] for name in ("city", "city_name", "value", "better", "as_of")] == [
        *("MHD", "Mashhad", "3194000.50", "higher", "2013"),
    ]
    assert (grade["grade"], grade["measure"], grade["as_of"]) == ("silver", None, None)


def test_the_views_of_meetings_have_codes_and_names(office: World) -> None:
    office.do(lambda uow: uow.add("body", a_body()))
    office.do(lambda uow: gather(uow, "MHD"))
    office.do(lambda uow: uow.add("target", a_target("TG-2", city="MHD", value=Decimal("0.50"))))
    [meeting] = rows(office, "SELECT * FROM v_meeting")
    assert [str(meeting[name]) for name in ("meeting", "body_name", "from", "until")] == [
        *("MT-1", "Metropolis", "2025-11-03", "None"),
    ]
    [attended] = rows(office, "SELECT * FROM v_attendance")
    assert [attended[name] for name in ("meeting_name", "city_name", "presence", "did")] == [
        *("Assembly", "Mashhad", "attended", "spoke"),
    ]
    [every, own] = rows(office, "SELECT * FROM v_target ORDER BY target")
    assert (every["city"], every["value"], str(every["by"])) == (None, "0.9", "2027-12-31")
    assert (own["city_name"], own["value"]) == ("Mashhad", "0.50")


def test_the_view_of_approaches_says_where_each_stands_today(office: World) -> None:
    today = date.today()  # noqa: DTZ011 - the server's own date decides
    asked = an_approach("AP-1", need="N-1", provider="BANK", sent_on=today - timedelta(10))
    office.do(lambda uow: uow.add("approach", asked))
    assert _standing_in_view(office) == "waiting"
    for standing, terms in {
        "silent": {"answer_by": today - timedelta(1)},
        "interested": {"interested_on": today - timedelta(2)},
        "declined": {"declined_on": today, "reason": "ticket"},
        "withdrawn": {"withdrawn": True},
    }.items():
        asked = replace(asked, **terms)
        office.do(lambda uow, now=asked: uow.edit("approach", _approach(uow), now))
        assert _standing_in_view(office) == standing
    [row] = rows(office, "SELECT * FROM v_approach")
    names = ("city_name", "project_title", "provider_name", "factor", "reason")
    assert [row[name] for name in names] == ["Mashhad", "Buses", "Sample Bank", "money", "ticket"]


def _standing_in_view(office: World) -> object:
    [row] = rows(office, "SELECT standing FROM v_approach")
    return row["standing"]


def _approach(uow: UnitOfWork) -> StoredRecord:
    return uow.find_record("approach", "AP-1")


def test_the_view_of_origins_names_what_each_record_came_from_now(office: World) -> None:
    asked = an_approach("AP-1", need="N-1", provider="BANK", sent_on=date(2026, 11, 2))
    office.do(lambda uow: uow.add("approach", asked))
    assert rows(office, "SELECT * FROM v_origin") == []

    def come_from(uow: UnitOfWork, origin: str | None) -> None:
        stored = uow.find_record("offer", "O-1")
        uow.edit("offer", stored, replace(stored.record, origin=origin))

    office.do(lambda uow: come_from(uow, "approach:AP-1"))
    names = {"kind": "offer", "code": "O-1", "origin_kind": "approach", "origin_code": "AP-1"}
    assert rows(office, "SELECT * FROM v_origin") == [names]
    office.do(lambda uow: come_from(uow, None))
    assert rows(office, "SELECT * FROM v_origin") == []


def edit_credential(uow: UnitOfWork, code: str, **terms: str) -> None:
    stored = uow.find_record("credential", code)
    uow.edit("credential", stored, replace(stored.record, **terms))


def test_the_views_of_restrictions_and_exemptions_show_their_newest_terms(office: World) -> None:
    office.do(lambda uow: uow.add("restriction", a_restriction(providers=("BANK",))))
    office.do(lambda uow: uow.add("exemption", an_exemption(cities=("MHD",), factors=("money",))))
    ended = a_restriction(providers=("BANK",), until=date(2026, 12, 1))
    office.do(lambda uow: uow.edit("restriction", uow.find_record("restriction", "RS-1"), ended))
    [restriction] = rows(office, "SELECT * FROM v_restriction")
    assert (restriction["restriction"], restriction["providers"]) == ("RS-1", "BANK")
    assert (restriction["authority"], restriction["reason"]) == ("the Council", "measures")
    assert str(restriction["until"]) == "2026-12-01"
    [exemption] = rows(office, "SELECT * FROM v_exemption")
    assert (exemption["exemption"], exemption["restriction"]) == ("EX-1", "RS-1")
    assert (exemption["cities"], exemption["factors"]) == ("MHD", "money")
    assert exemption["restriction_authority"] == "the Council"


def test_the_views_leave_out_what_was_recorded_in_error(office: World) -> None:
    office.do(lambda uow: uow.add("restriction", a_restriction(providers=("BANK",))))
    office.do(lambda uow: uow.repeat_version("restriction", 1, 1, in_error=True))
    assert rows(office, "SELECT * FROM v_restriction") == []


def test_the_views_of_activity_name_what_they_are_about(office: World) -> None:
    office.do(lambda uow: uow.add("note", a_note()))
    office.do(lambda uow: uow.add("contact", a_contact()))
    office.do(lambda uow: uow.add("owner", an_owner(kind="project", record="BRT")))
    (note,) = rows(office, "SELECT * FROM v_note")
    assert (note["kind"], note["record"], note["text"]) == (
        *("city", "MHD", "The mayor asks for a metro"),
    )
    (contact,) = rows(office, "SELECT * FROM v_contact")
    assert (contact["name"], contact["email"]) == ("A. Karimi", "mayor@mashhad.ir")
    (owner,) = rows(office, "SELECT * FROM v_owner")
    assert (owner["kind"], owner["record"], owner["actor"]) == ("project", "BRT", "sara")


def test_the_views_of_ties_have_codes_and_names(office: World) -> None:
    office.city("LHE", name="Lahore", country="PK")
    office.do(lambda uow: uow.add("partnership", a_partnership(signed="2006-10", topics=("bus",))))
    terms = {"host": "LHE", "done_on": "2010", "lasts": True}
    office.do(lambda uow: uow.add("undertaking", an_undertaking(**terms)))
    (tie,) = rows(office, "SELECT * FROM v_partnership")
    assert [tie[key] for key in ("city", "city_name", "with_city", "signed", "topics")] == [
        *("LHE", "Lahore", "MHD", "2006-10", "bus"),
    ]
    (done,) = rows(office, "SELECT * FROM v_undertaking")
    assert [done[key] for key in ("partnership", "by_city_name", "host", "done_on")] == [
        *("PA-1", "Mashhad", "LHE", "2010"),
    ]
    assert bool(done["lasts"])
