"""Parse dates and timestamps, and check when an act may be dated.

An act is never dated in the future or before a declaration.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ledger.core.errors import InvalidInput, RefusedByRule
from ledger.core.factors import Side
from ledger.core.numbers import Pattern, normalise_digits
from ledger.core.text import counted

_DAY = Pattern(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_JALALI_DAY = Pattern(r"(1[34]\d\d)([-/])(\d{1,2})\2(\d{1,2})", re.ASCII)
_JALALI_START = date(1921, 3, 21)
"""1 Farvardin 1300. No Gregorian date of a record is in the years 1300 to 1499."""

FIRST_YEAR = 1583
"""The first full year of the Gregorian calendar; earlier years use another calendar."""

_RELATIVE = {"yesterday": -1, "today": 0, "tomorrow": 1}
_MOMENT = Pattern(
    r"(?P<day>\d{4}[-/]\d{1,2}[-/]\d{1,2})[T ](?P<hour>\d{2}):(?P<minute>\d{2})"
    r"(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,6}))?)?\s?(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)


class InvalidDate(InvalidInput, code="invalid-date"):
    """The text is not a date."""

    default_why = "A date is written YYYY-MM-DD, or today, yesterday or tomorrow."
    default_next = "Write it as YYYY-MM-DD; a Jalali date (1300 to 1499) is converted."


class InvalidTime(InvalidInput, code="invalid-time"):
    """The text is not a timestamp, or is an ambiguous one."""

    default_why = "A timestamp is a date and a time, with a time zone or in the ledger's own."
    default_next = "Write it as YYYY-MM-DDTHH:MM, with Z or an offset such as +03:30 behind it."


class FutureDate(InvalidInput, code="future-date"):
    """An act is dated after today."""

    default_why = "The journal records what has happened, by the ledger's calendar."
    default_next = "Give today or an earlier date."


class OutOfOrder(InvalidInput, code="out-of-order"):
    """Something would end before it begins, or its largest be below its smallest."""

    default_why = "A period ends on its first day or later; a largest is not below its smallest."
    default_next = "Correct one of the two."


class BeforeDeclaration(RefusedByRule, code="before-declaration"):
    """An act is dated before the need or the offer was declared."""

    default_why = "No act on a need or an offer can precede its declaration."
    default_next = "Check the date of the act, and that of the declaration with `show`."


class BeforeReversed(RefusedByRule, code="before-reversed"):
    """A reversal is dated before the entry it reverses."""

    default_why = "A reversal cannot precede the entry it reverses."
    default_next = (
        "Omit --on to date it today, or give the date of the reversed entry or a later one."
    )


class HoldExpired(RefusedByRule, code="hold-expired"):
    """A hold to be committed has passed its last day."""

    default_why = "A hold can be committed until its last day."
    default_next = "Extend it first (cityfund deal edit DEAL --until DATE), or release it."


class UntilInThePast(InvalidInput, code="until-in-the-past"):
    """A hold would end before it begins."""

    default_why = "A hold lasts at least until the day of the introduction."
    default_next = "Give a later date to --until."


class ReviewInThePast(InvalidInput, code="review-in-the-past"):
    """A review would be due again as soon as it was confirmed."""

    default_why = "A record that was confirmed is looked at again on a later day."
    default_next = "Give a later date to --review; where it no longer stands, use --until."


class ClockSteppedBack(RefusedByRule, code="clock-stepped-back"):
    """The machine's clock is far behind the time of the last write."""

    default_why = (
        "A later record must have a later timestamp, "
        "or reports of what was known at a moment would change."
    )
    default_next = (
        "Correct the machine's clock, then run the command again. If it is right and ran ahead "
        "before, an administrator records that: cityfund db correct-clock --reason TEXT"
    )


class ClockAhead(RefusedByRule, code="clock-ahead"):
    """The machine's clock is so far ahead of the last record that it may be wrong."""

    default_why = "A clock that runs ahead lapses what is still held, and bars every later record."
    default_next = "Check the machine's clock; if it is right, add --clock-is-right."


class UnknownTimeZone(InvalidInput, code="unknown-time-zone"):
    """The name is not one of the IANA time zones."""

    default_why = "The ledger's calendar needs a standard time zone."
    default_next = "Use an IANA name such as Europe/Paris, Asia/Tehran or UTC."


LONGEST_WRITE = timedelta(seconds=30)
"""The longest duration of a write; every reader that starts later sees what it recorded."""

LONGEST_PAUSE = timedelta(days=40)
"""After a longer time without a write, the clock is asked about before the next."""

MOST_UNASKED = 7
"""How many missed nights are caught up without asking."""

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far a clock under correction may step back without a refusal."""


def recording_time(
    now: datetime, last_recorded: datetime | None, zone: Callable[[], tzinfo]
) -> datetime:
    """Return the timestamp of a write: the clock's, but never earlier than the last write's.

    A refusal shows times in `zone`. Raises `ClockSteppedBack` if the clock is behind by more than
    `CLOCK_TOLERANCE`.
    """
    if last_recorded is None or now >= last_recorded:
        return now
    if last_recorded - now > CLOCK_TOLERANCE:
        shows, last = (written_time(one, zone()) for one in (now, last_recorded))
        raise ClockSteppedBack(
            f"The clock shows {shows}, but the last write was recorded at {last}."
        )
    return last_recorded


def find_time_zone(name: str) -> tzinfo:
    """Return the time zone of an IANA name; raises `UnknownTimeZone`."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownTimeZone(f"{name!r} is not a time zone.") from error


def day_of(moment: datetime, where: tzinfo) -> date:
    """Return the calendar day of a moment in a time zone."""
    return moment.astimezone(where).date()


def first_moment(day: date, where: tzinfo) -> datetime:
    """Return the moment at which a day begins in a time zone, as a UTC instant."""
    return datetime.combine(day, time(), where).astimezone(UTC)


def clock_ahead(now: datetime, last_written: datetime, zone: tzinfo) -> ClockAhead:
    """Make the refusal of a write that comes long after the last one."""
    shows, last = (written_time(one, zone) for one in (now, last_written))
    days = (now - last_written).days
    return ClockAhead(
        f"The clock shows {shows}, {counted(days, 'day')} after the last write ({last})."
    )


def written_time(moment: datetime, zone: tzinfo) -> str:
    """Write a moment for people, to the minute, in a time zone that it names."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def zone_name(zone: tzinfo, moment: datetime) -> str:
    """Return the name of the zone in force at a moment, of a ledger's time zone."""
    return str(moment.astimezone(zone).tzinfo)


def require_not_future(day: date, today: date) -> None:
    """Refuse an act that is dated after today."""
    if day > today:
        raise FutureDate(f"{day} is in the future; today is {today}.")


def require_declared(day: date, declared_on: date, side: Side, code: str) -> None:
    """Refuse an act on a need or an offer that is dated before its declaration."""
    if day < declared_on:
        check = "Check the date of the act, and that of the declaration"
        raise BeforeDeclaration(
            f"{side.capitalize()} {code} was declared on {declared_on}, after {day}.",
            next_step=f"{check}: cityfund {side} show {code}",
        )


def require_not_before_reversed(day: date, reversed_on: date, entry: int) -> None:
    """Refuse a reversal that is dated before what it reverses."""
    if day < reversed_on:
        raise BeforeReversed(f"Entry {entry} is dated {reversed_on}, after {day}.")


def parse_date(text: str, *, today: Callable[[], date]) -> date:
    """Parse a date: as `parse_day` does, or a word relative to `today`. Raises InvalidDate."""
    plain = normalise_digits(text).casefold()
    if plain in _RELATIVE:
        return today() + timedelta(days=_RELATIVE[plain])
    return parse_day(text)


def parse_day(text: str) -> date:
    """Parse a date: ISO 8601, or a Jalali date of the years 1300 to 1499. Raises InvalidDate.

    Persian and Arabic digits are accepted. A Jalali date may have slashes: 1405/7/1.
    """
    plain = normalise_digits(text)
    if jalali := _JALALI_DAY.fullmatch(plain):
        return _from_jalali(plain, *map(int, jalali.group(1, 3, 4)))
    match = _DAY.fullmatch(plain)
    if match is None:
        raise InvalidDate(f"{text!r} is not a date.")
    if int(match[1]) < FIRST_YEAR:
        raise InvalidDate(
            f"The year {match[1]} is before the Gregorian calendar.",
            why="Dates are Gregorian, or Jalali in the years 1300 to 1499.",
        )
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        raise _no_such_day(plain) from None


def is_jalali(text: str) -> bool:
    """Return whether a text has the form of a Jalali date."""
    return _JALALI_DAY.fullmatch(normalise_digits(text)) is not None


def is_converted(text: str) -> bool:
    """Return whether a text can be a date in another form than ISO 8601: a word, or Jalali."""
    return is_jalali(text) or normalise_digits(text).casefold() in _RELATIVE


def _from_jalali(text: str, year: int, month: int, day: int) -> date:
    """Convert a Jalali date, whose leap years repeat in 33 years throughout these centuries."""
    first = _days_before_jalali(year)
    months = [31] * 6 + [30] * 5 + [_days_before_jalali(year + 1) - first - 336]
    if not (1 <= month <= len(months) and 1 <= day <= months[month - 1]):
        raise _no_such_day(text)
    return _JALALI_START + timedelta(days=first + sum(months[: month - 1]) + day - 1)


def _days_before_jalali(year: int) -> int:
    return 365 * (year - 1300) + (8 * year + 21) // 33 - 315


def _no_such_day(text: str) -> InvalidDate:
    return InvalidDate(f"There is no date {text}.", why="The calendar has no such day.")


def parse_time(text: str, *, zone: Callable[[], tzinfo]) -> datetime:
    """Parse a timestamp as an aware UTC instant; without a zone of its own it is in `zone`.

    Raises InvalidTime, also if the clocks of `zone` showed that time twice or never.
    """
    match = _MOMENT.fullmatch(normalise_digits(text).upper())
    if match is None:
        raise InvalidTime(f"{text!r} is not a timestamp.")
    try:
        local = _clock_time(match)
        own = _offset(match["zone"]) if match["zone"] else None
        return (local.replace(tzinfo=own) if own else _in_zone(local, zone(), text)).astimezone(UTC)
    except (ValueError, OverflowError, InvalidDate):
        raise InvalidTime(
            f"There is no timestamp {text!r}.", why="There is no such time of day."
        ) from None


def _clock_time(match: re.Match[str]) -> datetime:
    text = match["day"]
    day = parse_day(text) if is_jalali(text) else date.fromisoformat(text)
    second, fraction = int(match["second"] or 0), (match["fraction"] or "").ljust(6, "0")
    return datetime(  # noqa: DTZ001 - the zone is put on by the caller
        *day.timetuple()[:3], int(match["hour"]), int(match["minute"]), second, int(fraction)
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
            f"{text!r} is ambiguous or missing in the time zone {zone}.",
            why="The clocks were changed: that local time occurred twice or not at all.",
        )
    return first


def days_after(day: date, days: int) -> date:
    """Return the date so many days later; the calendar itself has a last day."""
    return day + timedelta(days=min(days, (date.max - day).days))


@lru_cache(maxsize=256)
def months_after(day: date, months: int) -> date:
    """Return the same day so many calendar months later, or the last day of a shorter month."""
    count = min(max(12 * day.year + day.month - 1 + months, 12), 12 * date.max.year + 11)
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
