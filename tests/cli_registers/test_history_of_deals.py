"""The history of a deal: every version of its terms and every act, with who and why."""

from __future__ import annotations

import csv
import io

import pytest
from officer import Officer


@pytest.fixture
def dealt(fund: Officer) -> Officer:
    """Give an officer whose deal was held, prolonged by a colleague, noted and committed."""
    fund.says(
        "deal introduce O-0001 N-0001 '10M EUR' --until 2026-12-01 --note 'first talks'",
        *("--instrument", "grant", "--reference", "L-1"),
    )
    fund.says("--actor omid deal edit D-0001 --until 2027-01-15 --reason 'the board meets later'")
    fund.says("deal edit D-0001 --due 2027-06-30 --note 'terms agreed'")
    fund.says("deal commit D-0001 '4M EUR'")
    return fund


def test_history_shows_who_prolonged_a_hold_and_every_note(dealt: Officer) -> None:
    answer = dealt.asks("history deal:d-0001")
    assert (answer["schema"], answer["kind"], answer["code"]) == (
        "cityfund.history/1",
        "deal",
        "D-0001",
    )
    versions = {row["version"]: row for row in answer["rows"] if row["version"]}
    assert [*versions] == [3, 2, 1]
    assert versions[1]["changes"] == [
        {"field": "offer", "from": None, "to": "O-0001"},
        {"field": "need", "from": None, "to": "N-0001"},
        {"field": "instrument", "from": None, "to": "grant"},
        {"field": "held_until", "from": None, "to": "2026-12-01"},
        {"field": "note", "from": None, "to": "first talks"},
    ]
    prolonged = versions[2]
    assert (prolonged["actor"], prolonged["reason"]) == ("omid", "the board meets later")
    assert prolonged["changes"] == [
        {"field": "held_until", "from": "2026-12-01", "to": "2027-01-15"}
    ]
    assert versions[3]["changes"] == [
        {"field": "due_on", "from": None, "to": "2027-06-30"},
        {"field": "note", "from": "first talks", "to": "terms agreed"},
    ]
    acts = [row["changes"][0] for row in answer["rows"] if row["entry"]]
    assert [(one["act"], one["quantity"], one["to_stage"]) for one in acts] == [
        ("commit", "4000000.00", "committed"),
        ("introduce", "10000000.00", "held"),
    ]


def test_history_is_a_table_for_people_and_for_spreadsheets(dealt: Officer) -> None:
    told = dealt.says("history deal:D-0001")
    for words in (
        "held until: 2026-12-01 → 2027-01-15",
        "omid",
        "the board meets later",
        "note: first talks → terms agreed",
        "10M EUR introduced, on 2026-11-23, reference L-1",
        "4M EUR committed, on 2026-11-23",
    ):
        assert words in told
    rows = [*csv.DictReader(io.StringIO(dealt.says("history deal:D-0001 --format csv")))]
    assert [row["version"] for row in rows] == ["", "3", "2", "1", ""]
    assert rows[0]["what"] == "4M EUR committed, on 2026-11-23"
    assert dealt.refused("history deal:D-0009", 5, "D-0009") == "unknown-code"


def test_history_shows_the_rate_and_a_further_hold_at_another(fund: Officer) -> None:
    fund.says("need add PRJ-0001 money '9M USD'")
    fund.says("deal introduce O-0001 N-0005 '1M USD' --until 2026-12-01 --rate 0.9")
    fund.says("deal introduce O-0001 N-0005 '1M USD' --until 2026-12-24 --rate 0.9")
    fund.says("deal introduce O-0001 N-0005 '1M USD' --until 2026-12-24 --rate 0.8")
    first = fund.asks("history deal:D-0001")["rows"]
    opened = {one["field"]: one["to"] for one in first[-2]["changes"]}
    assert opened["rate_exact"] == "9/10"
    assert first[0]["changes"] == [
        {"field": "held_until", "from": "2026-12-01", "to": "2026-12-24"}
    ]
    second = fund.asks("history deal:D-0002")["rows"]
    assert "rate exact: none → 4/5" in fund.says("history deal:D-0002")
    assert [row["version"] for row in second] == [1, None]
