"""The third step: where every need stands on the night's day, kept for the trend."""

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


def step(night: Night) -> StepResult:
    """Keep where the needs stand whose standing is another than it was at the last night."""
    calendar = night.ledger.calendar()
    with night.ledger.read() as connection:
        taken = last_snapshot_day(connection)
        if taken is not None and taken[0] > night.day:
            return _left_alone(taken[0])
        stand = _stand(connection, night.day, calendar.today, calendar.zone)
        changed = _changed(stand, latest_snapshots(connection))
    if changed:
        number = taken[1] + 1 if taken is not None and taken[0] == night.day else 1
        _keep(night, number, changed, now=night.day == calendar.today)
    return StepResult(
        figures=_figures(len(stand), len(changed)), changed=bool(changed) and not night.dry_run
    )


def _changed(
    stand: Mapping[int, NeedSnapshot], before: Mapping[int, NeedSnapshot]
) -> dict[int, NeedSnapshot]:
    return {need: stood for need, stood in stand.items() if before.get(need) != stood}


def _figures(needs: int, changed: int) -> dict[str, int | str]:
    return {"needs": needs, "changed": changed}


def _left_alone(later: date) -> StepResult:
    # A row between two others would change what stood on every day until the next.
    return StepResult(
        figures=_figures(0, 0),
        lines=(f"The night of {later} has recorded the gaps already; the trend is left as it is.",),
    )


def _stand(connection: Connection, day: date, today: date, zone: tzinfo) -> dict[int, NeedSnapshot]:
    if day == today:
        return snapshots_now(connection)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    return snapshots_on(connection, day, end)


def _keep(night: Night, number: int, changed: Mapping[int, NeedSnapshot], *, now: bool) -> None:
    def keeping(uow: UnitOfWork) -> Receipt:
        rows = changed
        if now:
            # Officers may have acted since it was read; what is kept is what stands as it is.
            rows = _changed(snapshots_now(uow.connection), latest_snapshots(uow.connection))
        uow.add_rows(gap_snapshot, snapshot_rows(night.day, number, rows))
        return uow.receipt()

    execute(night.ledger, night.request(f"gaps:{number}"), keeping)
