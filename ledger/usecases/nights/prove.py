"""The fifth step runs all checks; the sixth seals what was recorded since the last seal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ledger.checks import CheckResult
from ledger.store.evidence.seals import last_seal
from ledger.store.nights.runs import StoredStep, count_requests, runs_on
from ledger.usecases.check import run_checks
from ledger.usecases.evidence import NOTHING_NEW, seal_journal
from ledger.usecases.night_step import Night, NightFinding, StepResult

CHECK: Final = "check"
_MOST_FAILURES: Final = 20


def check_step(night: Night) -> StepResult:
    """Prove the books, unless an earlier run of this night did and nothing was recorded since."""
    with night.ledger.read() as connection:
        requests = count_requests(connection, night.day)
        previous = [
            run.step(CHECK) for run in runs_on(connection, night.day) if run.id != night.run
        ]
    last_proof = next((one for one in reversed(previous) if one is not None), None)
    if CHECK not in night.options.only and _is_still_valid(last_proof, requests):
        assert last_proof is not None
        message = "Nothing was recorded since an earlier run of this night checked the ledger."
        return StepResult(figures=last_proof.figures, lines=(message,))
    results = run_checks(night.ledger)
    broken = [result for result in results if not result.ok]
    return StepResult(
        figures={
            "checks": len(results),
            "broken": len(broken),
            "examined": sum(result.examined for result in results),
            "requests": requests,
        },
        findings=tuple(finding for result in broken for finding in _check_findings(result)),
    )


def _is_still_valid(last_proof: StoredStep | None, requests: int) -> bool:
    if last_proof is None:
        return False
    return last_proof.figures.get("broken") == 0 and last_proof.figures.get("requests") == requests


def _check_findings(result: CheckResult) -> list[NightFinding]:
    messages: Sequence[str] = result.failures[:_MOST_FAILURES] or ("It does not hold.",)
    more = result.failed - len(messages)
    if more > 0:
        messages = (*messages, f"{more} more failures")
    return [
        NightFinding(
            kind="check-broken",
            subject=result.name,
            said=f"The check {result.name} is broken: {failure}",
            command=f"cityfund check {result.name}",
        )
        for failure in messages
    ]


SEAL: Final = "seal"


def seal_step(night: Night) -> StepResult:
    """Seal the journal, in as many parts as it takes; what an earlier run sealed stays as it is.

    `entries` is the size of the seal, `entries:root` what to keep of it outside the ledger.
    """
    receipts = seal_journal(night.ledger, lambda part: night.request(f"{SEAL}:{part}"))
    new_seals = [one["seal"] for one in receipts if not one["replayed"]]
    newest = new_seals[-1] if new_seals else _last_seal(night)
    figures: dict[str, int | str] = {
        "seal": 0, "entries": 0, "new": sum(one["leaves"] for one in new_seals)
    }  # fmt: skip
    lines: tuple[str, ...] = (NOTHING_NEW,) if not new_seals else ()
    if newest is not None:
        figures |= {"seal": newest["number"], "entries": newest["size"], "root": newest["root"]}
        lines = (*lines, f"Store this outside the ledger: {newest['size']}:{newest['root']}")
    return StepResult(figures=figures, lines=lines, changed=bool(new_seals) and not night.dry_run)


def _last_seal(night: Night) -> dict[str, Any] | None:
    with night.ledger.read() as connection:
        seal = last_seal(connection)
    if seal is None:
        return None
    return {"number": seal.number, "size": seal.size, "root": seal.root.hex()}
