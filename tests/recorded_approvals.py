"""A row in each table of approvals: a rule, what was asked for, given and used, a standing one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

from people import acting_as
from world import World

from ledger.approvals.approval import ApprovalNeeded
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.approvals.answers import add_standing, approve
from ledger.usecases.approvals.rules import add_rule, end_rule

NEXT_YEAR = date(2027, 12, 31)


def record_approvals(world: World, provider: str = "BANK") -> None:
    """Let two people add a rule and end it again; the other rule is far above what tests move."""
    _say(world, "sara", lambda uow: add_rule(uow, "commit", "9000bn EUR"))

    def add(uow: UnitOfWork) -> Any:
        return add_rule(uow, "commit", "8000bn EUR")

    with suppress(ApprovalNeeded):
        _say(world, "lea", add, key="rule-2")
    _say(world, "sara", lambda uow: approve(uow, "APR-0001", None), reason="as agreed")
    _say(world, "lea", add, key="rule-2")

    def end(uow: UnitOfWork) -> Any:
        return end_rule(uow, "AR-0002")

    with suppress(ApprovalNeeded):
        _say(world, "sara", end, key="end-2", reason="one is enough")
    _say(world, "lea", lambda uow: approve(uow, "APR-0002", None))
    _say(world, "sara", end, key="end-2", reason="one is enough")

    def stand(uow: UnitOfWork) -> Any:
        return add_standing(uow, provider, "1 EUR", NEXT_YEAR)

    _say(world, "lea", stand, reason="as agreed")


def _say(world: World, name: str, work: Callable[[UnitOfWork], Any], **more: Any) -> None:
    with acting_as(name):
        world.do(work, command="approval", system_user=name, **more)
