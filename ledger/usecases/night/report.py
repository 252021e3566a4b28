"""The last step: what came of the night in all, as its row keeps it for the morning."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.store.nights import KeptStep
from ledger.usecases.night.steps import StepResult


def report(steps: Iterable[KeptStep]) -> StepResult:
    """Add up what the steps before it came to."""
    done = list(steps)
    return StepResult(
        figures={
            "steps": len(done),
            "changed": sum(step.changed for step in done),
            "findings": sum(len(step.findings) for step in done),
        }
    )
