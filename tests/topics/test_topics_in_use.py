"""A topic not yet in use is pointed out; topics are listed, and renamed everywhere at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from officer import Officer


@pytest.fixture
def fund(officer: Officer) -> Officer:
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("provider add 'Metro Builders' --code MBL --kind firm")
    officer.says("project add 'Urban railway' --code P1 --city MHD --sector transport.urban")
    return officer


NEITHER = {"partnerships": 0, "credentials": 0}


def noted(receipt: dict[str, Any], code: str = "new-topic") -> list[str]:
    return [one["text"] for one in receipt["notes"] if one["code"] == code]


def test_entry_of_a_new_topic_says_so_and_names_the_nearest(fund: Officer) -> None:
    first = fund.asks("need add P1 expertise '5 person-day' --topic metro")
    assert noted(first) == ["the topic metro is not in use yet; no topic in use is near it"]
    slip = fund.asks("offer add MBL expertise '5 person-day' --topics Metro --topics metrro")
    assert noted(slip) == ["the topic metrro is not in use yet; the nearest in use is metro"]
    assert not noted(fund.asks("need add P1 expertise '5 person-day' --topic METRO"))
    assert "note: the topic tram is not" in fund.says("need edit N-0001 --topic tram")
    assert not noted(fund.asks("need edit N-0001 --topic Tram"))
    assert not noted(fund.asks("need edit N-0001 --needed-by 2028-01-01"))


def test_a_project_with_needs_says_a_new_topic_once(fund: Officer) -> None:
    needs = ["--need", "money 5M EUR monorail", "--need", "implementation 8 km Monorail"]
    receipt = fund.asks("project add 'Line 4' --city MHD --sector transport.urban", *needs)
    assert noted(receipt) == ["the topic monorail is not in use yet; no topic in use is near it"]


def test_an_import_lists_new_topics_in_its_preview_and_on_its_receipt(
    fund: Officer, tmp_path: Path
) -> None:
    fund.says("need add P1 expertise '5 person-day' --topic metro")
    file = tmp_path / "needs.csv"
    lines = ["N8,P1,expertise,Metro,5,person-day", "N9,P1,expertise,metrro,5,person-day"]
    file.write_text("\n".join(["code,project,factor,topic,quantity,unit", *lines]))
    text = "the topic metrro is not in use yet; the nearest in use is metro"
    preview = fund.tries("import --dry-run", str(file))
    assert preview.err.count(text) == 1
    assert noted(fund.asks("import --yes", str(file))) == [text]
    assert not noted(fund.asks("import --yes", str(file)))


def test_topics_in_use_are_listed_with_their_spellings_and_counts(fund: Officer) -> None:
    for topic in ("metro", "Metro", "tram-way"):
        fund.says("need add P1 expertise '5 person-day' --topic", topic)
    fund.says("need add P1 expertise '5 person-day'")
    fund.says("offer add MBL expertise '5 person-day' --topics Metro --topics bus")
    assert fund.asks("topic list")["rows"] == [
        {"topic": "bus", "needs": 0, "offers": 1, **NEITHER, "spellings": ["bus"]},
        {"topic": "Metro", "needs": 2, "offers": 1, **NEITHER, "spellings": ["metro", "Metro"]},
        {"topic": "tram-way", "needs": 1, "offers": 0, **NEITHER, "spellings": ["tram-way"]},
    ]
    assert fund.asks("topic list --where topic=METRO")["rows"][0]["needs"] == 2
    fund.says("need edit N-0001 --topic bus")
    assert [row["needs"] for row in fund.asks("topic list")["rows"]] == [1, 1, 1]


def test_a_topic_is_renamed_everywhere_in_one_request(fund: Officer) -> None:
    fund.says("need add P1 expertise '5 person-day' --topic Metro-line")
    fund.says("need add P1 expertise '5 person-day' --topic bus")
    fund.says("offer add MBL expertise '5 person-day' --topics tram --topics 'metro line'")
    fund.says("offer add MBL expertise '5 person-day' --topics subway --topics 'metro line'")
    receipt = fund.asks("topic rename 'METRO LINE' Subway --reason 'one name'")
    assert [(one["code"], one["version"]) for one in receipt["registers"]] == [
        ("N-0001", 2),
        ("O-0001", 2),
        ("O-0002", 2),
    ]
    assert fund.world.record("need", "N-0001").topic == "Subway"
    assert fund.world.record("offer", "O-0001").topics == ("tram", "Subway")
    assert fund.world.record("offer", "O-0002").topics == ("Subway",)
    assert fund.asks("history need:N-0001")["rows"][0]["reason"] == "one name"
    assert [row["topic"] for row in fund.asks("topic list")["rows"]] == ["bus", "Subway", "tram"]


def test_a_restriction_that_has_the_new_name_gets_no_version(fund: Officer) -> None:
    fund.says("need add P1 expertise '5 person-day' --topic water")
    fund.says("restriction add --countries KP --topics Water --authority A --reason B --yes")
    fund.says("restriction add --countries KP --topics water --authority A --reason B --yes")
    fund.says("topic rename water Water --reason 'one name'")
    versions = [len(fund.asks(f"history restriction:RS-000{one}")["rows"]) for one in (1, 2)]
    assert versions == [1, 2]


def test_a_rename_that_cannot_be_is_refused(fund: Officer) -> None:
    fund.says("need add P1 expertise '5 person-day' --topic metro")
    assert fund.refused("topic rename metrro tram", 5, "Did you mean metro") == "unknown-topic"
    assert fund.refused("topic rename METRO metro", 4, "everywhere") == "nothing-to-change"
    for new in ("_", "'a;b'"):
        assert fund.refused(f"topic rename metro {new}", 3, "topic") == "bad-terms"
    assert "topic renamed" in fund.says("topic rename metro Metro")
