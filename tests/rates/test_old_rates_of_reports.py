"""Every report that converts by a rate older than some days says so, people and scripts alike."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from officer import Officer
from world import NOON

TEXT = "USD in EUR is the rate of 2026-09-01, 83 days old"


@pytest.fixture
def fund(officer: Officer) -> Officer:
    """A need of 100 USD, an offer of 50 EUR, and a rate of 1 September; today is 23 November."""
    world = officer.world
    world.need("100 USD")
    world.offer("50 EUR")
    officer.says("rates add EUR USD 1.25 --on 2026-09-01")
    officer.says("match --save")
    officer.tries("reconcile --only gaps")
    return officer


REPORTS = (
    *("gaps", "gaps --by factor", "gaps trend", "match", "match --save --dry-run", "match show"),
    *("match explain N-0001", "match explain O-0001", "match explain PRJ-0001"),
    *("match worth", "match worth --by factor", "match whatif --withdraw O-0001"),
    *("need candidates N-0001", "offer candidates O-0001", "rates show"),
)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("report", REPORTS)
def test_a_report_names_the_old_rates_that_it_converts_by(fund, report):
    answer = fund.tries(report)
    assert answer.code == 0, answer
    assert answer.err.count(TEXT) == 1
    if report != "rates show":
        (old,) = fund.asks(report)["old_rates"]
        assert (old["base"], old["quote"], str(old["day"]), old["age_days"]) == (
            *("USD", "EUR", "2026-09-01"),
            83,
        )


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("report", REPORTS)
def test_a_rate_that_is_new_enough_is_not_named(fund, report, monkeypatch):
    monkeypatch.setenv("CITYFUND_RATE_DAYS", "83")
    assert "days old" not in fund.tries(report).err
    if report != "rates show":
        assert fund.asks(report)["old_rates"] == []


def test_a_trend_names_the_night_on_which_a_rate_was_the_oldest(fund):
    for days in (1, 2):
        with time_machine.travel(NOON + timedelta(days=days), tick=True):
            if days == 2:
                fund.says("rates add EUR USD 1.3 --on 2026-11-25")
            assert fund.tries("reconcile --only gaps").code == 0
            answer, (old,) = fund.tries("gaps trend"), fund.asks("gaps trend")["old_rates"]

    assert (str(old["day"]), old["age_days"]) == ("2026-09-01", 84)
    assert "2026-09-01, 84 days old on the night of 2026-11-24" in answer.err


def test_a_report_in_one_currency_names_no_rate(fund):
    fund.world.need("100 EUR", "N-0002")
    assert "days old" not in fund.tries("gaps trend --where unit=EUR").err
    assert "days old" not in fund.tries("gaps --where unit=EUR").err
    assert "days old" not in fund.tries("need candidates N-0002").err
