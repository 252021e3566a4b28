"""What the checks of nights and statements read, as the database holds it, taken on no trust."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, func, or_, select

from ledger.checks.nights import (
    FindingRow,
    LaidDownRow,
    NightRunRow,
    NightStepRow,
    SnapshotRow,
    StatementRow,
)
from ledger.statements.lines import Kind
from ledger.store.checks.journal import day, moment, raw, stream
from ledger.store.db import tables
from ledger.store.db.night_tables import (
    SNAPSHOT_STAGES,
    finding,
    finding_event,
    gap_snapshot,
    night_run,
    night_step,
    statement,
    statement_line,
)
from ledger.store.db.types import LIST_SEPARATOR

_LAID_DOWN: Final = (statement, finding, finding_event, gap_snapshot)
_SAID_BY: Final = ("reconcile", "finding settle", "finding reopen")
"""The commands whose requests leave such rows."""


def read_runs(connection: Connection) -> Iterator[NightRunRow]:
    """Read every run with its steps, in the order in which they began, and steps without one."""
    run = night_run.c
    query = select(run.id, day(run.day), raw(run.steps), moment(run.started_at))
    heads = {row[0]: tuple(row[1:]) for row in connection.execute(query.order_by(run.id))}
    steps: dict[Any, list[NightStepRow]] = defaultdict(list)
    for identity, *rest in stream(connection, _steps()):
        name, place, begun, ended, *said = rest
        steps[identity].append(NightStepRow(name, place, (begun, ended), *said))
    for identity in (*heads, *sorted(steps.keys() - heads.keys(), key=str)):
        on, asked, started = heads.get(identity, (None, "", None))
        names = tuple(str(asked).split(LIST_SEPARATOR)) if asked else ()
        yield NightRunRow(identity, on, names, started, tuple(steps.get(identity, ())))


def _steps() -> Select[Any]:
    step = night_step.c
    return select(
        step.run_id,
        step.name,
        raw(step.place),
        moment(step.started_at),
        moment(step.ended_at),
        *(step[name] for name in ("figures", "findings", "offices", "lines")),
    ).order_by(step.run_id, step.place)


def read_snapshots(connection: Connection) -> Iterator[SnapshotRow]:
    """Read every snapshot in the order in which they were recorded."""
    kept, request = gap_snapshot.c, tables.request.c
    recorded = moment(request.recorded_at)
    query = (
        select(kept.need_id, day(kept.day), raw(kept.taken), kept.request_id, recorded)
        .add_columns(*(raw(kept[name]) for name in SNAPSHOT_STAGES))
        .join(tables.request, request.id == kept.request_id)
        .order_by(request.recorded_at, kept.request_id, kept.need_id)
    )
    for row in stream(connection, query):
        need, night, taken, said_by, when, *stages = row
        yield SnapshotRow(need, night, taken, said_by, when, tuple(stages))


def read_laid_down(connection: Connection) -> Iterator[LaidDownRow]:
    """Read what each request left of a night's rows, beside what its receipt tells of."""
    found: dict[Any, dict[str, int]] = defaultdict(dict)
    for table in _LAID_DOWN:
        own = table.c.request_id
        for request, count in connection.execute(select(own, func.count()).group_by(own)):
            found[request][table.name] = count
    lines = (
        select(statement.c.request_id, func.count())
        .join(statement_line, statement_line.c.statement_id == statement.c.id)
        .group_by(statement.c.request_id)
    )
    for request, count in connection.execute(lines):
        found[request][statement_line.name] = count
    told = _told(connection)
    for request in sorted(found.keys() | told.keys(), key=str):
        yield LaidDownRow(request, told.get(request, {}), found.get(request, {}))


def _told(connection: Connection) -> dict[Any, dict[str, Any]]:
    receipt, request = tables.receipt.c, tables.request.c
    left = [select(table.c.request_id) for table in _LAID_DOWN]
    query = (
        select(receipt.request_id, receipt.body)
        .join(tables.request, request.id == receipt.request_id)
        .where(or_(request.command.in_(_SAID_BY), *(request.id.in_(one) for one in left)))
    )
    found = {}
    for identity, body in stream(connection, query):
        told = _laid_down_in(body)
        if told:
            found[identity] = told
    return found


def _laid_down_in(body: Any) -> dict[str, Any]:
    try:
        told = json.loads(body).get("laid_down")
    except (ValueError, TypeError, AttributeError):
        return {}
    return told if isinstance(told, dict) else {}


def read_statement_rows(connection: Connection) -> Iterator[StatementRow]:
    """Read every statement with the count and the bounds of its lines, and lines without one."""
    one, line = statement.c, statement_line.c
    bounds = (func.count(line.position), func.min(line.position), func.max(line.position))
    kept = (
        select(one.id, one.code, one.lines, *bounds)
        .outerjoin(statement_line, line.statement_id == one.id)
        .group_by(one.id, one.code, one.lines)
        .order_by(one.id)
    )
    for row in stream(connection, kept):
        yield StatementRow(*row)
    lost = (
        select(line.statement_id, *bounds)
        .where(line.statement_id.not_in(select(one.id)))
        .group_by(line.statement_id)
    )
    for identity, *rest in connection.execute(lost):
        yield StatementRow(identity, None, None, *rest)


def read_finding_rows(connection: Connection) -> Iterator[FindingRow]:
    """Read every finding with what happened to it, and events without one."""
    event = finding_event.c
    happened = select(event.finding_id, event.number, raw(event.event))
    events: dict[Any, tuple[tuple[Any, Any], ...]] = {}
    rows = stream(connection, happened.order_by(event.finding_id, event.number))
    for identity, own in groupby(rows, key=itemgetter(0)):
        events[identity] = tuple((row[1], row[2]) for row in own)
    lacking = dict(_lines_lacking(connection))
    every = select(finding.c.id, raw(finding.c.kind)).order_by(finding.c.id)
    for identity, kind in stream(connection, every):
        yield FindingRow(identity, kind, events.pop(identity, ()), lacking.get(identity))
    for identity, left in events.items():
        yield FindingRow(identity, None, left)


def _lines_lacking(connection: Connection) -> Iterator[tuple[Any, str]]:
    """Find the findings about lines that their provider's statements do not have."""
    one, line, told = statement.c, statement_line.c, finding.c
    about = and_(one.provider_id == told.provider_id, one.code == told.statement)
    exact = (
        select(told.id)
        .join(statement, about)
        .join(statement_line, and_(line.statement_id == one.id, line.number == told.line))
    )
    query = select(told.id, told.provider_id, told.statement, told.line).where(
        raw(told.kind) != Kind.FILE, told.statement.is_not(None), told.id.not_in(exact)
    )
    numbers: dict[Any, set[str]] = {}
    for identity, provider, code, named in connection.execute(query).all():
        if provider not in numbers:
            numbers[provider] = set(_numbers(connection, provider))
        if not _is_joined(
            str(named).removesuffix("…"), numbers[provider], cut=str(named)[-1:] == "…"
        ):
            yield identity, f"line {named} of statement {code}"


def _numbers(connection: Connection, provider: Any) -> Iterable[str]:
    query = (
        select(statement_line.c.number)
        .join(statement, statement.c.id == statement_line.c.statement_id)
        .where(statement.c.provider_id == provider)
        .distinct()
    )
    return connection.execute(query).scalars()


def _is_joined(named: str, numbers: set[str], *, cut: bool) -> bool:
    """Say whether some lines' numbers make up a text, which may be `cut` off within the last."""
    parts, begin = named.split("+"), 0
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
