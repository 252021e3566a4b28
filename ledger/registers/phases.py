"""The status of a project on a day, by its phases.

A phase is a status from a day on, and holds until the next one begins. What came before the first
is not recorded: the first status is taken for those days too. A project without a recorded phase
has one status, that of its terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from ledger.registers.records import Phase, Project


def status_on(project: Project, phases: Iterable[Phase], day: date) -> str:
    """Return the status of a project on a day; `phases` are its own, in any order."""
    recorded = [*phases]
    return phase_on(recorded, day).status if recorded else project.status


def phase_on(phases: Iterable[Phase], day: date) -> Phase:
    """Return the phase of a day out of those of a project, which are some, in any order."""
    ordered = in_order(phases)
    begun = [one for one in ordered if one.from_ <= day]
    return begun[-1] if begun else ordered[0]


def newest_status(project: Project, phases: Iterable[Phase]) -> str:
    """Return the status of the newest phase of a project, the one that its terms say."""
    return status_on(project, phases, date.max)


def as_on(project: Project, phases: Iterable[Phase], day: date) -> Project:
    """Return a project with the status of a day."""
    status = status_on(project, phases, day)
    return project if status == project.status else replace(project, status=status)


def in_order(phases: Iterable[Phase]) -> Sequence[Phase]:
    """Return phases in the order of their days."""
    return sorted(phases, key=lambda one: one.from_)


def phases_by_project(phases: Iterable[Phase]) -> dict[str, list[Phase]]:
    """Return phases by the code of their project."""
    found: dict[str, list[Phase]] = {}
    for one in phases:
        found.setdefault(one.project, []).append(one)
    return found


def phase_of(project: str, status: str, day: date, source: str | None = None) -> Phase:
    """Make a phase of a project, with its code."""
    return Phase(f"{project}/{day}", project, status, day, source)


def first_day_of(project: Project, recorded_on: date) -> date:
    """Return the day from which a status holds that was recorded on a day, and without one."""
    starts = project.starts_on
    return starts if starts is not None and starts < recorded_on else recorded_on


def implied_phase(project: Project, recorded_on: date) -> Phase:
    """Return the one phase of a project that has no recorded one."""
    return phase_of(project.code, project.status, first_day_of(project, recorded_on))
