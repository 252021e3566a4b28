"""Rows of night runs: a run is written when it begins, each step when it has ended.

A run is not a request: it records itself who started it, where and when. Only the holder of the
lock writes these rows.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select, text

from ledger import __version__
from ledger.core.dates import recording_time
from ledger.store.db import engine as engines
from ledger.store.db import tables
from ledger.store.db.clock import read_corrections
from ledger.store.db.night_tables import night_run, night_step
from ledger.store.db.prepared import insert_rows
from ledger.store.db.queries import read_settings
from ledger.store.db.schema import require_current
from ledger.store.nights.stored_runs import (
    RUN_TERMS,
    STEP_TERMS,
    STEP_TEXTS,
    StoredRun,
    StoredStep,
)
from ledger.store.session.ledger import Ledger, moment_of
from ledger.store.session.rows import LockedNumbering
from ledger.store.session.sequences import SharedNumbering


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
        **{name: getattr(run, name) for name in RUN_TERMS},
        "steps": run.requested_steps,
        "database_user": user,
        "program": f"cityfund {__version__}",
    }


def store_step(ledger: Ledger, run: int, place: int, step: StoredStep) -> None:
    """Write what came of a step of a run."""
    row = {
        **{name: getattr(step, name) for name in STEP_TERMS},
        **{name: _as_text(getattr(step, name)) for name in STEP_TEXTS},
        "run_id": run,
        "place": place,
    }
    with engines.write_transaction(ledger.engine) as connection:
        insert_rows(connection, night_step, [row])


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
