"""The phases of an import beside its projects: each project gets the status of its newest phase."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from ledger.interchange.planning.context import Planning
from ledger.interchange.planning.steps import Add, Edit, ImportStep, same
from ledger.interchange.problems import Place
from ledger.interchange.records import RegisterRow
from ledger.registers.phases import implied_phase, in_order
from ledger.registers.records import Phase, Project
from ledger.registers.table import PHASE, PROJECT

_PHASES, _PROJECTS = PHASE.plural, PROJECT.plural


def with_statuses(planning: Planning, steps: Iterable[ImportStep], today: date) -> list[ImportStep]:
    """Give the steps with the status of each project that of its newest phase.

    The one phase of a project that has it without a record is no news. A row of projects that
    says another status than the newest phase of the import is a problem.
    """
    steps = [*steps]
    if not planning.tables.of(_PHASES):
        return steps
    return _Statuses(planning, steps, today).agreed()


class _Statuses:
    """The phases and projects of one import, as they will stand."""

    def __init__(self, planning: Planning, steps: list[ImportStep], today: date) -> None:
        self._planning, self._steps, self._today = planning, steps, today
        self._held: defaultdict[str, dict[date, Phase]] = defaultdict(dict)
        for phase in planning.holdings.of(_PHASES).values():
            self._held[phase.project][phase.from_] = phase
        self._own: defaultdict[str, dict[date, tuple[Phase, Place]]] = defaultdict(dict)
        self._projects: dict[str, int] = {}
        for number, step in enumerate(steps):
            if isinstance(step, (Add, Edit)):
                record = step.record if isinstance(step, Add) else step.after
                if step.kind == _PHASES:
                    self._own[record.project][record.from_] = record, step.place
                elif step.kind == _PROJECTS:
                    self._projects[record.code] = number
        self._rows = self._rows_of_projects() if self._own else {}

    def _rows_of_projects(self) -> dict[str, RegisterRow[Any]]:
        codes = self._planning.codes[_PROJECTS]
        rows = self._planning.tables.of(_PROJECTS)
        return {codes.find(row.record.code) or row.record.code: row for row in rows}

    def agreed(self) -> list[ImportStep]:
        """Give all steps, with what the phases make of the projects."""
        implied = {code for code in self._own if self._is_implied(code)}
        for code in self._own:
            if code not in implied:
                self._agree(code)
        return [
            same(_PHASES)
            if isinstance(step, Add) and step.kind == _PHASES and step.record.project in implied
            else step
            for step in self._steps
        ]

    def _project(self, code: str) -> Project | None:
        number = self._projects.get(code)
        if number is None:
            held: Project | None = self._planning.holdings.of(_PROJECTS).get(code)
            return held
        step = self._steps[number]
        record: Project = step.record if isinstance(step, Add) else step.after  # type: ignore[union-attr]
        return record

    def _is_implied(self, code: str) -> bool:
        """Say whether the rows of a project say no more than its own terms do."""
        project = self._project(code)
        if project is None or self._held.get(code) or len(self._own[code]) != 1:
            return False
        [(phase, _)] = self._own[code].values()
        recorded = self._planning.holdings.implied.get(code)
        return phase == (recorded or implied_phase(project, self._today))

    def _agree(self, code: str) -> None:
        """Give a project the status of its newest phase, held or of the import."""
        project, own = self._project(code), self._own[code]
        if project is None:
            return
        last, place = own[max(own)]
        merged = {**self._held[code], **{day: phase for day, (phase, _) in own.items()}}
        newest = in_order(merged.values())[-1]
        row = self._rows.get(code)
        if row is not None and "status" in row.given and newest is last:
            said = row.record.status
            if said != last.status:
                what = (
                    f"The status of project {code} is {said}, and its newest phase, from "
                    f"{last.from_} on, is {last.status}."
                )
                hint = "Give both the same status, or leave one of them out."
                self._planning.problem(row.place, "status", "status-disagrees", what, hint)
                return
        if project.status != newest.status:
            self._set_status(code, project, newest.status, place)

    def _set_status(self, code: str, project: Project, status: str, place: Place) -> None:
        number = self._projects.get(code)
        after = replace(project, status=status)
        if number is None:
            self._steps.append(Edit(_PROJECTS, project, after, ("status",), place))
            return
        step = self._steps[number]
        if isinstance(step, Add):
            self._steps[number] = step._replace(record=after)
        elif isinstance(step, Edit):
            others = tuple(name for name in step.fields if name != "status")
            fields = others if step.before.status == status else (*others, "status")
            self._steps[number] = (
                step._replace(after=after, fields=fields) if fields else same(_PROJECTS)
            )
