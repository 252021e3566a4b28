"""Rows for the checks of nights and statements, read as stored and without assumptions."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select

from ledger.checks.nights import (
    FindingRow,
    NightRunRow,
    NightStepRow,
    RowCounts,
    SnapshotRow,
    StatementRow,
)
from ledger.checks.rows import CheckContext
from ledger.statements.differences import FindingKind
from ledger.store.checks.journal import moment, raw, stream
from ledger.store.db import tables
from ledger.store.db.night_tables import (
    SNAPSHOT_STAGES,
    adopted_row,
    finding,
    finding_event,
    gap_snapshot,
    night_run,
    night_step,
    remaining_leaf,
    statement,
    statement_line,
)
from ledger.store.db.types import LIST_SEPARATOR

_COUNTED: Final = (
    *(statement, finding, finding_event, gap_snapshot, adopted_row),
    *(tables.erasure, remaining_leaf),
)
"""The tables whose rows the receipts of their requests count."""
_COMMANDS: Final = ("reconcile", "finding resolve", "finding settle", "finding reopen")
"""The commands whose requests write such rows."""


def read_runs(connection: Connection) -> Iterator[NightRunRow]:
    """Read every run with its steps, in the order in which they began, and steps without one."""
    heads = {row[0]: tuple(row[1:]) for row in connection.execute(_runs())}
    steps: dict[Any, list[NightStepRow]] = defaultdict(list)
    for identity, *rest in stream(connection, _steps()):
        name, place, started, ended, *results = rest
        steps[identity].append(NightStepRow(name, place, (started, ended), *results))
    for identity in (*heads, *sorted(steps.keys() - heads.keys(), key=str)):
        night, requested, run_started = heads.get(identity, (None, "", None))
        names = tuple(str(requested).split(LIST_SEPARATOR)) if requested else ()
        yield NightRunRow(identity, night, names, run_started, tuple(steps.get(identity, ())))


@cache
def _runs() -> Select[Any]:
    run = night_run.c
    return select(*map(raw, run["id", "day", "steps"]), moment(run.started_at)).order_by(run.id)


@cache
def _steps() -> Select[Any]:
    step = night_step.c
    return select(
        *map(raw, step["run_id", "name", "place"]),
        moment(step.started_at),
        moment(step.ended_at),
        *(step[name] for name in ("figures", "findings", "offices", "lines")),
    ).order_by(step.run_id, step.place)


def read_snapshots(connection: Connection, context: CheckContext) -> Iterator[SnapshotRow]:
    """Read every snapshot in the order in which they were recorded."""
    snapshot, request = gap_snapshot.c, tables.request.c
    recorded = moment(request.recorded_at)
    query = (
        select(*map(raw, snapshot["need_id", "day", "taken", "request_id"]), recorded)
        .add_columns(*(raw(snapshot[name]) for name in SNAPSHOT_STAGES))
        .join(tables.request, request.id == snapshot.request_id)
        .order_by(_first_known(context), snapshot.request_id, snapshot.need_id)
    )
    for row in stream(connection, query):
        need, night, taken, request_id, recorded_at, *stages = row
        yield SnapshotRow(need, night, taken, request_id, recorded_at, tuple(stages))


def _first_known(context: CheckContext) -> ColumnElement[int]:
    """Select when a request was first known, which a clock that ran ahead dated later."""
    request = tables.request.c
    recorded = moment(request.recorded_at)
    ahead = [
        ((request.id < number) & (recorded > since), since)
        for number, since, _ in context.corrections
    ]
    return case(*ahead, else_=recorded) if ahead else recorded


def read_written_rows(connection: Connection) -> Iterator[RowCounts]:
    """Read what each request left of a night's rows, beside what its receipt tells of."""
    counts: dict[Any, dict[str, int]] = defaultdict(dict)
    for name, query in _counts().items():
        for request, count in connection.execute(query):
            counts[request][name] = count
    announced = _receipt_counts(connection)
    for request in sorted(counts.keys() | announced.keys(), key=str):
        yield RowCounts(request, announced.get(request, {}), counts.get(request, {}))


@cache
def _counts() -> Mapping[str, Select[Any]]:
    """Count the rows of each request, by table; of lines, those of its statements."""
    owners = ((table.name, table.c.request_id) for table in _COUNTED)
    counts = {name: select(own, func.count()).group_by(own) for name, own in owners}
    own = statement.c.request_id
    lines = select(own, func.count()).group_by(own)
    counts[statement_line.name] = lines.join(
        statement_line, statement_line.c.statement_id == statement.c.id
    )
    return counts


def _receipt_counts(connection: Connection) -> dict[Any, dict[str, Any]]:
    counts = {}
    for identity, body in stream(connection, _receipts()):
        announced = _counts_in_receipt(body)
        if announced:
            counts[identity] = announced
    return counts


@cache
def _receipts() -> Select[Any]:
    """Select the receipts of requests that write such rows, or have some."""
    receipt, request = tables.receipt.c, tables.request.c
    requests = [select(table.c.request_id) for table in _COUNTED]
    return (
        select(receipt.request_id, receipt.body)
        .join(tables.request, request.id == receipt.request_id)
        .where(or_(request.command.in_(_COMMANDS), *(request.id.in_(one) for one in requests)))
    )


def _counts_in_receipt(body: Any) -> dict[str, Any]:
    try:
        counts = json.loads(body).get("laid_down")
    except (ValueError, TypeError, AttributeError):
        return {}
    return counts if isinstance(counts, dict) else {}


def read_statement_rows(connection: Connection) -> Iterator[StatementRow]:
    """Read every statement with the count and the bounds of its lines, and lines without one."""
    statements, orphans = _statements()
    for row in stream(connection, statements):
        yield StatementRow(*row)
    for identity, *rest in connection.execute(orphans):
        yield StatementRow(identity, None, None, *rest)


@cache
def _statements() -> tuple[Select[Any], Select[Any]]:
    one, line = statement.c, statement_line.c
    bounds = (func.count(line.position), func.min(line.position), func.max(line.position))
    statements = (
        select(*one["id", "code", "lines"], *bounds)
        .outerjoin(statement_line, line.statement_id == one.id)
        .group_by(one.id, one.code, one.lines)
        .order_by(one.id)
    )
    orphans = (
        select(line.statement_id, *bounds)
        .where(line.statement_id.not_in(select(one.id)))
        .group_by(line.statement_id)
    )
    return statements, orphans


def read_finding_rows(connection: Connection) -> Iterator[FindingRow]:
    """Read every finding with what happened to it, and events without one."""
    findings, event_rows = _findings()
    events: dict[Any, tuple[tuple[Any, Any], ...]] = {}
    rows = stream(connection, event_rows)
    for identity, own in groupby(rows, key=itemgetter(0)):
        events[identity] = tuple((row[1], row[2]) for row in own)
    missing = dict(_findings_without_line(connection))
    for identity, kind in stream(connection, findings):
        yield FindingRow(identity, kind, events.pop(identity, ()), missing.get(identity))
    for identity, left in events.items():
        yield FindingRow(identity, None, left)


@cache
def _findings() -> tuple[Select[Any], Select[Any]]:
    event = finding_event.c
    events = select(*map(raw, event["finding_id", "number", "event"]))
    findings = select(finding.c.id, raw(finding.c.kind)).order_by(finding.c.id)
    return findings, events.order_by(event.finding_id, event.number)


def _findings_without_line(connection: Connection) -> Iterator[tuple[Any, str]]:
    """Find the findings about lines that their provider's statements do not have."""
    numbers: dict[Any, set[str]] = {}
    for identity, provider, code, number in connection.execute(_without_exact_line()).all():
        if provider not in numbers:
            numbers[provider] = set(_line_numbers(connection, provider))
        if not _is_joined_number(
            str(number).removesuffix("…"), numbers[provider], cut=str(number)[-1:] == "…"
        ):
            yield identity, f"line {number} of statement {code}"


@cache
def _without_exact_line() -> Select[Any]:
    one, line, row = statement.c, statement_line.c, finding.c
    about = and_(one.provider_id == row.provider_id, one.code == row.statement)
    exact = (
        select(row.id)
        .join(statement, about)
        .join(statement_line, and_(line.statement_id == one.id, line.number == row.line))
    )
    return select(*row["id", "provider_id", "statement", "line"]).where(
        raw(row.kind) != FindingKind.FILE, row.statement.is_not(None), row.id.not_in(exact)
    )


def _line_numbers(connection: Connection, provider: Any) -> Iterable[str]:
    query = (
        select(statement_line.c.number)
        .join(statement, statement.c.id == statement_line.c.statement_id)
        .where(statement.c.provider_id == provider)
        .distinct()
    )
    return connection.execute(query).scalars()


def _is_joined_number(text: str, numbers: set[str], *, cut: bool) -> bool:
    """Say whether some lines' numbers make up a text, which may be `cut` off within the last."""
    parts, begin = text.split("+"), 0
    while begin < len(parts):
        ends = (
            end for end in range(len(parts), begin, -1) if "+".join(parts[begin:end]) in numbers
        )
        end = next(ends, None)
        if end is None:
            rest = "+".join(parts[begin:])
            return cut and any(number.startswith(rest) for number in numbers)
        begin = end
    return True
