"""The links of requests, each beside its hash as recomputed from its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Select, func, select

from ledger.checks.chain import LinkRow
from ledger.core.requests import bound_request_hash, request_hash
from ledger.evidence.tree_head import REQUEST_KIND
from ledger.journal.entries import BOUND_FORMAT, CHAINED_FORMAT
from ledger.store.checks.journal import raw, stream
from ledger.store.db import tables
from ledger.store.db.prepared import hash_of_rows
from ledger.store.evidence.disclosures import DisclosureStream
from ledger.store.evidence.leaves import AFTER_ALL
from ledger.store.evidence.request_rows import RequestRows
from ledger.store.evidence.sources import UNREADABLE
from ledger.store.session.rows import TEXTS_OF_REQUESTS, plain_terms


def read_links(connection: Connection) -> Iterator[LinkRow]:
    """Read every request with its links, in the order of their numbers."""
    rows = _rows_of_bound(connection)
    disclosures: DisclosureStream | None = None  # read where a request is of an earlier format
    for number, layout, *rest in stream(connection, _links()):
        parent, parent_hash, own_hash, *terms = rest
        due = None
        is_bound = layout == BOUND_FORMAT
        with suppress(*UNREADABLE):
            if is_bound:
                due = _bound_hash(rows, number, terms)
            else:
                if disclosures is None:
                    disclosures = DisclosureStream(connection, number - 1, AFTER_ALL, REQUEST_KIND)
                own = disclosures.of(number, REQUEST_KIND, number, 0)
                salts = ((field, bytes(one.salt)) for field, one in own.items())
                erased = any(one.kept_hash is not None for one in own.values())
                due = own_hash if erased else request_hash(terms, salts)
        is_chained = is_bound or layout == CHAINED_FORMAT
        yield LinkRow(number, is_chained, parent, parent_hash, own_hash, due, is_bound)


@cache
def _links() -> Select[Any]:
    request, receipt = tables.request, tables.receipt.c
    return (
        select(
            *map(raw, request.c["id", "format", "parent_id", "parent_hash"]),
            raw(receipt.hash),
            *map(raw, request.columns),
            raw(receipt.body),
        )
        .outerjoin(tables.receipt, receipt.request_id == request.c.id)
        .order_by(request.c.id)
    )


def _rows_of_bound(connection: Connection) -> RequestRows:
    """Read the rows of all requests whose hash covers them."""
    request = tables.request.c
    query = select(func.min(request.id)).where(request.format == BOUND_FORMAT)
    first = connection.execute(query).scalar()
    return RequestRows(connection, AFTER_ALL if first is None else first, AFTER_ALL)


def _bound_hash(rows: RequestRows, number: int, terms: Sequence[Any]) -> str:
    """Hash a request with all that it wrote, as it is now."""
    *own, body = terms
    request = dict(zip(_COLUMNS, own, strict=True))
    texts = {"receipt": body, **{name: request[name] for name in TEXTS_OF_REQUESTS}}
    return bound_request_hash(plain_terms(request), hash_of_rows(rows.of(number, texts)))


_COLUMNS: Final = tuple(tables.request.columns.keys())
