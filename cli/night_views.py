"""What came of the last night, as the ledger's status tells it: in all, and office by office."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cli.night_words import office_told, step_told
from cli.output import Column, table_lines
from cli.reconcile_views import seal_of

if TYPE_CHECKING:
    from ledger.store.nights import KeptRun
    from ledger.store.picture import Picture


def night_document(run: KeptRun | None, picture: Picture) -> dict[str, Any] | None:
    """Give what came of a night; None where none ever ran."""
    if run is None:
        return None
    findings = [finding for step in run.steps for finding in step.findings]
    return {
        "night": run.day,
        "run": run.id,
        "started_at": picture.local(run.started_at),
        "ended": run.ended,
        "steps": {step.name: dict(step.figures) for step in run.steps},
        "findings": len(findings),
        "offices": _by_office(run),
        "seal": seal_of(run),
    }


def _by_office(run: KeptRun) -> list[dict[str, Any]]:
    """Add up the figures of every step, and the findings, by office."""
    offices: dict[str, dict[str, int]] = {}
    for step in run.steps:
        for office, figures in step.offices.items():
            own = offices.setdefault(office, {})
            for name, figure in figures.items():
                own[name] = own.get(name, 0) + figure
        for finding in step.findings:
            if finding.get("office"):
                own = offices.setdefault(finding["office"], {})
                own["findings"] = own.get("findings", 0) + 1
    return [{"office": office, **offices[office]} for office in sorted(offices)]


def night_lines(night: Mapping[str, Any] | None) -> Iterator[str]:
    """Tell of the last night to people."""
    if night is None:
        return
    yield ""
    how = "" if night["ended"] else "; it has not come to its end, and the next will finish it"
    yield f"Last night, of {night['night']} (run {night['run']}, {night['started_at']}){how}:"
    for name, figures in night["steps"].items():
        told = step_told(name, figures)
        if told is not None:
            yield f"  {name}: {told}"
    looked = night["findings"]
    yield f"  findings: {looked:,} to look at: cityfund reconcile" if looked else "  findings: none"
    if night["offices"]:
        rows = [{"office": one["office"], "told": office_told(one)} for one in night["offices"]]
        yield ""
        yield from table_lines(
            rows, [Column("office", "Office", kind="code"), Column("told", "Last night")]
        )
