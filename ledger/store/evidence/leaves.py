"""Leaves of the ledger's evidence, made from stored rows without assumptions.

`stream_leaves` merges the rows of all kinds in the order of their requests, a batch in memory; a
row that the program could not have written makes a leaf without content. Their order is the same on
every engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from heapq import heappop, heappush
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from ledger.evidence.canonical import provenance_text, request_bytes
from ledger.evidence.tree_head import REQUEST_KIND, Leaf
from ledger.store.checks.journal import raw, stream
from ledger.store.db import tables
from ledger.store.evidence.entries import entry_leaves
from ledger.store.evidence.proposals import proposal_leaves
from ledger.store.evidence.sources import UNREADABLE, Source
from ledger.store.evidence.versions import rate_leaves, register_leaves, setting_leaves, unit_leaves
from ledger.store.registers import STORED_REGISTERS

_FIRST_REGISTERS: Final = 7
"""Offices to deals: the registers whose leaves come before those of settings in older seals."""

_REQUEST_TERMS: Final = 5
"""How many values of a request's row come before its provenance."""

BEFORE_ALL: Final = -(2**63)
"""A request number below every stored one, also below numbers written by hand."""


def stream_leaves(connection: Connection, after: int, through: int) -> Iterator[Leaf]:
    """Give the leaves of all requests after one and up to another, in the order of the tree."""
    pending = _PendingRows(_sources(connection, after, through))
    for number, *terms in stream(connection, _requests(after, through)):
        provenance, content = None, None
        with suppress(*UNREADABLE):
            provenance = provenance_text(*terms[_REQUEST_TERMS:])
            content = request_bytes(provenance, *terms[:_REQUEST_TERMS])
        yield Leaf(number, REQUEST_KIND, str(number), content)
        for source, rows in pending.of(number):
            for row in rows:
                content = None
                with suppress(*UNREADABLE):
                    if provenance is not None:
                        content = source.encode(row, provenance)
                yield Leaf(number, source.kind, source.reference(row), content)


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
            *request["id", "command", "input", "program"],
            receipt.c.body,
            *map(raw, request["recorded_at", "key", "actor"]),
            *map(raw, request["system_user", "host", "database_user"]),
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
