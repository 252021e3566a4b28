"""The links of requests, each beside its hash as recomputed from its rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy import Connection, select

from ledger.checks.chain import LinkRow
from ledger.core.requests import request_hash
from ledger.evidence.tree_head import REQUEST_KIND
from ledger.journal.entries import CHAINED_FORMAT
from ledger.store.checks.journal import raw, stream
from ledger.store.db import tables
from ledger.store.evidence.disclosures import DisclosureStream
from ledger.store.evidence.leaves import AFTER_ALL, BEFORE_ALL
from ledger.store.evidence.sources import UNREADABLE


def read_links(connection: Connection) -> Iterator[LinkRow]:
    """Read every request with its links, in the order of their numbers."""
    request, receipt = tables.request, tables.receipt.c
    query = (
        select(
            *map(raw, request.c["id", "format", "parent_id", "parent_hash"]),
            raw(receipt.hash),
            *map(raw, request.columns),
            raw(receipt.body),
        )
        .outerjoin(tables.receipt, receipt.request_id == request.c.id)
        .order_by(request.c.id)
    )
    disclosures = DisclosureStream(connection, BEFORE_ALL, AFTER_ALL, REQUEST_KIND)
    for number, layout, *rest in stream(connection, query):
        parent, parent_hash, own_hash, *terms = rest
        due = None
        with suppress(*UNREADABLE):
            own = disclosures.of(number, REQUEST_KIND, number, 0)
            salts = ((field, bytes(one.salt)) for field, one in own.items())
            erased = any(one.kept_hash is not None for one in own.values())
            due = own_hash if erased else request_hash(terms, salts)
        is_chained = layout == CHAINED_FORMAT
        yield LinkRow(number, is_chained, parent, parent_hash, own_hash, due)
