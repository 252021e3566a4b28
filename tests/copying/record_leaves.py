"""The canonical bytes of records, encoded independently of the program's own encoder of rows.

`leaves_of_records` are those of every entry and version: entries as recorded, then versions by
register, record and number.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, select
from world import World

from ledger.evidence.canonical import (
    ENTRY_TAG,
    PROPOSAL_TAG,
    RATE_TAG,
    REQUEST_TAG,
    VERSION_TAG,
)
from ledger.journal.entries import Entry, Movement
from ledger.rates.rates import Rate
from ledger.registers.spec import column_of
from ledger.store.checks.journal import stream
from ledger.store.db import tables
from ledger.store.journal.entries import read_entries
from ledger.store.registers import STORED_REGISTERS, StoredRegister, columns_of


class Provenance(NamedTuple):
    """The provenance of a request, as in every leaf: key, actor, system user and host."""

    key: str
    actor: str
    system_user: str
    host: str
    database_user: str | None = None


def canonical_entry(entry: Entry) -> bytes:
    """Return the bytes of a journal entry with all its movements."""
    provenance = Provenance(
        entry.request_key, entry.actor, entry.system_user, entry.host, entry.database_user
    )
    body = {
        "act": entry.act,
        "deal": entry.deal,
        "effective_on": entry.effective_on,
        "movements": [_movement(movement) for movement in entry.movements],
        "number": entry.number,
        "override": entry.override,
        "proposed": None if entry.proposed is None else entry.proposed._asdict(),
        "reason": entry.reason,
        "recorded_at": entry.recorded_at,
        "reference": entry.reference,
        "reverses": entry.reverses,
        "total": entry.total,
    }
    return _bytes(ENTRY_TAG, entry.format, body, provenance)


def canonical_version(
    kind: str,
    code: str,
    version: int,
    record: Any,
    recorded_at: datetime,
    provenance: Provenance,
    reason: str | None = None,
    format: int = 1,  # noqa: A002 (the same word as an entry's)
) -> bytes:
    """Return the bytes of one version of a register's record.

    `kind` is the register's name, `record` a domain record or a mapping of its terms.
    """
    body = {
        "code": code,
        "kind": kind,
        "reason": reason,
        "record": _terms(record),
        "recorded_at": recorded_at,
        "version": version,
    }
    return _bytes(VERSION_TAG, format, body, provenance)


def canonical_request(
    command: str,
    given: str,
    program: str,
    recorded_at: datetime,
    provenance: Provenance,
    receipt: str | None = None,
    format: int = 1,  # noqa: A002 (the same word as an entry's)
) -> bytes:
    """Return the bytes of a request, with its input and its receipt as the stored texts."""
    body = {
        "command": command,
        "input": given,
        "program": program,
        "receipt": receipt,
        "recorded_at": recorded_at,
    }
    return _bytes(REQUEST_TAG, format, body, provenance)


def canonical_rate(
    number: int,
    rate: Rate,
    recorded_at: datetime,
    provenance: Provenance,
    *,
    withdrawn: bool = False,
    format: int = 1,  # noqa: A002 (the same word as an entry's)
) -> bytes:
    """Return the bytes of an exchange rate as it was recorded."""
    body = {"number": number, **_terms(rate), "recorded_at": recorded_at, "withdrawn": withdrawn}
    return _bytes(RATE_TAG, format, body, provenance)


def canonical_proposal(
    code: str,
    record: Mapping[str, Any],
    recorded_at: datetime,
    provenance: Provenance,
    reason: str | None = None,
    format: int = 1,  # noqa: A002 (the same word as an entry's)
) -> bytes:
    """Return the bytes of a proposal: `record` holds its terms, lines and projects."""
    body = {"code": code, "reason": reason, "record": record, "recorded_at": recorded_at}
    return _bytes(PROPOSAL_TAG, format, body, provenance)


def _movement(movement: Movement) -> dict[str, Any]:
    # Its line is its position in the list.
    return {
        "amount": movement.amount,
        "deal": movement.deal,
        "from": movement.from_stage,
        "holder": movement.account,
        "side": movement.side,
        "to": movement.to_stage,
        "unit": movement.unit,
    }


def _terms(record: Any) -> dict[str, Any]:
    if isinstance(record, Mapping):
        return dict(record)
    return {column_of(field.name): getattr(record, field.name) for field in fields(record)}


def _bytes(tag: str, layout: int, body: Mapping[str, Any], provenance: Provenance) -> bytes:
    document = _plain({"$": f"{tag}/{layout}", "said": provenance._asdict(), **body})
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def _plain(value: Any) -> Any:
    """Convert a value to JSON strings, lists, objects and `true`; asserts on anything else."""
    # Most are texts, and testing for the others first costs as much again.
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items() if not _is_omitted(one)}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value if isinstance(value, bool) else _value_text(value)


def _value_text(value: Any) -> str:
    """Format one value in its only form."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        moment = value.astimezone(UTC).isoformat(timespec="microseconds")
        return moment.removesuffix("+00:00") + "Z"
    assert isinstance(value, date), f"{type(value)} has no canonical bytes"
    return value.isoformat()


def _is_omitted(value: Any) -> bool:
    """Return whether a value is None, empty or false; a zero is a value."""
    return value is None or value is False or (isinstance(value, (str, tuple, list)) and not value)


class LeafBytes(NamedTuple):
    """One entry or version: what it is called, and its canonical bytes."""

    name: str
    content: bytes


def stream_entry_leaves(connection: Connection) -> Iterator[LeafBytes]:
    """Give every entry in recorded order, a batch in memory."""
    for entry in read_entries(connection):
        yield LeafBytes(f"entry {entry.number}", canonical_entry(entry))


def stream_version_leaves(connection: Connection) -> Iterator[LeafBytes]:
    """Give every version of every register, of the settings and units too."""
    for register in STORED_REGISTERS.values():
        yield from _register_leaves(connection, register)
    yield from _setting_leaves(connection)
    yield from _unit_leaves(connection)


def _provenance_columns() -> tuple[ColumnElement[Any], ...]:
    request = tables.request.c
    return (request.key, request.actor, request.system_user, request.host, request.database_user)


def _register_leaves(connection: Connection, register: StoredRegister) -> Iterator[LeafBytes]:
    versions, request = register.versions, tables.request
    columns, source = columns_of(register)
    query = (
        select(
            versions.c.version,
            versions.c.recorded_at,
            versions.c.reason,
            versions.c.format,
            *_provenance_columns(),
            *columns,
        )
        .select_from(source.join(request, request.c.id == versions.c.request_id))
        .order_by(versions.c[register.owner], versions.c.version)
    )
    for number, recorded_at, reason, layout, *rest in stream(connection, query):
        provenance, values = (
            Provenance(*rest[: len(Provenance._fields)]),
            rest[len(Provenance._fields) :],
        )
        record = register.record(*values)
        yield LeafBytes(
            f"{register.kind} {record.code}, version {number}",
            canonical_version(
                register.kind, record.code, number, record, recorded_at, provenance, reason, layout
            ),
        )


def _setting_leaves(connection: Connection) -> Iterator[LeafBytes]:
    setting = tables.setting_version.c
    query = select(
        setting.name,
        setting.version,
        setting.value,
        setting.recorded_at,
        setting.reason,
        setting.format,
        *_provenance_columns(),
    ).join(tables.request, tables.request.c.id == setting.request_id)
    for name, number, value, recorded_at, reason, layout, *provenance in _in_order(
        connection, query
    ):
        record = {"value": value}
        yield LeafBytes(
            f"setting {name}, version {number}",
            canonical_version(
                "setting",
                name,
                number,
                record,
                recorded_at,
                Provenance(*provenance),
                reason,
                layout,
            ),
        )


def _unit_leaves(connection: Connection) -> Iterator[LeafBytes]:
    unit, request = tables.unit.c, tables.request
    query = select(
        unit.code,
        unit.decimals,
        unit.kind,
        unit.name,
        request.c.recorded_at,
        *_provenance_columns(),
    ).join(request, request.c.id == unit.request_id)
    for code, decimals, kind, name, recorded_at, *provenance in _in_order(connection, query):
        record = {"decimals": decimals, "kind": kind, "name": name}
        yield LeafBytes(
            f"unit {code}, version 1",
            canonical_version("unit", code, 1, record, recorded_at, Provenance(*provenance)),
        )


def _in_order(connection: Connection, query: Select[Any]) -> list[Any]:
    # Each engine sorts text in a way of its own; there are few of these.
    return sorted(connection.execute(query), key=lambda row: tuple(row)[:2])


def leaves_of_records(url: str) -> list[LeafBytes]:
    """Give every entry and version of a ledger as its records are encoded."""
    world = World(url)
    with world.ledger.read() as connection:
        leaves = [*stream_entry_leaves(connection), *stream_version_leaves(connection)]
    world.ledger.engine.dispose()
    return leaves
