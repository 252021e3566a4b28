"""What was missing each night: where every need stood, a row only where that had changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, func, select

from ledger.store.db import tables
from ledger.store.db.night_tables import SNAPSHOT_STAGES, gap_snapshot, night_run, night_step
from ledger.store.journal.balances import Times, holder_rows

GAPS_STEP: Final = "gaps"
"""The step of a night that takes the snapshots."""


class Stood(NamedTuple):
    """Where a need stood, and the status of its project then."""

    status: str
    free: int
    held: int
    committed: int
    delivered: int
    withdrawn: int


NOTHING: Final = (0,) * len(SNAPSHOT_STAGES)


class Change(NamedTuple):
    """A need's standing from a night on."""

    day: date
    need: str
    stood: Stood


def stood_now(connection: Connection) -> dict[int, Stood]:
    """Read where every need stands now, by its id."""
    stands = tables.balance
    query = _needs_with_status(None).add_columns(*(stands.c[name] for name in SNAPSHOT_STAGES))
    rows = connection.execute(query.join(stands, stands.c.holder_id == tables.need.c.id))
    return {identity: Stood(status, *map(int, stages)) for identity, status, *stages in rows}


def stood_on(connection: Connection, day: date, end: datetime) -> dict[int, Stood]:
    """Read where every need stood at the end of a day past, `end`, by what is known now."""
    folded = holder_rows(connection, Times(as_of=day))
    first: dict[int, str] = dict(connection.execute(_needs_with_first_status(day)).all())
    known: dict[int, str] = dict(connection.execute(_needs_with_status(end)).all())
    found = {}
    for identity, status in first.items():
        row = folded.get(identity)
        stages = NOTHING if row is None else [int(getattr(row, name)) for name in SNAPSHOT_STAGES]
        found[identity] = Stood(known.get(identity, status), *stages)
    return found


def _needs_with_status(end: datetime | None) -> Select[Any]:
    """Select every need's id and the status of its project, as known before a moment."""
    need, versions = tables.need, tables.project_version
    later = versions.alias("later")
    newest = select(func.max(later.c.version)).where(later.c.project_id == versions.c.project_id)
    if end is not None:
        newest = newest.where(later.c.recorded_at < end)
    return (
        select(need.c.id, versions.c.status)
        .join(versions, versions.c.project_id == need.c.project_id)
        .where(versions.c.version == newest.scalar_subquery())
    )


def _needs_with_first_status(day: date) -> Select[Any]:
    """Select the needs declared by a day: a project that was recorded later had its first one."""
    need, versions = tables.need, tables.project_version
    return (
        select(need.c.id, versions.c.status)
        .join(versions, versions.c.project_id == need.c.project_id)
        .where(versions.c.version == 1, need.c.declared_on <= day)
    )


def last_taken(connection: Connection) -> tuple[date, int] | None:
    """Give the day of the last snapshot, and how often one was taken for it; None without any."""
    day = connection.execute(select(func.max(gap_snapshot.c.day))).scalar()
    if day is None:
        return None
    number = select(func.max(gap_snapshot.c.taken)).where(gap_snapshot.c.day == day)
    return day, int(connection.execute(number).scalar_one())


def in_force(connection: Connection) -> dict[int, Stood]:
    """Give the last snapshot of every need that has one, by the need's id."""
    kept = gap_snapshot.c
    place = func.row_number().over(
        partition_by=kept.need_id, order_by=(kept.day.desc(), kept.taken.desc())
    )
    ranked = select(
        kept.need_id, kept.status, *(kept[name] for name in SNAPSHOT_STAGES), place.label("place")
    ).subquery()
    columns = [column for column in ranked.c if column.name != "place"]
    rows = connection.execute(select(*columns).where(ranked.c.place == 1))
    return {identity: Stood(*rest) for identity, *rest in rows}


def snapshot_rows(day: date, taken: int, changed: Mapping[int, Stood]) -> list[dict[str, Any]]:
    """Lay the standings that changed out as rows, but for their request."""
    return [
        {"need_id": identity, "day": day, "taken": taken, **stood._asdict()}
        for identity, stood in sorted(changed.items())
    ]


def nights_with_gaps(connection: Connection, first: date, last: date) -> list[date]:
    """Give the days within a span on which a night recorded the gaps, in order."""
    query = (
        select(night_run.c.day)
        .join(night_step, night_step.c.run_id == night_run.c.id)
        .where(night_step.c.name == GAPS_STEP, night_run.c.day.between(first, last))
        .distinct()
        .order_by(night_run.c.day)
    )
    return list(connection.execute(query).scalars())


def changes_until(connection: Connection, last: date) -> Iterator[Change]:
    """Read every snapshot through a day, in the order in which they were taken."""
    kept = gap_snapshot.c
    query = (
        select(kept.day, tables.need.c.code, kept.status)
        .add_columns(*(kept[name] for name in SNAPSHOT_STAGES))
        .join(tables.need, tables.need.c.id == kept.need_id)
        .where(kept.day <= last)
        .order_by(kept.day, kept.taken, kept.need_id)
    )
    for day, need, *rest in connection.execute(query):
        yield Change(day, need, Stood(*rest))
