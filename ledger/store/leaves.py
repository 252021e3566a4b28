"""Every leaf of the ledger's evidence: its entries and its register versions, as canonical bytes.

The order is the same on every engine: entries as they were recorded, then versions by register,
record and number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, select

from ledger.canonical import Said, canonical_entry, canonical_version
from ledger.store import tables
from ledger.store.check_reading import stream
from ledger.store.journal import read_entries
from ledger.store.registers import REGISTERS, Register, columns_of


class Leaf(NamedTuple):
    """One entry or version: what it is called, and its canonical bytes."""

    name: str
    content: bytes


def stream_entry_leaves(connection: Connection) -> Iterator[Leaf]:
    """Give every entry in recorded order, a batch in memory. Raises `UnknownLayout`."""
    for entry in read_entries(connection):
        yield Leaf(f"entry {entry.number}", canonical_entry(entry))


def stream_version_leaves(connection: Connection) -> Iterator[Leaf]:
    """Give every version of every register, of the settings and units too."""
    for register in REGISTERS.values():
        yield from _register_leaves(connection, register)
    yield from _setting_leaves(connection)
    yield from _unit_leaves(connection)


def _said() -> tuple[ColumnElement[Any], ...]:
    request = tables.request.c
    return (request.key, request.actor, request.system_user, request.host, request.database_user)


def _register_leaves(connection: Connection, register: Register) -> Iterator[Leaf]:
    versions, request = register.versions, tables.request
    columns, source = columns_of(register)
    query = (
        select(
            versions.c.version,
            versions.c.recorded_at,
            versions.c.reason,
            versions.c.format,
            *_said(),
            *columns,
        )
        .select_from(source.join(request, request.c.id == versions.c.request_id))
        .order_by(versions.c[register.owner], versions.c.version)
    )
    names = [field.name for field in fields(register.record)]
    for number, recorded_at, reason, layout, *rest in stream(connection, query):
        said, values = Said(*rest[: len(Said._fields)]), rest[len(Said._fields) :]
        record = register.record(**dict(zip(names, values, strict=True)))
        yield Leaf(
            f"{register.kind} {record.code}, version {number}",
            canonical_version(
                register.kind, record.code, number, record, recorded_at, said, reason, layout
            ),
        )


def _setting_leaves(connection: Connection) -> Iterator[Leaf]:
    setting = tables.setting_version.c
    query = select(
        setting.name,
        setting.version,
        setting.value,
        setting.recorded_at,
        setting.reason,
        setting.format,
        *_said(),
    ).join(tables.request, tables.request.c.id == setting.request_id)
    for name, number, value, recorded_at, reason, layout, *said in _in_order(connection, query):
        record = {"value": value}
        yield Leaf(
            f"setting {name}, version {number}",
            canonical_version(
                "setting", name, number, record, recorded_at, Said(*said), reason, layout
            ),
        )


def _unit_leaves(connection: Connection) -> Iterator[Leaf]:
    unit, request = tables.unit.c, tables.request
    query = select(
        unit.code, unit.decimals, unit.kind, unit.name, request.c.recorded_at, *_said()
    ).join(request, request.c.id == unit.request_id)
    for code, decimals, kind, name, recorded_at, *said in _in_order(connection, query):
        record = {"decimals": decimals, "kind": kind, "name": name}
        yield Leaf(
            f"unit {code}, version 1",
            canonical_version("unit", code, 1, record, recorded_at, Said(*said)),
        )


def _in_order(connection: Connection, query: Select[Any]) -> list[Any]:
    # Each engine sorts text in a way of its own; there are few of these.
    return sorted(connection.execute(query), key=lambda row: tuple(row)[:2])
