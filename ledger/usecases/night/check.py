"""The fifth step: every rule of the ledger, recomputed from its journal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ledger.checks import CheckResult
from ledger.store.nights import KeptStep, requests_said, runs_of
from ledger.usecases.check import run_checks
from ledger.usecases.night.steps import Finding, Night, StepResult

NAME: Final = "check"
_FAILURES_TOLD: Final = 20


def step(night: Night) -> StepResult:
    """Prove the books, unless an earlier run of this night did and nothing was recorded since."""
    with night.ledger.read() as connection:
        said = requests_said(connection, night.day)
        earlier = [run.step(NAME) for run in runs_of(connection, night.day) if run.id != night.run]
    proven = next((one for one in reversed(earlier) if one is not None), None)
    if NAME not in night.options.only and _still_good(proven, said):
        assert proven is not None
        told = "Nothing was recorded since an earlier run of this night proved the books."
        return StepResult(figures=proven.figures, lines=(told,))
    results = run_checks(night.ledger)
    broken = [result for result in results if not result.ok]
    return StepResult(
        figures={
            "checks": len(results),
            "broken": len(broken),
            "examined": sum(result.examined for result in results),
            "requests": said,
        },
        findings=tuple(finding for result in broken for finding in _findings(result)),
    )


def _still_good(proven: KeptStep | None, said: int) -> bool:
    if proven is None:
        return False
    return proven.figures.get("broken") == 0 and proven.figures.get("requests") == said


def _findings(result: CheckResult) -> list[Finding]:
    told: Sequence[str] = result.failures[:_FAILURES_TOLD] or ("It does not hold.",)
    more = result.failed - len(told)
    if more > 0:
        told = (*told, f"{more} more failures")
    return [
        Finding(
            kind="check-broken",
            subject=result.name,
            said=f"The check {result.name} is broken: {failure}",
            command=f"cityfund check {result.name}",
        )
        for failure in told
    ]
