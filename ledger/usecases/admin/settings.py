"""The ledger's own settings: changing its time zone, and listing every version of each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Connection

from ledger.core.dates import find_time_zone
from ledger.core.time_zones import ZoneHistory, ZoneVersion
from ledger.journal.receipts import Receipt
from ledger.store.db.queries import TIME_ZONE
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.store.versions import read_setting_versions
from ledger.usecases.deals.acts import NothingToChange
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
    if not uow.has_setting(TIME_ZONE):
        uow.set_setting(TIME_ZONE, versions[0].name)  # the zone in force until now, never set
    uow.set_setting(TIME_ZONE, new)
    period = ZoneHistory([*versions, ZoneVersion(new, uow.now)]).periods[-1]
    uow.note("time-zone", f"days are those of {new} from {period.first_day} on")
    return uow.receipt(changes={TIME_ZONE: [str(before), new]})


def _versions(zone: tzinfo, moment: datetime) -> list[ZoneVersion]:
    if isinstance(zone, ZoneHistory):
        return [*zone.versions]
    return [ZoneVersion(str(zone), moment)]


def setting_rows(connection: Connection, zone: tzinfo) -> Iterator[dict[str, Any]]:
    """Give every version of each setting; of a time zone also the first day it counts."""
    periods = iter(zone.periods if isinstance(zone, ZoneHistory) else ())
    for row in read_setting_versions(connection):
        period = next(periods, None) if row["name"] == TIME_ZONE else None
        first_day = period.first_day if period is not None and row["version"] > 1 else None
        yield {**row, "from": first_day}
