"""The time zones of a ledger whose zone was changed, each in force from a moment on.

A change takes effect on the first day that has begun in neither zone. The new zone is in force from
the moment at which that day begins in the first of them, so the whole day is counted by the new one
and the ledger's days never step back. Every moment belongs to the day of the zone in force then, so
that a change leaves the days of everything recorded before as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from ledger.core.dates import day_of, find_time_zone


class ZoneVersion(NamedTuple):
    """A time zone as it was set, and when that was recorded; the first is in force from ever."""

    name: str
    recorded_at: datetime


class ZonePeriod(NamedTuple):
    """A time zone, the moment from which it is in force, and the first day it counts."""

    name: str
    zone: tzinfo
    since: datetime
    first_day: date


_EVER = datetime.min.replace(tzinfo=UTC)


def zone_periods(versions: Sequence[ZoneVersion]) -> tuple[ZonePeriod, ...]:
    """Return when each of the versions of a time zone is in force, in their order.

    Raises `UnknownTimeZone`.
    """
    first = versions[0].name
    periods = [ZonePeriod(first, find_time_zone(first), _EVER, date.min)]
    for name, recorded_at in versions[1:]:
        zone = find_time_zone(name)
        # A change recorded while an earlier one is still to come follows on both of its zones.
        zones = {period_at(periods, recorded_at).zone, periods[-1].zone, zone}
        first_day = max(day_of(recorded_at, one) for one in zones) + timedelta(days=1)
        since = min(_midnight(first_day, one) for one in zones)
        periods.append(ZonePeriod(name, zone, since, first_day))
    return tuple(periods)


def period_at(periods: Sequence[ZonePeriod], moment: datetime) -> ZonePeriod:
    """Return the period in force at a moment: the latest of those that have begun."""
    return next(period for period in reversed(periods) if period.since <= moment)


class ZoneHistory(tzinfo):
    """The time zones of a ledger as one: each moment is shown in the zone in force then."""

    def __init__(self, versions: Sequence[ZoneVersion]) -> None:
        """Take the versions of the setting, oldest first. Raises `UnknownTimeZone`."""
        self.versions = tuple(versions)
        self.periods = zone_periods(versions)

    def __str__(self) -> str:
        """Return the name of the newest zone, which may be still to come."""
        return self.periods[-1].name

    def fromutc(self, dt: datetime) -> datetime:
        """Return a UTC moment in the zone in force then, which it carries from here on."""
        moment = dt.replace(tzinfo=UTC)
        return moment.astimezone(period_at(self.periods, moment).zone)

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """Return the offset at a local time: of the zone that was in force when clocks showed it.

        Of a time that was shown twice, or never, `fold` chooses the earlier or the later zone.
        """
        return None if dt is None else self._read_in(dt).utcoffset()

    def dst(self, dt: datetime | None) -> timedelta | None:
        """Return the daylight saving time at a local time."""
        return None if dt is None else self._read_in(dt).dst()

    def tzname(self, dt: datetime | None) -> str | None:
        """Return the short name of the zone at a local time."""
        return None if dt is None else self._read_in(dt).tzname()

    def _read_in(self, local: datetime) -> datetime:
        """Return a local time in the zone in force when the ledger's clocks showed it."""
        read = [local.replace(tzinfo=period.zone) for period in self.periods]
        shown = [
            one
            for one, period in zip(read, self.periods, strict=True)
            if period_at(self.periods, one.astimezone(UTC)) is period
        ]
        return (shown or read)[-1 if local.fold else 0]


def zone_to_come(zone: tzinfo, moment: datetime) -> ZonePeriod | None:
    """Return the newest time zone of a ledger where it is another than the one in force."""
    if not isinstance(zone, ZoneHistory):
        return None
    last, now = zone.periods[-1], period_at(zone.periods, moment)
    return None if last.name == now.name else last


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
