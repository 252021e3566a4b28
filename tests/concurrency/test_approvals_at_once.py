"""Two who answer one approval at once, and two who record what one approval covers."""

from __future__ import annotations

import pytest
from people import acting_as
from test_terms_meet_acts import while_somebody
from world import World

from ledger.core.errors import RefusedByRule
from ledger.usecases.approvals.answers import approve, refuse
from ledger.usecases.approvals.rules import add_rule
from ledger.usecases.check import run_checks

pytestmark = pytest.mark.only_on("postgresql")


@pytest.fixture
def waiting(world: World) -> World:
    """Give a ledger in which a change of rules waits for its approval."""
    with acting_as("sara"):
        world.do(lambda uow: add_rule(uow, "reverse", None))
        with pytest.raises(RefusedByRule):
            world.do(lambda uow: add_rule(uow, "deliver", None), key="rule-2")
    return world


def test_of_two_answers_one_counts(waiting: World) -> None:
    ended = while_somebody(
        lambda one: one.do(lambda uow: refuse(uow, "APR-0001"), reason="no"),
        waiting,
        lambda uow: approve(uow, "APR-0001", None),
    )
    assert ended[1] == "ApprovalAnswered"
    assert len(waiting.rows()["approval_answer"]) == 1
    (checked,) = run_checks(waiting.ledger, ["approvals"])
    assert checked.ok, checked.failures
