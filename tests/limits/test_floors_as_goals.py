"""Floors of quantities and numbers: met as far as possible, reported, and no reason to refuse."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from officer import Officer
from test_caps_across_pairs import failures, fund, fund_once, hold, ledger_url

from ledger.core.quantity import Unit
from ledger.matching.goals import GoalState

__all__ = ["fund", "fund_once", "ledger_url"]

Row = dict[str, Any]


def level_of(answer: Row) -> Row | None:
    return next((one for one in answer["levels"] if one["name"] == "floors"), None)


def given_by(answer: Row, offer: str) -> Decimal:
    return sum(
        (Decimal(one["quantity"]) for one in answer["lines"] if one["offer"] == offer), Decimal(0)
    )


def test_without_floors_there_is_no_level_of_them(fund: Officer) -> None:
    answer = fund.asks("match")
    assert answer["floors"] == []
    assert level_of(answer) is None


def test_offers_are_chosen_so_that_floors_are_met(fund: Officer) -> None:
    fund.says("limit add floor quantity '150 EUR' --offers provider=GIFT")
    fund.says("limit add floor quantity '120 EUR' --offers provider=BANK")
    answer = fund.asks("match")
    assert [one["shortfall"] for one in answer["floors"]] == ["0.00", "0.00"]
    assert given_by(answer, "O-0002") >= 150
    assert given_by(answer, "O-0001") >= 120
    assert len(answer["complete"]) == 3
    names = [one["name"] for one in answer["levels"]]
    assert names == ["complete", "coverage", "floors", "changes", "deals", "cost"]
    assert level_of(answer) == {
        "name": "floors",
        "value": "0.0000000",
        "bound": "0.0000000",
        "gap": "0.0000000",
    }
    assert "Floors met: 2." in fund.says("match")


def test_a_shortfall_is_reported_everywhere_and_refuses_nothing(fund: Officer) -> None:
    fund.says("limit add floor quantity '800 EUR' --projects country=IR")
    fund.says(hold("O-0001", "N-0001", "40 EUR"))
    answer = fund.asks("match")
    (floor,) = answer["floors"]
    assert floor == {
        "limit": "LIM-0001",
        "group": None,
        "least": "800.00",
        "unit": "EUR",
        "placed": "40.00",
        "proposed": "160.00",
        "shortfall": "600.00",
    }
    level = level_of(answer)
    assert level is not None
    assert (level["value"], level["bound"]) == ("0.7500000", "0.7500000")
    sentence = (
        "LIM-0001 asks for at least 800.00 EUR: 40.00 EUR placed, 160.00 EUR proposed, "
        "600.00 EUR short"
    )
    told = " ".join(fund.says("match").split())
    assert "Floor not met: 1 of 1." in told
    assert sentence in told
    for code in ("PRJ-0001", "N-0003", "O-0001"):
        because = fund.asks(f"match explain {code}")["because"]
        assert ["floor", f"Limit {sentence}."] in [[*one.values()] for one in because], code
    assert "floor" not in {one["reason"] for one in fund.asks("match explain N-0002")["because"]}
    compared = fund.asks("match whatif --withdraw O-0001,O-0002")
    assert compared["today"]["floors"] == [floor]
    assert compared["then"]["floors"][0]["shortfall"] == "760.00"
    assert "short of floors" in fund.says("match whatif --withdraw O-0001")
    assert failures(fund) == []


def test_the_night_counts_floors_that_are_not_met(fund: Officer) -> None:
    fund.says("limit add floor quantity '800 EUR' --per country")
    fund.says("limit add floor number 2 --offers provider=GIFT")
    steps = fund.asks("reconcile")["steps"]
    figures = next(one["figures"] for one in steps if one["name"] == "propose")
    assert (figures["floors"], figures["floors_short"]) == (3, 2)
    assert "2 of 3 floors not met" in fund.says("status")
    assert fund.asks("match show")["proposal"] == figures["proposal"]


def test_a_number_of_projects_is_a_goal(fund: Officer) -> None:
    for provider in ("BANK", "GIFT"):
        fund.says(f"limit add floor number 3 --offers provider={provider}")
    answer = fund.asks("match")
    assert [one["shortfall"] for one in answer["floors"]] == ["0", "0"]
    pairs = {(one["project"], one["offer"]) for one in answer["lines"]}
    assert len(pairs) == 6
    fund.says("limit add floor number 5")
    short = fund.asks("match")["floors"][2]
    assert (short["placed"], short["proposed"], short["shortfall"]) == ("0", "3", "2")
    fund.says(hold("O-0001", "N-0001", "100 EUR"))
    short = fund.asks("match")["floors"][2]
    assert (short["placed"], short["proposed"], short["shortfall"]) == ("1", "2", "2")


def test_each_group_is_a_goal_of_its_own(fund: Officer) -> None:
    fund.says("limit add floor quantity '150 EUR' --per country")
    by_group = {one["group"]: one for one in fund.asks("match")["floors"]}
    assert {code: one["shortfall"] for code, one in by_group.items()} == {
        "IR": "0.00",
        "PK": "50.00",
    }
    of_project = fund.asks("match --project PRJ-0001")["floors"]
    assert [one["group"] for one in of_project] == ["IR"]


def test_other_currencies_count_at_the_rate_of_the_day(fund: Officer) -> None:
    fund.says("rates add USD EUR 0.5 --on 2025-01-01")
    fund.says("need add PRJ-0002 money '300 USD' --on 2025-01-01")
    fund.says("limit add floor quantity '280 EUR' --projects country=PK")
    (floor,) = fund.asks("match")["floors"]
    assert (floor["proposed"], floor["shortfall"]) == ("250.00", "30.00")


def test_a_floor_gives_up_no_coverage(fund: Officer) -> None:
    free = fund.asks("match")
    fund.says("offer add GIFT money '50 EUR' --countries IR --min-ticket '50 EUR' --on 2025-01-01")
    fund.says("limit add floor quantity '50 EUR' --offers offer=O-0003")
    answer = fund.asks("match")
    assert answer["levels"][:2] == free["levels"][:2]
    assert answer["floors"][0]["shortfall"] == "0.00"


def test_the_answer_of_storing_is_repeated_with_its_floors(fund: Officer) -> None:
    fund.says("limit add floor quantity '900 EUR'")
    first = fund.asks("match --save --key morning")
    assert first["floors"][0]["shortfall"] == "600.00"
    assert level_of(first) is not None
    again = fund.asks("match --save --key morning")
    assert again["replayed"]
    assert (again["floors"], again["levels"]) == (first["floors"], first["levels"])
    assert "600.00 EUR short" in " ".join(fund.says("match --save --key morning").split())


def test_a_stored_plan_stays_while_its_floors_are_met_as_far(fund: Officer) -> None:
    fund.says("limit add floor quantity '150 EUR' --offers provider=GIFT")
    fund.says("match --save")
    answer = fund.asks("match")
    assert {one["change"] for one in answer["lines"]} == {"kept"}
    fund.says("limit edit LIM-0001 --value '300 EUR'")
    answer = fund.asks("match")
    assert answer["floors"][0]["shortfall"] == "0.00"
    assert "new" in {one["change"] for one in answer["lines"]} or given_by(answer, "O-0002") == 300


def test_a_quick_plan_does_not_search_for_floors(fund: Officer) -> None:
    for provider in ("BANK", "GIFT"):
        fund.says(f"limit add floor quantity '150 EUR' --offers provider={provider}")
    answer = fund.asks("match --time-limit 0")
    level = level_of(answer)
    assert level is not None
    if Decimal(level["value"]) > 0:
        assert "Whether more is possible is not proven" in fund.says("match --time-limit 0")


@given(st.data())
def test_a_shortfall_is_what_is_missing(data: st.DataObject) -> None:
    """The share that is missing of each, summed; what is placed counts, and rates are exact."""
    least = data.draw(st.integers(1, 1000))
    placed, proposed = (data.draw(st.fractions(0, 900, max_denominator=7)) for _ in range(2))
    state = GoalState("L", "", least, placed, proposed, Unit("EUR", 2, "money", "Euro"))
    missing = max(Fraction(0), least - placed - proposed)
    assert missing <= state.missing < missing + 1
