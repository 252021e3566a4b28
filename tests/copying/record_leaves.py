"""The canonical bytes of records, encoded independently of the program's own encoder of rows.

`leaves_of_records` are those of every entry and version: entries as recorded, then versions by
register, record and number. Given the salts of a leaf, they are those of the salted format.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, select
from world import World

from ledger.core.partial_dates import PartialDate
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
from ledger.store.erasable import ROW_PLACES
from ledger.store.journal.entries import read_entries
from ledger.store.registers import LEAF_KINDS, STORED_REGISTERS, columns_of
from ledger.store.stored_registers import StoredRegister


class Provenance(NamedTuple):
    """The provenance of a request, as in every leaf: key, actor, system user and host."""

    key: str
    actor: str
    system_user: str
    host: str
    database_user: str | None = None


class Salts(NamedTuple):
    """The salts of a leaf's own fields, and of those that its request gives to all its leaves."""

    own: Mapping[str, bytes]
    common: Mapping[str, bytes]

    def hash(self, field: str, value: Any) -> str | None:
        """Return what stands in the leaf for the text of a field."""
        if _is_omitted(value):
            return None
        salt = self.own[field] if field in self.own else self.common[field]
        return hashlib.sha256(salt + json.dumps(value, ensure_ascii=False).encode()).hexdigest()

    def body(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return a leaf's content with hashes for all texts that the leaf must not show."""
        salted = {
            name: self.hash(name, value) if name in _TEXTS else value
            for name, value in body.items()
        }
        if "kind" in body:
            kept = body["record"].items()
            salted["record"] = {
                name: self.hash(f"record.{name}", value) if f"record.{name}" in self.own else value
                for name, value in kept
            }
        return salted


_TEXTS = {"input", "receipt", "reason", "reference", "override", "source"}


def read_salts(connection: Connection) -> dict[tuple[int, str, int, int], dict[str, bytes]]:
    """Read every salt by its request, the kind of its leaf, its record, version and field."""
    found: dict[tuple[int, str, int, int], dict[str, bytes]] = defaultdict(dict)
    kinds = dict(enumerate(LEAF_KINDS)) | {place: table for table, place in ROW_PLACES.items()}
    for row in connection.execute(select(tables.disclosure)):
        leaf = (row.request_id, kinds[row.kind], row.record, row.version)
        found[leaf][row.field] = row.salt
    return found


def read_requests(connection: Connection) -> dict[str, int]:
    """Read the number of every request by its key."""
    request = tables.request.c
    return {row.key: row.id for row in connection.execute(select(request.key, request.id))}


def canonical_entry(entry: Entry, salts: Salts | None = None) -> bytes:
    """Return the bytes of a journal entry with all its movements."""
    provenance = Provenance(
        entry.request_key, entry.actor, entry.system_user, entry.host, entry.database_user
    )
    body = {
        "act": entry.act,
        "deal": entry.deal,
        "effective_on": entry.effective_on,
        "exemptions": entry.exemptions,
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
    return _bytes(ENTRY_TAG, entry.format, body, provenance, salts)


def canonical_version(
    kind: str,
    code: str,
    version: int,
    record: Any,
    recorded_at: datetime,
    provenance: Provenance,
    reason: str | None = None,
    format: int = 1,  # noqa: A002 (the same word as an entry's)
    salts: Salts | None = None,
) -> bytes:
    """Return the bytes of one version of a register's record.

    `kind` is the register's name, `record` a domain record or a mapping of its terms.
    """
    body = {
        "code": code,
        "kind": kind,
        "reason": reason,
        "record": _without_later_yes(kind, _terms(record)),
        "recorded_at": recorded_at,
        "version": version,
    }
    return _bytes(VERSION_TAG, format, body, provenance, salts)


def canonical_request(
    command: str,
    typed: str,
    program: str,
    recorded_at: datetime,
    provenance: Provenance,
    receipt: str | None = None,
    format: int = 1,  # noqa: A002 (the same word as an entry's)
    salts: Salts | None = None,
    parent: Mapping[str, Any] | None = None,
    hash: str | None = None,  # noqa: A002 (the same word as in the leaf)
    transaction: int | None = None,
    server: str | None = None,
    **given: str | None,
) -> bytes:
    """Return the bytes of a request, with its input and its receipt as the stored texts."""
    body = {
        "command": command,
        "input": typed,
        "program": program,
        "receipt": receipt,
        "recorded_at": recorded_at,
        "parent": parent,
        "hash": hash,
        "transaction": transaction,
        "server": server,
        **given,
    }
    return _bytes(REQUEST_TAG, format, body, provenance, salts)


def canonical_rate(
    number: int,
    rate: Rate,
    recorded_at: datetime,
    provenance: Provenance,
    *,
    withdrawn: bool = False,
    format: int = 1,  # noqa: A002 (the same word as an entry's)
    salts: Salts | None = None,
) -> bytes:
    """Return the bytes of an exchange rate as it was recorded."""
    body = {"number": number, **_terms(rate), "recorded_at": recorded_at, "withdrawn": withdrawn}
    return _bytes(RATE_TAG, format, body, provenance, salts)


def canonical_proposal(
    code: str,
    record: Mapping[str, Any],
    recorded_at: datetime,
    provenance: Provenance,
    reason: str | None = None,
    format: int = 1,  # noqa: A002 (the same word as an entry's)
    salts: Salts | None = None,
) -> bytes:
    """Return the bytes of a proposal: `record` holds its terms, lines and projects."""
    body = {"code": code, "reason": reason, "record": record, "recorded_at": recorded_at}
    return _bytes(PROPOSAL_TAG, format, body, provenance, salts)


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


class _No:
    """A no that a leaf says, because a yes is omitted."""


def _without_later_yes(kind: str, terms: dict[str, Any]) -> dict[str, Any]:
    """Omit the yes of columns that older records do not have, and say their no."""
    later = {
        column.name
        for column in (STORED_REGISTERS[kind].spec.columns if kind in STORED_REGISTERS else ())
        if column.added_later and column.default == "yes"
    }
    said = {name: None if terms[name] else _No() for name in later & terms.keys()}
    return {**terms, **said}


def _bytes(
    tag: str, layout: int, body: Mapping[str, Any], provenance: Provenance, salts: Salts | None
) -> bytes:
    said = provenance._asdict()
    if salts is not None:
        tag, body = f"{tag}.salted", salts.body(body)
        said = {
            name: value if name == "key" else Salts(salts.common, salts.common).hash(name, value)
            for name, value in said.items()
        }
    document = _plain({"$": f"{tag}/{layout}", "said": said, **body})
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
    if isinstance(value, _No):
        return False
    return value if isinstance(value, bool) else _value_text(value)


def _value_text(value: Any) -> str:
    """Format one value in its only form."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, PartialDate):
        return value.text
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
    salts, requests = read_salts(connection), read_requests(connection)
    for entry in read_entries(connection):
        request = requests[entry.request_key]
        own = salts[request, "entry", entry.number, 0]
        content = canonical_entry(entry, Salts(own, salts[request, "request", request, 0]))
        yield LeafBytes(f"entry {entry.number}", content)


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
    salts = read_salts(connection)
    query = (
        select(
            versions.c.request_id,
            versions.c[register.owner],
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
    for by, owner, number, recorded_at, reason, layout, *rest in stream(connection, query):
        own = salts[by, register.kind, owner, number]
        provenance, values = (
            Provenance(*rest[: len(Provenance._fields)]),
            rest[len(Provenance._fields) :],
        )
        record = register.record(*values)
        yield LeafBytes(
            f"{register.kind} {record.code}, version {number}",
            canonical_version(
                *(register.kind, record.code, number, record, recorded_at),
                *(provenance, reason, layout, Salts(own, salts[by, "request", by, 0])),
            ),
        )


def _setting_leaves(connection: Connection) -> Iterator[LeafBytes]:
    setting, salts = tables.setting_version.c, read_salts(connection)
    query = select(
        setting.name,
        setting.version,
        setting.value,
        setting.recorded_at,
        setting.reason,
        setting.format,
        setting.request_id,
        *_provenance_columns(),
    ).join(tables.request, tables.request.c.id == setting.request_id)
    for name, number, value, recorded_at, reason, layout, by, *provenance in _in_order(
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
                Salts({}, salts[by, "request", by, 0]),
            ),
        )


def _unit_leaves(connection: Connection) -> Iterator[LeafBytes]:
    unit, request = tables.unit.c, tables.request
    salts = read_salts(connection)
    query = select(
        unit.code,
        unit.decimals,
        unit.kind,
        unit.name,
        request.c.recorded_at,
        request.c.id,
        *_provenance_columns(),
    ).join(request, request.c.id == unit.request_id)
    for code, decimals, kind, name, recorded_at, by, *provenance in _in_order(connection, query):
        record = {"decimals": decimals, "kind": kind, "name": name}
        said, common = Provenance(*provenance), Salts({}, salts[by, "request", by, 0])
        yield LeafBytes(
            f"unit {code}, version 1",
            canonical_version("unit", code, 1, record, recorded_at, said, salts=common),
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
