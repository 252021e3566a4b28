"""Snapshots of the gaps, taken at night: one row for each need whose amounts changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, select

from ledger.registers.phases import phase_on
from ledger.store.db import tables
from ledger.store.db.clock import known_by
from ledger.store.db.night_tables import SNAPSHOT_STAGES, gap_snapshot, night_run, night_step
from ledger.store.db.queries import is_newest
from ledger.store.journal.balances import Times, account_rows
from ledger.store.phases import read_phases
from ledger.store.registers import in_error

GAPS_STEP: Final = "gaps"
"""The step of a night that takes the snapshots."""


class NeedSnapshot(NamedTuple):
    """The amounts of a need by stage, and the status of its project."""

    status: str
    free: int
    held: int
    committed: int
    delivered: int
    withdrawn: int


NO_AMOUNTS: Final = (0,) * len(SNAPSHOT_STAGES)


class SnapshotChange(NamedTuple):
    """The snapshot of a need from a night on."""

    day: date
    need: str
    snapshot: NeedSnapshot


def snapshots_now(connection: Connection) -> dict[int, NeedSnapshot]:
    """Read the current amounts of every need, by its id."""
    balance = tables.balance
    query = _needs_with_status(None).add_columns(*(balance.c[name] for name in SNAPSHOT_STAGES))
    rows = connection.execute(query.join(balance, balance.c.holder_id == tables.need.c.id))
    return {identity: NeedSnapshot(status, *map(int, stages)) for identity, status, *stages in rows}


def snapshots_on(connection: Connection, day: date, end: datetime) -> dict[int, NeedSnapshot]:
    """Read the amounts of every need at the end of a past day, `end`, as known now.

    So is the status of a project with phases; that of another is the one known then.
    """
    balances = account_rows(connection, Times(as_of=day))
    dated = _needs_with_status_on(connection, day)
    first: dict[int, str] = dict(connection.execute(_needs_with_first_status(day)).all())
    known: dict[int, str] = dict(connection.execute(_needs_with_status(end)).all())
    snapshots = {}
    for identity, status in first.items():
        row = balances.get(identity)
        stages = (
            NO_AMOUNTS if row is None else [int(getattr(row, name)) for name in SNAPSHOT_STAGES]
        )
        status_then = dated.get(identity) or known.get(identity, status)
        snapshots[identity] = NeedSnapshot(status_then, *stages)
    return snapshots


def _needs_with_status_on(connection: Connection, day: date) -> dict[int, str]:
    """Read the status on a day of the project of each need, of the projects with phases."""
    phases = read_phases(connection)
    if not phases:
        return {}
    need, project = tables.need, tables.project
    query = select(need.c.id, project.c.code).join(project, project.c.id == need.c.project_id)
    codes = connection.execute(query.where(~in_error("project", project.c.id)))
    return {
        identity: phase_on(phases[code], day).status for identity, code in codes if code in phases
    }


def _needs_with_status(end: datetime | None) -> Select[Any]:
    """Select every need's id and the status of its project, as known before a moment."""
    need, versions = tables.need, tables.project_version
    known = () if end is None else (lambda later: known_by(later, end - datetime.resolution),)
    return (
        select(need.c.id, versions.c.status)
        .join(versions, versions.c.project_id == need.c.project_id)
        .where(is_newest(versions, versions.c.project_id, *known), _there())
    )


def _needs_with_first_status(day: date) -> Select[Any]:
    """Select the needs declared by a day: a project that was recorded later had its first one."""
    need, versions, terms = tables.need, tables.project_version, tables.need_version
    declared_on = func.coalesce(terms.c.declared_on, need.c.declared_on)
    return (
        select(need.c.id, versions.c.status)
        .join(versions, versions.c.project_id == need.c.project_id)
        .join(terms, terms.c.need_id == need.c.id)
        .where(is_newest(terms, terms.c.need_id))
        .where(versions.c.version == 1, declared_on <= day, _there())
    )


def _there() -> ColumnElement[bool]:
    return ~in_error("need", tables.need.c.id)


def last_snapshot_day(connection: Connection) -> tuple[date, int] | None:
    """Give the day of the last snapshot, and how often one was taken for it; None without any."""
    day = connection.execute(select(func.max(gap_snapshot.c.day))).scalar()
    if day is None:
        return None
    number = select(func.max(gap_snapshot.c.taken)).where(gap_snapshot.c.day == day)
    return day, int(connection.execute(number).scalar_one())


def latest_snapshots(connection: Connection) -> dict[int, NeedSnapshot]:
    """Give the last snapshot of every need that has one, by the need's id."""
    snapshot = gap_snapshot.c
    place = func.row_number().over(
        partition_by=snapshot.need_id, order_by=(snapshot.day.desc(), snapshot.taken.desc())
    )
    ranked = select(
        snapshot.need_id,
        snapshot.status,
        *(snapshot[name] for name in SNAPSHOT_STAGES),
        place.label("place"),
    ).subquery()
    columns = [column for column in ranked.c if column.name != "place"]
    rows = connection.execute(select(*columns).where(ranked.c.place == 1))
    return {identity: NeedSnapshot(*rest) for identity, *rest in rows}


def snapshot_rows(
    day: date, taken: int, changed: Mapping[int, NeedSnapshot]
) -> list[dict[str, Any]]:
    """Build the rows of changed snapshots, without their request."""
    return [
        {"need_id": identity, "day": day, "taken": taken, **snapshot._asdict()}
        for identity, snapshot in sorted(changed.items())
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


def snapshot_changes(connection: Connection, last: date) -> Iterator[SnapshotChange]:
    """Read every snapshot through a day, in the order in which they were taken."""
    snapshot = gap_snapshot.c
    query = (
        select(snapshot.day, tables.need.c.code, snapshot.status)
        .add_columns(*(snapshot[name] for name in SNAPSHOT_STAGES))
        .join(tables.need, tables.need.c.id == snapshot.need_id)
        .where(snapshot.day <= last, _there())
        .order_by(snapshot.day, snapshot.taken, snapshot.need_id)
    )
    for day, need, *rest in connection.execute(query):
        yield SnapshotChange(day, need, NeedSnapshot(*rest))
