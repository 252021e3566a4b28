"""Rates where they are used: a deal's, a report's; as they were known at the moment asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from officer import Officer

HEADER = "Date,USD,JPY,GBP,\n"
FIRST = "2026-10-30,1.25,160,0.8,\n2026-10-29,1.20,150,0.75,\n"
CORRECTED = "2026-10-30,1.28,160,0.8,\n2026-10-29,1.20,150,0.75,\n"
LATER = datetime(2026, 11, 24, 12, tzinfo=UTC)
LAST = datetime(2026, 11, 25, 12, tzinfo=UTC)
BEFORE_ANY, BETWEEN, AFTER = (
    f"--known-at 2026-11-{day}T{hour}Z"
    for day, hour in ((23, "11:00"), (24, "11:00"), (25, "11:00"))
)


@pytest.fixture
def corrected(fund: Officer, tmp_path: Path) -> Iterator[Officer]:
    """Have a dollar need, one of unknown worth, and a rate that was put right a day later."""
    fund.says("need add PRJ-0001 money '1M USD' --on 2026-10-30")
    fund.says("need add PRJ-0001 money '5M NGN' --on 2026-10-30")
    file = tmp_path / "eurofxref.csv"
    file.write_text(HEADER + FIRST)
    fund.says("rates import --yes", str(file))
    with time_machine.travel(LATER, tick=True):
        file.write_text(HEADER + CORRECTED)
        fund.says("rates import --yes", str(file))
    with time_machine.travel(LAST, tick=True):
        yield fund


def money(officer: Officer, more: str = "") -> dict[str, tuple[Any, Any]]:
    report = officer.asks(f"gaps --where factor=money {more}")
    return {row["unit"]: (row["gap_base"], row["rate_date"]) for row in report["rows"]}


def total(officer: Officer, more: str = "") -> tuple[str, int, int]:
    totals = officer.asks(f"gaps --where factor=money {more}")["totals"]
    found = [one for one in totals if "latest rate" in one["rule"]]
    assert len(found) == 1, totals
    return found[0]["gap"], found[0]["counted"], found[0]["not_counted"]


def test_a_report_uses_the_rate_of_its_day(corrected: Officer) -> None:
    assert money(corrected)["USD"] == ("781250.00", "2026-10-30")
    assert money(corrected, "--as-of 2026-10-30")["USD"] == ("781250.00", "2026-10-30")
    assert money(corrected)["EUR"] == ("90000000.00", None)


def test_a_report_uses_the_rate_that_was_known_then(corrected: Officer) -> None:
    assert money(corrected, BETWEEN)["USD"] == ("800000.00", "2026-10-30")
    assert money(corrected, AFTER)["USD"] == ("781250.00", "2026-10-30")
    shown = [
        corrected.asks(f"rates show EUR USD {known}")["rows"][0]["rate"]
        for known in (BEFORE_ANY, BETWEEN, AFTER, "")
    ]
    assert shown == [None, "1.25", "1.28", "1.28"]
    versions = corrected.asks(f"rates history EUR USD {BETWEEN}")["rows"]
    assert [row["standing"] for row in versions] == ["in force", "in force"]


def test_a_currency_without_a_rate_is_counted_as_unknown(corrected: Officer) -> None:
    assert money(corrected)["NGN"] == (None, None)
    # The need in rials has no amount, that in naira no rate: neither is a zero.
    assert total(corrected) == ("90781250.00", 2, 2)
    assert total(corrected, BETWEEN) == ("90800000.00", 2, 2)
    assert "2 not counted" in corrected.tries("gaps").err
    corrected.says("rates add EUR NGN 1600 --on 2026-11-01")
    assert money(corrected)["NGN"] == ("3125.00", "2026-11-01")
    assert total(corrected) == ("90784375.00", 3, 1)
    assert total(corrected, "--as-of 2026-10-31") == ("90781250.00", 2, 2)


def test_a_withdrawn_rate_is_found_by_those_who_knew_it(corrected: Officer) -> None:
    corrected.says("rates withdraw EUR USD 2026-10-30 --reason 'not theirs'")
    assert money(corrected)["USD"] == ("833333.33", "2026-10-29")
    assert money(corrected, AFTER)["USD"] == ("781250.00", "2026-10-30")


@pytest.mark.parametrize(
    ("offer", "day", "said", "held"),
    [
        ("GBP", "2026-10-30", ("0.625", "through EUR", "2026-10-30"), "625.00"),
        ("GBP", "2026-10-29", ("0.625", "through EUR", "2026-10-29"), "625.00"),
        ("EUR", "2026-10-30", ("0.78125", "inverse", "2026-10-30"), "781.25"),
        ("JPY", "2026-11-01", ("125", "through EUR", "2026-10-30"), "125000"),
    ],
)
def test_a_deal_takes_its_rate_by_the_rule(
    corrected: Officer, offer: str, day: str, said: tuple[str, str, str], held: str
) -> None:
    corrected.says(f"offer add EDB money '9M {offer}' --code O-X --on 2026-01-10")
    corrected.says("need add PRJ-0001 money '1M USD' --code N-X --on 2026-01-10")
    receipt = corrected.asks(
        f"deal introduce O-X N-X '1000 USD' --on {day} --until 2027-01-31",
    )
    assert receipt["offer"]["held"] == held
    deal = corrected.world.record("deal", receipt["deal"])
    assert (f"{deal.rate:f}", deal.rate_road, str(deal.rate_day)) == said


def test_a_deal_before_the_first_rate_is_refused(corrected: Officer) -> None:
    corrected.says("offer add EDB money '9M GBP' --code O-X --on 2026-01-10")
    corrected.says("need add PRJ-0001 money '1M USD' --code N-X --on 2026-01-10")
    line = "deal introduce O-X N-X '1000 USD' --on 2026-10-28 --until 2027-01-31"
    assert corrected.refused(line, 4, "import rates") == "no-rate"
