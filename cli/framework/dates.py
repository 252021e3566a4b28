"""Days and moments as people type them on the command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from ledger.core.errors import InvalidInput
from ledger.core.numbers import normalise_digits

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_FIRST_YEAR = 1583
"""The first whole year of the Gregorian calendar; years before it come from another calendar."""

_RELATIVE = {"yesterday": -1, "today": 0, "tomorrow": 1}
_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})[T ](?P<hour>\d{2}):(?P<minute>\d{2})"
    r"(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,6}))?)?\s?(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)


class InvalidDate(InvalidInput):
    """A text that names no day."""

    code = "invalid-date"
    default_why = "A day is written year-month-day, or today, yesterday or tomorrow."
    default_next = "Write it as 2026-11-23."


class InvalidTime(InvalidInput):
    """A text that names no moment, or two."""

    code = "invalid-time"
    default_why = "A moment is a day and a time, with its zone or in the ledger's own."
    default_next = "Write it as 2026-11-23T10:00Z or 2026-11-23T10:00+03:30."


def parse_date(text: str, *, today: Callable[[], date]) -> date:
    """Read a day: ISO 8601, or a word counted from `today`. Raises InvalidDate.

    Persian and Arabic digits are taken for the digits they are; the calendar is Gregorian.
    """
    plain = normalise_digits(text).casefold()
    if plain in _RELATIVE:
        return today() + timedelta(days=_RELATIVE[plain])
    found = _DAY.fullmatch(plain)
    if found is None:
        raise InvalidDate(f"{text!r} is not a day.")
    if int(found[1]) < _FIRST_YEAR:
        raise InvalidDate(
            f"The year {found[1]} is before the Gregorian calendar.",
            why="Days are written in that calendar; 1405 of the Iranian one began in 2026.",
        )
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        raise InvalidDate(f"There is no day {plain}.", why="The calendar lacks it.") from None


def parse_time(text: str, *, zone: Callable[[], tzinfo]) -> datetime:
    """Read a moment as an aware UTC instant; without a zone of its own it is in `zone`.

    Raises InvalidTime, also where the clocks of `zone` showed that time twice or never.
    """
    found = _MOMENT.fullmatch(normalise_digits(text).upper())
    if found is None:
        raise InvalidTime(f"{text!r} is not a moment.")
    try:
        local = _clock_time(found)
        own = _offset(found["zone"]) if found["zone"] else None
        return (local.replace(tzinfo=own) if own else _in_zone(local, zone(), text)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidTime(f"There is no moment {text!r}.", why="No clock shows it.") from None


def _clock_time(found: re.Match[str]) -> datetime:
    day = date.fromisoformat(found["day"])
    second, fraction = int(found["second"] or 0), (found["fraction"] or "").ljust(6, "0")
    return datetime(  # noqa: DTZ001 - the zone is put on by the caller
        *day.timetuple()[:3], int(found["hour"]), int(found["minute"]), second, int(fraction)
    )


def _offset(text: str) -> timezone:
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    minutes = int(digits[2:])
    if minutes >= 60:  # noqa: PLR2004 - of an hour
        raise ValueError(text)
    ahead = timedelta(hours=int(digits[:2]), minutes=minutes)
    return timezone(-ahead if text.startswith("-") else ahead)


def _in_zone(local: datetime, zone: tzinfo, text: str) -> datetime:
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        raise InvalidTime(
            f"{text!r} is not one moment in the zone {zone}.",
            why="The clocks were changed there: they showed that time twice, or never.",
        )
    return first
