"""Three cities that meet once and agree in pairs: every report is sensible on almost nothing."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from ledgers import Ledgers, copy_or_new
from officer import Officer, furnished

CITIES = ("LHE", "MHD", "SAO")
REPORTS = (
    "report pipeline",
    "report pipeline --by provider",
    "report seats",
    "report engagement",
    "report engagement --by office",
    "report engagement --by country --every year",
    "report partnerships",
    "report partnerships --by city",
    "report partnerships --openings",
    "report restrictions",
    "exchange suggest MHD",
    "exchange suggest N-0001",
    "exchange standing metro",
    "topic list",
    "gaps",
    "status",
)
STAGES = (
    *("sent", "waiting", "silent", "answered", "interested", "offered"),
    *("held", "committed", "delivered"),
)


def furnish(officer: Officer) -> None:
    """Record three members of a network, its one meeting, and a partnership of each pair."""
    for code, country in zip(CITIES, ("PK", "IR", "BR"), strict=True):
        officer.says(f"city add {code.title()} --code {code} --country {country}")
    officer.says("body add Network --code NET --kind network")
    for code in CITIES:
        officer.says(f"seat add {code} NET --from 2020")
    officer.says("meeting add --body NET --name Founding --from 2020-05-01")
    for one, other in combinations(CITIES, 2):
        officer.says(f"partnership add {other} {one} --kind city-to-city --meeting MT-0001")
    officer.says("project add Metro --city MHD --sector transport --on 2026-01-10")
    officer.says("need add PRJ-0001 expertise '10 person-day' --topic metro --on 2026-01-10")


@pytest.fixture(scope="session")
def network_once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the URL of a ledger of three cities, for the tests to copy."""
    return furnished(run_ledgers, furnish, tmp_path_factory.mktemp("three"))


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "network")


@pytest.fixture
def network(officer: Officer) -> Officer:
    """Give the ledger of three cities."""
    return officer


def rows(officer: Officer, line: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = officer.asks(line)["rows"]
    return found


@pytest.mark.parametrize("line", REPORTS)
def test_every_report_is_written_in_every_format(network: Officer, line: str) -> None:
    for style in ("table", "csv", "md", "json"):
        said = network.says(f"{line} --format {style}")
        assert not {"nan", "inf"} & {*said.lower().replace('"', " ").split()}


WITHOUT_A_DAY = ("exchange standing metro", "topic list", "status")
"""These have no day before the need, or no day at all."""


@pytest.mark.parametrize("day", ["2019-01-01", "2020-01-01", "2020-05-01"])
@pytest.mark.parametrize(
    "line", [one for one in REPORTS if "N-0001" not in one and one not in WITHOUT_A_DAY]
)
def test_every_report_is_written_as_of_before_anything_came_of_it(
    network: Officer, line: str, day: str
) -> None:
    network.says(f"{line} --as-of {day}")


def test_each_pair_is_one_partnership_that_came_of_the_meeting(network: Officer) -> None:
    ties = {(one["city"], one["with_city"]): one for one in rows(network, "report partnerships")}
    assert {*ties} == {*combinations(CITIES, 2)}
    assert {(one["status"], one["outcome"]) for one in ties.values()} == {("sleeping", "none")}
    shown = network.asks("meeting show MT-0001")
    assert shown["came_of"]["counts"] == {"partnership": 3}
    line = "partnership add LHE MHD --kind city-to-city --meeting MT-0001"
    assert network.refused(line, 4, "PA-0001") == "already-there"


def test_a_city_is_counted_once_in_each_of_its_two_partnerships(network: Officer) -> None:
    by_city = {one["city"]: one for one in rows(network, "report partnerships --by city")}
    assert {code: one["ties"] for code, one in by_city.items()} == dict.fromkeys(CITIES, 2)
    # The one open need is an opening of no tie: nobody offers, and nobody has evidence.
    assert {one["openings"] for one in by_city.values()} == {0}


def test_a_share_of_nothing_is_unknown_and_reaches_no_step(network: Officer) -> None:
    for one in rows(network, "report engagement"):
        assert (one["expected"], one["not_recorded"], one["present_of"]) == (1, 1, 0)
        assert (one["present"], one["effective"], one["step"]) == (None, None, None)
        assert one["days"] == "0.0000"
    answer = network.asks("report engagement")
    assert answer["not_counted"]["attendance_not_recorded"] == 3
    assert "3 expected attendances were never recorded" in network.tries("report engagement").err
    network.says("meeting attend MT-0001 MHD SAO --did spoke")
    found = {one["city"]: one for one in rows(network, "report engagement")}
    assert (found["MHD"]["present"], found["MHD"]["step"]) == ("1.0000", "effective")
    assert (found["LHE"]["present"], found["LHE"]["step"]) == (None, None)
    (office,) = rows(network, "report engagement --by office --where office=asia")
    assert (office["cities"], office["expected"], office["present"]) == (2, 2, "1.0000")


def test_a_pipeline_of_one_approach_has_shares_and_the_number_behind_each_median(
    network: Officer,
) -> None:
    empty = {one["stage"]: one for one in rows(network, "report pipeline")}
    assert tuple(empty) == STAGES
    for one in empty.values():
        assert (one["approaches"], one["of_sent"], one["of_before"]) == (0, None, None)
        assert (one["days"], one["days_of"]) == (None, 0)
    network.says("credential add SAO metro lines --grade gold --source ITDP")
    network.says("exchange accept N-0001 SAO --on 2026-10-01")
    network.says("approach reply AP-0001 interested --on 2026-10-08")
    reached = {one["stage"]: one for one in rows(network, "report pipeline")}
    assert [reached[stage]["approaches"] for stage in STAGES] == [1, 0, 0, 1, 1, 0, 0, 0, 0]
    answered, offered, held = (reached[stage] for stage in ("answered", "offered", "held"))
    assert (answered["of_sent"], answered["days"], answered["days_of"]) == (
        "1.0000",
        7,
        1,
    )
    assert (offered["of_before"], offered["days"]) == ("0.0000", None)
    assert (held["of_sent"], held["of_before"]) == ("0.0000", None)
    assert rows(network, "report partnerships --where outcome=interested")[0]["city"] == "MHD"


def test_the_one_city_with_evidence_is_suggested_and_ranks_alone(network: Officer) -> None:
    assert rows(network, "exchange suggest MHD") == []
    network.says(
        "credential add SAO metro lines --measure km --value 101 --unit km --better higher "
        "--as-of 2020 --source S"
    )
    (found,) = rows(network, "exchange suggest MHD")
    assert (found["city"], found["rank"], found["ranked"]) == ("SAO", 1, 1)
    assert (found["partnership"], found["population_ratio"]) == ("sleeping", None)
    assert network.asks("exchange suggest MHD")["not_counted"]["population_ratios_unknown"] == 1


def test_each_city_shows_the_whole_of_its_small_story(network: Officer) -> None:
    for code in CITIES:
        shown = network.asks(f"city show {code}")
        assert len(shown["partnerships"]) == 2
        assert network.says(f"city show {code}").count("sleeping") == 2
