"""Leaves of settings, units and rates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, select

from ledger.canonical_rows import (
    number_or_none,
    object_text,
    quoted,
    rate_bytes,
    text_or_none,
    version_bytes,
)
from ledger.evidence import Leaf
from ledger.store import tables
from ledger.store.check_reading import day, raw, stream
from ledger.store.leaf_sources import UNREADABLE, Source, require_said, within


def _by_name(row: Any) -> tuple[Any, ...]:
    return tuple(row)[1:3]


def setting_leaves(connection: Connection, after: int, through: int) -> Source:
    """Give the versions of settings, by name and number."""
    setting = tables.setting_version
    query = select(
        setting.c.request_id,
        setting.c.name,
        setting.c.version,
        setting.c.value,
        raw(setting.c.recorded_at),
        setting.c.reason,
        setting.c.format,
    )
    query = query.where(*within(setting, after, through)).order_by(setting.c.request_id)

    def leaves(request: int, rows: Iterator[Any], said: str | None) -> Iterator[Leaf]:
        # Each engine sorts text in a way of its own; there are few of these.
        for _, name, version, value, recorded_at, reason, layout in sorted(rows, key=_by_name):
            content = None
            with suppress(*UNREADABLE):
                record = object_text([('"value"', text_or_none(value))])
                said_of = (recorded_at, reason, layout, require_said(said))
                content = version_bytes("setting", name, version, record, *said_of)
            yield Leaf(request, "setting", f"{name}/{version}", content)

    return Source(stream(connection, query), leaves)


def unit_leaves(connection: Connection, after: int, through: int) -> Source:
    """Give units, by code; a unit has one version, recorded with its request."""
    unit, request_ = tables.unit, tables.request
    query = (
        select(
            unit.c.request_id,
            unit.c.code,
            unit.c.decimals,
            unit.c.kind,
            unit.c.name,
            raw(request_.c.recorded_at),
        )
        .join(request_, request_.c.id == unit.c.request_id)
        .where(*within(unit, after, through))
        .order_by(unit.c.request_id)
    )

    def leaves(request: int, rows: Iterator[Any], said: str | None) -> Iterator[Leaf]:
        for _, code, decimals, kind, name, recorded_at in sorted(rows, key=lambda row: row[1]):
            content = None
            with suppress(*UNREADABLE):
                parts = (
                    ('"decimals"', number_or_none(decimals)),
                    ('"kind"', quoted(kind)),
                    ('"name"', text_or_none(name)),
                )
                terms = (object_text(parts), recorded_at, None, 1, require_said(said))
                content = version_bytes("unit", code, 1, *terms)
            yield Leaf(request, "unit", code, content)

    return Source(stream(connection, query), leaves)


def rate_leaves(connection: Connection, after: int, through: int) -> Source:
    """Give exchange rates, in the order in which they were learned."""
    columns = tables.rate.c
    query = (
        select(
            columns.request_id,
            columns.id,
            day(columns.day),
            columns.base,
            columns.quote,
            raw(columns.rate),
            columns.source,
            raw(columns.withdrawn),
            raw(columns.recorded_at),
        )
        .where(*within(tables.rate, after, through))
        .order_by(columns.request_id, columns.id)
    )

    def leaves(request: int, rows: Iterator[Any], said: str | None) -> Iterator[Leaf]:
        for _, number, on, base, quote, rate, source, withdrawn, recorded_at in rows:
            content = None
            with suppress(*UNREADABLE):
                learned = (rate, source, withdrawn, recorded_at, require_said(said))
                content = rate_bytes(number, on, (base, quote), *learned)
            yield Leaf(request, "rate", str(number), content)

    return Source(stream(connection, query), leaves)
