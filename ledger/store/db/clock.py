"""Clocks that ran ahead: the corrections that were recorded, and what was known at a moment.

Records stamped by a clock that ran ahead keep their timestamps. A correction is a version of the
setting `clock`: it says up to which timestamp, and everything of an earlier request with a later
timestamp than the correction's own is known from the correction on.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    bindparam,
    func,
    or_,
    select,
)

from ledger.store.db import tables

CLOCK: Final = "clock"


class ClockCorrection(NamedTuple):
    """That records up to a timestamp were stamped by a clock that ran ahead, and who said so."""

    request_id: int
    recorded_at: datetime
    ahead_until: datetime
    actor: str
    reason: str | None


def read_corrections(connection: Connection) -> list[ClockCorrection]:
    """Read every correction of the clock, oldest first."""
    setting, request = tables.setting_version, tables.request
    query: Select[Any] = (
        select(*setting.c["request_id", "recorded_at", "value"], request.c.actor, setting.c.reason)
        .join(request, request.c.id == setting.c.request_id)
        .where(setting.c.name == CLOCK)
        .order_by(setting.c.version)
    )
    return [
        ClockCorrection(request_id, moment, ahead_until, actor, reason)
        for request_id, moment, value, actor, reason in connection.execute(query)
        if (ahead_until := _instant(value)) is not None
    ]


def _instant(text: str) -> datetime | None:
    """Read the value of the setting; None where it was tampered with, which a check finds."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if read.tzinfo is None else read


def setting_text(ahead_until: datetime) -> str:
    """Write the last timestamp of a clock that ran ahead as the value of the setting."""
    return ahead_until.astimezone(UTC).isoformat()


def known_by(table: FromClause, known_at: datetime | None = None) -> ColumnElement[bool]:
    """Select the rows known at a moment, given or bound as `known_at`.

    They were recorded by then, or before a correction of the clock that was recorded by then.
    """
    recorded, request_id = table.c.recorded_at, table.c.request_id
    return or_(recorded <= _moment(known_at), request_id < _corrected_before(known_at))


def _corrected_before(known_at: datetime | None = None) -> Any:
    """Select the request of the last correction known at a moment; 0 where there is none."""
    setting = tables.setting_version.c
    last = select(func.coalesce(func.max(setting.request_id), 0))
    return last.where(
        setting.name == CLOCK, setting.recorded_at <= _moment(known_at)
    ).scalar_subquery()


def _moment(known_at: datetime | None) -> Any:
    return bindparam("known_at") if known_at is None else known_at


def entries_known_by_correction(connection: Connection, known_at: datetime | None) -> int:
    """Give the last entry before the last correction known at a moment; 0 where there is none."""
    if known_at is None:
        return 0
    request_id = connection.execute(select(_corrected_before(known_at))).scalar_one()
    if not request_id:
        return 0
    entry = tables.entry.c
    last = select(func.max(entry.id)).where(entry.request_id < request_id)
    return connection.execute(last).scalar() or 0
