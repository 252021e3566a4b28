"""An approval rule is added beside a commitment: either comes first, and no check finds fault.

In a file one waits for the other. On a server a commitment that did not see the rule is recorded
without an approval, as one that was recorded just before it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from world import World, deal_act

from ledger.approvals.approval import ApprovalNeeded
from ledger.core.errors import LedgerError
from ledger.journal.entries import Act
from ledger.journal.receipts import Receipt
from ledger.usecases.approvals.rules import add_rule
from ledger.usecases.check import run_checks
from ledger.usecases.deals import acts

pytestmark = pytest.mark.every_engine

Work = Callable[[Any], Receipt]
A_MOMENT = 0.3
"""Seconds in which another writer would have been done, if it did not have to wait."""


@pytest.fixture
def held(world: World) -> World:
    world.need("1000 EUR")
    world.offer("5000 EUR")
    world.introduce("100 EUR")
    return world


def commits(uow: Any) -> Receipt:
    return acts.act_on(uow, deal_act(uow, "D-0001", Act.COMMIT, "10 EUR"))


def rules(uow: Any) -> Receipt:
    return add_rule(uow, "commit", None)


def at_once(world: World, first: Work, other: Work) -> tuple[str, str]:
    """Begin with one piece of work, and do the other before the first is recorded."""
    begun: list[Future[str]] = []
    with ThreadPoolExecutor(1) as beside:

        def working(uow: Any) -> Receipt:
            receipt = first(uow)
            if not begun:
                begun.append(beside.submit(ended, World(world.url), other))
                waits = world.engine == "sqlite"
                if not waits:
                    begun[0].result()
                else:
                    with pytest.raises(TimeoutError):
                        begun[0].result(A_MOMENT)
            return receipt

        told = ended(world, working)
        return told, begun[0].result()


def ended(world: World, work: Work) -> str:
    try:
        world.do(work)
    except LedgerError as refusal:
        return refusal.code
    return "done"


def committed(world: World) -> int:
    return world.stages("need", "N-0001").get("committed", 0)


def found(world: World) -> list[str]:
    (checked,) = run_checks(world.ledger, ["approvals"])
    return [*checked.failures]


def test_a_rule_beside_a_commitment_counts_from_the_next_one_on(held: World) -> None:
    assert at_once(held, commits, rules) == ("done", "done")
    assert committed(held) == 10_00
    assert found(held) == []
    with pytest.raises(ApprovalNeeded):
        held.do(commits)
    assert committed(held) == 10_00


def test_a_commitment_beside_a_rule_waits_for_it_in_a_file(held: World) -> None:
    told = at_once(held, rules, commits)
    sees_it = held.engine == "sqlite"
    assert told == ("done", "approval-needed" if sees_it else "done")
    assert committed(held) == (0 if sees_it else 10_00)
    assert found(held) == []
    assert ended(held, commits) == "approval-needed"


def test_a_second_rule_beside_what_the_first_is_for_changes_nothing(held: World) -> None:
    held.do(lambda uow: add_rule(uow, "commit", "1000 EUR"))
    told = at_once(held, commits, rules)
    assert told == ("done", "approval-needed")  # a change of rules needs one as well by now
    assert committed(held) == 10_00
    assert found(held) == []
