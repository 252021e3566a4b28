"""Reports of the network on random ledgers, as of random days and known at random moments.

Engagement, seats, exchanges, restrictions, approaches and partnerships.

Each report is asked at the command line and compared with a second reading of its definition,
which knows only the rows as told.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from hypothesis_profiles import EVERYDAY, examples
from ledgers import Ledgers
from network_told import STEP, TOPIC, Chance, Told, tell
from officer import Officer, without_settings
from pairs_read_naively import NaivePairs
from world import NOON, World

PHASES = (Phase.explicit, Phase.generate)
"""A seed is not made smaller after a failure: another one is another network."""
WITH_DEALS_OF_APPROACHES = 23
"""A network in which offers and deals came of approaches, were delivered, and one was reversed."""
MOMENTS, MOMENTS_EVERY_DAY = 5, 3
"""At how many pairs of times each ledger is asked."""


def compare(answer: dict[str, Any], key: str, expected: dict[str, dict[str, Any]]) -> None:
    """Hold the rows of a report against a reading, which has fewer columns."""
    rows = {row[key]: row for row in answer["rows"]}
    found = {
        code: {name: row[name] for name in expected.get(code, row)} for code, row in rows.items()
    }
    assert {*found} == {*expected}
    for code, row in expected.items():
        assert found[code] == row, code


def compare_all(officer: Officer, naive: NaivePairs, times: str, span: tuple[Any, Any]) -> None:
    first, last = span
    of_span = times + "".join(
        f" --{name} {day}" for name, day in (("from", first), ("to", last)) if day is not None
    )
    compare(officer.asks(f"report seats {of_span}"), "seat", naive.seats_report(first, last))
    answer = officer.asks(f"report engagement {of_span}")
    expected = naive.engagement(first, last)
    rows = {(row["body"], row["city"]): row for row in answer["rows"]}
    assert {*rows} == {*expected}
    for key, figures in expected.items():
        assert {name: rows[key][name] for name in figures} == figures, key
    compare_exchanges(officer, naive, times)
    report = officer.asks(f"report restrictions --all {times}")
    compare(report, "restriction", naive.restrictions())
    compare(officer.asks(f"report pipeline {times}"), "stage", naive.pipeline())
    ties = officer.asks(f"report partnerships {times}")
    compare(ties, "partnership", naive.partnerships())


def compare_exchanges(officer: Officer, naive: NaivePairs, times: str) -> None:
    answer = officer.asks(f"exchange standing {TOPIC} {times}")
    for row in answer["rows"]:
        row["places"] = [(one["place"], one["ranked"]) for one in row["measures"]]
    compare(answer, "city", naive.standings())
    suggested = officer.asks(f"exchange suggest N-1 {times}")["rows"]
    expected = naive.suggestions("N-1")
    assert [row["city"] for row in suggested] == [row["city"] for row in expected]
    for row, wanted in zip(suggested, expected, strict=True):
        assert {name: row[name] for name in wanted} == wanted


def compare_at_random(officer: Officer, told: Told, chance: Chance) -> None:
    at = chance.choice(sorted({one.at for one in told.rows})) + STEP / 2
    day, first, last = chance.day(), *chance.days_in_order()
    span = chance.choice([(None, None), (first, None), (None, last), (first, last)])
    moment = at.astimezone(UTC).isoformat(timespec="minutes").replace("+00:00", "Z")
    compare_all(officer, NaivePairs(told, day, at), f"--as-of {day} --known-at {moment}", span)


@pytest.mark.long
@pytest.mark.draws
@pytest.mark.every_engine
def test_reports_are_those_of_a_second_reading(
    ledgers: Ledgers,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    without_settings(monkeypatch, tmp_path)
    is_everyday = settings.default.max_examples <= EVERYDAY
    moments = MOMENTS_EVERY_DAY if is_everyday else MOMENTS

    @examples(30, everyday=2, suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
    @given(st.integers(0, 2**32))
    @example(WITH_DEALS_OF_APPROACHES)
    def read_twice(seed: int) -> None:
        world = World(ledgers.new())
        told, chance = tell(world, seed), Chance(seed)
        officer = Officer(world, capsys)
        with time_machine.travel(NOON + timedelta(days=60), tick=False):
            for _ in range(moments):
                compare_at_random(officer, told, chance)
        world.ledger.engine.dispose()

    read_twice()
