"""The results of a nightly run by step and by office, and its progress while it runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from cli.framework.command import Call
from cli.framework.output import table_lines
from cli.framework.terminal import is_terminal, note, print_to_stderr
from cli.views.columns import columns
from cli.views.reconcile import seal_of
from ledger.core.text import counted

if TYPE_CHECKING:
    from ledger.store.nights.stored_runs import StoredRun
    from ledger.store.session.snapshot import Snapshot
    from ledger.usecases.nights.run import NightEvent

Figures = Mapping[str, Any]


def step_text(name: str, figures: Figures) -> str | None:
    """Describe the result of a step; None for the step that adds up the others."""
    if name not in _STEP_TEXTS:
        return None
    return _STEP_TEXTS[name](figures) if figures else "not completed; see the findings"


def office_text(figures: Figures) -> str:
    """Describe the results for the cities of one office."""
    text = [counted(figures[name], *words) for name, words in _OFFICE.items() if figures.get(name)]
    return ", ".join(text) or "nothing"


_OFFICE: Final = {
    "findings": ("finding", "findings"),
    "holds_lapsed": ("hold lapsed", "holds lapsed"),
    "holds_lapsing": ("hold lapses soon", "holds lapse soon"),
    "due_soon": ("delivery due soon", "deliveries due soon"),
    "lines_proposed": ("introduction proposed", "introductions proposed"),
    "projects_completed": ("project would become complete", "projects would become complete"),
    "offer_fits": ("need that an offer newly fits", "needs that an offer newly fits"),
    "offer_lapsed": ("need with lapsed offers", "needs with lapsed offers"),
    "answer_due": ("answer due", "answers due"),
    "newly_barred": ("newly barred", "newly barred"),
}
"""Figures of an office, in the order in which they concern its officers."""


def _lapse(figures: Figures) -> str:
    done = _holds_and_offers(figures, "lapsed")
    soon = _holds_and_offers(figures, "lapsing")
    text = f"{done} lapsed" if done else "nothing lapsed"
    if soon:
        days = counted(figures.get("days_ahead", 0), "day", "days")
        text += f"; {soon} will within {days}: cityfund status"
    if figures.get("left_alone"):
        text += f"; {figures['left_alone']:,} skipped: an officer acted in the meantime"
    return text


def _holds_and_offers(figures: Figures, how: str) -> str:
    kinds = (("holds", ("hold", "holds")), ("offers", ("offer", "offers")))
    counts = ((figures.get(f"{kind}_{how}", 0), words) for kind, words in kinds)
    return " and ".join(counted(number, *words) for number, words in counts if number)


def _restrictions(figures: Figures) -> str:
    in_force = figures.get("restrictions", 0)
    counts = [
        counted(figures[name], *words) for name, words in _RESTRICTIONS.items() if figures.get(name)
    ]
    if not in_force and not counts:
        return "none in force"
    return f"{in_force:,} in force; {', '.join(counts) or 'nothing is caught'}"


_RESTRICTIONS: Final = {
    "barred_hold": ("barred hold", "barred holds"),
    "barred_commitment": ("barred commitment", "barred commitments"),
    "barred_delivery": ("barred delivery", "barred deliveries"),
    "barred_approach": ("barred approach", "barred approaches"),
    "exemption_ends": ("exemption ends soon", "exemptions end soon"),
    "review_due": ("review due", "reviews due"),
}


def _due(figures: Figures) -> str:
    late, soon = figures.get("overdue", 0), figures.get("due_soon", 0)
    text = f"{counted(late, 'deal', 'deals')} overdue" if late else "nothing overdue"
    if soon:
        deliveries = counted(soon, "delivery", "deliveries")
        days = counted(figures.get("days_ahead", 0), "day", "days")
        text += f"; {deliveries} due within {days}"
    return f"{text}: cityfund status" if late or soon else text


def _statements(figures: Figures) -> str:
    return "; ".join(_of_statements(figures))


def _of_statements(figures: Figures) -> Iterator[str]:
    read, bad = figures.get("files_read", 0), figures.get("files_bad", 0)
    if read:
        yield f"{counted(read, 'new file', 'new files')} read"
    if bad:
        yield f"{counted(bad, 'file', 'files')} could not be read"
    lines, agree = figures.get("lines", 0), figures.get("confirmed", 0)
    if not lines:
        yield "no statements yet"
    elif lines == agree:
        yield f"all {counted(lines, 'line agrees', 'lines agree')} with the ledger"
    else:
        yield f"{agree:,} of {counted(lines, 'line agrees', 'lines agree')} with the ledger"
    if figures.get("deliveries_posted"):
        yield f"{counted(figures['deliveries_posted'], 'delivery', 'deliveries')} posted"
    changes = [
        f"{figures[name]:,} {word}"
        for name, word in (("opened", "new"), ("reopened", "reopened"), ("healed", "auto-resolved"))
        if figures.get(name)
    ]
    if figures.get("open") or changes:
        also = f" ({', '.join(changes)})" if changes else ""
        yield f"{counted(figures.get('open', 0), 'finding', 'findings')} open{also}"


def _gaps(figures: Figures) -> str:
    needs = counted(figures.get("needs", 0), "need", "needs")
    if not figures.get("changed"):
        return f"all {needs} unchanged"
    return f"{figures['changed']:,} of {needs} changed since the night before"


def _propose(figures: Figures) -> str:
    code, lines = figures.get("proposal"), figures.get("lines", 0)
    if not lines:
        return "no introductions possible"
    projects = counted(figures.get("projects_completed", 0), "project", "projects")
    text = f"{counted(lines, 'introduction', 'introductions')} would make {projects} complete"
    if figures.get("limited"):
        text += "; search limit reached: a better proposal may exist"
    text += _floors(figures)
    return f"{text}: cityfund match show {code}" if code else text


def _floors(figures: Figures) -> str:
    """Describe how many floors the proposal does not meet."""
    floors, short = figures.get("floors", 0), figures.get("floors_short", 0)
    if not short:
        return ""
    return f"; {short} of {counted(floors, 'floor', 'floors')} not met"


def _check(figures: Figures) -> str:
    broken, checks = figures.get("broken", 0), figures.get("checks", 0)
    if broken:
        return f"{broken:,} of {counted(checks, 'check', 'checks')} failed: cityfund check"
    return f"all {counted(checks, 'check', 'checks')} passed"


def _seal(figures: Figures) -> str:
    if not figures.get("entries"):
        return "nothing to seal yet"
    new = figures.get("new", 0)
    text = f"{counted(new, 'new record', 'new records')} sealed" if new else "nothing new to seal"
    return f"{text}, {figures['entries']:,} in all"


_STEP_TEXTS: Final[dict[str, Callable[[Figures], str]]] = {
    "lapse": _lapse,
    "restrictions": _restrictions,
    "due": _due,
    "statements": _statements,
    "gaps": _gaps,
    "propose": _propose,
    "check": _check,
    "seal": _seal,
}


def night_document(run: StoredRun | None, snapshot: Snapshot) -> dict[str, Any] | None:
    """Return the results of a run; None if there was no run."""
    if run is None:
        return None
    findings = [finding for step in run.steps for finding in step.findings]
    return {
        "night": run.day,
        "run": run.id,
        "started_at": snapshot.local(run.started_at),
        "ended": run.is_complete,
        "steps": {step.name: dict(step.figures) for step in run.steps},
        "findings": len(findings),
        "offices": _by_office(run),
        "seal": seal_of(run),
    }


def _by_office(run: StoredRun) -> list[dict[str, Any]]:
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
    """Describe the last run for people."""
    if night is None:
        return
    yield ""
    how = "" if night["ended"] else "; unfinished, the next run completes it"
    started = f"run {night['run']}, {night['started_at']}"
    yield f"Last nightly run: night of {night['night']} ({started}){how}:"
    for name, figures in night["steps"].items():
        text = step_text(name, figures)
        if text is not None:
            yield f"  {name}: {text}"
    findings = night["findings"]
    yield f"  findings: {findings:,}: cityfund reconcile" if findings else "  findings: none"
    if night["offices"]:
        rows = [
            {"office": one["office"], "result_text": office_text(one)} for one in night["offices"]
        ]
        yield ""
        yield from table_lines(rows, columns("office result_text", result_text="Last night"))


def watch_of(call: Call) -> Callable[[NightEvent], None]:
    """Return the observer of a run's events: notes on a terminal, else JSON lines."""
    if call.settings.quiet:
        return lambda _event: None
    if is_terminal(sys.stderr):
        return lambda event: _print_event(call, event)
    return _log


def _print_event(call: Call, event: NightEvent) -> None:
    if event.what == "run-begun":
        note(call, f"Night of {event.night}.")
    elif event.what == "step-begun":
        note(call, f"  {event.step} ...")
    elif event.what == "say":
        note(call, f"  {event.more['words']}")


def _log(event: NightEvent) -> None:
    if event.what == "advance":
        return
    line: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(),
        "event": event.what,
        "night": event.night.isoformat(),
        "run": event.run or None,
    }
    if event.step is not None:
        line["step"] = event.step
    print_to_stderr(json.dumps({**line, **event.more}, ensure_ascii=False))
