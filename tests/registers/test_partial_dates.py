"""Partial dates: a year, a month or a day, kept as written and compared by first or last day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from officer import Officer
from world import NOON

from ledger.core.dates import InvalidDate
from ledger.core.partial_dates import PartialDate, Period, parse_partial_date


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2007", date(2007, 1, 1), date(2007, 12, 31)),
        ("2008-02", date(2008, 2, 1), date(2008, 2, 29)),
        ("2007-11-03", date(2007, 11, 3), date(2007, 11, 3)),
        ("۲۰۰۷-۱۱", date(2007, 11, 1), date(2007, 11, 30)),
        ("1386/8/12", date(2007, 11, 3), date(2007, 11, 3)),
    ],
)
def test_a_partial_date_begins_on_its_first_day_and_ends_on_its_last(
    text: str, first: date, last: date
) -> None:
    parsed = parse_partial_date(text)
    assert (parsed.first, parsed.last) == (first, last)
    assert parse_partial_date(parsed.text) == parsed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("98", "is not a date"),
        ("2007-13", "no month"),
        ("2007-00", "no month"),
        ("2007-02-30", "no date"),
        ("1386", "two Gregorian years"),
        ("1386-08", "two Gregorian years"),
        ("1500", "before the Gregorian calendar"),
        ("2007-11-03/2008", "is not a date"),
        ("", "is not a date"),
    ],
)
def test_what_is_no_year_month_or_day_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidDate, match=words):
        parse_partial_date(text)


def test_a_period_is_in_force_from_its_first_day_through_its_last() -> None:
    period = Period(PartialDate("1993"), PartialDate("2003"))
    assert [period.holds(day) for day in (date(1993, 1, 1), date(2003, 12, 31))] == [True, True]
    assert [period.holds(day) for day in (date(1992, 12, 31), date(2004, 1, 1))] == [False, False]
    assert Period(None, PartialDate("2003")).holds(date(1700, 1, 1))
    assert Period(PartialDate("1993"), None).holds(date(3000, 1, 1))


PARTIAL = st.dates(date(2000, 1, 1), date(2003, 12, 31)).flatmap(
    lambda day: st.sampled_from([f"{day:%Y}", f"{day:%Y-%m}", f"{day}"]).map(PartialDate)
)
PERIODS = st.builds(Period, st.none() | PARTIAL, st.none() | PARTIAL)


@given(PERIODS, PERIODS)
def test_two_periods_surely_overlap_only_if_the_latest_begin_and_earliest_end_do(
    one: Period, other: Period
) -> None:
    def latest(period: Period) -> date:
        return date.max if period.begin is None else period.begin.last

    def earliest(period: Period) -> date:
        return date.max if period.end is None else period.end.first

    sure = all(latest(a) <= earliest(b) for a in (one, other) for b in (one, other))
    assert one.surely_overlaps(other) is other.surely_overlaps(one) is sure
    if sure and one.begin and other.begin:
        shared = max(one.begin.last, other.begin.last)
        assert one.holds(shared)
        assert other.holds(shared)


def test_seats_of_one_year_need_not_overlap() -> None:
    assert not Period(PartialDate("1993"), PartialDate("2003")).surely_overlaps(
        Period(PartialDate("2003"), None)
    )
    assert Period(PartialDate("1993"), PartialDate("2003-06-30")).surely_overlaps(
        Period(PartialDate("2003-06-30"), None)
    )


@pytest.fixture
def cities(officer: Officer) -> Officer:
    """Give an officer with cities that joined in a year, in a month and on a day."""
    officer.says("city add Mashhad --code MHD --country IR --member-since 1993")
    officer.says("city add Lahore --code LHE --country PK --member-since 1993-07")
    officer.says("city add Paris --code PAR --country FR --member-since 2003-05-01")
    officer.says("city add Rasht --code RAS --country IR")
    return officer


@pytest.mark.parametrize(
    ("where", "codes"),
    [
        ("member_since=1993", "LHE MHD"),
        ("member_since=1993-07", "LHE"),
        ("member_since=2003-05-01", "PAR"),
        ("member_since>1993", "PAR"),
        ("member_since>=1993-02", "LHE PAR"),
        ("member_since<=1993", "LHE MHD"),
        ("member_since<1993-07", "MHD"),
        ("member_since=", "RAS"),
        ("member_since!=1993", "PAR RAS"),
    ],
)
def test_a_filter_compares_partial_dates_by_their_days(
    cities: Officer, where: str, codes: str
) -> None:
    rows = cities.asks(f"city list --where '{where}'")["rows"]
    assert " ".join(sorted(row["code"] for row in rows)) == codes


def test_a_partial_date_is_in_the_future_when_its_first_day_is(cities: Officer) -> None:
    today = NOON.date()
    cities.says(f"city edit RAS --member-since {today.year}")
    assert cities.asks("city show RAS")["member_since"] == str(today.year)
    tomorrow = today + timedelta(days=1)
    line = f"city edit RAS --member-since {tomorrow}"
    assert cities.refused(line, 3, "lies in the future") == "future-date"
    cities.says("city edit RAS --member-since yesterday")
    assert cities.asks("city show RAS")["member_since"] == str(today - timedelta(days=1))
