"""Every leaf of the ledger's evidence, made from rows as they stand, trusted in nothing.

All kinds are read side by side, each in the order of the requests that its rows were written
under, a batch in memory. A row whose values nobody could have written makes a leaf without content.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from heapq import heappop, heappush
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from ledger.canonical_rows import request_bytes, said_text
from ledger.evidence import REQUEST_KIND, Leaf
from ledger.store import tables
from ledger.store.check_reading import raw, stream
from ledger.store.leaf_rows_entries import entry_leaves
from ledger.store.leaf_rows_others import rate_leaves, setting_leaves, unit_leaves
from ledger.store.leaf_rows_proposals import proposal_leaves
from ledger.store.leaf_rows_versions import register_leaves
from ledger.store.leaf_sources import UNREADABLE, Source
from ledger.store.registers import REGISTERS

BEFORE_ALL: Final = -(2**63)
"""Stands for the request before the first, whatever numbers somebody may have given to some."""


def stream_leaves(connection: Connection, after: int, through: int) -> Iterator[Leaf]:
    """Give the leaves of all requests after one and up to another, in the order of the tree."""
    waiting = _Waiting(_sources(connection, after, through))
    for number, command, given, program, recorded_at, receipt, *who in stream(
        connection, _requests(after, through)
    ):
        said, content = None, None
        with suppress(*UNREADABLE):
            said = said_text(*who)
            content = request_bytes(command, given, program, receipt, recorded_at, said)
        yield Leaf(number, REQUEST_KIND, str(number), content)
        for source, rows in waiting.of(number):
            yield from source.leaves(number, rows, said)


def _sources(connection: Connection, after: int, through: int) -> list[Source]:
    """Give every kind of leaf but requests; one that is added later comes last."""
    return [
        entry_leaves(connection, after, through),
        *(register_leaves(connection, one, after, through) for one in REGISTERS.values()),
        setting_leaves(connection, after, through),
        unit_leaves(connection, after, through),
        rate_leaves(connection, after, through),
        proposal_leaves(connection, after, through),
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


class _Waiting:
    """Rows of all kinds in the order of requests; each kind waits with those of its next one."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._heap: list[tuple[int, int, Iterator[Any], Iterator[Any], Source]] = []
        for rank, source in enumerate(sources):
            self._go_on(rank, groupby(source.rows, key=itemgetter(0)), source)

    def _go_on(self, rank: int, groups: Iterator[Any], source: Source) -> None:
        owner, rows = next(groups, (None, iter(())))
        if owner is not None:
            heappush(self._heap, (owner, rank, rows, groups, source))

    def of(self, request: int) -> Iterator[tuple[Source, Iterator[Any]]]:
        """Give each kind's rows of a request; those of requests that are not there pass by."""
        while self._heap and self._heap[0][0] <= request:
            owner, rank, rows, groups, source = heappop(self._heap)
            if owner == request:
                yield source, rows
            self._go_on(rank, groups, source)
