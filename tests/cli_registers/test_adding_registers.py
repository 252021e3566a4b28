"""Adding to the registers from the command line, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from officer import Officer

from ledger.core.factors import Factor


def test_a_city_belongs_to_the_office_of_its_region(officer: Officer) -> None:
    answer = officer.says("city add Lahore --code LHE --country pak --name-local لاہور")
    assert "city LHE added" in answer
    assert "office asia looks after city LHE" in answer
    city = officer.world.record("city", "LHE")
    assert (city.country, city.office, city.name_local) == ("PK", "asia", "لاہور")


def test_codes_are_made_where_none_are_given(officer: Officer) -> None:
    officer.says("city add Mashhad --country IR")
    officer.says("provider add Bank --kind bank")
    receipt = officer.asks("project add Tram --city cty-0001 --sector transport.urban")
    assert receipt["registers"] == [{"kind": "project", "code": "PRJ-0001", "version": 1}]
    offer = officer.asks("offer add prv-0001 money '5M EUR'")
    assert offer["offer"]["code"] == "O-0001"
    assert offer["offer"]["available"] == "5000000.00"


def test_a_project_is_logged_with_its_needs_in_one_request(fund: Officer) -> None:
    project = fund.asks("project show PRJ-0001")
    told = [
        (need["factor"], need["topic"], need["quantity"], need["unit"]) for need in project["needs"]
    ]
    assert told == [
        ("money", None, "90000000.00", "EUR"),
        ("expertise", "metro", "40.00", "person-day"),
        ("implementation", "metro", "8.000", "km"),
        ("money", None, None, "IRR"),
    ]
    assert {need["declared_on"] for need in project["needs"]} == {"2026-01-10"}
    assert [need["divisible"] for need in project["needs"]] == [True, True, False, True]
    requests = {entry.request_key for entry in fund.world.entries()[:3]}
    assert len(requests) == 1


@pytest.mark.parametrize(
    ("need", "words"),
    [
        ("money 40M XYZ", ("40M XYZ", "not a known unit")),
        ("mony 40M EUR", ("no factor", "Did you mean money?")),
        ("money", ("quantity is missing",)),
        ("money ?", ("names its unit",)),
        ("money 8 km", ("km is no unit of money",)),
        ("expertise 12 EUR", ("EUR is no unit of expertise",)),
        ("expertise 1,5 person-day", ("1,5",)),
        ("implementation 0 km", ("zero",)),
    ],
)
def test_a_bad_need_is_named_and_nothing_is_logged(
    fund: Officer, need: str, words: tuple[str, ...]
) -> None:
    line = "project add Tram --city MHD --sector transport.urban --need 'money 1M EUR'"
    code = fund.refused(f"{line} --need '{need}'", 3, need, *words)
    assert code in {"bad-need", "bad-terms"}


def test_a_topic_never_swallows_a_part_of_the_quantity(fund: Officer) -> None:
    line = "project add Tram --city MHD --sector transport.urban"
    fund.says(f"{line} --need 'money EUR 40 million monorail'")
    (need,) = fund.asks("project show PRJ-0002")["needs"]
    assert (need["quantity"], need["topic"]) == ("40000000.00", "monorail")


def test_an_offer_comes_with_its_whole_mandate(fund: Officer) -> None:
    fund.says(
        "offer add edb money '20M USD' --code O-X --sectors transport --sectors 'health;education'"
        " --countries IRN --regions 'Southern Asia' --cities mhd --excluded-countries PK"
        " --instruments 'loan;grant' --min-ticket '1M USD' --max-ticket 'USD 5M' --max-share 0.5"
        " --condition complete --rate 2.5 --valid-from 2026-01-01 --valid-until tomorrow"
    )
    offer = fund.world.record("offer", "O-X")
    assert offer.sectors == ("transport", "health", "education")
    assert (offer.countries, offer.regions, offer.cities) == (("IR",), ("034",), ("MHD",))
    assert (offer.min_ticket, offer.max_ticket) == (100_000_000, 500_000_000)
    assert (offer.max_share, offer.rate) == (Decimal("0.5"), Decimal("2.5"))
    assert offer.valid_until == date(2026, 11, 24)
    assert offer.factor is Factor.MONEY


def test_a_unit_of_the_funds_own(officer: Officer) -> None:
    officer.says("unit add bus-stop --decimals 0 --name 'A bus stop'")
    rows = officer.asks("unit list")["rows"]
    assert {"code": "bus-stop", "decimals": 0, "name": "A bus stop", "kind": "work"} in rows


REFUSED = [
    ("city add Nowhere --country ZZ", 3, ("--country", "ISO 3166")),
    ("city add Nowhere --country IR --population 3,300,000", 3, ("--population", "digits only")),
    ("city add Nowhere --country IR --member-since 93", 3, ("--member-since", "YYYY-MM")),
    ("city add Nowhere --country IR --office moon", 5, ("no office 'moon'",)),
    ("city add Nowhere", 2, ("--country",)),
    ("city add '' --country IR", 2, ("NAME is empty",)),
    ("city add Mashhad --code mhd --country IR", 4, ("MHD is there already", "city edit MHD")),
    ("city add Mashhad --code 'M D' --country IR", 3, ("--code", "space")),
    ("provider add X --kind club", 3, ("--kind", "club")),
    ("provider add X --kind bank --city nowhere", 5, ("no city",)),
    ("project add X --city MDH --sector transport", 5, ("Did you mean MHD?",)),
    ("project add X --city MHD --sector trnsport", 3, ("--sector",)),
    ("project add X --city MHD --sector transport --weight 101", 3, ("--weight", "100")),
    ("project add X --city MHD --sector transport --starts-on 2026-13-01", 3, ("--starts-on",)),
    (
        "project add X --city MHD --sector transport --starts-on 2027-01-01 --ends-on 2026-01-01",
        3,
        ("--ends-on", "before"),
    ),
    ("need add PRJ-1 money '1 EUR'", 5, ("PRJ-0001",)),
    ("need add PRJ-0001 money 40M", 3, ("no unit",)),
    ("need add PRJ-0001 money '40 km'", 3, ("km is no unit of money",)),
    ("need add PRJ-0001 gold '40 km'", 3, ("FACTOR", "gold")),
    ("need add PRJ-0001 money '1 EUR' --code n-0001", 4, ("N-0001 is there already",)),
    ("need add PRJ-0001 money '1 EUR' --declared-on tomorrow", 3, ("future",)),
    ("need add PRJ-0001 money '1 EUR' --on tomorrow", 3, ("future",)),
    ("need add PRJ-0001 money '? EUR' --on tomorrow", 3, ("future",)),
    ("need add PRJ-0001 money '1 EUR' --on 2026-01-01 --declared-on 2026-01-02", 3, ("two days",)),
    ("offer add EDB money '? EUR'", 3, ("quantity is missing",)),
    ("offer add EDB money '1M EUR' --min-ticket 1k", 3, ("--min-ticket", "no unit")),
    ("offer add EDB money '1M EUR' --min-ticket '1k USD'", 3, ("--min-ticket", "USD", "EUR")),
    (
        "offer add EDB money '1M EUR' --min-ticket '2k EUR' --max-ticket '1k EUR'",
        3,
        ("--max-ticket",),
    ),
    ("offer add EDB money '1M EUR' --max-share 50%", 3, ("--max-share", "0.25")),
    ("offer add EDB money '1M EUR' --cities 'MHD;nowhere'", 5, ("nowhere",)),
    ("offer add EDB money '1M EUR' --instruments gift", 3, ("--instruments", "gift")),
    ("offer add nobody money '1M EUR'", 5, ("no provider",)),
    ("unit add km --decimals 0", 4, ("km is there already",)),
    ("unit add EUR --decimals 2", 4, ("EUR is there already",)),
    ("unit add k --decimals 0", 3, ("CODE", "cannot be a unit")),
    ("unit add tree --decimals 9", 3, ("--decimals",)),
    ("office add 'Gulf office'", 2, ("--code",)),
    ("office add 'Gulf office' --code ASIA", 4, ("asia is there already",)),
    ("office add 'Gulf office' --code gulf --regions Atlantis", 3, ("--regions", "M49")),
]


@pytest.mark.parametrize(("line", "code", "words"), REFUSED, ids=[line for line, *_ in REFUSED])
def test_what_cannot_be_added_is_refused(
    fund: Officer, line: str, code: int, words: tuple[str, ...]
) -> None:
    fund.refused(line, code, *words)


@pytest.mark.parametrize(
    "line",
    [
        "provider add 'Global Fund for Cities Development' --kind fund",
        "provider add 'The Fund' --kind fund",
        "provider add cityfund --kind bank",
        "provider add 'Somebody' --kind fund --code asia",
        "provider add 'ASIAN  OFFICE' --kind fund",
        "provider edit EDB --name 'City Fund'",
    ],
)
def test_the_fund_is_a_broker_and_no_provider(fund: Officer, line: str) -> None:
    code = fund.refused(line, 4, "is the fund itself", "a broker, not a bank")
    assert code == "broker-not-bank"


def test_nothing_new_is_put_under_what_is_withdrawn(fund: Officer) -> None:
    fund.says("city retire MHD")
    fund.says("provider retire EDB")
    fund.says("office retire africa")
    line = "project add X --city MHD --sector transport"
    assert fund.refused(line, 4, "city restore MHD") == "parent-withdrawn"
    fund.refused("need add PRJ-0001 money '1 EUR'", 4, "MHD", "retired")
    fund.refused("offer add EDB money '1 EUR'", 4, "provider restore EDB")
    fund.refused("city add Lagos --country NG --office africa", 4, "office restore africa")
    fund.refused("city add Lagos --country NG", 3, "No office covers Nigeria")
    fund.says("office restore africa")
    fund.says("city add Lagos --country NG")


def test_the_same_key_adds_once(fund: Officer) -> None:
    line = "offer add EDB money '1M EUR' --key letter-7"
    first, again = fund.asks(line), fund.asks(line)
    assert again == {**first, "replayed": True}
    fund.refused("offer add EDB money '2M EUR' --key letter-7", 4, "letter-7")


def test_a_dry_run_adds_nothing(fund: Officer) -> None:
    with fund.world.unchanged():
        assert "Dry run" in fund.says("city add Lahore --country PK --dry-run")


def test_text_is_kept_as_it_was_typed(fund: Officer) -> None:
    for code, name in (("A", "=1+1"), ("B", "'=1+1"), ("C", "-5 degrees"), ("D", 'a; b, "c"')):
        fund.says(f"provider add --code {code} --kind firm", "--", name)
        assert fund.world.record("provider", code).name == name
