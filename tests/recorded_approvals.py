"""A row in each table of approvals: a rule, what was asked for, given and used, a standing one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

from people import acting_as
from world import asked

from ledger.approvals.approval import ApprovalNeeded
from ledger.store.session.execute import execute
from ledger.store.session.ledger import Ledger
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.approvals.answers import add_standing, approve
from ledger.usecases.approvals.rules import add_rule, end_rule

NEXT_YEAR = date(2027, 12, 31)


def record_approvals(ledger: Ledger, provider: str = "BANK") -> None:
    """Let two people add a rule and end it again; the other rule is far above what tests move."""
    _say(ledger, "sara", lambda uow: add_rule(uow, "commit", "9000bn EUR"))

    def add(uow: UnitOfWork) -> Any:
        return add_rule(uow, "commit", "8000bn EUR")

    with suppress(ApprovalNeeded):
        _say(ledger, "lea", add, key="rule-2")
    _say(ledger, "sara", lambda uow: approve(uow, "APR-0001", None), reason="as agreed")
    _say(ledger, "lea", add, key="rule-2")

    def end(uow: UnitOfWork) -> Any:
        return end_rule(uow, "AR-0002")

    with suppress(ApprovalNeeded):
        _say(ledger, "sara", end, key="end-2", reason="one is enough")
    _say(ledger, "lea", lambda uow: approve(uow, "APR-0002", None))
    _say(ledger, "sara", end, key="end-2", reason="one is enough")

    def stand(uow: UnitOfWork) -> Any:
        return add_standing(uow, provider, "1 EUR", NEXT_YEAR)

    _say(ledger, "lea", stand, reason="as agreed")


def _say(ledger: Ledger, name: str, work: Callable[[UnitOfWork], Any], **more: Any) -> None:
    with acting_as(name):
        execute(ledger, asked("approval", system_user=name, **more), work)
