"""Carrying a request out: once, in one transaction, with a receipt that can be had again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.core.requests import Request
from ledger.journal.receipts import Receipt
from ledger.store.db.errors import AnswerLost, retry_on_conflict
from ledger.store.session.begin import made_key
from ledger.store.session.ledger import Ledger
from ledger.store.session.unit_of_work import UnitOfWork

Work = Callable[[UnitOfWork], Receipt]


def carry_out(ledger: Ledger, request: Request, work: Work) -> dict[str, Any]:
    """Do the work of a request and give its receipt as a document.

    A key that was said before with the same input gives the first receipt, marked `replayed`.
    A dry run goes the same way and is rolled back; its document says `dry_run`. A request that
    changes nothing and has no key of its own leaves no trace. Where others came between, the
    work is done anew on what they left. Raises `WriteConflict`, `WriteTooSlow` and `AnswerLost`.
    """
    key = request.key or made_key()

    def once(tries: int) -> dict[str, Any]:
        with ledger.write(request, key=key, tries=tries) as uow:
            return answered(uow, work)

    try:
        return retry_on_conflict(once)
    except AnswerLost as error:
        again = f"Run the same command again with --key {key}: it is done once, whatever came."
        raise AnswerLost(error.what, next_step=again) from error


def answered(uow: UnitOfWork, work: Work) -> dict[str, Any]:
    """Do the work of a unit of work's request, keep the receipt, and give it as a document."""
    first = uow.first_receipt()
    if first is not None:
        return first
    document = work(uow).as_document()
    if uow.request.dry_run:
        document["dry_run"] = True
    document["key"] = uow.key
    if uow.has_written or uow.request.key is not None:
        uow.keep_receipt(document)
    return document
