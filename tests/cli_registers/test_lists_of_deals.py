"""The list of deals says with whom, for which city and project, and where each deal stands."""

from __future__ import annotations

import pytest
from officer import Officer

HOLD = "deal introduce O-0001 N-0001 '1M EUR' --until 2099-01-01"
FINISHED = "1 finished hidden; --all shows them."


@pytest.fixture
def dealing(fund: Officer) -> Officer:
    """Give an officer with a deal that is held, one committed, and one that was released."""
    fund.says(HOLD)
    project = fund.asks("need list")["rows"][0]["project"]
    for code in ("N-0011", "N-0012", "N-0013"):
        fund.says(f"need add {project} money '9M EUR' --code {code}")
    fund.says("deal introduce O-0001 N-0011 '2M EUR' --commit")
    fund.says("deal introduce O-0001 N-0012 '100 EUR' --until 2099-01-01")
    fund.says("deal release D-0003 --yes")
    return fund


def test_a_list_names_provider_city_and_project_and_says_the_state(dealing: Officer) -> None:
    rows = dealing.asks("deal list")["rows"]
    assert [row["state"] for row in rows] == ["held", "committed", "released"]
    (shown,) = {(row["provider_name"], row["city_name"], row["title"]) for row in rows}
    table = dealing.says("deal list")
    assert all(name in table for name in shown)
    assert "State" in table


def test_finished_deals_are_hidden_from_people_alone(dealing: Officer) -> None:
    said = dealing.tries("deal list")
    assert "D-0003" not in said.out
    assert FINISHED in said.err
    everything = dealing.tries("deal list --all")
    assert "D-0003" in everything.out
    assert "hidden" not in everything.err
    assert "D-0003" in dealing.says("deal list --format csv")


def test_a_filter_on_the_state_finds_finished_deals(dealing: Officer) -> None:
    for text in ("state=released", "State=released", "state!=held"):
        said = dealing.tries(f"deal list --where {text}")
        assert "D-0003" in said.out
        assert "hidden" not in said.err


def test_a_delivered_deal_is_finished(dealing: Officer) -> None:
    dealing.says("deal deliver D-0002 --yes")
    assert dealing.asks("deal list --where state=delivered")["rows"][0]["deal"] == "D-0002"
    assert "2 finished hidden" in dealing.tries("deal list").err
    dealing.says("deal introduce O-0001 N-0013 '200 EUR' --until 2099-01-01")
    assert "D-0004" in dealing.says("deal list")


def test_names_filter_by_key_and_by_heading(dealing: Officer) -> None:
    row = dealing.asks("deal list")["rows"][0]
    headings = {"Provider code": "provider", "Provider": "provider", "Title": "title"}
    for name in (*headings, "provider", "provider_name", "city", "office", "title"):
        where = f"{name}={row[headings.get(name, name)]}"
        found = dealing.asks("deal list", "--where", where)["rows"]
        assert [one["deal"] for one in found] == ["D-0001", "D-0002", "D-0003"]


def test_gaps_name_the_project_for_people(dealing: Officer) -> None:
    assert dealing.asks("gaps")["rows"][0]["title"] in dealing.says("gaps")
