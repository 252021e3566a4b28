"""The checks of nights: runs and their steps, snapshots, statements and findings.

Runs begin one after another with whole steps in order; a snapshot equals the journal at its time;
statements are complete, and the events of a finding follow one another. Rows of a night have no
codes for a receipt; the receipt counts them by table, so that a missing or an added row shows.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import chain
from typing import Any, Final, NamedTuple

from ledger.checks.journal_pass import JournalCheck
from ledger.checks.result import CheckReport, CheckResult
from ledger.checks.rows import CheckContext, EntryRow, RunningBalances
from ledger.core.dates import CLOCK_TOLERANCE
from ledger.core.factors import Side, Stage
from ledger.core.text import ERASED
from ledger.statements.findings import FindingEvent

_CLOCK: Final = CLOCK_TOLERANCE // timedelta(microseconds=1)


class NightStepRow(NamedTuple):
    """A stored step: when it began and ended, and its results as text."""

    name: Any
    place: Any
    times: tuple[Any, Any]
    figures: Any
    findings: Any
    offices: Any
    lines: Any


class NightRunRow(NamedTuple):
    """A run with its steps by place; without a `day`, steps whose run is missing."""

    id: Any
    day: str | None
    asked: tuple[str, ...]
    started_at: Any
    steps: tuple[NightStepRow, ...]


def check_nights(
    runs: Iterable[NightRunRow], known_steps: Sequence[str], now: int, context: CheckContext
) -> CheckResult:
    """Check every run against the one before it, and every step against its run."""
    report = CheckReport("nights")
    before = 0
    for run in runs:
        report.examined += 1 + len(run.steps)
        for wrong in (*_of_run(run, known_steps, before, now, context), *_of_steps(run)):
            report.fail(f"run {run.id} {wrong}")
        ends = (run.started_at, *(step.times[1] for step in run.steps))
        ends = tuple(one for one in ends if type(one) is int and not context.is_ahead(one))
        before = max([before, *ends])
    return report.result()


def _of_run(
    run: NightRunRow, known: Sequence[str], before: int, now: int, context: CheckContext
) -> Iterable[str]:
    if run.day is None:
        yield "is missing, and steps name it"
        return
    moment = run.started_at
    is_number = type(moment) is int
    if not is_number or not (before <= moment <= now + _CLOCK or context.is_ahead(moment)):
        yield f"began at {run.started_at!r}, not after the run before it and by now"
    elif run.day > context.day_of(run.started_at):
        yield f"is of the night of {run.day}, which was in the future when it began"
    if not run.asked or list(run.asked) != [one for one in known if one in run.asked]:
        yield f"was requested with unknown steps or in the wrong order: {', '.join(run.asked)}"


def _of_steps(run: NightRunRow) -> Iterable[str]:
    names = tuple(step.name for step in run.steps)
    if run.day is not None and names != run.asked[: len(names)]:
        yield f"was requested with {', '.join(run.asked)}, and has {', '.join(map(str, names))}"
    if [step.place for step in run.steps] != list(range(1, len(names) + 1)):
        yield "has steps that are not numbered from 1"
    for step in run.steps:
        begun, ended = step.times
        known = all(type(one) is int for one in (begun, ended, run.started_at or 0))
        if not known or not (run.started_at or 0) - _CLOCK <= begun <= ended + _CLOCK:
            yield f"step {step.name} began or ended at an impossible time"
        if not _has_valid_results(step):
            yield f"step {step.name} has no valid results"


def _has_valid_results(step: NightStepRow) -> bool:
    figures, findings, offices, lines = map(
        _parse_json, (step.figures, step.findings, step.offices, step.lines)
    )
    findings = [] if step.findings == ERASED else findings
    lines = [] if step.lines == ERASED else lines
    return (
        _is_figures(figures, int, str)
        and isinstance(findings, list)
        and all(
            isinstance(one, Mapping) and {"kind", "subject", "said"} <= one.keys()
            for one in findings
        )
        and isinstance(offices, Mapping)
        and all(_is_figures(one, int) for one in offices.values())
        and isinstance(lines, list)
        and all(isinstance(one, str) for one in lines)
    )


def _parse_json(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _is_figures(value: Any, *kinds: type) -> bool:
    return isinstance(value, Mapping) and all(type(one) in kinds for one in value.values())


_SETTLED: Final = 60_000_000
"""With several writers, rows recorded within this many microseconds may be in any order."""

_STAGES: Final = (
    Stage.OPEN.value, Stage.HELD.value, Stage.COMMITTED.value, Stage.DELIVERED.value,
    Stage.WITHDRAWN.value,
)  # fmt: skip

SnapshotStages = tuple[Any, ...]


class SnapshotRow(NamedTuple):
    """A stored snapshot: its need and night, when it was recorded, and the stages."""

    need_id: Any
    day: str
    number: Any
    request_id: Any
    recorded_at: int
    stages: SnapshotStages

    @property
    def name(self) -> str:
        """Return a name for messages."""
        return f"snapshot {self.number} of the night of {self.day}"


class Snapshots(JournalCheck):
    """Each snapshot of a night's own day equals its need's stages when it was recorded.

    Snapshots are read in recorded order. Those of a missed night are by effective dates, and are
    only counted.
    """

    name = "snapshots"

    def __init__(self, context: CheckContext, stored: Iterator[SnapshotRow]) -> None:
        """Start before the first entry and the first snapshot."""
        super().__init__(context)
        self._snapshots = stored
        self._next = next(stored, None)
        self._recent: dict[int, list[tuple[int, SnapshotStages]]] = defaultdict(list)
        self._missed = 0
        self._balances = RunningBalances(context)

    def before(self, entry: EntryRow, balances: RunningBalances) -> None:
        """Check the snapshots that were recorded before an entry."""
        self._balances = balances
        while self._next is not None and self._is_due(self._next, entry):
            self._check_snapshot(self._next)
            self._next = next(self._snapshots, None)
        if not self.context.one_writer and self._next is not None:
            self._record_stages(entry, self._known_from(self._next))

    def _is_due(self, row: SnapshotRow, entry: EntryRow) -> bool:
        if self.context.one_writer:
            return bool(row.request_id < entry.request_id)
        return self._known_from(entry) > self._known_from(row) + _SETTLED

    def _known_from(self, row: EntryRow | SnapshotRow) -> int:
        return self.context.known_from(row.recorded_at, row.request_id)

    def _record_stages(self, entry: EntryRow, moment: int) -> None:
        """Record the stages of the needs that an entry moves near the next snapshot."""
        recorded_at = self._known_from(entry)
        if recorded_at < moment - _SETTLED:
            self._recent.clear()
            return
        for movement in entry.movements:
            before = self._current_stages(movement.account_id)
            self._recent[movement.account_id].append((recorded_at, before))

    def _current_stages(self, account_id: int) -> SnapshotStages:
        stages = self._balances.accounts.get(account_id, {})
        return tuple(stages.get(stage, 0) for stage in _STAGES)

    def _check_snapshot(self, row: SnapshotRow) -> None:
        self.report.examined += 1
        if self.context.side_of(row.need_id) != Side.NEED:
            self.report.fail(f"{row.name} is of a missing need (id {row.need_id})")
        elif row.day > self.context.day_of(row.recorded_at):
            self.report.fail(f"{row.name} was recorded before that night")
        elif row.day < self.context.day_of(row.recorded_at):
            self._missed += 1
        elif row.stages not in self._possible_stages(row):
            self.report.fail(f"{self._difference_text(row)}")

    def _possible_stages(self, row: SnapshotRow) -> list[SnapshotStages]:
        recent = self._recent.get(row.need_id, ())
        since = self._known_from(row) - _SETTLED
        near = (stages for moment, stages in recent if moment >= since)
        return [*near, self._current_stages(row.need_id)]

    def _difference_text(self, row: SnapshotRow) -> str:
        parts = zip(_STAGES, row.stages, self._current_stages(row.need_id), strict=True)
        wrong = ", ".join(
            f"{stored!r} {stage} where the journal has {due}"
            for stage, stored, due in parts
            if stored != due
        )
        return f"{row.name} says that {self.context.account_name(row.need_id)} had {wrong}"

    def finish(self) -> CheckResult:
        """Check the snapshots recorded after the last entry, and return the result."""
        for row in chain([] if self._next is None else [self._next], self._snapshots):
            self._check_snapshot(row)
        if not self._missed:
            return self.report.result()
        note = f"{self._missed:,} snapshots of missed nights are by effective dates"
        return self.report.result(f"{note}, and were not recomputed")


_AFTER: Final = {
    None: {FindingEvent.OPENED},
    FindingEvent.OPENED: {FindingEvent.RESOLVED, FindingEvent.AUTO_RESOLVED},
    FindingEvent.REOPENED: {FindingEvent.RESOLVED, FindingEvent.AUTO_RESOLVED},
    FindingEvent.RESOLVED: {FindingEvent.REOPENED},
    FindingEvent.AUTO_RESOLVED: {FindingEvent.REOPENED},
}
"""The events that may follow each event of a finding."""


class RowCounts(NamedTuple):
    """The number of rows by table, in a request's receipt and in the tables."""

    request: Any
    in_receipt: Mapping[str, Any]
    in_tables: Mapping[str, int]


class StatementRow(NamedTuple):
    """A statement and its lines; without a `code`, lines whose statement is missing."""

    id: Any
    code: str | None
    announced: Any
    lines: int
    first: Any
    last: Any


class FindingRow(NamedTuple):
    """A finding with its events by number; without a `kind`, events whose finding is missing.

    `lines_lacking` are the lines it names that no statement has.
    """

    id: Any
    kind: str | None
    events: tuple[tuple[Any, Any], ...]
    lines_lacking: str | None = None


def check_statements(
    row_counts: Iterable[RowCounts], stored: Iterable[StatementRow], findings: Iterable[FindingRow]
) -> CheckResult:
    """Check receipts against rows, statements against their lines, and findings against lines."""
    report = CheckReport("statements")
    for one in row_counts:
        report.examined += 1
        if dict(one.in_receipt) != dict(one.in_tables):
            report.fail(
                f"request {one.request} left {_counted(one.in_tables)}; "
                f"its receipt counts {_counted(one.in_receipt)}"
            )
    for statement in stored:
        report.examined += 1 + statement.lines
        for wrong in _of_statement(statement):
            report.fail(wrong)
    for finding in findings:
        report.examined += 1 + len(finding.events)
        for wrong in _of_finding(finding):
            report.fail(f"finding {finding.id} {wrong}")
    return report.result()


def _counted(rows: Mapping[str, Any]) -> str:
    value = (f"{count} in {table}" for table, count in sorted(rows.items()))
    return ", ".join(value) or "nothing of a night"


def _of_statement(row: StatementRow) -> Iterable[str]:
    if row.code is None:
        yield f"statement {row.id} is missing, and {row.lines} lines name it"
    elif (row.first, row.last, row.lines) != (*_bounds(row.announced), row.announced):
        yield (
            f"statement {row.code} (id {row.id}) announced {row.announced} lines and has "
            f"{row.lines} (from {row.first} to {row.last})"
        )


def _bounds(announced: int | None) -> tuple[int | None, int | None]:
    """Return the first and the last position of so many lines; a statement may have none."""
    return (1, announced) if announced else (None, None)


def _of_finding(row: FindingRow) -> Iterable[str]:
    if row.kind is None:
        yield "is missing, and events name it"
        return
    if [number for number, _ in row.events] != list(range(1, len(row.events) + 1)):
        yield "has events that are not numbered from 1"
    before = None
    for _, event in row.events:
        if event not in _AFTER.get(before, ()):
            yield f"was {event} after {before or 'nothing'}"
        before = event
    if not row.events:
        yield "was never opened"
    if row.lines_lacking is not None:
        yield f"is about {row.lines_lacking}, which no statement has"
