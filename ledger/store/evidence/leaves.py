"""Leaves of the ledger's evidence, made from stored rows without assumptions.

`stream_leaves` merges the rows of all kinds in the order of their requests, a batch in memory; a
row that the program could not have written makes a leaf without content. Copies are compared by
`stream_entry_leaves` and `stream_version_leaves`, whose order is the same on every engine:
entries as recorded, then versions by register, record and number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from heapq import heappop, heappush
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, select

from ledger.evidence.canonical import (
    Provenance,
    canonical_entry,
    canonical_version,
    provenance_text,
    request_bytes,
)
from ledger.evidence.tree_head import REQUEST_KIND, Leaf
from ledger.store.checks.journal import raw, stream
from ledger.store.db import tables
from ledger.store.evidence.entries import entry_leaves
from ledger.store.evidence.proposals import proposal_leaves
from ledger.store.evidence.sources import UNREADABLE, Source
from ledger.store.evidence.versions import rate_leaves, register_leaves, setting_leaves, unit_leaves
from ledger.store.journal.entries import read_entries
from ledger.store.registers import STORED_REGISTERS, StoredRegister, columns_of

_FIRST_REGISTERS: Final = 7
"""Offices to deals: the registers whose leaves come before those of settings in older seals."""

BEFORE_ALL: Final = -(2**63)
"""A request number below every stored one, also below numbers written by hand."""


def stream_leaves(connection: Connection, after: int, through: int) -> Iterator[Leaf]:
    """Give the leaves of all requests after one and up to another, in the order of the tree."""
    pending = _PendingRows(_sources(connection, after, through))
    for number, command, given, program, recorded_at, receipt, *who in stream(
        connection, _requests(after, through)
    ):
        provenance, content = None, None
        with suppress(*UNREADABLE):
            provenance = provenance_text(*who)
            content = request_bytes(command, given, program, receipt, recorded_at, provenance)
        yield Leaf(number, REQUEST_KIND, str(number), content)
        for source, rows in pending.of(number):
            yield from source.leaves(number, rows, provenance)


def _sources(connection: Connection, after: int, through: int) -> list[Source]:
    """Give every kind of leaf but requests; one that is added later comes last."""
    registers = [
        register_leaves(connection, one, after, through) for one in STORED_REGISTERS.values()
    ]
    return [
        entry_leaves(connection, after, through),
        *registers[:_FIRST_REGISTERS],
        setting_leaves(connection, after, through),
        unit_leaves(connection, after, through),
        rate_leaves(connection, after, through),
        proposal_leaves(connection, after, through),
        *registers[_FIRST_REGISTERS:],
    ]


def _requests(after: int, through: int) -> Select[Any]:
    request, receipt = tables.request.c, tables.receipt
    return (
        select(
            request.id,
            request.command,
            request.input,
            request.program,
            raw(request.recorded_at),
            receipt.c.body,
            request.key,
            request.actor,
            request.system_user,
            request.host,
            request.database_user,
        )
        .outerjoin(receipt, receipt.c.request_id == request.id)
        .where(request.id > after, request.id <= through)
        .order_by(request.id)
    )


class _PendingRows:
    """Rows of all kinds in the order of requests; each kind waits with those of its next one."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._heap: list[tuple[int, int, Iterator[Any], Iterator[Any], Source]] = []
        for rank, source in enumerate(sources):
            self._advance(rank, groupby(source.rows, key=itemgetter(0)), source)

    def _advance(self, rank: int, groups: Iterator[Any], source: Source) -> None:
        owner, rows = next(groups, (None, iter(())))
        if owner is not None:
            heappush(self._heap, (owner, rank, rows, groups, source))

    def of(self, request: int) -> Iterator[tuple[Source, Iterator[Any]]]:
        """Give each kind's rows of a request; those of requests that are not there pass by."""
        while self._heap and self._heap[0][0] <= request:
            owner, rank, rows, groups, source = heappop(self._heap)
            if owner == request:
                yield source, rows
            self._advance(rank, groups, source)


class LeafBytes(NamedTuple):
    """One entry or version: what it is called, and its canonical bytes."""

    name: str
    content: bytes


def stream_entry_leaves(connection: Connection) -> Iterator[LeafBytes]:
    """Give every entry in recorded order, a batch in memory. Raises `UnknownLayout`."""
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
