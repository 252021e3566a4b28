"""The ledger's own settings: time zone, association, what its clock did, and all their versions.

A clock that ran ahead leaves timestamps that are still to come, and no later write can be recorded
behind them. An administrator records that the clock is corrected: the timestamps stay as they are,
what has them is known from that moment on, and writes are recorded by the clock again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Connection

from ledger.core.dates import CLOCK_TOLERANCE, find_time_zone, written_time
from ledger.core.errors import NothingToChange, RefusedByRule
from ledger.core.numbers import parse_count
from ledger.core.time_zones import ZoneHistory, ZoneVersion
from ledger.journal.receipts import Receipt
from ledger.registers.network import BODY
from ledger.store.admin.server_facts import owns_ledger
from ledger.store.db.clock import CLOCK, read_corrections, setting_text
from ledger.store.db.queries import ASSOCIATION, TIME_ZONE, last_setting_version, read_settings
from ledger.store.nights.runs import last_timestamp
from ledger.store.session.ledger import moment_of
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.store.versions import read_setting_versions
from ledger.usecases.journal.reversal import require_reason


def change_time_zone(uow: UnitOfWork, name: str) -> Receipt:
    """Change the ledger's time zone, from the first day that has begun in neither zone.

    What was recorded before stays in the zone that was in force then. Raises `UnknownTimeZone`,
    `ReasonMissing` and `NothingToChange`.
    """
    new = str(find_time_zone(name))
    require_reason(uow, "The time zone is not changed without a reason.")
    before = uow.settings.zone
    if new == str(before):
        raise NothingToChange(f"The time zone is {new} already.")
    versions = _versions(before, uow.now)
    if not last_setting_version(uow.connection, TIME_ZONE):
        uow.set_setting(TIME_ZONE, versions[0].name)  # the zone in force until now, never set
    uow.set_setting(TIME_ZONE, new)
    period = ZoneHistory([*versions, ZoneVersion(new, uow.now)]).periods[-1]
    uow.note("time-zone", f"days are those of {new} from {period.first_day} on")
    return uow.receipt(
        recorded={"effective_on": period.first_day.isoformat()},
        changes={TIME_ZONE: [str(before), new]},
    )


def change_association(uow: UnitOfWork, typed: str) -> Receipt:
    """Set the body whose members the fund's cities are; an empty text sets none.

    Raises `UnknownCode` and `NothingToChange`.
    """
    before = uow.settings.association
    new = uow.find_record(BODY.name, typed).record.code if typed else None
    if new == before:
        raise NothingToChange(f"The association is {new or 'not set'} already.")
    uow.set_setting(ASSOCIATION, new or "")
    return uow.receipt(changes={ASSOCIATION: [before, new]})


def _versions(zone: tzinfo, moment: datetime) -> list[ZoneVersion]:
    if isinstance(zone, ZoneHistory):
        return [*zone.versions]
    return [ZoneVersion(str(zone), moment)]


def change_number(uow: UnitOfWork, name: str, typed: str) -> Receipt:
    """Change a setting that is a whole number. Raises `BadCount` and `NothingToChange`."""
    words = name.replace("_", " ")
    number, before = parse_count(typed, words), getattr(uow.settings, name)
    if number == before:
        raise NothingToChange(f"The {words} are {number} already.")
    uow.set_setting(name, str(number))
    return uow.receipt(changes={name: [before, number]})


class ClockNotAhead(RefusedByRule, code="clock-not-ahead"):
    """A clock was to be corrected that is not behind the last record."""

    default_why = "Only a ledger whose last record lies ahead of the clock cannot be written."
    default_next = "Run the command that was refused again."


class NotAdministrator(RefusedByRule, code="not-administrator"):
    """A database user who does not own the ledger asked for an administrator's act."""

    default_why = "Only the owner of the ledger's tables may say that timestamps are wrong."
    default_next = "Ask the owner of the database, or name that user in --db."


def correct_clock(uow: UnitOfWork) -> Receipt:
    """Record that the ledger's last records were stamped by a clock that ran ahead.

    Raises `ReasonMissing`, `NotAdministrator` and `ClockNotAhead`.
    """
    require_reason(uow, "The clock is not corrected without a reason.")
    if not owns_ledger(uow.connection):
        raise NotAdministrator("This database user is not an administrator of the ledger.")
    zone, last = uow.settings.zone, last_timestamp(uow.connection)
    now = written_time(uow.now, zone)
    if last is None or last - uow.now <= CLOCK_TOLERANCE:
        raise ClockNotAhead(f"The clock shows {now}, and no record lies ahead of it.")
    ahead_until = written_time(last, zone)
    uow.set_setting(CLOCK, setting_text(last))
    uow.note(
        "clock-corrected",
        f"records up to {ahead_until} keep their timestamps and are known from {now} on; see those "
        "dated later than today with: cityfund journal list --since tomorrow",
    )
    return uow.receipt(recorded={"ahead_until": last.isoformat()})


def clock_findings(connection: Connection) -> Iterator[str]:
    """Describe records that lie ahead of the clock, so that none can follow."""
    last, now = last_timestamp(connection), moment_of(connection)
    if last is not None and last - now > CLOCK_TOLERANCE:
        written = written_time(last, read_settings(connection).zone)
        yield (
            f"the last record is stamped {written}, ahead of the clock, and no other can follow; "
            "correct the clock, or record that it ran ahead: "
            "cityfund db correct-clock --reason TEXT"
        )


def clock_corrections(connection: Connection) -> list[str]:
    """Describe every correction of the clock."""
    zone = read_settings(connection).zone
    return [
        f"{written_time(one.recorded_at, zone)} by {one.actor}: records up to "
        f"{written_time(one.ahead_until, zone)} were stamped ahead ({one.reason})"
        for one in read_corrections(connection)
    ]


def setting_rows(connection: Connection, zone: tzinfo) -> Iterator[dict[str, Any]]:
    """Give every version of each setting; of a time zone also the first day it counts."""
    periods = iter(zone.periods if isinstance(zone, ZoneHistory) else ())
    for row in read_setting_versions(connection):
        period = next(periods, None) if row["name"] == TIME_ZONE else None
        first_day = period.first_day if period is not None and row["version"] > 1 else None
        yield {**row, "from": first_day}
