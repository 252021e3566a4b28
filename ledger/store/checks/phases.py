"""The status of each project for the check of phases, read as stored and without assumptions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, select

from ledger.checks.stored_rows import StatusRow
from ledger.registers.table import PHASE, PROJECT
from ledger.store.checks.journal import raw, stream
from ledger.store.db.queries import distinct_code, is_newest
from ledger.store.db.tables import named, versions_of
from ledger.store.registers import STORED_REGISTERS


def find_statuses(connection: Connection) -> Iterator[StatusRow]:
    """Read the status of every project there is, and that of its newest phase."""
    newest = {project: status for project, _, status in stream(connection, _phases())}
    for identity, code, status in stream(connection, _projects()):
        yield StatusRow(code, status, newest.get(identity))


@cache
def _projects() -> Select[Any]:
    project, versions = named(PROJECT.name), versions_of(PROJECT.name)
    owner = versions.c[STORED_REGISTERS[PROJECT.name].owner]
    return (
        select(project.c.id, distinct_code(project), versions.c.status)
        .join(versions, owner == project.c.id)
        .where(is_newest(versions, owner), ~versions.c.in_error)
    )


@cache
def _phases() -> Select[Any]:
    """Select the project, the first day and the status of each phase, in the order of days."""
    phase, versions = named(PHASE.name), versions_of(PHASE.name)
    owner = versions.c[STORED_REGISTERS[PHASE.name].owner]
    first = raw(phase.c["from"])
    return (
        select(phase.c.project_id, first, versions.c.status)
        .join(versions, owner == phase.c.id)
        .where(is_newest(versions, owner), ~versions.c.in_error)
        .order_by(phase.c.project_id, first)
    )
