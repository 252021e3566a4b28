"""Leaves of the ledger's evidence, made from stored rows without assumptions.

`stream_leaves` merges the rows of all kinds in the order of their requests, a batch in memory; a
row that the program could not have written makes a leaf without content. Their order is the same on
every engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from heapq import heappop, heappush
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Select, Table, bindparam, select

from ledger.evidence.canonical import (
    PLAIN_TEXTS,
    InvalidLeafValue,
    provenance_text,
    request_bytes,
)
from ledger.evidence.disclosures import Disclosure, SaltedTexts
from ledger.evidence.tree_head import ENTRY_KIND, PROPOSAL_KIND, REQUEST_KIND, ROWS_KIND, Leaf
from ledger.journal.entries import (
    BOUND_FORMAT,
    CANONICAL_FORMAT,
    CHAINED_FORMAT,
    SALTED_FORMAT,
)
from ledger.store.checks.extent import tables_with_rows
from ledger.store.checks.journal import raw, stream
from ledger.store.db import tables
from ledger.store.evidence.disclosures import DisclosureStream, PlainErasures
from ledger.store.evidence.entries import entry_leaves
from ledger.store.evidence.proposals import proposal_leaves
from ledger.store.evidence.sources import UNREADABLE, Source
from ledger.store.evidence.table_rows import ROW_TABLES, adopted_leaves, table_leaves
from ledger.store.evidence.versions import rate_leaves, register_leaves, setting_leaves, unit_leaves
from ledger.store.registers import LEAF_KINDS, STORED_REGISTERS

_REQUEST_TERMS: Final = 5
"""How many values of a request's row come before its provenance."""

BEFORE_ALL: Final = -(2**63)
"""A request number below every stored one, also below numbers written by hand."""

_WITH_LEAVES_OF_ROWS: Final = frozenset({CHAINED_FORMAT, BOUND_FORMAT})
_FORMATS: Final = frozenset({CANONICAL_FORMAT, SALTED_FORMAT, *_WITH_LEAVES_OF_ROWS})

AFTER_ALL: Final = 2**63 - 1
"""A request number above every one that can be stored."""


def stream_leaves(
    connection: Connection, after: int, through: int, only: str | None = None
) -> Iterator[Leaf]:
    """Give the leaves of all requests after one and up to another, in the order of the tree.

    `only` leaves out what is neither of that kind nor a request: its tables are not read. A leaf
    with erased texts has the content that it would be sealed with now.
    """
    requests = stream(connection, _requests(), {"after": after, "through": through})
    first = next(requests, None)
    if first is None:  # no other kind is asked for: a leaf belongs to a request
        return
    pending = _PendingRows(_sources(connection, after, through, only))
    disclosures = DisclosureStream(connection, after, through)
    erased = PlainErasures(connection, after, through, salted_too=disclosures.has_erased)
    for number, layout, *terms in chain([first], requests):
        request = _LeafRequest(disclosures, number)
        content = None
        with suppress(*UNREADABLE):
            content = request.read(layout, terms)
        by = erased.by(number, REQUEST_KIND, (number, 0))
        remained = erased.remained(by, REQUEST_KIND, str(number))
        yield Leaf(number, REQUEST_KIND, str(number), content, by, remained)
        for source, rows in pending.of(number):
            if source.kind == ROWS_KIND and layout not in _WITH_LEAVES_OF_ROWS:
                continue  # those of earlier requests are adopted by a later one
            for row in rows:
                content = None
                key = None if source.key is None else source.key(row)
                reference = source.reference(row)
                by = erased.by(number, source.kind, key, reference)
                with suppress(*UNREADABLE):
                    content = request.encode(source, row)
                remained = erased.remained(by, source.kind, reference)
                yield Leaf(number, source.kind, reference, content, by, remained)


class _LeafRequest:
    """A request whose leaves are encoded: its provenance, and what stands for texts in them."""

    def __init__(self, disclosures: DisclosureStream, number: int) -> None:
        self._disclosures = disclosures
        self._number = number
        self._common: Mapping[str, Disclosure] | None = None
        self._provenance: str | None = None
        self._is_bound = False

    def read(self, layout: Any, terms: Sequence[Any]) -> bytes:
        """Encode the request's own leaf."""
        texts = PLAIN_TEXTS
        if layout != CANONICAL_FORMAT:
            self._common = self._disclosures.of(self._number, REQUEST_KIND, self._number, 0)
            texts = SaltedTexts(self._common)
        if layout not in _FORMATS:
            raise InvalidLeafValue(layout)
        self._is_bound = layout == BOUND_FORMAT
        *provenance, parent, parent_hash, transaction, server, own_hash = terms[_REQUEST_TERMS:]
        has_parent, chained = parent is not None, layout in _WITH_LEAVES_OF_ROWS
        if has_parent != (parent_hash is not None) or chained != (own_hash is not None):
            raise InvalidLeafValue(own_hash)
        if not chained and (parent, transaction, server) != (None, None, None):
            raise InvalidLeafValue(parent)
        self._provenance = provenance_text(texts, *provenance)
        content = request_bytes(
            texts,
            self._provenance,
            *terms[:_REQUEST_TERMS],
            own_hash=own_hash,
            parent=(parent, parent_hash) if has_parent else None,
            transaction=(transaction, server),
        )
        texts.require_complete()
        return content

    def encode(self, source: Source, row: Any) -> bytes:
        """Encode a leaf that was written under the request."""
        texts = PLAIN_TEXTS
        if self._provenance is None:
            raise InvalidLeafValue(self._number)
        if self._common is not None:
            key = None if source.key is None else source.key(row)
            own = {} if key is None else self._disclosures.of(self._number, source.kind, *key)
            texts = SaltedTexts(own, self._common)
        salted = source.encode_salted if self._is_bound else None
        content = (salted or source.encode)(row, texts, self._provenance)
        texts.require_complete()
        return content


def _sources(connection: Connection, after: int, through: int, only: str | None) -> list[Source]:
    """Give every kind of leaf but requests, or one of them alone, in the order of the tree."""
    others = {
        ENTRY_KIND: entry_leaves,
        "setting": setting_leaves,
        "unit": unit_leaves,
        "rate": rate_leaves,
        PROPOSAL_KIND: proposal_leaves,
    }
    kinds = [kind for kind in LEAF_KINDS if kind != REQUEST_KIND and only in {None, kind}]
    rows = ROW_TABLES if only in {None, ROWS_KIND} else ()
    asked = [*map(_table_of, kinds), *rows]
    one_alone = len(asked) == 1  # asking whether it has rows would take as long as reading them
    filled = {asked[0].name} if one_alone else tables_with_rows(connection, asked)
    sources = [
        register_leaves(connection, STORED_REGISTERS[kind], after, through)
        if kind in STORED_REGISTERS
        else others[kind](connection, after, through)
        for kind in kinds
        if _table_of(kind).name in filled
    ]
    if rows:
        sources += table_leaves(connection, after, through, filled)
        sources += adopted_leaves(connection, after, through)
    return sources


def _table_of(kind: str) -> Table:
    """Give the table that has a row, or some, for each leaf of a kind."""
    if kind in STORED_REGISTERS:
        return STORED_REGISTERS[kind].versions
    return _TABLES[kind]


_TABLES: Final = {
    ENTRY_KIND: tables.entry,
    "setting": tables.setting_version,
    "unit": tables.unit,
    "rate": tables.rate,
    PROPOSAL_KIND: tables.proposal,
}


@cache
def _requests() -> Select[Any]:
    request, receipt = tables.request.c, tables.receipt
    return (
        select(
            *request["id", "format", "command", "input", "program"],
            receipt.c.body,
            *map(raw, request["recorded_at", "key", "actor"]),
            *map(raw, request["system_user", "host", "database_user"]),
            *map(raw, request["parent_id", "parent_hash", "transaction_id", "server_id"]),
            raw(receipt.c.hash),
        )
        .outerjoin(receipt, receipt.c.request_id == request.id)
        .where(request.id > bindparam("after"), request.id <= bindparam("through"))
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
