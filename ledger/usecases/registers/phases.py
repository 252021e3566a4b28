"""The status of a project from a day on, as an officer gives it with `--on`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from ledger.core.errors import NothingToChange, RefusedByRule
from ledger.registers.phases import in_order
from ledger.registers.records import Phase, Project
from ledger.store.session.phases import change_status, phases_of
from ledger.store.session.unit_of_work import UnitOfWork


class LaterStatus(RefusedByRule, code="later-status"):
    """A project was to be taken out of use or brought back on a day before a later phase."""

    default_why = "The status of a project is that of its newest phase, which would stay."


def with_dated_status(uow: UnitOfWork, before: Project, after: Project) -> Project:
    """Record the status of an edited project from the request's day on; return what it becomes.

    It becomes the status of the newest phase. Raises `FutureDate`, and `NothingToChange` where the
    project has a phase of that status from that day.
    """
    status, day = after.status, uow.day
    held = next((one for one in phases_of(uow, before.code) if one.from_ == day), None)
    if (
        held is not None
        and held.status == status
        and replace(after, status=before.status) == before
    ):
        raise NothingToChange(
            f"Project {before.code} is in status {status} from {day} on already.",
            next_step=f"See its phases with: cityfund phase list --where project={before.code}",
        )
    newest = change_status(uow, before, status, day)
    later = _next(in_order(phases_of(uow, before.code)), day)
    ends = "" if later is None else f" until {later.from_}, when {later.status} begins"
    uow.note("status-dated", f"project {before.code} is in status {status} from {day} on{ends}")
    return replace(after, status=newest)


def require_newest_day(uow: UnitOfWork, project: Project) -> None:
    """Refuse a day of the request before a phase of the project. Raises `LaterStatus`."""
    later = _next(in_order(phases_of(uow, project.code)), uow.day)
    if later is not None:
        raise LaterStatus(
            f"Project {project.code} is in status {later.status} from {later.from_} on, after "
            f"{uow.day}.",
            next_step=f"Give a day from then on, or correct its phase: cityfund phase edit "
            f"{later.code} --status STATUS",
        )


def _next(phases: Iterable[Phase], day: date) -> Phase | None:
    return next((one for one in phases if one.from_ > day), None)
