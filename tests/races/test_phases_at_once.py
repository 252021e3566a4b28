"""The newest phase of a project is undone while another officer corrects an earlier one.

The terms of the project say the status of its newest phase. Each officer changes a phase that the
other does not, so on a server neither request would see the other's without a lock.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from hands import DONE, Hand, Job, broken_checks, hands
from ledgers import Ledgers
from world import asked

from ledger.store.session.execute import execute
from ledger.usecases.registers import records
from ledger.usecases.registers.parse import TypedTerms
from ledger.usecases.undo import undo

ROUNDS = 3


class Clerk(Hand):
    """An officer who records the phases of projects, corrects them, and takes one back."""

    def add_phase(self, project: str, status: str, day: str, key: str | None = None) -> Any:
        typed = TypedTerms({"project": project, "status": status, "from": day})
        request = asked("phase add", key=key)
        return execute(self.ledger, request, lambda uow: records.add(uow, "phase", typed))

    def correct(self, phase: str, status: str) -> Any:
        typed = TypedTerms({"status": status})
        request = asked("phase edit")
        return execute(self.ledger, request, lambda uow: records.edit(uow, "phase", phase, typed))

    def take_back(self, key: str) -> Any:
        request = asked("undo", reason="too early")
        return execute(self.ledger, request, lambda uow: undo(uow, key))


def test_a_project_says_its_newest_status_after_both(ledgers: Ledgers) -> None:
    url = ledgers.new()
    first = Clerk(url)
    for number in range(1, ROUNDS + 1):
        first.project(f"P-{number}", starts_on=date(2020, 1, 1))
        first.add_phase(f"P-{number}", "preparation", "2021-01-01")
        first.add_phase(f"P-{number}", "implementation", "2022-01-01", key=f"late-{number}")
    first.ledger.engine.dispose()

    expected = {}
    with hands(2, lambda: Clerk(url)) as clerks:
        for number in range(1, ROUNDS + 1):
            undoing, correcting = clerks.all_at_once(
                [
                    Job("take_back", (f"late-{number}",)),
                    Job("correct", (f"P-{number}/2021-01-01", "cancelled")),
                ]
            )
            assert correcting.name == DONE, correcting
            # Who undoes after the correction hears that the project would not say it.
            assert undoing.name in {DONE, "StatusDisagrees"}, undoing
            status = "cancelled" if undoing.name == DONE else "implementation"
            expected[f"P-{number}"] = status

    assert {code: first.record("project", code).status for code in expected} == expected
    first.ledger.engine.dispose()
    assert broken_checks(url) == []
