"""Recording the status of a project from a day on, and keeping its terms at the newest one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from ledger.core.dates import day_of, require_not_future
from ledger.core.errors import RefusedByRule
from ledger.registers.phases import as_on, implied_phase, newest_status, phase_of
from ledger.registers.records import Phase, Project
from ledger.registers.table import PHASE, PROJECT
from ledger.store.phases import CurrentPhases, read_phases, status_recorded
from ledger.store.registers import StoredRecord, find_record, load_where
from ledger.store.session.unit_of_work import UnitOfWork

_UNDO: Final = "undo"


class StatusDisagrees(RefusedByRule, code="status-disagrees"):
    """A project was to have a status that is not the one of its newest phase."""

    default_why = "The status of a project is that of its newest phase."
    default_next = "Give both the same status, or leave one of them out."


def phases_of(uow: UnitOfWork, project: str) -> list[Phase]:
    """Return the recorded phases of a project, with those of this request."""
    return _current(uow).of(project)


def phases_at_once(uow: UnitOfWork) -> None:
    """Read the phases of all projects when those of one are asked for: for an import."""
    _current(uow).reads_singly = 0


def _current(uow: UnitOfWork) -> CurrentPhases:
    if uow.phases is None:
        uow.phases = CurrentPhases(uow.connection, uow.changes, uow.flush_registers, uow.id_of)
    return uow.phases


def project_on(uow: UnitOfWork, project: Project, day: date) -> Project:
    """Return a project with the status that it had on a past day."""
    return as_on(project, phases_of(uow, project.code), day)


def change_status(uow: UnitOfWork, project: Project, status: str, day: date) -> str:
    """Record the status of a project from a day on; return that of its newest phase.

    `project` is as before the change. Where it has no phase yet, its status until now becomes the
    first: from where the project begins, where that is past, else from the day on which it was
    recorded, or from the day before the change where that is earlier. Raises `FutureDate`.
    """
    require_not_future(day, uow.today)
    phases = phases_of(uow, project.code)
    if not phases:
        first = _first(uow, project, day)
        if first.from_ != day:
            uow.add(PHASE.name, first)
            phases = [*phases, first]
    changed = [*(one for one in phases if one.from_ != day)]
    changed.append(_put(uow, phases, phase_of(project.code, status, day)))
    return newest_status(project, changed)


def first_phase(uow: UnitOfWork, added: Phase) -> Phase | None:
    """Return the status until now of a project without a phase, before one of it is added."""
    if phases_of(uow, added.project):
        return None
    first = _implied(uow, uow.record(PROJECT.name, added.project))
    if first.from_ == added.from_:
        first = _before(first, added.from_)
    return None if first.from_ == added.from_ else first


def _first(uow: UnitOfWork, project: Project, day: date) -> Phase:
    """Return what becomes the first phase of a project whose status changes on a day.

    The day on which a status was recorded is not that on which it began: it held until the change.
    """
    first = _implied(uow, project)
    return _before(first, day) if first.from_ >= day and first.from_ != project.starts_on else first


def _before(phase: Phase, day: date) -> Phase:
    before = day if day == date.min else day - timedelta(days=1)
    return phase_of(phase.project, phase.status, before)


def _implied(uow: UnitOfWork, project: Project) -> Phase:
    identity = uow.id_of(PROJECT.name, project.code)
    recorded = status_recorded(uow.connection, [identity], before=uow.request_id)
    moment = recorded[identity][1] if identity in recorded else uow.now
    return implied_phase(project, day_of(moment, uow.settings.zone))


def _put(uow: UnitOfWork, phases: Sequence[Phase], phase: Phase) -> Phase:
    """Add a phase, or correct the status of the one that begins on its day."""
    held = next((one for one in phases if one.from_ == phase.from_), None)
    if held is None:
        uow.add(PHASE.name, phase)
        return phase
    corrected = replace(held, status=phase.status)
    if corrected != held:
        uow.flush_registers()
        uow.edit(PHASE.name, find_record(uow.connection, PHASE.name, held.code), corrected)
    return corrected


def settle_statuses(uow: UnitOfWork) -> None:
    """Make the terms of projects and their phases agree, at the end of a request.

    A status that the request gave to a project holds from the day of the request, and becomes a
    phase; a project whose phases it changed gets the status of the newest. Raises
    `StatusDisagrees` where it did both, and they differ.
    """
    phased = {code.rpartition("/")[0] for code in uow.changes.codes_of(PHASE.name)}
    edited = {*uow.changes.codes_of(PROJECT.name, first=False)} | phased
    if not edited:
        return
    uow.flush_registers()
    projects = load_where(uow.connection, PROJECT.name, "code", edited)
    ids = [one.id for one in projects.values()]
    before = status_recorded(uow.connection, ids, before=uow.request_id)
    phases = read_phases(uow.connection, ids)
    for code, stored in projects.items():
        was = before[stored.id][0] if stored.id in before else None
        named = was is not None and was != stored.record.status
        if code in phased or uow.request.command == _UNDO:
            _follow(uow, stored, phases.get(code, []), named=named)
        elif named:
            until_now = replace(stored.record, status=was)
            newest = change_status(uow, until_now, stored.record.status, uow.day)
            _follow_newest(uow, stored, newest)


def _follow(uow: UnitOfWork, stored: StoredRecord, phases: list[Phase], *, named: bool) -> None:
    """Give a project the status of its newest phase, unless the request gave it another."""
    project = stored.record
    newest = newest_status(project, phases)
    if newest != project.status and named:
        raise StatusDisagrees(
            f"Project {project.code} would be in status {project.status}, and its newest phase is "
            f"{newest}.",
            next_step=f"See its phases with: cityfund phase list --where project={project.code}",
        )
    _follow_newest(uow, stored, newest)


def _follow_newest(uow: UnitOfWork, stored: StoredRecord, newest: str) -> None:
    project = stored.record
    if newest == project.status:
        return
    uow.edit(PROJECT.name, stored, replace(project, status=newest))
    uow.note("status-follows", f"project {project.code} is in status {newest}, its newest")
