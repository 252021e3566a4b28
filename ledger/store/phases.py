"""The recorded phases of projects, and when the status of their terms was recorded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime, tzinfo
from typing import Final

from sqlalchemy import ColumnElement, Connection, select

from ledger.core.dates import day_of
from ledger.journal.receipts import RegisterChanges
from ledger.registers.phases import as_on, implied_phase, phases_by_project
from ledger.registers.records import Phase
from ledger.registers.table import PHASE, PROJECT
from ledger.store.db.clock import known_by
from ledger.store.db.queries import chunked
from ledger.store.db.tables import versions_of
from ledger.store.registers import StoredRecord, load_all, load_where

Phases = dict[str, list[Phase]]
"""The phases of projects, by the project's code."""

_FEW: Final = 500
"""How many projects are asked for by their ids; the phases of more are read as a whole."""


def read_phases(
    connection: Connection,
    ids: Collection[int] | None = None,
    known_at: datetime | None = None,
) -> Phases:
    """Read the phases of some projects by their ids, or of all, as now or as known at a moment."""
    if ids is None or len(ids) > _FEW:
        stored = load_all(connection, PHASE.name, known_at)
    else:
        stored = load_where(connection, PHASE.name, "project", ids, known_at) if ids else {}
    return phases_by_project(one.record for one in stored.values())


def with_status_on(
    connection: Connection,
    projects: dict[str, StoredRecord],
    day: date,
    known_at: datetime | None = None,
) -> dict[str, StoredRecord]:
    """Return projects with the status that each had on a day, as now or as known at a moment."""
    if not projects:
        return projects
    phases = read_phases(connection, [one.id for one in projects.values()], known_at)
    return {
        code: StoredRecord(
            one.id, one.version, one.recorded_at, as_on(one.record, phases[code], day)
        )
        if code in phases
        else one
        for code, one in projects.items()
    }


def status_recorded(
    connection: Connection,
    ids: Collection[int] | None = None,
    *,
    known_at: datetime | None = None,
    before: int | None = None,
) -> dict[int, tuple[str, datetime]]:
    """Read the status of the terms of projects, by id, and the moment from which it is recorded.

    Without the `ids` of some, those of all; by what was known at a moment, or `before` a request.
    """
    versions = versions_of(PROJECT.name).c
    where: list[ColumnElement[bool]] = []
    if known_at is not None:
        where.append(known_by(versions_of(PROJECT.name), known_at))
    if before is not None:
        where.append(versions.request_id < before)
    query = (
        select(versions.project_id, versions.status, versions.recorded_at)
        .where(*where)
        .order_by(versions.project_id, versions.version)
    )
    found: dict[int, tuple[str, datetime]] = {}
    parts: Iterable[Collection[int] | None] = [None] if ids is None else chunked([*ids])
    for part in parts:
        of_some = query if part is None else query.where(versions.project_id.in_(part))
        for identity, status, recorded_at in connection.execute(of_some):
            if identity not in found or found[identity][0] != status:
                found[identity] = status, recorded_at
    return found


def implied_phases(
    connection: Connection,
    zone: tzinfo,
    projects: Collection[StoredRecord],
    phases: Phases,
    known_at: datetime | None = None,
) -> dict[str, Phase]:
    """Return the one phase of each project without a recorded one, by the project's code.

    It begins with the project where that is past, else on the day on which it was recorded.
    """
    lacking = {one.id: one.record for one in projects if one.record.code not in phases}
    if not lacking:
        return {}
    ids = [*lacking] if len(lacking) <= _FEW else None
    recorded = status_recorded(connection, ids, known_at=known_at)
    return {
        project.code: implied_phase(project, day_of(recorded[identity][1], zone))
        for identity, project in lacking.items()
    }


class CurrentPhases:
    """The phases of projects in a write that may add to them.

    Those of the first projects are read one by one; for more all are read, and again only once
    the write changed some. An import asks for each of its acts.
    """

    def __init__(
        self,
        connection: Connection,
        changes: RegisterChanges,
        flush: Callable[[], None],
        id_of: Callable[[str, str], int],
    ) -> None:
        """Follow the `changes` of a write, which only grow; `flush` writes what waits."""
        self._connection = connection
        self._changes = changes
        self._flush = flush
        self._id_of = id_of
        self.reads_singly = _SINGLY
        """The phases of how many projects are read one by one before those of all are read."""
        self._known = self._asked = 0
        self._all: Phases | None = None

    def of(self, project: str) -> list[Phase]:
        """Give the phases of a project by its code, with what the write has added so far."""
        changed = sum([self._changes.counts[kind] for kind in _NAMING_PHASES])
        if changed != self._known:
            self._known, self._asked, self._all = changed, 0, None
        if self._all is None:
            self._flush()
            self._asked += 1
            if self._asked <= self.reads_singly:
                ids = [self._id_of(PROJECT.name, project)]
                return read_phases(self._connection, ids).get(project, [])
            self._all = read_phases(self._connection)
        return [*self._all.get(project, ())]


_NAMING_PHASES: Final = frozenset({PHASE.name, PROJECT.name})
"""The registers whose changes change the phases of a project, or the code they are found by."""

_SINGLY: Final = 50
"""For so few projects, reading the phases of all would take longer."""
