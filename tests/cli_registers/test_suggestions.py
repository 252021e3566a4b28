"""Whom to ask for a need: in the order of grounds, and who is left out and why."""

from __future__ import annotations

from typing import Any

import pytest
from officer import Officer


@pytest.fixture
def known(fund: Officer) -> Officer:
    """Give an officer who knows a provider for each ground, and one for none."""
    fund.says("project add Bus --code P-2 --city MHD --sector transport.urban")
    fund.says("need add P-2 expertise '50 person-day' --topic metro --code N-BUS --on 2026-01-10")
    for code in ("NOW", "PAST", "DONE", "ELSE", "NONE"):
        fund.says(f"provider add '{code} institute' --code {code} --kind institute")
    fund.says("offer add NOW expertise '9 person-day' --topics metro --on 2026-01-10")
    fund.says("offer add PAST expertise '9 person-day' --valid-until 2026-06-30 --on 2026-01-10")
    fund.says("offer add DONE expertise '5 person-day' --topics metro --on 2026-01-10 --code O-D")
    fund.says("deal introduce O-D N-BUS '5 person-day' --commit --on 2026-02-01")
    fund.says("offer add ELSE money '5 EUR' --on 2026-01-10")
    return fund


def rows(officer: Officer, need: str = "N-0002") -> dict[str, dict[str, Any]]:
    return {row["provider"]: row for row in officer.asks(f"approach suggest {need}")["rows"]}


def test_providers_come_in_the_order_of_their_grounds(known: Officer) -> None:
    found = rows(known)
    assert [(code, one["ground"]) for code, one in found.items()] == [
        ("NOW", 1),
        ("DONE", 2),
        ("PAST", 2),
    ]
    assert found["DONE"]["grounds"] == [
        "offer O-D is eligible, with nothing left",
        "deal D-0001 committed for metro",
    ]
    assert "window" in found["PAST"]["grounds"][0]


def test_who_was_asked_or_declined_or_is_barred_is_left_out(known: Officer) -> None:
    known.says("approach add N-0002 NOW --on 2026-11-01")
    known.says("approach add N-BUS DONE --on 2026-03-01")
    known.says("approach reply AP-0002 declined --reason capacity --on 2026-03-09")
    known.says("restriction add --providers PAST --authority Council --reason fraud --yes")
    found = rows(known)
    assert "asked already: AP-0001" in found["NOW"]["left_out"]
    assert "declined on 2026-03-09 for capacity" in found["DONE"]["left_out"]
    assert "Council" in found["PAST"]["left_out"]


@pytest.mark.parametrize(
    ("city", "sector", "ground"),
    [
        ("--country IR", "transport.urban", 4),
        ("--country PK", "health", 5),
        ("--country JP", "health", 6),
        ("--country FR", "health", None),
    ],
)
def test_what_a_provider_did_elsewhere_is_a_ground(
    fund: Officer, city: str, sector: str, ground: int | None
) -> None:
    fund.says(f"city add Elsewhere --code ELS {city}")
    fund.says(f"project add Clinic --code P-2 --city ELS --sector {sector}")
    fund.says("need add P-2 expertise '9 person-day' --topic care --code N-C --on 2026-01-10")
    fund.says("provider add 'A school' --code SCH --kind institute")
    fund.says("offer add SCH expertise '5 person-day' --topics care --on 2026-01-10 --code O-S")
    fund.says("deal introduce O-S N-C '5 person-day' --commit --on 2026-02-01")
    assert rows(fund).get("SCH", {}).get("ground") == ground
