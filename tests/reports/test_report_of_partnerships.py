"""`report partnerships`: what stands, what came of it, what is idle, as of a day and as known."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from officer import Officer

from ledger.core.factors import Factor

REPORT = "report partnerships"


@pytest.fixture
def ties(officer: Officer) -> Officer:
    """Give three cities, two providers that are cities, and a tie of Mashhad with each other."""
    world = officer.world
    world.city("MHD", name="Mashhad")
    world.city("LHE", name="Lahore", country="PK")
    world.city("SAO", name="São Paulo", country="BR", office="americas")
    for code in ("LHE", "SAO"):
        world.provider(code, name=f"City of {code}", kind="city", city=code)
    world.provider()
    officer.says("partnership add MHD LHE --kind twinning --signed 2006 --topics water")
    officer.says(
        "partnership add SAO MHD --kind city-to-city --signed 2026-05 --topics BRT --aim a"
    )
    world.project()
    return officer


def row(officer: Officer, code: str, *options: str) -> dict[str, Any]:
    rows = officer.asks(REPORT, *options)["rows"]
    return next(one for one in rows if one["partnership"] == code)


def read(officer: Officer, code: str, *options: str) -> tuple[str, str, str | None]:
    one = row(officer, code, *options)
    return one["status"], one["outcome"], one["newest_trace"]


def test_a_tie_of_which_nothing_came_sleeps_or_is_new(ties: Officer) -> None:
    assert read(ties, "PA-0001") == ("sleeping", "none", None)
    assert read(ties, "PA-0002") == ("new", "none", None)
    assert read(ties, "PA-0002", "--as-of", "2028-06-01") == ("sleeping", "none", None)
    assert read(ties, "PA-0002", "--months", "1") == ("sleeping", "none", None)
    before = ties.asks(f"{REPORT} --as-of 2020-01-01")["rows"]
    assert [one["partnership"] for one in before] == ["PA-0001"]


def test_the_day_of_a_trace_is_printed_as_it_was_written(ties: Officer) -> None:
    ties.says("partnership log PA-0001 'A visit' --by MHD --done-on 2026-05 --code UT-1")
    assert read(ties, "PA-0001") == ("active", "done", "2026-05")
    assert "2026-05-01" not in ties.says(REPORT)
    ties.says("partnership log PA-0001 Office --by MHD --done-on 2020 --lasts yes --until 2025")
    assert read(ties, "PA-0001", "--as-of", "2026-01-01") == ("active", "done", "2025")
    assert read(ties, "PA-0001", "--as-of", "2024-02-03") == ("active", "done", "2024-02-03")
    assert "2026-05 " in ties.says("partnership show PA-0001")
    assert "2026-05 " in ties.says("city show MHD")


def test_what_came_of_a_tie_is_followed_through_every_link(ties: Officer) -> None:
    world = ties.world
    world.need("100 EUR", "N-0001")
    ties.says("approach add N-0001 LHE --on 2026-03-01 --partnership PA-0001")
    assert read(ties, "PA-0001") == ("active", "asked", "2026-03-01")
    ties.says("approach reply AP-0001 interested --on 2026-04-01")
    assert read(ties, "PA-0001") == ("active", "interested", "2026-04-01")
    ties.says("approach offer AP-0001 '60 EUR' --code O-0001")
    ties.says("deal introduce O-0001 N-0001 '50 EUR' --until 2027-01-31")
    assert read(ties, "PA-0001")[1] == "held"
    ties.says("partnership log PA-0001 'a visit' --by MHD --on 2026-05-01")
    assert read(ties, "PA-0001")[1] == "done"
    ties.says("deal commit D-0001 '40 EUR'")
    delivered = ties.asks("deal deliver D-0001 '30 EUR'")["entry"]
    assert read(ties, "PA-0001") == ("active", "delivered", "2026-11-23")
    assert row(ties, "PA-0001")["quantities"] == [
        {"unit": "EUR", "held": "10.00", "committed": "10.00", "delivered": "30.00"}
    ]
    ties.says("deal return D-0001 '30 EUR'")
    assert read(ties, "PA-0001")[1] == "delivered", "a return takes back a quantity"
    assert row(ties, "PA-0001")["quantities"][0]["delivered"] == "0.00"
    assert read(ties, "PA-0001", "--as-of", "2026-04-15") == ("active", "interested", "2026-04-01")
    assert delivered


def test_the_reversal_of_the_only_delivery_takes_the_outcome_back(ties: Officer) -> None:
    world = ties.world
    world.need("100 EUR", "N-0001")
    world.offer("60 EUR", "O-0001")
    ties.says("offer edit O-0001 --partnership PA-0001")
    ties.says("deal introduce O-0001 N-0001 '50 EUR' --commit --on 2026-06-01")
    entry = ties.asks("deal deliver D-0001 '30 EUR' --on 2026-07-01")["entry"]
    assert read(ties, "PA-0001") == ("active", "delivered", "2026-07-01")
    with time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=UTC)):
        ties.says(f"journal reverse {entry} --reason slip --yes")
        assert read(ties, "PA-0001") == ("active", "committed", "2026-06-01")
        known = ("--known-at", "2026-11-24T00:00Z")
        assert read(ties, "PA-0001", *known) == ("active", "delivered", "2026-07-01")


def test_a_later_edit_changes_what_is_known_now_and_not_what_was_known(ties: Officer) -> None:
    with time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=UTC)):
        ties.says("partnership edit PA-0001 --signed 2026-02")
        ties.says("partnership log PA-0002 'a visit' --by SAO --done-on 2026-06")
        assert read(ties, "PA-0001") == ("new", "none", None)
        assert read(ties, "PA-0002") == ("active", "done", "2026-06")
        known = ("--known-at", "2026-11-24T00:00Z")
        assert read(ties, "PA-0001", *known) == ("sleeping", "none", None)
        assert read(ties, "PA-0002", *known) == ("new", "none", None)


def test_a_deal_whose_origin_is_corrected_counts_for_the_other_tie_from_then_on(
    ties: Officer,
) -> None:
    world = ties.world
    world.need("100 EUR", "N-0001")
    world.offer("60 EUR", "O-0001")
    line = "deal introduce O-0001 N-0001 '50 EUR' --until 2027-01-31"
    ties.says(f"{line} --partnership PA-0001")
    assert (read(ties, "PA-0001")[1], read(ties, "PA-0002")[1]) == ("held", "none")
    with time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=UTC)):
        ties.says("deal edit D-0001 --partnership PA-0002 --reason misread")
        assert (read(ties, "PA-0001")[1], read(ties, "PA-0002")[1]) == ("none", "held")
        known = ("--known-at", "2026-11-24T00:00Z")
        assert read(ties, "PA-0001", *known)[1] == "held"
        assert read(ties, "PA-0002", *known)[1] == "none"


@pytest.mark.parametrize("city", ["MHD", "LHE", "mhd"])
@pytest.mark.parametrize("asked", ["--where city={}", "--city {}", "--where city=SAO,{}"])
def test_a_filter_by_city_keeps_the_ties_of_either_side(
    ties: Officer, city: str, asked: str
) -> None:
    line = f"report partnerships {asked.format(city)}"
    rows = ties.asks("report partnerships")["rows"]
    wanted = {city.upper(), *(["SAO"] if "SAO" in asked else [])}
    there = [one["partnership"] for one in rows if wanted & {one["city"], one["with_city"]}]
    assert [one["partnership"] for one in ties.asks(line)["rows"]] == there != []
    kinds = ties.asks(f"{line} --by kind")["rows"]
    assert sum(one["ties"] for one in kinds) == len(there)
    assert "No row" not in ties.says(line)


def test_a_tie_comes_from_a_meeting_and_a_meeting_that_came_of_it_is_a_trace(
    ties: Officer,
) -> None:
    ties.says("body add Metropolis --code METROPOLIS --kind association")
    ties.says("meeting add --body METROPOLIS --name Session --from 2020-10-01")
    ties.says("partnership edit PA-0001 --meeting MT-0001")
    meeting = "meeting add --body METROPOLIS --name Visit --from 2026-10-05"
    ties.says(f"{meeting} --partnership PA-0001")
    assert read(ties, "PA-0001") == ("active", "none", "2026-10-05")
    assert row(ties, "PA-0001")["meetings"] == 1
    chain = ties.asks("partnership show PA-0001")
    assert chain["came_from"] == [{"kind": "meeting", "code": "MT-0001"}]
    assert chain["came_of"]["counts"] == {"meeting": 1}
    line = "meeting edit MT-0001 --partnership PA-0001"
    assert ties.refused(line, 4) == "origin-cycle"


def test_late_undertakings_and_what_could_not_be_judged_are_said(ties: Officer) -> None:
    ties.says("partnership undertake PA-0002 'a study' --by SAO --due 2026-11-22")
    ties.says("partnership undertake PA-0002 'a plan' --by MHD --due 2026-12-31")
    ties.says("partnership add LHE SAO --kind memorandum")
    answer = ties.asks(REPORT)
    late = {one["partnership"]: one["late"] for one in answer["rows"]}
    assert late == {"PA-0001": 0, "PA-0002": 1, "PA-0003": 0}
    assert row(ties, "PA-0002")["late_undertakings"] == ["UT-0001"]
    assert answer["not_counted"] == {"without_signed": 1, "without_aim": 2}
    assert "24 months" in answer["rule"]
    assert read(ties, "PA-0003") == ("sleeping", "none", None)


def test_ties_are_summed_by_what_they_have_in_common(ties: Officer) -> None:
    def sums(by: str, key: str) -> dict[Any, tuple[int, int, int, int]]:
        rows = ties.asks(f"{REPORT} --by {by}")["rows"]
        return {
            one[key]: (one["ties"], one["in_force"], one["sleeping"], one["without_outcome"])
            for one in rows
        }

    ties.says("partnership log PA-0002 'a visit' --by SAO --on 2026-06-01")
    assert sums("city", "city") == {
        "LHE": (1, 1, 1, 1),
        "MHD": (2, 2, 1, 1),
        "SAO": (1, 1, 0, 0),
    }
    assert sums("office", "office") == {"asia": (2, 2, 1, 1), "americas": (1, 1, 0, 0)}
    assert sums("kind", "kind") == {"twinning": (1, 1, 1, 1), "city-to-city": (1, 1, 0, 0)}
    assert sums("topic", "topic") == {"water": (1, 1, 1, 1), "BRT": (1, 1, 0, 0)}
    assert set(sums("country", "country")) == {"IR", "PK", "BR"}
    assert ties.refused(f"{REPORT} --by continent", 3, "city, country") == "unknown-grouping"
    assert ties.refused(f"{REPORT} --months many", 3) == "bad-count"


def test_the_view_of_an_office_has_the_ties_of_its_cities(ties: Officer) -> None:
    ties.world.city("RIO", country="BR", office="americas")
    ties.says("partnership add RIO SAO --kind memorandum")
    for line in (REPORT, "partnership list"):
        rows = ties.asks(f"{line} --office americas")["rows"]
        assert {one.get("partnership") or one["code"] for one in rows} == {"PA-0002", "PA-0003"}
    rows = ties.asks(f"{REPORT} --by office --office americas")["rows"]
    assert {one["office"]: one["ties"] for one in rows} == {"asia": 1, "americas": 2}
    assert ties.asks(f"{REPORT} --openings --office africa")["rows"] == []


def test_openings_go_both_ways_and_name_what_takes_them_up(ties: Officer) -> None:
    world = ties.world
    world.need("100 EUR", "N-0001")
    world.need("30 person-day", "N-0002", factor=Factor.EXPERTISE, topic="BRT")
    world.offer("60 EUR", "O-0001", provider="LHE")
    days = {"factor": Factor.EXPERTISE, "topics": ("brt",)}
    world.offer("50 person-day", "O-0002", provider="SAO", **days)
    world.offer("70 EUR", "O-0003")  # of a bank, and so of no city
    rows = ties.asks(f"{REPORT} --openings")["rows"]
    found = [(one["partnership"], one["asker"], one["giver"], one["need"]) for one in rows]
    assert found == [("PA-0001", "MHD", "LHE", "N-0001"), ("PA-0002", "MHD", "SAO", "N-0002")]
    command = rows[0]["command"].removeprefix("cityfund ")
    assert "60.00 EUR" in command
    ties.says(command)
    assert read(ties, "PA-0001")[1] == "held"
    assert [one["need"] for one in ties.asks(f"{REPORT} --openings")["rows"]] == ["N-0002"]
    assert row(ties, "PA-0002")["openings"] == 1
    ties.says("partnership log PA-0002 'a visit' --by SAO --on 2026-06-01")
    assert ties.asks(f"{REPORT} --openings")["rows"] == []


def test_a_city_with_evidence_in_a_topic_is_an_opening_before_it_offers(ties: Officer) -> None:
    ties.world.need("30 person-day", "N-0001", factor=Factor.EXPERTISE, topic="brt")
    evidence = "credential add SAO BRT 'corridors' --grade gold --as-of 2015 --source ITDP"
    ties.says(evidence)
    rows = ties.asks(f"{REPORT} --openings")["rows"]
    assert [(one["need"], one["giver"], one["offer"]) for one in rows] == [("N-0001", "SAO", None)]
    assert rows[0]["grounds"] == "SAO is credentialed in brt"
    ties.says(rows[0]["command"].removeprefix("cityfund "))
    ties.says("restriction add --countries BR --authority Council --reason measures --yes")
    assert ties.asks(f"{REPORT} --openings")["rows"] == []


def test_the_report_runs_on_an_empty_ledger_and_in_every_format(officer: Officer) -> None:
    assert officer.asks(REPORT)["rows"] == []
    for style in ("table", "csv", "md", "json"):
        officer.says(f"{REPORT} --format {style}")
        officer.says(f"{REPORT} --by city --format {style}")
        officer.says(f"{REPORT} --openings --format {style}")


def test_a_city_shows_its_ties_with_the_other_side_of_each(ties: Officer) -> None:
    ties.says("partnership log PA-0002 'a visit' --by SAO --on 2026-06-01")
    rows = ties.asks("city show MHD")["partnerships"]
    assert [(one["with_city_name"], one["status"], one["outcome"]) for one in rows] == [
        ("Lahore", "sleeping", "none"),
        ("São Paulo", "active", "done"),
    ]
    assert "PARTNERSHIPS" in ties.says("city show MHD")
    assert "PARTNERSHIPS" in ties.says("city show SAO")
    assert "done" in ties.says("partnership show PA-0002")


def test_a_release_that_was_imported_without_a_reason_is_a_trace(
    ties: Officer, tmp_path: Path
) -> None:
    ties.world.need("100 EUR", "N-0001")
    ties.says("offer add LHE money '60 EUR' --partnership PA-0001 --on 2026-01-10")
    table = tmp_path / "deals.csv"
    table.write_text(
        "code,offer,need,act,quantity,unit,effective_on,held_until,origin\n"
        "D-9,O-0001,N-0001,introduced,50,EUR,2026-05-01,2027-01-31,partnership:PA-0001\n"
        "D-9,O-0001,N-0001,released,50,EUR,2026-06-01,2027-01-31,partnership:PA-0001\n"
    )
    ties.says(f"import {table} --yes")
    assert read(ties, "PA-0001") == ("active", "held", "2026-06-01")
