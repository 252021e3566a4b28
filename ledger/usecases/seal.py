"""Sealing the journal: what was recorded since the last seal goes into the tree, once and for all.

Reading and hashing hold nobody up; only the write of the finished leaves is a transaction of its
own. A first seal of a large ledger is made in parts, so that other writers get their turn.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, Final

from ledger.evidence import Seal
from ledger.receipts import Receipt
from ledger.requests import Request
from ledger.store.book import Ledger, settled
from ledger.store.request_log import first_receipt
from ledger.store.seals import Batch, last_seal, next_batch, write_leaves
from ledger.store.unit_of_work import UnitOfWork
from ledger.usecases.carry_out import carry_out

Asked = Callable[[int], Request]
"""Given the number of a part, from 1 on, makes the request of its seal."""

NOTHING_NEW: Final = "Nothing was recorded since the last seal that can be sealed by now."


class _Overtaken(Exception):  # noqa: N818 (it never leaves this module)
    """Somebody else made the next seal meanwhile."""


def seal_journal(ledger: Ledger, asked: Asked) -> list[dict[str, Any]]:
    """Seal what was recorded and is not sealed yet; give the receipt of each part.

    The receipts have a `seal`, but for one that says there was nothing to seal; where no key was
    given there is none then. A dry run makes the first part. Raises `CannotSeal`.
    """
    receipts: list[dict[str, Any]] = []
    for part in count(1):
        request = asked(part)
        receipt = _said_before(ledger, request) or _sealed(ledger, request)
        if receipt is None:
            return receipts
        receipts.append(receipt)
        made = receipt.get("seal")
        if made is None or made["complete"] or request.dry_run:
            return receipts
    raise AssertionError("parts have no end")


def _said_before(ledger: Ledger, request: Request) -> dict[str, Any] | None:
    if request.key is None:
        return None
    with ledger.read() as connection:
        return first_receipt(connection, request)


def _sealed(ledger: Ledger, request: Request) -> dict[str, Any] | None:
    while True:
        with ledger.read() as connection:
            batch = next_batch(connection, settled(connection))
        if batch is None and request.key is None:
            return None
        try:
            return carry_out(ledger, request, lambda uow, batch=batch: _write(uow, batch))
        except _Overtaken:
            continue


def _write(uow: UnitOfWork, batch: Batch | None) -> Receipt:
    if batch is None:
        return uow.receipt(notes=(NOTHING_NEW,))
    last = last_seal(uow.connection)
    if (last and last.number) != (batch.after and batch.after.number):
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
