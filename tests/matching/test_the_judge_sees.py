"""The judge accepts a sound proposal, and names each fault that is planted in one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from case_facts import line_of
from judge import _read as read
from judge import faults, level_values, newly_complete, parts
from match_cases import Case, CaseCity, CaseDeal, CaseNeed, CaseOffer, CaseProject, CaseRate

MASHHAD = CaseCity(code="MHD", country="IR", regions=("034", "142", "001"))
METRO = CaseProject(code="PRJ-0001", city="MHD", weight=3)
DEPOT = CaseProject(code="PRJ-0002", city="MHD", weight=2)
MONEY = CaseNeed(
    code="N-0001", project="PRJ-0001", factor="money", unit="EUR", required=100, topic="metro"
)
TRACK = CaseNeed(
    code="N-0002",
    project="PRJ-0001",
    factor="implementation",
    unit="package",
    required=4,
    divisible=False,
)
SHED = CaseNeed(code="N-0003", project="PRJ-0002", factor="money", unit="EUR", required=50)
EURO = CaseOffer(code="O-0001", factor="money", unit="EUR", capacity=90)
DOLLAR = CaseOffer(code="O-0002", factor="money", unit="USD", capacity=44)
BUILDER = CaseOffer(code="O-0003", factor="implementation", unit="package", capacity=9)
RATES = (CaseRate(date(2026, 11, 20), "EUR", "USD", Decimal("1.085")),)
CASE = Case((MASHHAD,), (METRO, DEPOT), (MONEY, TRACK, SHED), (EURO, DOLLAR, BUILDER), (), RATES)

Gives = list[tuple[str, str, int]]
SOUND: Gives = [
    ("N-0001", "O-0001", 70),
    ("N-0001", "O-0002", 30),
    ("N-0002", "O-0003", 4),
    ("N-0003", "O-0001", 20),
]


def proposal(case: Case, gives: Gives) -> dict[str, Any]:
    """Write a proposal that says truly what its lines are worth, whatever they break."""
    lines = [line_of(case, *give) for give in gives]
    _, understood = read(case, {"schema": "cityfund.match/1", "lines": lines})
    weight, coverage = level_values(case, understood)
    value = f"{float(coverage):.7f}"
    return {
        "schema": "cityfund.match/1",
        "levels": [
            {"name": "complete", "value": str(weight), "bound": str(weight), "gap": "0"},
            {"name": "coverage", "value": value, "bound": value, "gap": "0.0000000"},
            {"name": "deals", "value": str(len(lines))},
        ],
        "complete": newly_complete(case, understood),
        "lines": lines,
    }


def said(case: Case, document: dict[str, Any]) -> str:
    """Give all that the judge says, a fault a line."""
    return "\n".join(map(str, faults(case, document)))


def with_offer(code: str, **terms: Any) -> Case:
    """Change the terms of an offer."""
    offers = (replace(one, **terms) if one.code == code else one for one in CASE.offers)
    return replace(CASE, offers=tuple(offers))


def with_need(code: str, **terms: Any) -> Case:
    """Change the terms of a need."""
    needs = (replace(one, **terms) if one.code == code else one for one in CASE.needs)
    return replace(CASE, needs=tuple(needs))


def test_a_sound_proposal_is_accepted():
    document = proposal(CASE, SOUND)
    assert said(CASE, document) == ""
    assert document["complete"] == ["PRJ-0001"]
    assert document["levels"][0]["value"] == "3"
    # 3 x 100/100 + 3 x 4/4 + 2 x 20/50
    assert document["levels"][1]["value"] == "6.8000000"


def test_the_offer_side_of_a_line_rounds_up():
    (line,) = [one for one in proposal(CASE, SOUND)["lines"] if one["offer"] == "O-0002"]
    # 0.30 EUR x 1.085 = 0.3255 USD
    assert line["offer_quantity"] == "0.33"


INELIGIBLE: dict[str, tuple[Case, str]] = {
    "factor": (with_offer("O-0001", factor="expertise"), "rule factor"),
    "unit of work": (with_offer("O-0003", unit="station"), "rule unit"),
    "no rate": (replace(CASE, rates=()), "rule unit"),
    "rate of the day after": (
        replace(CASE, rates=(replace(RATES[0], day=date(2026, 11, 24)),)),
        "rule unit",
    ),
    "unknown amount": (with_need("N-0003", required=None), "rule quantified"),
    "another topic": (with_offer("O-0001", topics=("monorail",)), "rule topic"),
    "no topic": (with_offer("O-0003", topics=("metro",)), "rule topic"),
    "sector beside": (with_offer("O-0001", sectors=("transport.rail",)), "rule sector"),
    "sector below": (with_offer("O-0001", sectors=("transport.urban.bus",)), "rule sector"),
    "sector alike": (with_offer("O-0001", sectors=("trans",)), "rule sector"),
    "country": (with_offer("O-0001", countries=("PK",)), "rule geography"),
    "region": (with_offer("O-0001", regions=("019",)), "rule geography"),
    "city": (with_offer("O-0001", cities=("LHE",)), "rule geography"),
    "excluded country": (
        with_offer("O-0001", cities=("MHD",), excluded_countries=("IR",)),
        "rule geography",
    ),
    "begins tomorrow": (with_offer("O-0001", valid_from=date(2026, 11, 24)), "rule window"),
    "ended yesterday": (with_offer("O-0001", valid_until=date(2026, 11, 22)), "rule window"),
    "project ended": (
        replace(CASE, projects=(replace(METRO, status="completion"), DEPOT)),
        "rule project status",
    ),
}


@pytest.mark.parametrize("plant", INELIGIBLE)
def test_a_line_that_no_rule_admits(plant: str):
    case, words = INELIGIBLE[plant]
    document = proposal(CASE, SOUND)
    lines = [line_of(case, *give) for give in SOUND]
    document["lines"] = [
        line if case.rates else old for line, old in zip(lines, document["lines"], strict=True)
    ]
    if plant == "factor":
        document["lines"] = [{**one, "factor": "money"} for one in document["lines"][:2]]
    assert words in said(case, document)


def test_instruments_and_starts_that_do_not_meet():
    grants = with_need("N-0003", instruments=("grant",), needed_by=date(2027, 5, 1))
    loans = replace(grants, offers=(replace(EURO, instruments=("loan",)), DOLLAR, BUILDER))
    assert "rule instrument" in said(loans, proposal(loans, SOUND))
    late = replace(grants, offers=(replace(EURO, available_from=date(2027, 5, 2)), DOLLAR, BUILDER))
    assert "rule start" in said(late, proposal(late, SOUND))


ADMITTED: dict[str, Case] = {
    "topic": with_offer("O-0002", topics=("monorail", "metro")),
    "sector above": with_offer("O-0001", sectors=("health", "transport")),
    "widest region": with_offer("O-0001", regions=("001",), countries=("BR",)),
    "city beside countries": with_offer("O-0001", cities=("MHD",), countries=("BR",)),
    "last day": with_offer("O-0001", valid_until=date(2026, 11, 23)),
    "first day": with_offer("O-0001", valid_from=date(2026, 11, 23)),
    "start unasked": with_offer("O-0001", available_from=date(2036, 1, 1)),
    "tickets met": with_offer("O-0001", min_ticket=20, max_ticket=70),
    "dollar ticket met": with_offer("O-0002", min_ticket=33, max_ticket=33),
    "share met": with_offer("O-0001", max_share=Decimal("0.7")),
    "condition met": with_offer("O-0003", only_complete=True),
    "inverse rate": replace(
        CASE, rates=(CaseRate(date(2026, 11, 20), "USD", "EUR", Decimal("0.92165898617512")),)
    ),
}


@pytest.mark.parametrize("terms", ADMITTED)
def test_terms_that_are_just_met(terms: str):
    case = ADMITTED[terms]
    assert said(case, proposal(case, SOUND)) == ""


def lived(held: int, need: str = "N-0001", offer: str = "O-0001") -> Case:
    """Let something live in a pair already."""
    deal = CaseDeal(code="D-0001", offer=offer, need=need, held=(held, held))
    return replace(CASE, deals=(deal,))


def offered(gives: Gives, **terms: Any) -> tuple[Case, Gives]:
    """Change the first offer's terms under some lines."""
    return with_offer("O-0001", **terms), gives


BROKEN: dict[str, tuple[Case, Gives, str]] = {
    "one unit over capacity": (
        CASE,
        [*SOUND[:3], ("N-0003", "O-0001", 21)],
        "O-0001: gives 91, has 90 available",
    ),
    "one dollar cent over capacity": (
        with_offer("O-0002", capacity=32),
        SOUND,
        "O-0002: gives 33, has 32 available",
    ),
    "over capacity beside what lives": (
        lived(1),
        SOUND,
        "O-0001: gives 90, has 89 available",
    ),
    "one unit over the need": (
        CASE,
        [("N-0001", "O-0001", 71), *SOUND[1:]],
        "N-0001: gets 101, has 100 open",
    ),
    "over the need beside what was withdrawn": (
        with_need("N-0001", withdrawn=1),
        SOUND,
        "N-0001: gets 100, has 99 open",
    ),
    "below the smallest ticket": (
        *offered(SOUND, min_ticket=21),
        "20 is less than the smallest ticket 21",
    ),
    "above the largest ticket": (
        *offered(SOUND, max_ticket=69),
        "70 is more than the largest ticket 69",
    ),
    "dollar ticket": (with_offer("O-0002", max_ticket=32), SOUND, "the largest ticket 32"),
    "largest ticket with what lives": (
        replace(lived(5), offers=(replace(EURO, max_ticket=70), DOLLAR, BUILDER)),
        [("N-0001", "O-0001", 66)],
        "71 is more than the largest ticket 70",
    ),
    "share": (*offered(SOUND, max_share=Decimal("0.699")), "70 is more than the share's 69"),
    "share with what lives": (
        replace(lived(5), offers=(replace(EURO, max_share=Decimal("0.7")), DOLLAR, BUILDER)),
        [("N-0001", "O-0001", 66)],
        "71 is more than the share's 70",
    ),
    "indivisible in part": (CASE, [("N-0002", "O-0003", 3)], "3 is not all of the 4 open"),
    "indivisible of two": (
        with_need("N-0001", divisible=False),
        SOUND,
        "is indivisible and gets from 2 offers",
    ),
    "indivisible that another lives in": (
        replace(lived(40), needs=(replace(MONEY, divisible=False), TRACK, SHED)),
        [("N-0001", "O-0002", 60)],
        "O-0001 already lives in it",
    ),
    "condition": (
        *offered(SOUND, only_complete=True),
        "O-0001 to N-0003: on condition complete, and PRJ-0002 does not end complete",
    ),
    "a line of nothing": (CASE, [*SOUND, ("N-0003", "O-0002", 0)], "gives 0"),
    "a pair twice": (
        CASE,
        [*SOUND, ("N-0003", "O-0001", 0)],
        "O-0001 to N-0003: stands in 2 lines",
    ),
    "order": (CASE, SOUND[::-1], "not in the order of project, need, offer"),
    "outside the selection": (
        replace(CASE, selection=frozenset({"N-0001", "N-0002"})),
        SOUND,
        "O-0001 to N-0003: the need lies outside the selection",
    ),
}


@pytest.mark.parametrize("plant", BROKEN)
def test_a_limit_that_is_broken_by_one(plant: str):
    case, gives, words = BROKEN[plant]
    assert words in said(case, proposal(case, gives))


def test_what_lives_already_counts_for_the_smallest_ticket():
    case = replace(lived(15), offers=(replace(EURO, min_ticket=21), DOLLAR, BUILDER))
    assert said(case, proposal(case, [("N-0001", "O-0001", 6)])) == ""
    assert "smallest ticket" in said(case, proposal(case, [("N-0001", "O-0001", 5)]))


Change = Callable[[dict[str, Any]], object]


def level(at: int, key: str, text: str) -> Change:
    """Let a level say something else."""
    return lambda document: document["levels"][at].__setitem__(key, text)


def in_line(at: int, key: str, text: str) -> Change:
    """Let a line say something else."""
    return lambda document: document["lines"][at].__setitem__(key, text)


LIES: dict[str, tuple[Change, str]] = {
    "one more complete": (lambda d: d["complete"].append("PRJ-0002"), "PRJ-0002: is said to end"),
    "one fewer complete": (lambda d: d["complete"].clear(), "PRJ-0001: ends complete and is not"),
    "one twice": (lambda d: d["complete"].append("PRJ-0001"), "names a project twice"),
    "level 1": (level(0, "value", "4"), "complete: its value is 4, not 3"),
    "level 2": (level(1, "value", "6.8000002"), "coverage: its value is 6.8000002"),
    "bound of level 1": (level(0, "bound", "2"), "bound 2 is below its value 3"),
    "bound of level 2": (level(1, "bound", "6.7999998"), "bound 6.7999998 is below"),
    "gap of level 1": (level(0, "gap", "1"), "complete: its gap is 1, not 0"),
    "a gap too small": (level(0, "bound", "4"), "complete: its gap is 0, not 1/4"),
    "no bound": (lambda d: d["levels"][0].pop("bound"), "complete: lacks a number"),
    "no level": (lambda d: d["levels"].pop(1), "coverage: is a level that is missing"),
    "deals": (level(2, "value", "5"), "deals: is 5, not 4"),
    "offer side rounded down": (in_line(1, "offer_quantity", "0.32"), "costs 32, not 33"),
    "rate": (in_line(1, "rate_exact", "27/25"), "rate is 27/25, not 217/200"),
    "part of a cent": (in_line(0, "quantity", "0.705"), "is no amount of EUR with 2 decimals"),
    "whole number": (in_line(0, "quantity", "70"), "is no amount of EUR with 2 decimals"),
    "project": (in_line(0, "project", "PRJ-0002"), "project is 'PRJ-0002', not 'PRJ-0001'"),
    "unit": (in_line(1, "offer_unit", "EUR"), "offer_unit is 'EUR', not 'USD'"),
    "offer": (in_line(0, "offer", "O-0009"), "nobody knows O-0009"),
    "schema": (lambda d: d.pop("schema"), "document: its schema is None"),
}


@pytest.mark.parametrize("plant", LIES)
def test_a_proposal_that_does_not_say_what_it_is(plant: str):
    change, words = LIES[plant]
    document = copy.deepcopy(proposal(CASE, SOUND))
    change(document)
    assert words in said(CASE, document)


def test_a_project_is_newly_complete_only_where_it_was_not():
    done = CaseDeal(code="D-0001", offer="O-0001", need="N-0003", held=(50, 50))
    case = replace(CASE, deals=(done,))
    assert proposal(case, [("N-0002", "O-0003", 4)])["complete"] == []
    assert proposal(CASE, [("N-0003", "O-0001", 50)])["complete"] == ["PRJ-0002"]


def test_a_project_with_a_need_of_unknown_amount_never_ends_complete():
    unknown = replace(SHED, code="N-0004", required=None)
    case = replace(CASE, needs=(*CASE.needs, unknown))
    assert proposal(case, [("N-0003", "O-0001", 50)])["complete"] == []


def test_amounts_are_read_with_the_decimals_of_their_unit():
    assert parts("0.30", "EUR") == 30
    assert parts("12", "package") == 12
    with pytest.raises(ValueError, match="no amount of package"):
        parts("12.0", "package")
