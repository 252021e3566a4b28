"""The fourth step: the proposal that officers find in the morning, solved outside any write."""

from __future__ import annotations

from ledger.solving.effort import Effort
from ledger.usecases.night.steps import Night, StepResult
from ledger.usecases.propose import MatchQuery, match


def step(night: Night) -> StepResult:
    """Propose over all that is open and available now."""
    proposal = match(night.ledger, MatchQuery(), Effort()).proposal
    level = proposal.complete_level
    return StepResult(
        figures={
            "projects_completed": len(proposal.complete),
            "weight": str(level.value),
            "bound": str(level.bound),
            "lines": len(proposal.lines),
        }
    )
