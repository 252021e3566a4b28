"""The fifth step: store a snapshot of the gaps for the trend."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import Connection

from ledger.journal.receipts import Receipt
from ledger.store.db.night_tables import gap_snapshot
from ledger.store.gap_snapshots import (
    NeedSnapshot,
    last_snapshot_day,
    latest_snapshots,
    snapshot_rows,
    snapshots_now,
    snapshots_on,
)
from ledger.store.session.execute import execute
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.night_step import Night, StepResult


def gaps_step(night: Night) -> StepResult:
    """Keep where the needs stand whose standing is another than it was at the last night."""
    calendar = night.ledger.calendar()
    with night.ledger.read() as connection:
        last = last_snapshot_day(connection)
        if last is not None and last[0] > night.day:
            return _skip_past_night(last[0])
        snapshots = _current_snapshots(connection, night.day, calendar.today, calendar.zone)
        changed = _changed(snapshots, latest_snapshots(connection))
    if changed:
        number = last[1] + 1 if last is not None and last[0] == night.day else 1
        _store(night, number, changed, now=night.day == calendar.today)
    return StepResult(
        figures=_figures(len(snapshots), len(changed)), changed=bool(changed) and not night.dry_run
    )


def _changed(
    snapshots: Mapping[int, NeedSnapshot], latest: Mapping[int, NeedSnapshot]
) -> dict[int, NeedSnapshot]:
    return {need: snapshot for need, snapshot in snapshots.items() if latest.get(need) != snapshot}


def _figures(needs: int, changed: int) -> dict[str, int | str]:
    return {"needs": needs, "changed": changed}


def _skip_past_night(later: date) -> StepResult:
    # A row between two others would change what stood on every day until the next.
    return StepResult(
        figures=_figures(0, 0),
        lines=(f"The night of {later} has recorded the gaps already; the trend is left as it is.",),
    )


def _current_snapshots(
    connection: Connection, day: date, today: date, zone: tzinfo
) -> dict[int, NeedSnapshot]:
    if day == today:
        return snapshots_now(connection)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    return snapshots_on(connection, day, end)


def _store(night: Night, number: int, changed: Mapping[int, NeedSnapshot], *, now: bool) -> None:
    def store_rows(uow: UnitOfWork) -> Receipt:
        rows = changed
        if now:
            # Officers may have acted since it was read; what is kept is what stands as it is.
            rows = _changed(snapshots_now(uow.connection), latest_snapshots(uow.connection))
        uow.add_rows(gap_snapshot, snapshot_rows(night.day, number, rows))
        return uow.receipt()

    execute(night.ledger, night.request(f"gaps:{number}"), store_rows)
