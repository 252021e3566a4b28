"""What a night keeps of the gaps, and the trend that is made of it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from nights_world import NOON, TODAY, Nights, days_from_now

from ledger.core.factors import Factor
from ledger.gaps.trend import NotInTrend, SpanBackwards, UnknownPeriod, last_of_each_period
from ledger.rates.rates import Rate
from ledger.usecases.gap_trend import NoNightInSpan, TrendQuery, gap_trend
from ledger.usecases.gaps import GapQuery, report_gaps


def on(days: int) -> time_machine.travel:
    return time_machine.travel(NOON + timedelta(days=days), tick=True)


def kept(nights: Nights) -> list[tuple[Any, ...]]:
    """Give what was kept: need, day, how often that day, and what was free."""
    with closing(nights.raw()) as raw:
        rows = raw.execute(
            "SELECT need.code, day, taken, free, status FROM gap_snapshot"
            " JOIN need ON need.id = need_id ORDER BY day, taken, need.code"
        ).fetchall()
    return [(code, str(day), taken, free, status) for code, day, taken, free, status in rows]


def shown(nights: Nights, *by: str, **query: Any) -> list[tuple[Any, ...]]:
    """Give the trend: the night, the cells of its groups, and the gap."""
    found = gap_trend(nights.ledger, TrendQuery(by=by, **query))
    return [
        (str(day), *(value for _, value in group.keys), group.to_dict()["gap"])
        for day, groups in found.points
        for group in groups
    ]


@pytest.fixture
def fund(nights: Nights) -> Nights:
    """Give a need of money in Mashhad, one of work in Sao Paulo, and an offer of money."""
    nights.need("1000 EUR")
    nights.city("SAO", country="BR", office="americas")
    nights.project("PRJ-0002", city="SAO", title="A tram")
    nights.need("50 person-day", "N-0002", factor=Factor.EXPERTISE, project="PRJ-0002")
    nights.offer("1000 EUR")
    return nights


def test_the_first_night_keeps_every_need_and_later_ones_what_changed(fund: Nights) -> None:
    assert fund.figures("gaps") == {"needs": 2, "changed": 2}
    with on(1):
        assert fund.figures("gaps") == {"needs": 2, "changed": 0}
        fund.introduce("300 EUR")
    with on(2):
        assert fund.figures("gaps") == {"needs": 2, "changed": 1}
    assert kept(fund) == [
        ("N-0001", "2026-11-23", 1, 100_000, "identification"),
        ("N-0002", "2026-11-23", 1, 5_000, "identification"),
        ("N-0001", "2026-11-25", 1, 70_000, "identification"),
    ]


def test_a_project_that_takes_no_new_deals_any_longer_is_a_change(fund: Nights) -> None:
    fund.night()
    with on(1):
        edit_status(fund, "PRJ-0002", "cancelled")
        assert fund.figures("gaps")["changed"] == 1
        assert shown(fund, "need", first=days_from_now(1)) == [("2026-11-24", "N-0001", "1000.00")]
        assert shown(fund, "need", last=TODAY) == [
            ("2026-11-23", "N-0001", "1000.00"), ("2026-11-23", "N-0002", "50.00"),
        ]  # fmt: skip
        assert len(shown(fund, "need", first=days_from_now(1), include_inactive=True)) == 2


def edit_status(fund: Nights, project: str, status: str) -> None:
    def editing(uow: Any) -> None:
        kept = uow.find_record("project", project)
        uow.edit("project", kept, replace(kept.record, status=status))

    fund.do(editing)


def test_acts_after_the_night_are_kept_when_it_is_run_again(fund: Nights) -> None:
    fund.night()
    fund.introduce("300 EUR", directly=True)
    fund.night()
    assert fund.night().changed is False
    assert [row[:4] for row in kept(fund)] == [
        ("N-0001", "2026-11-23", 1, 100_000),
        ("N-0002", "2026-11-23", 1, 5_000),
        ("N-0001", "2026-11-23", 2, 70_000),
    ]
    keys = [key for key in fund.request_keys() if "gaps" in key]
    assert keys == ["night:2026-11-23:gaps:1", "night:2026-11-23:gaps:2"]
    assert ("2026-11-23", "money", "700.00") in shown(fund, "factor")


def test_a_missed_night_keeps_what_stood_on_its_day(fund: Nights) -> None:
    fund.night()
    with on(1):
        fund.introduce("300 EUR", directly=True)
    with on(2):
        fund.introduce("200 EUR", directly=True)
        edit_status(fund, "PRJ-0001", "completion")
    with on(3):
        fund.need("10 EUR", "N-0003", declared_on=days_from_now(3))
        fund.night()
    assert [row for row in kept(fund) if row[0] != "N-0002"] == [
        ("N-0001", "2026-11-23", 1, 100_000, "identification"),
        ("N-0001", "2026-11-24", 1, 70_000, "identification"),
        ("N-0001", "2026-11-25", 1, 50_000, "completion"),
        ("N-0003", "2026-11-26", 1, 1_000, "completion"),
    ]


def test_a_night_before_the_last_that_was_kept_leaves_the_trend_as_it_is(fund: Nights) -> None:
    with on(3):
        fund.night()
        fund.introduce("300 EUR", on=days_from_now(1))
        before = kept(fund)
        done = fund.night(days_from_now(1), only=("gaps",))
    assert done.run.steps[0].lines == [
        "The night of 2026-11-26 has recorded the gaps already; the trend is left as it is."
    ]
    assert kept(fund) == before


def test_a_dry_run_keeps_nothing(fund: Nights) -> None:
    with fund.unchanged():
        assert fund.figures("gaps", dry_run=True) == {"needs": 2, "changed": 2}


def test_the_trend_says_at_each_night_what_the_report_said_then(fund: Nights) -> None:
    fund.need(None, "N-0003")
    said = {}
    for days, act in enumerate(
        (
            lambda: None,
            lambda: fund.introduce("400 EUR", directly=True),
            lambda: fund.deliver("100 EUR"),
            lambda: fund.withdraw("need", "N-0001", "50 EUR"),
            lambda: fund.need("70 EUR", "N-0004", declared_on=days_from_now(4)),
        )
    ):
        with on(days):
            act()
            fund.night()
            groups = report_gaps(fund.ledger, GapQuery(by=["office", "factor"])).groups
            said[days_from_now(days)] = [group.to_dict() for group in groups]
    with on(4):
        found = gap_trend(fund.ledger, TrendQuery(by=["office", "factor"]))
    assert {day: [group.to_dict() for group in groups] for day, groups in found.points} == said


def test_money_is_told_in_the_base_currency_at_the_rates_of_its_night(fund: Nights) -> None:
    fund.need("100 USD", "N-0003")
    fund.do(lambda uow: uow.add_rate(Rate(TODAY, "USD", "EUR", Decimal("0.5"))))
    fund.night()
    with on(1):
        fund.do(lambda uow: uow.add_rate(Rate(days_from_now(1), "USD", "EUR", Decimal("0.8"))))
        fund.night()
        points = gap_trend(fund.ledger, TrendQuery(where=["unit=USD"])).points
    assert [group.to_dict()["gap_base"] for _, (group,) in points] == ["50.00", "80.00"]


def test_the_trend_takes_the_filters_and_columns_of_the_report(fund: Nights) -> None:
    fund.night()
    assert shown(fund, "region", "office", where=["factor=expertise"]) == [
        ("2026-11-23", "Latin America and the Caribbean", "americas", "50.00")
    ]
    assert shown(fund, where=["gap>=2000 EUR"]) == []


def test_a_trend_by_what_no_night_keeps_is_refused(fund: Nights) -> None:
    fund.night()
    with fund.refuses(NotInTrend, "main_obstacle"):
        shown(fund, "main_obstacle")
    with fund.refuses(NotInTrend, "eligible_offers"):
        shown(fund, where=["eligible_offers=0"])


def test_a_span_without_a_night_or_backwards_is_refused(fund: Nights) -> None:
    with fund.refuses(NoNightInSpan, "2026-11-23", "cityfund reconcile"):
        shown(fund)
    fund.night()
    with fund.refuses(NoNightInSpan, "2026-01-01"):
        shown(fund, first=date(2026, 1, 1), last=date(2026, 2, 1))
    with fund.refuses(SpanBackwards):
        shown(fund, first=days_from_now(0), last=days_from_now(-1))


def test_a_trend_can_go_by_weeks_months_and_years(fund: Nights) -> None:
    days = [date(2026, 12, 24) + timedelta(days=number) for number in range(14)]
    assert last_of_each_period(days, "night") == days
    assert [str(day) for day in last_of_each_period(days, "week")] == [
        "2026-12-27",
        "2027-01-03",
        "2027-01-06",
    ]
    assert [str(day) for day in last_of_each_period(days, "month")] == ["2026-12-31", "2027-01-06"]
    assert [str(day) for day in last_of_each_period(days, "year")] == ["2026-12-31", "2027-01-06"]
    fund.night()
    with fund.refuses(UnknownPeriod, "'fortnight'"):
        shown(fund, every="fortnight")
