"""Rows of night runs: a run is written when it begins, each step when it has ended.

A run is not a request: it records itself who started it, where and when. Only the holder of the
lock writes these rows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select, text

from ledger import __version__
from ledger.core.dates import recording_time
from ledger.core.text import ERASED
from ledger.store.db import engine as engines
from ledger.store.db import tables
from ledger.store.db.clock import read_corrections
from ledger.store.db.night_tables import night_run, night_step, stored_list
from ledger.store.db.prepared import insert_rows
from ledger.store.db.queries import read_settings
from ledger.store.db.schema import require_current
from ledger.store.session.ledger import Ledger, moment_of
from ledger.store.session.rows import LockedNumbering
from ledger.store.session.sequences import SharedNumbering


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredStep:
    """The result of a step as stored."""

    name: str
    figures: Mapping[str, int | str] = field(default_factory=dict)
    findings: Sequence[Mapping[str, Any]] = ()
    offices: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    lines: Sequence[str] = ()
    changed: bool = False
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A run of a night, with the steps of it that have ended, in their order."""

    id: int
    day: date
    requested_steps: tuple[str, ...]
    whole: bool
    actor: str
    system_user: str
    host: str
    started_at: datetime
    steps: tuple[StoredStep, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Say whether every step that was asked for has ended."""
        return {step.name for step in self.steps} >= set(self.requested_steps)

    @property
    def ended_at(self) -> datetime:
        """The end of the last of its steps that has ended, else its start."""
        return max((step.ended_at for step in self.steps), default=self.started_at)

    def step(self, name: str) -> StoredStep | None:
        """Give one of its steps; None where that has not ended or was not asked for."""
        return next((step for step in self.steps if step.name == name), None)


def next_recording_time(connection: Connection) -> datetime:
    """Give the moment that is recorded now. Raises `ClockSteppedBack`."""
    last = last_timestamp(connection)
    return recording_time(moment_of(connection), last, lambda: read_settings(connection).zone)


def last_timestamp(connection: Connection) -> datetime | None:
    """Give the latest timestamp of requests, runs and steps; None in an empty ledger.

    Those of a clock that ran ahead do not count once that is recorded.
    """
    corrections = read_corrections(connection)
    requested = select(func.max(tables.request.c.recorded_at))
    for one in corrections:
        requested = requested.where(
            (tables.request.c.id >= one.request_id)
            | (tables.request.c.recorded_at <= one.recorded_at)
        )
    queries = [requested]
    for column in (night_run.c.started_at, night_step.c.ended_at):
        query = select(func.max(column))
        for one in corrections:
            query = query.where((column <= one.recorded_at) | (column > one.ahead_until))
        queries.append(query)
    moments = [connection.execute(query).scalar() for query in queries]
    return max((moment for moment in moments if moment is not None), default=None)


def _start_time(connection: Connection) -> datetime:
    """Give a moment later than that at which any run before began."""
    latest = connection.execute(select(func.max(night_run.c.started_at))).scalar()
    moment = next_recording_time(connection)
    return moment if moment != latest else moment + datetime.resolution


def begin_run(
    ledger: Ledger,
    day: date,
    steps: Sequence[str],
    *,
    whole: bool,
    who: tuple[str, str, str],
) -> StoredRun:
    """Write the row of a run that begins. Raises `ClockSteppedBack`."""
    with engines.write_transaction(ledger.engine) as connection:
        require_current(connection)
        actor, system_user, host = who
        run = StoredRun(
            id=_next_id(connection),
            day=day,
            requested_steps=tuple(steps),
            whole=whole,
            actor=actor,
            system_user=system_user,
            host=host,
            started_at=_start_time(connection),
        )
        insert_rows(connection, night_run, [_run_row(connection, run)])
    return run


def _next_id(connection: Connection) -> int:
    numbering = (
        SharedNumbering(connection, {})
        if engines.on_server(connection)
        else LockedNumbering(connection)
    )
    return numbering.next_id(night_run)


def _run_row(connection: Connection, run: StoredRun) -> dict[str, Any]:
    user = None
    if engines.on_server(connection):
        user = connection.execute(text("SELECT session_user")).scalar_one()
    return {
        **{name: getattr(run, name) for name in _RUN_TERMS},
        "steps": run.requested_steps,
        "database_user": user,
        "program": f"cityfund {__version__}",
    }


_RUN_TERMS = ("id", "day", "whole", "actor", "system_user", "host", "started_at")


def store_step(ledger: Ledger, run: int, place: int, step: StoredStep) -> None:
    """Write what came of a step of a run."""
    row = {
        **{name: getattr(step, name) for name in _STEP_TERMS},
        **{name: _as_text(getattr(step, name)) for name in _TEXTS},
        "run_id": run,
        "place": place,
    }
    with engines.write_transaction(ledger.engine) as connection:
        insert_rows(connection, night_step, [row])


_STEP_TERMS = ("name", "changed", "started_at", "ended_at")
_FIGURES = ("figures", "offices")
_TEXTS = (*_FIGURES, "findings", "lines")


def _as_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def clock_moment(ledger: Ledger) -> datetime:
    """Give the moment of the clock that the ledger's writes are recorded by."""
    with engines.autocommit_connection(ledger.engine) as connection:
        return moment_of(connection)


def count_requests(connection: Connection, day: date) -> int:
    """Count the requests that may have changed what a night's check looks at.

    Its seal comes after the check, and adds nothing that the rules speak of. Nothing is ever taken
    out, so as many requests are the same ones; a server's highest number would not say that, for
    a lower one may come later.
    """
    sealing = tables.request.c.key.startswith(f"night:{day}:seal", autoescape=True)
    query = select(func.count()).select_from(tables.request).where(~sealing)
    return int(connection.execute(query).scalar_one())


def last_complete_run(
    connection: Connection, today: date, known_at: datetime | None = None
) -> StoredRun | None:
    """Give the last run of the latest night that was done whole; None where none ever was.

    Nights after `today`, of a clock that ran ahead, are passed over, and runs that had not ended
    at the moment known.
    """
    days = select(night_run.c.day).where(night_run.c.whole, night_run.c.day <= today).distinct()
    for (day,) in connection.execute(days.order_by(night_run.c.day.desc())):
        complete_runs = [
            run
            for run in runs_on(connection, day)
            if run.whole and run.is_complete and (known_at is None or run.ended_at <= known_at)
        ]
        if complete_runs:
            return complete_runs[-1]
    return None


def last_run_through(
    connection: Connection, day: date, known_at: datetime | None
) -> StoredRun | None:
    """Give the last run of whole nights through a day, begun by a moment; None without one."""
    query = select(night_run).where(night_run.c.whole, night_run.c.day <= day)
    if known_at is not None:
        query = query.where(night_run.c.started_at <= known_at)
    query = query.order_by(night_run.c.day.desc(), night_run.c.id.desc())
    row = connection.execute(query.limit(1)).first()
    return None if row is None else _run(connection, row)


def last_run(connection: Connection) -> StoredRun | None:
    """Give the run that began last; None where none ever did."""
    query = select(night_run).order_by(night_run.c.id.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else _run(connection, row)


def runs_on(connection: Connection, day: date) -> list[StoredRun]:
    """Give every run of a night, in the order in which they began."""
    query = select(night_run).where(night_run.c.day == day).order_by(night_run.c.id)
    return [_run(connection, row) for row in connection.execute(query).all()]


def _run(connection: Connection, row: Any) -> StoredRun:
    stored_steps = connection.execute(
        select(night_step).where(night_step.c.run_id == row.id).order_by(night_step.c.place)
    )
    return StoredRun(
        **{name: getattr(row, name) for name in _RUN_TERMS},
        requested_steps=row.steps,
        steps=tuple(map(_step, stored_steps)),
    )


def _step(row: Any) -> StoredStep:
    return StoredStep(
        **{name: getattr(row, name) for name in _STEP_TERMS},
        **{name: json.loads(getattr(row, name)) for name in _FIGURES},
        findings=[one for one in stored_list(row.findings) if one != ERASED],
        lines=stored_list(row.lines),
    )
