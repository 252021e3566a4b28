"""`match --reserves`: a second-best offer for each line, disjoint where there is enough."""

from __future__ import annotations

from typing import Any

import pytest
from officer import Officer
from world import NEW_YEAR

from ledger.matching import reserves


@pytest.fixture
def backed(fund: Officer) -> Officer:
    """Give a fund in which two more banks could each take over both lines of money."""
    for code, cost in (("DEAR", 5), ("CHEAP", 1)):
        fund.says(f"provider add {code} --code {code} --kind bank --country FR --new")
        line = f"offer add {code} money '100 EUR' --on {NEW_YEAR} --rate {cost}"
        fund.says(f"{line} --instruments loan --code O-{code}")
    fund.says("need edit N-0003 --after N-0004")  # it waits for what nobody offers
    return fund


def by_need(answer: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    keys = ("offer", "reserve", "reserve_shared", "reserve_enough")
    return {one["need"]: tuple(one[key] for key in keys) for one in answer["lines"]}


def test_without_the_option_no_reserve_is_named(backed: Officer) -> None:
    assert {one["reserve"] for one in backed.asks("match")["lines"]} == {None}
    assert "reserve" not in backed.says("match").lower()


def test_each_line_has_another_offer_where_there_is_one(backed: Officer) -> None:
    rows = by_need(backed.asks("match --reserves"))
    offer, reserve, shared, enough = rows["N-0001"]
    assert reserve in {"O-CHEAP", "O-DEAR", "O-0001"} - {offer}
    assert (shared, enough) == (False, True)
    assert rows["N-0002"][1:] == (None, None, None)
    told = " ".join(backed.says("match --reserves").split())
    assert f"reserve: {reserve} " in told
    assert "no reserve: no other offer can take over all of it" in told
    assert "Reserves: 1 of 2 lines have an offer of their own, 0 share one, 1 has none." in told


def test_the_cheapest_is_second_best(fund: Officer) -> None:
    for code, cost in (("DEAR", 5), ("CHEAP", 1)):
        fund.says(f"provider add {code} --code {code} --kind bank --country FR --new")
        fund.says(
            f"offer add {code} money '100 EUR' --on {NEW_YEAR} --rate {cost} --code O-{code} "
            "--condition complete"
        )
    fund.says("offer withdraw O-0001")
    lines = by_need(fund.asks("match --reserves"))
    offer, reserve, *_ = lines["N-0001"]
    assert {offer, reserve} == {"O-CHEAP", "O-DEAR"}


@pytest.mark.parametrize(("quantity", "enough"), [("110 EUR", False), ("170 EUR", True)])
def test_lines_share_an_offer_where_there_is_no_other(
    fund: Officer, quantity: str, enough: bool
) -> None:
    fund.says("offer withdraw O-0001")
    fund.says("provider add Other --code OTHER --kind bank --country FR --new")
    for code, most, rate in (("A", "100 EUR", 1), ("B", "70 EUR", 1), ("C", quantity, 9)):
        line = f"offer add OTHER money '{most}' --code O-{code} --rate {rate} --on {NEW_YEAR}"
        fund.says(f"{line} --min-ticket '70 EUR'")
    rows = by_need(fund.asks("match --reserves"))
    assert rows["N-0001"] == ("O-A", "O-C", True, enough)
    assert rows["N-0003"] == ("O-B", "O-C", True, enough)
    told = " ".join(fund.says("match --reserves").split())
    suffices = "with enough for all" if enough else "without enough for all"
    assert f"reserve: O-C Other, also of line 3, {suffices}" in told
    assert "0 of 3 lines have an offer of their own, 2 share one, 1 has none." in told


def test_what_is_stored_keeps_its_reserves(backed: Officer) -> None:
    first = backed.asks("match --reserves --save --key morning")
    backed.says("offer withdraw O-DEAR")
    again = backed.asks("match --reserves --save --key morning")
    assert again["replayed"]
    assert by_need(again) == by_need(first)
    assert any(one["reserve"] for one in first["lines"])
    assert "reserve: O-" in backed.says("match --reserves --save --key morning")
    rows = backed.says("match --reserves --format csv").splitlines()
    assert "reserve" in rows[0].split(",")


def test_too_many_candidates_are_refused(backed: Officer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reserves, "MOST_CANDIDATES", 1)
    code = backed.refused("match --reserves", 4, "more than 1 pairs", "--project")
    assert code == "too-many-reserves"


@pytest.mark.parametrize("verb", ["show", "list", "explain N-0001", "whatif", "worth", "accept"])
def test_other_verbs_have_no_reserves(backed: Officer, verb: str) -> None:
    backed.says("match --save")
    assert backed.tries(f"match {verb} --reserves").code == 2
