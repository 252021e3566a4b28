"""The check of statements: each is whole, and each finding's events follow one another.

What a night lays down has no name that a receipt could give; the receipt of its request says how
many rows there are of each table, so that one more or one less is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from ledger.checks.findings import CheckResult, Findings
from ledger.statements.keeping import Event

_AFTER: Final = {
    None: {Event.OPENED},
    Event.OPENED: {Event.SETTLED, Event.HEALED},
    Event.REOPENED: {Event.SETTLED, Event.HEALED},
    Event.SETTLED: {Event.REOPENED},
    Event.HEALED: {Event.REOPENED},
}
"""What may happen to a finding after what."""


class LaidDownRow(NamedTuple):
    """How many rows a request's receipt tells of by table, and how many there are."""

    request: Any
    told: Mapping[str, Any]
    found: Mapping[str, int]


class StatementRow(NamedTuple):
    """A statement, and its lines; without a `code`, lines of one that is not there."""

    id: Any
    code: str | None
    announced: Any
    lines: int
    first: Any
    last: Any


class FindingRow(NamedTuple):
    """A finding with its events by number; without a `kind`, events of one that is not there.

    `lines_lacking` are the lines it is about that no statement has.
    """

    id: Any
    kind: str | None
    events: tuple[tuple[Any, Any], ...]
    lines_lacking: str | None = None


def statements(
    laid_down: Iterable[LaidDownRow], kept: Iterable[StatementRow], found: Iterable[FindingRow]
) -> CheckResult:
    """Hold receipts to rows, statements to their lines, and findings to what they are about."""
    findings = Findings("statements")
    for one in laid_down:
        findings.examined += 1
        if dict(one.told) != dict(one.found):
            findings.fail(
                f"request {one.request} left {_counted(one.found)}; "
                f"its receipt tells of {_counted(one.told)}"
            )
    for statement in kept:
        findings.examined += 1 + statement.lines
        for wrong in _of_statement(statement):
            findings.fail(wrong)
    for finding in found:
        findings.examined += 1 + len(finding.events)
        for wrong in _of_finding(finding):
            findings.fail(f"finding {finding.id} {wrong}")
    return findings.result()


def _counted(rows: Mapping[str, Any]) -> str:
    told = (f"{count} in {table}" for table, count in sorted(rows.items()))
    return ", ".join(told) or "nothing of a night"


def _of_statement(row: StatementRow) -> Iterable[str]:
    if row.code is None:
        yield f"statement {row.id} is not there, and {row.lines} lines name it"
    elif (row.first, row.last, row.lines) != (1, row.announced, row.announced):
        yield (
            f"statement {row.code} (id {row.id}) announced {row.announced} lines and has "
            f"{row.lines} (from {row.first} to {row.last})"
        )


def _of_finding(row: FindingRow) -> Iterable[str]:
    if row.kind is None:
        yield "is not there, and events name it"
        return
    if [number for number, _ in row.events] != list(range(1, len(row.events) + 1)):
        yield "has events whose numbers do not count on from 1"
    before = None
    for _, event in row.events:
        if event not in _AFTER.get(before, ()):
            yield f"was {event} after {before or 'nothing'}"
        before = event
    if not row.events:
        yield "was never opened"
    if row.lines_lacking is not None:
        yield f"is about {row.lines_lacking}, which no statement has"
