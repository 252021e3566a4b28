"""Sealing the journal: what was recorded since the last seal goes into the tree, once and for all.

Reading and hashing hold nobody up; only the write of the finished leaves is a transaction of its
own. A first seal of a large ledger is made in parts, so that other writers get their turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count
from typing import Any, Final

from ledger.evidence import Seal
from ledger.receipts import Receipt
from ledger.requests import Request
from ledger.store.book import Ledger, settled
from ledger.store.request_log import first_receipt
from ledger.store.seals import Batch, batches, last_seal, write_leaves
from ledger.store.unit_of_work import UnitOfWork
from ledger.usecases.carry_out import carry_out

Asked = Callable[[int], Request]
"""Given the number of a part, from 1 on, makes the request of its seal."""

NOTHING_NEW: Final = "Nothing was recorded since the last seal that can be sealed by now."


class _Overtaken(Exception):
    """Somebody else made the next seal meanwhile."""


def seal_journal(ledger: Ledger, asked: Asked) -> list[dict[str, Any]]:
    """Seal what was recorded and is not sealed yet; give the receipt of each part.

    There are none where nothing is new. A dry run makes the first part. Raises `CannotSeal`.
    """
    receipts = list(_said_before(ledger, asked))
    while not receipts or not _is_last(receipts[-1]):
        try:
            _seal_on(ledger, asked, receipts)
        except _Overtaken:
            continue
        return receipts
    return receipts


def _said_before(ledger: Ledger, asked: Asked) -> Iterator[dict[str, Any]]:
    with ledger.read() as connection:
        for part in count(1):
            request = asked(part)
            receipt = None if request.key is None else first_receipt(connection, request)
            if receipt is None:
                return
            yield receipt


def _is_last(receipt: Mapping[str, Any]) -> bool:
    return bool(receipt["seal"]["complete"] or receipt.get("dry_run"))


def _seal_on(ledger: Ledger, asked: Asked, receipts: list[dict[str, Any]]) -> None:
    """Read on in one view of the ledger, and write each seal as soon as its leaves are there."""
    with ledger.read() as connection:
        for batch in batches(connection, settled(connection)):
            request = asked(len(receipts) + 1)
            receipts.append(carry_out(ledger, request, partial(write_seal, batch=batch)))
            if request.dry_run:
                return


def write_seal(uow: UnitOfWork, batch: Batch) -> Receipt:
    """Write what was read as the next seal, if it still is the next."""
    last = last_seal(uow.connection)
    if batch.number != (1 if last is None else last.number + 1):
        raise _Overtaken
    tree = batch.tree
    values = (batch.number, tree.size, tree.root(), tree.to_bytes(), batch.last_request)
    seal = Seal(*values, uow.now)
    write_leaves(uow.connection, batch.leaves)
    uow.add_seal(seal)
    return uow.receipt(seal=_document(seal, batch))


def _document(seal: Seal, batch: Batch) -> dict[str, Any]:
    return {
        "number": seal.number,
        "size": seal.size,
        "root": seal.root.hex(),
        "leaves": len(batch.leaves),
        "complete": batch.is_last,
    }
