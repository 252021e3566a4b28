"""The days of a ledger whose time zone was changed: they never step back, and old ones stay."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.dates import InvalidTime, day_of, find_time_zone, parse_time, zone_name
from ledger.core.time_zones import ZoneHistory, ZoneVersion, zone_to_come

SET_UP = datetime(2026, 1, 1, tzinfo=UTC)
CHANGED = datetime(2026, 11, 23, 21, tzinfo=UTC)
"""In Tehran it is the 24th already."""

ZONES = st.sampled_from(["UTC", "Asia/Tehran", "Europe/Paris", "America/New_York", "Asia/Tokyo"])
HOURS = st.integers(0, 24 * 400)


def history(*zones: tuple[str, datetime]) -> ZoneHistory:
    return ZoneHistory([ZoneVersion(*zone) for zone in zones])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


WESTWARDS = history(("Asia/Tehran", SET_UP), ("America/New_York", CHANGED))
EASTWARDS = history(("America/New_York", SET_UP), ("Asia/Tehran", CHANGED))


@pytest.mark.parametrize(
    ("zone", "moment", "day", "name"),
    [
        (WESTWARDS, "2026-11-24T20:29", "2026-11-24", "Asia/Tehran"),
        (WESTWARDS, "2026-11-24T20:30", "2026-11-24", "America/New_York"),
        (WESTWARDS, "2026-11-25T04:59", "2026-11-24", "America/New_York"),
        (WESTWARDS, "2026-11-25T05:00", "2026-11-25", "America/New_York"),
        (EASTWARDS, "2026-11-24T20:29", "2026-11-24", "America/New_York"),
        (EASTWARDS, "2026-11-24T20:30", "2026-11-25", "Asia/Tehran"),
    ],
)
def test_a_change_takes_effect_on_the_first_day_begun_in_neither_zone(
    zone: ZoneHistory, moment: str, day: str, name: str
) -> None:
    assert day_of(at(moment), zone) == date.fromisoformat(day)
    assert zone_name(zone, at(moment)) == name
    period = zone_to_come(zone, at("2026-11-24T20:29"))
    assert period is not None
    assert period.first_day == date(2026, 11, 25)
    assert zone_to_come(zone, at("2026-11-24T20:30")) is None


def test_a_change_can_be_taken_back_before_its_day() -> None:
    zone = history(
        ("Asia/Tehran", SET_UP),
        ("America/New_York", CHANGED),
        ("Asia/Tehran", CHANGED + timedelta(hours=1)),
    )
    moments = [CHANGED + timedelta(hours=hour) for hour in range(72)]

    assert [day_of(one, zone) for one in moments] == [
        day_of(one, find_time_zone("Asia/Tehran")) for one in moments
    ]


@given(ZONES, st.lists(st.tuples(ZONES, HOURS), min_size=1, max_size=4), HOURS)
def test_the_days_of_a_ledger_never_step_back_and_those_before_a_change_stay(
    first: str, changes: list[tuple[str, int]], hour: int
) -> None:
    ordered = sorted(changes, key=lambda change: change[1])
    versions = [(first, SET_UP), *((name, SET_UP + timedelta(hours=at)) for name, at in ordered)]
    zone, before = history(*versions), history(*versions[:-1])
    moments = [SET_UP + timedelta(hours=hour, minutes=30 * half) for half in range(200)]

    days = [day_of(one, zone) for one in moments]
    assert days == sorted(days)
    for moment in moments:
        if moment <= versions[-1][1]:
            assert day_of(moment, zone) == day_of(moment, before)


@pytest.mark.parametrize(
    ("zone", "typed", "moment"),
    [
        (WESTWARDS, "2026-11-24 12:00", "2026-11-24T08:30"),
        (WESTWARDS, "2026-11-25 12:00", "2026-11-25T17:00"),
        (EASTWARDS, "2026-11-24 12:00", "2026-11-24T17:00"),
        (EASTWARDS, "2026-11-25 12:00", "2026-11-25T08:30"),
    ],
)
def test_a_time_is_read_in_the_zone_in_force_then(
    zone: ZoneHistory, typed: str, moment: str
) -> None:
    assert parse_time(typed, zone=lambda: zone) == at(moment)
    shown = at(moment).astimezone(zone)
    assert shown.strftime("%Y-%m-%d %H:%M") == typed


@pytest.mark.parametrize(
    ("zone", "typed"),
    [(WESTWARDS, "2026-11-24 20:00"), (EASTWARDS, "2026-11-24 20:00")],
    ids=["shown twice", "never shown"],
)
def test_a_time_that_a_change_repeated_or_left_out_is_refused(
    zone: ZoneHistory, typed: str
) -> None:
    with pytest.raises(InvalidTime, match="ambiguous or missing"):
        parse_time(typed, zone=lambda: zone)


def test_the_name_and_daylight_saving_of_a_local_time_are_those_of_its_zone() -> None:
    summer, winter = (datetime(2026, month, 20, 12, tzinfo=WESTWARDS) for month in (7, 12))
    assert (summer.tzname(), summer.dst()) == ("+0330", timedelta(0))
    assert (winter.tzname(), winter.dst()) == ("EST", timedelta(0))
