"""Days and moments as people type them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.dates import (
    InvalidDate,
    InvalidTime,
    is_jalali,
    parse_date,
    parse_day,
    parse_time,
)

TODAY = date(2026, 11, 23)
TEHRAN = ZoneInfo("Asia/Tehran")
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-11-23", TODAY),
        (" ۲۰۲۶-۱۱-۲۳ ", TODAY),
        ("today", TODAY),
        ("Yesterday", date(2026, 11, 22)),
        ("tomorrow", date(2026, 11, 24)),
        ("2028-02-29", date(2028, 2, 29)),
    ],
)
def test_days_are_read(typed: str, day: date) -> None:
    assert parse_date(typed, today=lambda: TODAY) == day


@pytest.mark.parametrize(
    "typed", ["", "23.11.2026", "2026/11/23", "2026-11-3", "20261123", "2026-02-29", "1405-09-31-1"]
)
def test_what_names_no_day_is_refused(typed: str) -> None:
    with pytest.raises(InvalidDate):
        parse_date(typed, today=lambda: TODAY)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("1405-09-02", TODAY),
        ("۱۴۰۵-۰۹-۰۲", TODAY),
        ("۱۴۰۵/۹/۲", TODAY),
        ("١٤٠٥/٠٩/٠٢", TODAY),
        ("1300-01-01", date(1921, 3, 21)),
        ("1399-12-30", date(2021, 3, 20)),
        ("1403-12-30", date(2025, 3, 20)),
        ("1404-01-01", date(2025, 3, 21)),
        ("1408-12-30", date(2030, 3, 20)),
        ("1499-12-29", date(2121, 3, 20)),
    ],
)
def test_a_jalali_date_is_converted(typed: str, day: date) -> None:
    assert is_jalali(typed)
    assert parse_date(typed, today=lambda: TODAY) == day


def test_jalali_years_follow_each_other_without_a_gap() -> None:
    days = [parse_day(f"{year}-01-01") for year in range(1300, 1500)]
    lengths = [(after - before).days for before, after in pairwise(days)]
    assert set(lengths) == {365, 366}
    assert lengths.count(366) == 49
    for year, length in zip(range(1300, 1499), lengths, strict=True):
        leap = f"{year}-12-30"
        if length == 366:
            assert parse_day(leap) == days[year - 1299] - timedelta(days=1)
        else:
            with pytest.raises(InvalidDate):
                parse_day(leap)


@pytest.mark.parametrize(
    "typed", ["1405-07-31", "1405-13-01", "1405-00-01", "1405-01-00", "1404-12-30", "1299-01-01"]
)
def test_what_names_no_jalali_day_is_refused(typed: str) -> None:
    with pytest.raises(InvalidDate):
        parse_date(typed, today=lambda: TODAY)


def test_no_advice_shows_a_fixed_date() -> None:
    with pytest.raises(InvalidDate) as caught:
        parse_date("soon", today=lambda: TODAY)
    assert not re.search(r"\d{4}-\d\d", str(caught.value.next_step))


@given(st.dates(min_value=date(1583, 1, 1)))
def test_every_day_reads_back(day: date) -> None:
    assert parse_date(day.isoformat(), today=lambda: TODAY) == day


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2026-11-23T10:00Z", datetime(2026, 11, 23, 10, tzinfo=UTC)),
        ("2026-11-23T10:00+03:30", datetime(2026, 11, 23, 6, 30, tzinfo=UTC)),
        ("2026-11-23 10:00:30.5 -0500", datetime(2026, 11, 23, 15, 0, 30, 500000, tzinfo=UTC)),
        ("2026-11-23T10:00", datetime(2026, 11, 23, 6, 30, tzinfo=UTC)),
    ],
)
def test_moments_are_read_in_their_zone_or_the_ledgers(typed: str, moment: datetime) -> None:
    read = parse_time(typed, zone=lambda: TEHRAN)
    assert read == moment
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-23",
        "10:00",
        "2026-11-23T24:00Z",
        "2026-11-23T10:00+03:75",
        "0001-01-01T00:00+05:00",
    ],
)
def test_what_names_no_moment_is_refused(typed: str) -> None:
    with pytest.raises(InvalidTime):
        parse_time(typed, zone=lambda: UTC)


@pytest.mark.parametrize("typed", ["2026-10-25T02:30", "2026-03-29T02:30"])
def test_a_time_the_clocks_showed_twice_or_never_is_refused(typed: str) -> None:
    with pytest.raises(InvalidTime, match="ambiguous or missing"):
        parse_time(typed, zone=lambda: PARIS)
    assert parse_time(f"{typed}+01:00", zone=lambda: PARIS).tzinfo is UTC


@given(st.datetimes(min_value=datetime(1583, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_moment_reads_back(moment: datetime) -> None:
    assert parse_time(moment.isoformat(), zone=lambda: PARIS) == moment
