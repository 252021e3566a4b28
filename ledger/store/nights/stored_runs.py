"""Runs of nights as they are stored, read without the tables that a write needs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Boolean, Connection, Date

from ledger.core.text import ERASED
from ledger.store.db.types import CodeList, Instant, to_microseconds
from ledger.store.stored_registers import Written

RUN_TERMS: Final = ("id", "day", "whole", "actor", "system_user", "host", "started_at")
STEP_TERMS: Final = ("name", "changed", "started_at", "ended_at")
_FIGURES: Final = ("figures", "offices")
STEP_TEXTS: Final = (*_FIGURES, "findings", "lines")


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


_COLUMNS: Final = ", ".join(f'"{one}"' for one in (*RUN_TERMS, "steps"))
_TYPES: Final = {1: Date, 2: Boolean, 6: Instant, 7: CodeList}


def _runs(rest: str) -> Written:
    return Written(lambda: f"SELECT {_COLUMNS} FROM night_run {rest}", _TYPES)  # noqa: S608 - names of the schema


_NIGHTS: Final = Written(
    lambda: "SELECT DISTINCT day FROM night_run WHERE whole AND day <= :today ORDER BY day DESC",
    {0: Date},
)
_THROUGH: Final = _runs("WHERE whole AND day <= :day ORDER BY day DESC, id DESC LIMIT 1")
_THROUGH_THEN: Final = _runs(
    "WHERE whole AND day <= :day AND started_at <= :known ORDER BY day DESC, id DESC LIMIT 1"
)
_LAST: Final = _runs("ORDER BY id DESC LIMIT 1")
_ON: Final = _runs("WHERE day = :day ORDER BY id")
_STEPS: Final = Written(
    lambda: (
        f"SELECT {', '.join((*STEP_TERMS, *STEP_TEXTS))} FROM night_step "  # noqa: S608 - as above
        "WHERE run_id = :run ORDER BY place"
    ),
    {1: Boolean, 2: Instant, 3: Instant},
)


def last_complete_run(
    connection: Connection, today: date, known_at: datetime | None = None
) -> StoredRun | None:
    """Give the last run of the latest night that was done whole; None where none ever was.

    Nights after `today`, of a clock that ran ahead, are passed over, and runs that had not ended
    at the moment known.
    """
    for day in _NIGHTS.values(connection, today=today):
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
    if known_at is None:
        rows = _THROUGH.rows(connection, day=day)
    else:
        rows = _THROUGH_THEN.rows(connection, day=day, known=to_microseconds(known_at))
    return _run(connection, rows[0]) if rows else None


def last_run(connection: Connection) -> StoredRun | None:
    """Give the run that began last; None where none ever did."""
    rows = _LAST.rows(connection)
    return _run(connection, rows[0]) if rows else None


def runs_on(connection: Connection, day: date) -> list[StoredRun]:
    """Give every run of a night, in the order in which they began."""
    return [_run(connection, row) for row in _ON.rows(connection, day=day)]


def _run(connection: Connection, row: tuple[Any, ...]) -> StoredRun:
    *terms, steps = row
    given = dict(zip(RUN_TERMS, terms, strict=True))
    stored_steps = tuple(map(_step, _STEPS.rows(connection, run=given["id"])))
    return StoredRun(**given, requested_steps=steps, steps=stored_steps)


def _step(row: tuple[Any, ...]) -> StoredStep:
    given = dict(zip((*STEP_TERMS, *STEP_TEXTS), row, strict=True))
    return StoredStep(
        **{name: given[name] for name in STEP_TERMS},
        **{name: json.loads(given[name]) for name in _FIGURES},
        findings=[one for one in stored_list(given["findings"]) if one != ERASED],
        lines=stored_list(given["lines"]),
    )


def stored_list(text: str) -> list[Any]:
    """Parse the findings or the lines of a step; those that were erased are one word."""
    return [ERASED] if text == ERASED else list(json.loads(text))
