"""The report of a nightly run: a document, or lines and small tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cli.framework.output import table_lines
from cli.views.columns import columns
from cli.views.since_night import new_document, new_lines
from ledger.core.text import counted

if TYPE_CHECKING:
    from ledger.store.nights.stored_runs import StoredRun, StoredStep
    from ledger.usecases.nights.run import NightResult, ReconcileResult

SCHEMA = "cityfund.reconcile/1"
_STEP_COLUMNS = columns("name seconds:1 result_text", name="Step")


def reconcile_document(answer: ReconcileResult) -> dict[str, Any]:
    """Return the answer as `cityfund.reconcile/1`: the night asked for, and those before it."""
    *before, last = answer.nights
    return {
        "schema": SCHEMA,
        **_night(last),
        "new": None if last.new is None else new_document(last.new),
        "dry_run": answer.dry_run,
        "missed": [str(day) for day in answer.missed],
        "caught_up": [_night(one) for one in before],
    }


def _night(night: NightResult) -> dict[str, Any]:
    run = night.run
    return {
        "run": run.id or None,
        "night": str(run.day),
        "started_at": run.started_at.isoformat(),
        "actor": run.actor,
        "host": run.host,
        "repeats": night.repeats,
        "changed": night.changed,
        "steps": [_step(step) for step in run.steps],
        "findings": list(night.findings),
        "seal": seal_of(run),
    }


def _step(step: StoredStep) -> dict[str, Any]:
    return {
        "name": step.name,
        "figures": dict(step.figures),
        "seconds": round((step.ended_at - step.started_at).total_seconds(), 3),
        "changed": step.changed,
        "offices": dict(step.offices),
        "lines": list(step.lines),
    }


def seal_of(run: StoredRun) -> dict[str, Any] | None:
    """Return the seal of a run: how many entries it covers, and its root."""
    sealed = run.step("seal")
    if sealed is None or "root" not in sealed.figures:
        return None
    return {"entries": sealed.figures.get("entries"), "root": sealed.figures["root"]}


def reconcile_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """Report a run to people: the results, the findings, and the seal."""
    for before in document["caught_up"]:
        yield _caught_up_line(before)
    if document["caught_up"]:
        yield ""
    yield from _night_lines(document, "dry run, nothing written" if document["dry_run"] else None)
    if document["new"] is not None:
        yield from new_lines(document["new"])
    if document["missed"]:
        days = ", ".join(document["missed"])
        yield f"Missed nights that would run first: {days}."


def _night_lines(night: Mapping[str, Any], how: str | None) -> Iterator[str]:
    run = f"run {night['run']}" if night["run"] is not None else "no run recorded"
    how_text = f", {how}" if how else ""
    yield f"Night of {night['night']}: {run}, by {night['actor']} on {night['host']}{how_text}."
    if night["repeats"] is not None:
        same = "nothing has changed" if not night["changed"] else "this run made further changes"
        yield f"Run {night['repeats']} already covered this night; {same}."
    yield ""
    rows = [{**step, "result_text": figures_text(step["figures"])} for step in night["steps"]]
    yield from table_lines(rows, _STEP_COLUMNS)
    sentences = [line for step in night["steps"] for line in step["lines"]]
    if sentences:
        yield ""
        yield from sentences
    yield from _finding_lines(night["findings"])
    if night["seal"] is not None:
        yield ""
        entries = counted(night["seal"]["entries"], "entry", "entries")
        yield f"Seal: {entries}, root {night['seal']['root']}"


def _caught_up_line(night: Mapping[str, Any]) -> str:
    """Describe a missed night in one line; what it found and is still so, the last finds too."""
    figures = {name: figure for step in night["steps"] for name, figure in step["figures"].items()}
    acts = figures_text({name: figures[name] for name in _ACTS if name in figures})
    kinds = Counter(finding["kind"] for finding in night["findings"])
    found = ", ".join(f"{kind} {number}" for kind, number in kinds.items()) or "none"
    return f"Night of {night['night']}, caught up as run {night['run']}: {acts}; findings: {found}."


_ACTS: Final = ("holds_lapsed", "offers_lapsed", "files_read", "files_bad", "deliveries_posted")
"""The figures of a missed night that are not those of the last one again."""


def _finding_lines(findings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """List findings by their kind, each kind where it is found first."""
    yield ""
    if not findings:
        yield "No findings."
        return
    yield f"Findings: {len(findings)}."
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for finding in findings:
        kinds.setdefault(finding["kind"], []).append(finding)
    for kind, group in kinds.items():
        yield ""
        yield f"{kind} ({len(group)}):"
        for finding in group:
            yield from _one_finding(finding)


def _one_finding(finding: Mapping[str, Any]) -> Iterator[str]:
    code, subject = finding.get("code"), finding["subject"]
    yield f"  {code}, {subject}: {finding['said']}" if code else f"  {subject}: {finding['said']}"
    if finding["theirs"] or finding["difference"]:
        sides = (f"{side} {finding[side]}" for side in _SIDES if finding[side])
        yield f"    {', '.join(sides)}"
    if finding["command"]:
        yield finding["command"]  # from the first column on, to be copied as a whole line


_SIDES: Final = ("ours", "theirs", "difference")


def figures_text(figures: Mapping[str, int | str]) -> str:
    """Describe figures in one line, without those that are zero or empty."""
    words = _nonzero(figures.items())
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in words) or "nothing"


def _nonzero(figures: Iterable[tuple[str, int | str]]) -> list[tuple[str, int | str]]:
    return [
        (name, value)
        for name, value in figures
        if value not in {0, "0", ""} and name not in _HIDDEN_FIGURES
    ]


_HIDDEN_FIGURES = frozenset({"requests", "through_request", "tolerance_days", "days_ahead"})
