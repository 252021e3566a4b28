"""Caps across pairs: what they count, what is refused and overridden, checked and copied."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from beginnings import beginning
from complete_ledger import attack
from hypothesis import given
from hypothesis import strategies as st
from ledgers import Ledgers
from officer import Officer
from world import World

from ledger.checks.limits import WithinLimits
from ledger.core.factors import Factor
from ledger.core.quantity import Unit
from ledger.limits.caps import Placed, Use, of_projects, use_of_amounts
from ledger.limits.scope import Parties, group_of, scope_of
from ledger.matching.limits import CapBuilder
from ledger.registers.records import City, Limit, Offer, Project, Provider
from ledger.usecases.check import run_checks

EURO, DOLLAR = Unit("EUR", 2, "money", "Euro"), Unit("USD", 2, "money", "US dollar")
NEW_YEAR = date(2026, 1, 1)
A_CAP = Limit("LIM-1", "quantity", "cap", Decimal(100), "EUR")
amounts = st.lists(st.tuples(st.sampled_from([EURO, DOLLAR]), st.integers(0, 40)), max_size=5)
rates = st.fractions(Fraction(1, 20), 20, max_denominator=30)


@given(amounts, rates, st.integers(0, 120), st.sampled_from([EURO, DOLLAR]))
def test_what_is_left_is_the_most_that_still_fits(
    placed: list[tuple[Unit, int]], rate: Fraction, most: int, need: Unit
) -> None:
    rows = [Placed("P", unit, amount) for unit, amount in placed]
    use = use_of_amounts(A_CAP, most, EURO, need, rows, lambda _: rate)

    def total(more: int) -> int:
        euros = sum(one.amount for one in rows if one.unit is EURO) + more * (need is EURO)
        dollars = sum(one.amount for one in rows if one.unit is DOLLAR) + more * (need is DOLLAR)
        return euros + ceil(dollars * rate)

    assert use.used == total(0)
    assert use.left == max(0, most - total(0))
    fitting = [more for more in range(1, 2600) if total(more) <= most]
    assert use.largest == max(fitting, default=0)
    assert all(use.admits(more) == (total(more) <= most) for more in (1, 2, 7, 50))


@given(
    st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(0, 2)), max_size=6), st.integers(0, 4)
)
def test_a_number_counts_projects_in_which_something_is_placed(
    placed: list[tuple[str, int]], most: int
) -> None:
    limit = Limit("LIM-1", "number", "cap", Decimal(most))
    rows = [Placed(project, EURO, amount) for project, amount in placed]
    counted = {project for project, amount in placed if amount}
    for project in "ABCDE":
        use: Use = of_projects(limit, rows, project)
        assert use.admits(1) == (project in counted or len(counted) < most)


def parties(**terms: str) -> Parties:
    """Make a pair, of which `terms` may say otherwise."""
    offer = Offer("O-1", "BANK", Factor.MONEY, "EUR", NEW_YEAR, instruments=("grant", "loan"))
    provider = Provider("BANK", "Bank of the East", "bank", terms.get("of", "FR"))
    city = City("MHD", "Mashhad", terms.get("country", "IR"), "asia")
    project = Project("PRJ-1", "Metro", "MHD", terms.get("sector", "transport.urban"), weight=5)
    return Parties(offer, provider, provider.country, project, city)


@pytest.mark.parametrize(
    ("offers", "projects", "covers"),
    [
        (None, None, True),
        ("provider=bank", None, True),
        ("provider=OTHER", None, False),
        ("kind=bank and factor=money", "country=Iran", True),
        ("kind=bank and factor=expertise", None, False),
        ("instruments=grant", "sector=transport", True),
        ("instruments=equity", None, False),
        (None, "region=Asia and weight>=5", True),
        (None, "region=Africa", False),
        (None, "country!=IR", False),
        ("provider_name=Bank of the East and country=FR", None, True),
    ],
)
def test_a_limit_is_about_the_pairs_that_its_filters_take(
    offers: str | None, projects: str | None, covers: bool
) -> None:
    limit = Limit("LIM-1", "number", "cap", Decimal(1), None, offers, projects)
    assert scope_of(limit).covers(parties()) is covers


def test_a_limit_holds_for_each_group_by_itself() -> None:
    said = {
        per: group_of(Limit("L", "number", "cap", Decimal(1), per=per), parties(), NEW_YEAR)
        for per in ("provider", "country", "sector", "year", "project", "offer")
    }
    assert said == {
        "provider": "BANK",
        "country": "IR",
        "sector": "transport.urban",
        "year": "2026",
        "project": "PRJ-1",
        "offer": "O-1",
    }


def furnish_fund(officer: Officer) -> None:
    """Record two projects in two countries, and offers of two providers."""
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("city add Lahore --code LHE --country PK")
    officer.says("provider add Bank --code BANK --kind bank --country FR")
    officer.says("provider add Donor --code GIFT --kind donor --country FR")
    for city in ("MHD", "LHE", "MHD"):
        officer.says(f"project add Metro-{city} --city {city} --sector transport.urban --new")
    for project in ("PRJ-0001", "PRJ-0002", "PRJ-0003"):
        officer.says(f"need add {project} money '100 EUR' --on 2025-01-01")
    officer.says("offer add BANK money '500 EUR' --on 2025-01-01")
    officer.says("offer add GIFT money '500 EUR' --instruments grant --on 2025-01-01")


fund_once, ledger_url, fund = beginning("fund", furnish_fund)


def hold(offer: str, need: str, quantity: str, more: str = "--until 2027-01-01") -> str:
    return f"deal introduce {offer} {need} '{quantity}' {more}"


def failures(officer: Officer) -> list[str]:
    (result,) = run_checks(officer.world.ledger, ["limits"])
    return [*result.failures]


def test_a_cap_of_a_provider_per_country(fund: Officer) -> None:
    fund.says("limit add cap quantity '120 EUR' --offers provider=BANK --per country")
    fund.says(hold("O-0001", "N-0001", "90 EUR"))
    fund.says(hold("O-0001", "N-0002", "100 EUR"))  # another country
    fund.says(hold("O-0002", "N-0003", "50 EUR"))  # another provider
    told = ("LIM-0001", "30.00 EUR would fit", "90.00 EUR of it is placed", "--override")
    assert fund.refused(hold("O-0001", "N-0003", "31 EUR"), 4, *told) == "limit-exceeded"
    fund.says(hold("O-0001", "N-0003", "30 EUR"))
    assert fund.refused(hold("O-0001", "N-0003", "1 EUR"), 4, "nothing would fit") == (
        "limit-exceeded"
    )
    fund.says("deal release D-0001 '10 EUR'")
    fund.says(hold("O-0001", "N-0003", "10 EUR", "--commit"))
    assert failures(fund) == []


def test_a_reason_overrides_and_is_kept_only_where_it_is_needed(fund: Officer) -> None:
    fund.says("limit add cap quantity '50 EUR'")
    fund.says(hold("O-0001", "N-0001", "50 EUR"), "--override", "the board agreed")
    assert fund.world.entries()[-1].override is None
    fund.says(hold("O-0001", "N-0001", "10 EUR"), "--override", "the board agreed")
    assert fund.world.entries()[-1].override == "the board agreed"
    told = ("0.00 EUR is left", "60.00 EUR of it is placed")
    assert fund.refused(hold("O-0001", "N-0001", "1 EUR"), 4, *told) == "limit-exceeded"
    assert failures(fund) == []


def test_a_number_of_projects(fund: Officer) -> None:
    fund.says("limit add cap number 1 --per offer --note 'one offer, one project'")
    fund.says(hold("O-0001", "N-0001", "10 EUR"))
    fund.says(hold("O-0001", "N-0001", "10 EUR"))
    told = ("at most 1 project per offer; it counts 1 already",)
    assert fund.refused(hold("O-0001", "N-0002", "10 EUR"), 4, *told) == "limit-exceeded"
    fund.says(hold("O-0002", "N-0002", "10 EUR"))
    fund.says("deal release D-0001")
    fund.says(hold("O-0001", "N-0003", "10 EUR"))
    assert failures(fund) == []


def test_grants_are_a_share_of_the_money_of_a_project(fund: Officer) -> None:
    fund.says("need add PRJ-0001 money '100 EUR' --on 2025-01-01")
    fund.says("limit add cap share 25% --offers instruments=grant")
    assert fund.world.record("limit", "LIM-0001").value == Decimal("0.25")
    fund.says(hold("O-0002", "N-0001", "30 EUR"))
    told = ("20.00 EUR would fit",)
    assert fund.refused(hold("O-0002", "N-0004", "21 EUR"), 4, *told) == "limit-exceeded"
    fund.says(hold("O-0002", "N-0004", "20 EUR"))
    fund.says("need withdraw N-0001 '20 EUR'")
    fund.says(hold("O-0001", "N-0004", "20 EUR"))  # no grant
    assert failures(fund) == []


def test_other_currencies_count_at_the_rate_of_the_day(fund: Officer) -> None:
    fund.says("rates add EUR USD 1.25 --on 2026-11-01")
    fund.says("need add PRJ-0001 money '100 USD' --on 2025-01-01")
    fund.says("limit add cap quantity '50 EUR'")
    fund.says(hold("O-0001", "N-0004", "50 USD"))  # 40 EUR
    told = ("10.00 EUR would fit",)
    assert fund.refused(hold("O-0001", "N-0001", "10.01 EUR"), 4, *told) == "limit-exceeded"
    told = ("12.50 USD would fit",)
    assert fund.refused(hold("O-0001", "N-0004", "12.51 USD"), 4, *told) == "limit-exceeded"
    fund.says(hold("O-0001", "N-0004", "12.50 USD"))
    assert failures(fund) == []


def test_a_year_is_that_of_the_effective_date(fund: Officer) -> None:
    fund.says("limit add cap quantity '50 EUR' --per year")
    fund.says(hold("O-0001", "N-0001", "50 EUR", "--until 2027-01-01 --on 2025-06-01"))
    told = ("nothing would fit",)
    line = hold("O-0001", "N-0002", "1 EUR", "--until 2027-01-01 --on 2025-07-01")
    assert fund.refused(line, 4, *told) == "limit-exceeded"
    fund.says(hold("O-0001", "N-0002", "50 EUR"))
    assert fund.refused(hold("O-0001", "N-0002", "1 EUR"), 4, *told) == "limit-exceeded"
    assert failures(fund) == []


def test_a_limit_binds_in_force_and_is_ended(fund: Officer) -> None:
    fund.says("limit add cap quantity '5 EUR' --from 2026-02-01")
    fund.says(hold("O-0001", "N-0001", "50 EUR", "--until 2027-01-01 --on 2026-01-31"))
    assert fund.refused(hold("O-0001", "N-0002", "1 EUR"), 4) == "limit-exceeded"
    fund.says("limit end LIM-0001 --until 2026-11-22")
    fund.says(hold("O-0001", "N-0002", "1 EUR"))
    fund.says("limit edit LIM-0001 --value '1000 EUR'")
    assert fund.asks("limit show LIM-0001")["value"] == "1000.00"
    assert fund.asks("limit list")["rows"][0]["unit"] == "EUR"
    assert failures(fund) == []


def test_a_cap_in_another_unit_of_work_is_not_about_a_need(fund: Officer) -> None:
    fund.says("need add PRJ-0001 expertise '50 person-day' --topic metro --on 2025-01-01")
    fund.says("offer add BANK expertise '50 person-day' --on 2025-01-01")
    fund.says("limit add cap quantity '1 person-month'")
    fund.says(hold("O-0003", "N-0004", "40 person-day"))
    assert failures(fund) == []


def test_a_list_of_limits_has_their_scope_and_whether_they_are_in_force(fund: Officer) -> None:
    fund.says("limit add cap number 3 --per country --until 2026-11-22")
    fund.says("limit add cap number 4 --projects country=IR --from 2027-01-01")
    fund.says("limit add cap number 5 --offers provider=FUND")
    standing = [one["standing"] for one in fund.asks("limit list")["rows"]]
    assert standing == ["ended", "not yet", "in force"]
    told = fund.says("limit list")
    for shown in ("country", "country=IR", "provider=FUND", "2026-11-22", "2027-01-01", "ended"):
        assert shown in told


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("limit add floor quantity 10", "unit"),
        ("limit add floor number 2 --per project", "project"),
        ("limit add floor share 10% --per country", "floor"),
        ("limit add cap quantity 50", "unit"),
        ("limit add cap number 1.5", "whole"),
        ("limit add cap number 2 --per project", "project"),
        ("limit add cap share 1.5", "1.5"),
        ("limit add cap number 2 --unit EUR", "unit"),
        ("limit add cap quantity 50% --unit EUR", "50%"),
        ("limit add cap quantity 5M --unit EUR", "40M EUR"),
        ("limit add cap quantity '5M EUR' --unit EUR", "40M EUR"),
        ("limit add cap number 50%", "50%"),
    ],
)
def test_terms_that_do_not_fit_each_other_are_refused(fund: Officer, line: str, word: str) -> None:
    assert fund.refused(line, 3, word) == "bad-limit"


def test_a_quantity_is_not_edited_to_a_percentage(fund: Officer) -> None:
    fund.says("limit add cap quantity '50 EUR'")
    assert fund.refused("limit edit LIM-0001 --value 50%", 3, "50%") == "bad-limit"
    fund.says("limit edit LIM-0001 --measure share --unit '' --value 50%")
    assert fund.asks("limit show LIM-0001")["value"] == "0.5"
    fund.says("limit edit LIM-0001 --value 25%")
    assert fund.asks("limit show LIM-0001")["value"] == "0.25"


def test_a_filter_that_cannot_be_read_is_refused(fund: Officer) -> None:
    line = "limit add cap number 2 --offers colour=red"
    assert fund.refused(line, 2, "colour") == "unknown-column"


def test_without_a_rate_nothing_is_compared(fund: Officer) -> None:
    fund.says("need add PRJ-0001 money '100 USD' --on 2025-01-01")
    fund.says("limit add cap quantity '50 EUR'")
    line = hold("O-0001", "N-0004", "50 USD", "--until 2027-01-01 --rate 0.8")
    assert fund.refused(line, 4, "LIM-0001", "USD") == "limit-without-rate"
    fund.says(f"{line} --override 'as agreed'")


@pytest.mark.only_on("sqlite")  # on a server a limit that is so new may not have been seen
def test_the_check_finds_what_was_placed_past_a_cap(fund: Officer) -> None:
    fund.says("limit add cap quantity '50 EUR' --until 2020-01-01")
    fund.says(hold("O-0001", "N-0001", "60 EUR"))
    assert failures(fund) == []
    attack(fund.world.url, "UPDATE pair_limit_version SET until = NULL")
    (failure,) = failures(fund)
    assert "LIM-0001" in failure


def test_an_exported_ledger_is_imported_with_its_limits(
    fund: Officer, tmp_path: Path, ledgers: Ledgers, capsys: pytest.CaptureFixture[str]
) -> None:
    fund.says(hold("O-0001", "N-0001", "60 EUR"))
    fund.says("limit add cap quantity '50 EUR' --offers 'provider=BANK and factor=money'")
    fund.says(f"export {tmp_path / 'out'}")
    other = Officer(World(ledgers.new()), capsys)
    other.says(f"import {tmp_path / 'out'} --yes")
    assert other.world.record("limit", "LIM-0001") == fund.world.record("limit", "LIM-0001")
    assert other.world.deal_stages() == fund.world.deal_stages()
    assert failures(other) == []


def test_a_floor_refuses_no_act_and_binds_on_completeness(fund: Officer) -> None:
    fund.says("limit add floor share 30% --offers provider=GIFT")
    fund.says(hold("O-0001", "N-0002", "80 EUR"))  # at most 20 of 100 are left for GIFT
    answer = fund.asks("match")
    assert sorted(answer["complete"]) == ["PRJ-0001", "PRJ-0003"]
    own = {}
    for line in answer["lines"]:
        if line["offer"] == "O-0002":
            own[line["project"]] = Decimal(line["quantity"])
    assert own["PRJ-0001"] >= 30
    assert own["PRJ-0003"] >= 30
    told = fund.asks("match explain PRJ-0002")
    assert "limit" in [one["reason"] for one in told["because"]]
    assert "LIM-0001" in fund.says("match explain PRJ-0002")
    assert failures(fund) == []


def test_match_keeps_the_caps_and_says_so(fund: Officer) -> None:
    fund.says("limit add cap quantity '50 EUR' --offers provider=BANK --per year")
    fund.says("offer withdraw O-0002")
    fund.says(hold("O-0001", "N-0001", "10 EUR", "--until 2027-01-01 --on 2025-06-01"))
    fund.says(hold("O-0001", "N-0001", "20 EUR"))
    lines = fund.asks("match")["lines"]
    assert sum(Decimal(line["quantity"]) for line in lines) == 30
    short = next(one for one in ("N-0001", "N-0002", "N-0003") if one not in _served(lines))
    told = fund.asks(f"match explain {short}")
    assert "limit" in {offer["reason"] for offer in told["offers"]}
    assert "limit LIM-0001 leaves no more" in fund.says(f"match explain {short}")
    fund.says("match --save")
    fund.says("match accept --until 2027-01-01 --yes")
    assert failures(fund) == []
    assert fund.asks("match whatif --withdraw O-0001")["schema"]


def _served(lines: list[dict[str, str]]) -> set[str]:
    return {line["need"] for line in lines}


def test_candidates_are_shown_within_the_limits(fund: Officer) -> None:
    fund.says("limit add cap quantity '50 EUR' --offers provider=BANK")
    fund.says(hold("O-0001", "N-0002", "20 EUR"))
    rows = {one["offer"]: one for one in fund.asks("need candidates N-0001")["rows"]}
    assert (rows["O-0001"]["quantity"], rows["O-0001"]["offer_quantity"]) == ("30.00", "30.00")
    assert rows["O-0002"]["quantity"] == "100.00"
    fund.says(hold("O-0001", "N-0002", "30 EUR"))
    rows = {one["offer"]: one for one in fund.asks("need candidates N-0001")["rows"]}
    assert not rows["O-0001"]["eligible"]
    assert rows["O-0001"]["failures"] == [
        {"rule": "limits", "sentence": "limit LIM-0001 leaves no more"}
    ]
    assert {one["eligible"] for one in fund.asks("offer candidates O-0001")["rows"]} == {False}


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how often the sides of a deal are looked up, and how much it placed."""
    counted: Counter[str] = Counter()

    def count(owner: type, name: str) -> None:
        whole = getattr(owner, name)

        def counting(*asked: Any) -> Any:
            counted[name] += 1
            return whole(*asked)

        monkeypatch.setattr(owner, name, counting)

    count(WithinLimits, "parties")
    count(CapBuilder, "_amount")
    return counted


@pytest.mark.only_on("sqlite")
def test_several_limits_are_judged_by_one_reading_of_the_deals(
    fund: Officer, looked_up: Counter[str]
) -> None:
    for offer, need in (("O-0001", "N-0001"), ("O-0002", "N-0002"), ("O-0001", "N-0003")):
        fund.says(hold(offer, need, "10 EUR"))
    fund.says("limit add cap quantity '900 EUR' --from 2025-01-01")
    fund.says(hold("O-0002", "N-0001", "10 EUR"))
    assert failures(fund) == []
    with_one, deals = looked_up["parties"], 4
    for most in (800, 700, 600):
        fund.says(f"limit add cap quantity '{most} EUR' --from 2025-01-01")
    fund.says(hold("O-0002", "N-0003", "10 EUR"))
    looked_up.clear()
    assert failures(fund) == []
    assert looked_up["parties"] <= with_one + deals + 1  # one deal more, and what was before it

    fund.says("limit add floor share 25% --offers instruments=grant")
    looked_up.clear()
    fund.says("match")
    limits = 5
    assert looked_up["_amount"] <= limits * (deals + 1)  # and not again for each project


def test_a_quantity_is_shown_with_the_decimals_of_its_unit(fund: Officer) -> None:
    fund.says("limit add cap quantity 1000000 --unit EUR --code LIM-E")
    fund.says("limit add cap quantity 5000 --unit JPY --code LIM-J")
    fund.says("limit add cap share 25% --code LIM-S")
    rows = {one["code"]: one["value"] for one in fund.asks("limit list")["rows"]}
    wanted = {"LIM-E": "1000000.00", "LIM-J": "5000", "LIM-S": "0.25"}
    assert {code: rows[code] for code in wanted} == wanted
    assert fund.asks("limit show LIM-E")["value"] == "1000000.00"
    assert "1,000,000.00" in fund.says("limit show LIM-E")
    assert "1,000,000.00  EUR" in fund.says("limit list")


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("style", ["table", "md", "csv", "json"])
def test_quantities_of_limits_are_filtered_alike_in_every_format(fund: Officer, style: str) -> None:
    fund.says("limit add cap quantity 1000000 --unit EUR --code LIM-E")
    fund.says("limit add cap share 25% --code LIM-S")
    told = fund.says(f"limit list --where 'value>=1M EUR' --format {style}")
    assert "LIM-E" in told
    assert "LIM-S" not in told


def test_a_proposal_that_a_limit_leaves_empty_names_the_limit(fund: Officer) -> None:
    fund.says("limit add cap number 0")
    told = fund.says("match")
    assert "Nothing is proposed: what blocks each open need is listed below." in told
    assert "limit LIM-0001 leaves it no more" in told


def test_the_filters_of_a_limit_are_texts_and_no_counts(fund: Officer) -> None:
    fund.says("limit add cap quantity 1000000 --unit EUR --offers provider=BANK")
    aligned = fund.says("limit list --format md").splitlines()[1]
    assert aligned.count("---:") == 1
