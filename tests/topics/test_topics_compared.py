"""Topics are compared by key wherever they are compared: eligibility, matching, filters, groups."""

from __future__ import annotations

import pytest
from officer import Officer

TOPICS = [("Metro", "metro"), ("مونوریل", "مونوريل"), ("Metro-line", "metro  LINE")]


def furnish(officer: Officer) -> None:
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("provider add 'Metro Builders' --code MBL --kind firm")
    officer.says("project add 'Urban railway' --code P1 --city MHD --sector transport.urban")


def add_need(officer: Officer, code: str, topic: str, quantity: str = "10 person-day") -> None:
    officer.says(f"need add P1 expertise '{quantity}' --code {code} --on 2026-01-01 --topic", topic)


def add_offer(officer: Officer, code: str, *topics: str) -> None:
    options = [word for topic in topics for word in ("--topics", topic)]
    officer.says(f"offer add MBL expertise '10 person-day' --code {code} --on 2026-01-01", *options)


@pytest.mark.parametrize(("offered", "needed"), TOPICS)
def test_an_offer_fits_a_need_of_its_topic_in_any_spelling(
    officer: Officer, offered: str, needed: str
) -> None:
    furnish(officer)
    add_offer(officer, "O1", "tramway", offered)
    add_need(officer, "N1", needed)
    add_need(officer, "N2", "bus")
    candidates = officer.asks("need candidates N1")["rows"]
    assert [row["eligible"] for row in candidates] == [True]
    assert not officer.asks("need candidates N2")["rows"][0]["eligible"]
    rows = {row["need"]: row["eligible_offers"] for row in officer.asks("gaps")["rows"]}
    assert rows == {"N1": 1, "N2": 0}
    assert [line["need"] for line in officer.asks("match")["lines"]] == ["N1"]
    officer.says("deal introduce O1 N1 '10 person-day' --until 2026-12-31 --on 2026-02-01")
    assert officer.world.record("need", "N1").topic == needed


def test_a_topic_without_letters_is_not_the_lack_of_one(officer: Officer) -> None:
    furnish(officer)
    add_offer(officer, "O1", "--")
    officer.says("need add P1 expertise '10 person-day' --code N1 --on 2026-01-01")
    assert officer.asks("gaps")["rows"][0]["eligible_offers"] == 0
    assert not officer.asks("match")["lines"]
    assert not officer.asks("need candidates N1")["rows"][0]["eligible"]


def test_filters_and_groups_take_every_spelling(officer: Officer) -> None:
    furnish(officer)
    for code, topic in [("N3", "METRO"), ("N1", "metro"), ("N2", "tram_way"), ("N4", "Tram-way")]:
        add_need(officer, code, topic)
    add_need(officer, "N5", "metro", "? person-day")
    chosen = officer.asks("gaps --where topic=MeTro")["rows"]
    assert [row["need"] for row in chosen] == ["N1", "N3", "N5"]
    assert [row["topic"] for row in chosen] == ["metro", "METRO", "metro"]
    listed = officer.asks("need list --where 'topic!=tram way'")["rows"]
    assert [row["code"] for row in listed] == ["N1", "N3", "N5"]
    groups = officer.asks("gaps --by topic")["rows"]
    assert [(row["topic"], row["needs"]) for row in groups] == [("metro", 3), ("tram_way", 2)]
    add_offer(officer, "O1", "Metro", "bus")
    assert officer.asks("offer list --where topics=METRO")["rows"]


def test_the_trend_groups_by_key_too(officer: Officer) -> None:
    furnish(officer)
    for code, topic in [("N1", "metro"), ("N2", "Metro")]:
        add_need(officer, code, topic)
    officer.says("reconcile --only gaps")
    rows = officer.asks("gaps trend --by topic")["rows"]
    assert [(row["topic"], row["needs"]) for row in rows] == [("metro", 2)]
