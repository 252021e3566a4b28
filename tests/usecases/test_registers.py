"""Registers by their use-cases: terms as said, the fund that is no provider, needs in a line."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world import World, says_enough

from ledger.core.factors import Side
from ledger.core.quantity import format_amount
from ledger.deals.deal import BrokerNotBank
from ledger.interchange.problems import ImportRefused
from ledger.interchange.reader import Incoming, parse_table
from ledger.reference.places import default_offices
from ledger.reference.units import shipped_units
from ledger.registers.records import Office, Provider
from ledger.store.registers import AlreadyThere
from ledger.usecases.interchange.import_tables import import_tables
from ledger.usecases.registers import measured, records
from ledger.usecases.registers.parse import BadTerms, TypedTerms
from ledger.usecases.registers.projects import BadNeed, add_project, read_need
from ledger.usecases.registers.rules import is_the_fund, refuse_the_fund

UNITS = shipped_units()
MASHHAD = TypedTerms({"code": "MHD", "name": "Mashhad", "country": "IR"})


def test_every_bad_term_is_told_at_once(world: World) -> None:
    said = TypedTerms({"name": "", "country": "ZZ", "population": "many"}, {"name": "NAME"})
    with world.refuses(BadTerms, "NAME: The name is missing.", "--country:", "--population:"):
        world.do(lambda uow: records.add(uow, "city", said))


def test_a_code_differing_in_capitals_is_the_same_code(world: World) -> None:
    world.do(lambda uow: records.add(uow, "city", MASHHAD))
    again = TypedTerms({**MASHHAD.terms, "code": "mhd"})
    with world.refuses(AlreadyThere, "MHD", "Mashhad", "cityfund city edit MHD"):
        world.do(lambda uow: records.add(uow, "city", again))


def test_what_a_request_adds_is_there_for_the_rest_of_it(world: World) -> None:
    def two(uow):
        records.add(uow, "city", MASHHAD)
        records.add(uow, "city", MASHHAD)

    with world.refuses(AlreadyThere):
        world.do(two)


def test_a_reversed_declaration_leaves_terms_that_can_be_edited(world: World) -> None:
    world.offer("5 EUR")
    world.reverse(1)
    edit = TypedTerms({"max_share": "0.25"})
    world.do(lambda uow: measured.edit_measured(uow, Side.OFFER, "O-0001", edit))
    assert world.record("offer", "O-0001").max_share == Decimal("0.25")
    assert world.stages("offer", "O-0001") == {}


def test_a_project_and_its_needs_are_added_whole_or_not_at_all(world: World) -> None:
    world.city()
    said = TypedTerms({"title": "Metro", "city": "MHD", "sector": "transport.urban"})
    with world.refuses(BadTerms, "money 8 km"):
        world.do(lambda uow: add_project(uow, said, ["money 1 EUR", "money 8 km"]))
    world.do(lambda uow: add_project(uow, said, ["money 1 EUR", "money 2 EUR"]))
    assert world.stages("need", "N-0002") == {"open": 200}


@pytest.mark.parametrize(
    "name",
    ["Global Fund for Cities Development", "CityFund", "the FUND", "Asia", "asian office", "HQ"],
)
def test_the_fund_is_known_by_its_names(name: str) -> None:
    provider = Provider(code="X-1", name=name, kind="fund")
    assert is_the_fund(provider, default_offices())
    assert is_the_fund(Provider(code=name, name="Anybody", kind="fund"), default_offices())


@pytest.mark.parametrize("name", ["Green Fund", "Asian Development Bank", "City of Paris", "基金"])
def test_others_are_not_the_fund(name: str) -> None:
    provider = Provider(code="X-1", name=name, kind="fund")
    refuse_the_fund(provider, [*default_offices(), Office(code="基", name="办")])


def test_an_import_refuses_the_fund_as_well(world: World) -> None:
    text = "code,name,kind\nB,Bank,bank\nASIA,Somebody,fund\n"
    table, _ = parse_table(text.encode(), table="providers", file="providers.csv")
    assert table is not None
    incoming = Incoming((table,), ())
    with world.unchanged(), pytest.raises(ImportRefused) as caught:
        world.do(lambda uow: import_tables(uow, incoming, lambda _: None))
    (problem,) = caught.value.problems
    assert (problem.line, problem.code) == (3, BrokerNotBank.code)
    assert "the fund itself" in problem.what


MONEY = st.sampled_from(["EUR", "USD", "IRR", "JPY"])
WORK = st.sampled_from(["person-day", "km", "package", "station"])
TOPIC = st.from_regex(r"[a-z]{3,9}-[a-z]{2,5}( [a-z]{4,8})?", fullmatch=True)


@given(st.integers(1, 10**12), MONEY, TOPIC | st.just(""))
def test_a_need_of_money_is_read_back(amount: int, unit: str, topic: str) -> None:
    plain = format_amount(amount, UNITS[unit].decimals)
    read = read_need(f"Money  {plain} {unit}  {topic}", UNITS)
    assert read == {"factor": "Money", "quantity": f"{plain} {unit}", "topic": topic}


@given(WORK, TOPIC)
def test_an_unknown_amount_keeps_its_unit_and_topic(unit: str, topic: str) -> None:
    assert read_need(f"expertise ? {unit} {topic}", UNITS)["quantity"] == f"? {unit}"
    assert read_need(f"expertise ?{unit} {topic}", UNITS)["topic"] == topic


@given(st.text(max_size=30))
def test_a_text_without_a_factor_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadNeed) as caught:
        read_need(text, UNITS)
    says_enough(caught.value, repr(text))
