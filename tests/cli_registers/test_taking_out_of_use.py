"""Taking out of use and bringing back: needs, offers, whole projects, and what they belong to."""

from __future__ import annotations

import pytest
from officer import Officer

from ledger.eligibility.rules import RULES


def test_a_part_of_a_need_is_withdrawn_and_comes_back(fund: Officer) -> None:
    fund.says("need withdraw N-0001 '30M EUR' --reason smaller")
    assert fund.world.stages("need", "N-0001") == {
        "open": 6_000_000_000,
        "withdrawn": 3_000_000_000,
    }
    fund.says("need reinstate N-0001 '10M EUR'")
    fund.says("need reinstate N-0001")
    assert fund.world.stages("need", "N-0001") == {"open": 9_000_000_000}
    fund.refused("need reinstate N-0001", 4, "withdrawn")
    fund.refused("need withdraw N-0001 '91M EUR'", 4, "90,000,000.00 EUR open")
    fund.refused("need withdraw N-0004", 4, "N-0004")


def test_an_offer_withdrawn_whole_is_hidden_until_it_comes_back(fund: Officer) -> None:
    fund.says("offer withdraw O-0002")
    assert [row["code"] for row in fund.asks("offer list")["rows"]] == ["O-0001"]
    rows = fund.asks("offer list --all")["rows"]
    assert [(row["code"], row["withdrawn"]) for row in rows] == [
        ("O-0001", False),
        ("O-0002", True),
    ]
    assert rows[1]["withdrawn_quantity"] == "30.00"
    fund.says("offer reinstate O-0002")
    assert len(fund.asks("offer list")["rows"]) == 2


def test_an_offer_expires_only_once_its_days_have_passed(fund: Officer) -> None:
    fund.says("offer edit O-0001 --valid-until today")
    fund.refused("offer expire O-0001", 4, "valid through 2026-11-23")
    fund.says("offer edit O-0001 --valid-until yesterday")
    answer = fund.asks("offer expire O-0001")
    assert answer["offer"]["expired"] == "100000000.00"
    fund.refused("offer reinstate O-0001", 4, "--valid-until")


def test_a_project_withdrawn_takes_what_is_open_and_names_what_is_not(fund: Officer) -> None:
    fund.says("deal introduce O-0001 N-0001 '40M EUR' --until 2027-01-01")
    fund.says("deal commit D-0001 '15M EUR'")
    said = fund.says("project cancel PRJ-0001 --reason 'the council said no'")
    assert "N-0001: 50,000,000.00 EUR withdrawn" in said
    assert "25,000,000.00 EUR is still held" in said
    assert "cityfund deal release D-0001 --committed" in said
    assert fund.world.record("project", "PRJ-0001").status == "cancelled"
    assert fund.world.stages("need", "N-0003") == {"withdrawn": 8000}
    assert fund.asks("project list")["rows"] == []
    assert [row["status"] for row in fund.asks("project list --all")["rows"]] == ["cancelled"]
    fund.refused("project cancel PRJ-0001", 4, "cancelled already")


def test_a_project_comes_back_with_its_needs(fund: Officer) -> None:
    fund.refused("project restore PRJ-0001", 4, "not cancelled")
    fund.says("project cancel PRJ-0001")
    fund.refused("project restore PRJ-0001 --status done", 3, "done")
    fund.refused("project restore PRJ-0001 --status cancelled", 4, "would stay so")
    said = fund.says("project restore PRJ-0001 --status preparation")
    assert "N-0001: 90,000,000.00 EUR open again" in said
    assert fund.world.record("project", "PRJ-0001").status == "preparation"
    assert fund.world.stages("need", "N-0002") == {"open": 4000}


def test_a_project_of_a_withdrawn_city_stays_cancelled(fund: Officer) -> None:
    fund.says("project cancel PRJ-0001")
    fund.says("city retire MHD")
    fund.refused("project restore PRJ-0001", 4, "MHD", "retired")


def test_taking_out_of_use_says_what_is_left_behind(fund: Officer) -> None:
    assert "its project PRJ-0001 is unchanged" in fund.says("city retire MHD")
    assert "O-0001, O-0002" in fund.says("provider retire EDB --reason merged")
    fund.says("city restore MHD")
    assert "city still with it: MHD" in fund.says("office retire asia")
    assert [row["code"] for row in fund.asks("provider list")["rows"]] == ["MBL"]
    assert len(fund.asks("provider list --all")["rows"]) == 2
    assert "1 withdrawn hidden" in fund.tries("provider list").err


def test_what_is_so_already_is_refused(fund: Officer) -> None:
    fund.refused("city restore MHD", 4, "in use already")
    fund.says("city retire MHD")
    fund.refused("city retire MHD", 4, "retired already")
    fund.refused("office retire moon", 5, "moon")


def test_offers_of_a_retired_provider_are_proposed_no_longer(fund: Officer) -> None:
    fund.says("match --save")
    proposed = {line["offer"] for line in fund.asks("match show")["lines"]}
    assert "O-0001" in proposed
    fund.says("deal introduce O-0001 N-0001 '10M EUR' --until 2027-01-01")
    assert _eligible(fund, "N-0001") == ["O-0001"]
    fund.says("provider retire EDB")

    assert _eligible(fund, "N-0001") == []
    (row,) = (
        one for one in fund.asks("need candidates N-0001")["rows"] if one["offer"] == "O-0001"
    )
    assert ("retired", "provider EDB is retired") in [
        (one["rule"], one["sentence"]) for one in row["failures"]
    ]
    assert fund.asks("match")["lines"] == []
    gap = next(one for one in fund.asks("gaps")["rows"] if one["need"] == "N-0001")
    obstacle = "every offer is of a retired provider"
    assert (gap["eligible_offers"], gap["main_obstacle"]) == (0, obstacle)
    assert gap["obstacle_rule"] == "retired"
    assert "O-0001 is of EDB, a provider that is retired." in fund.says("match explain O-0001")
    line = "deal introduce O-0001 N-0001 '5M EUR' --until 2027-01-01"
    assert fund.refused(line, 4, "EDB", "retired", "provider restore EDB") == "provider-retired"
    assert fund.refused("match accept --until 2027-01-01 --yes", 4, "retired") == "no-longer-fits"

    fund.says("deal commit D-0001")
    fund.says("deal deliver D-0001 '1M EUR'")
    fund.says(f"{line} --override 'its successor gives it'")
    assert fund.tries("check").code == 0
    fund.says("provider restore EDB")
    assert _eligible(fund, "N-0001") == ["O-0001"]
    fund.says("deal introduce O-0001 N-0001 '1M EUR' --until 2027-01-01")
    assert fund.tries("check").code == 0


def _eligible(fund: Officer, need: str) -> list[str]:
    rows = fund.asks(f"need candidates {need}")["rows"]
    return [one["offer"] for one in rows if one["eligible"]]


def test_what_an_earlier_version_introduced_after_it_is_in_order(
    fund: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fund.says("provider retire EDB")
    with monkeypatch.context() as earlier:
        earlier.setitem(RULES, "retired", lambda _pairing: None)
        fund.says("deal introduce O-0001 N-0001 '5M EUR' --until 2027-01-01")
    assert fund.tries("check").code == 0


def test_several_things_that_are_left_behind_are_listed(fund: Officer) -> None:
    for day in ("2020-01-01", "2021-01-01"):
        fund.says(f"seat add MHD hq --role adviser --from {day} --until {day}")
    assert "its seats stay unchanged: ST-0001, ST-0002" in fund.says("city retire MHD")
