"""The seventh step runs all checks; the eighth seals what was recorded since the last seal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ledger.checks import CheckResult
from ledger.core.text import counted
from ledger.store.evidence.seals import last_seal
from ledger.usecases.check import run_checks
from ledger.usecases.evidence import NOTHING_NEW, held_back, seal_document, seal_journal
from ledger.usecases.night_step import MOST_LISTED, Night, NightFinding, StepResult, earlier_step
from ledger.usecases.nights.hand_out import hand_out_seal

CHECK: Final = "check"


def check_step(night: Night) -> StepResult:
    """Prove the books, unless an earlier run of this night did and nothing was recorded since."""
    requests, earlier = earlier_step(night, CHECK)
    if earlier is not None and earlier.figures.get("broken") == 0:
        message = "Nothing was recorded since an earlier run of this night checked the ledger."
        return StepResult(figures=earlier.figures, lines=(message,))
    results = run_checks(night.ledger, sealed_only=True)
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


def _check_findings(result: CheckResult) -> list[NightFinding]:
    messages: Sequence[str] = result.failures[:MOST_LISTED] or ("It does not hold.",)
    more = result.failed - len(messages)
    if more > 0:
        messages = (*messages, counted(more, "more failure"))
    return [
        NightFinding(
            kind="check-broken",
            subject=result.name,
            sentence=f"The check {result.name} is broken: {failure}",
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
    held = held_back(night.ledger)
    findings = () if held is None else (_held_finding(held),)
    if new_seals and night.options.seal_to and not night.dry_run:
        handed = hand_out_seal(night, f"{figures['entries']}:{figures['root']}")
        lines, findings = (*lines, *handed.lines), (*findings, *handed.findings)
    return StepResult(
        figures=figures,
        lines=lines,
        findings=findings,
        changed=bool(new_seals) and not night.dry_run,
    )


def _held_finding(held: str) -> NightFinding:
    return NightFinding(
        kind="long-running-write",
        subject=SEAL,
        sentence=f"{held[0].upper()}{held[1:]}.",
        command="cityfund doctor",
    )


def _last_seal(night: Night) -> dict[str, Any] | None:
    with night.ledger.read() as connection:
        seal = last_seal(connection)
    return None if seal is None else seal_document(seal)
