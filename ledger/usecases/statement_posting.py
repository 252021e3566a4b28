"""Posting the deliveries that statements add to committed deals, each once for ever."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from ledger.dating import ClockSteppedBack
from ledger.errors import InvalidInput, RefusedByRule
from ledger.receipts import Receipt
from ledger.statements.commands import Posting
from ledger.store.unit_of_work import UnitOfWork
from ledger.usecases import deal_acts, dealing
from ledger.usecases.carry_out import Work, carry_out
from ledger.usecases.dealing import Onward
from ledger.usecases.night.steps import Night


def post(night: Night, postings: Iterable[Posting]) -> tuple[list[str], list[str]]:
    """Post what was not posted before; tell what was, and what the ledger refused and why."""
    posted, refused = list[str](), list[str]()
    # In the order of their days: a deal takes no act dated before its last.
    for posting in sorted(postings, key=lambda one: one.line.day):
        line = posting.line
        name = sha256(f"{line.provider}\0{line.statement}\0{line.number}".encode()).hexdigest()
        request = night.request(
            f"delivery:{posting.deal}",
            given={
                "provider": line.provider,
                "statement": line.statement,
                "line": line.number,
                "date": line.day.isoformat(),
                "quantity": posting.quantity,
                "reference": posting.reference,
            },
            key=f"delivery:{line.provider}:{name[:32]}",
            reason=f"statement {line.statement} of {line.provider}, line {line.number}",
        )
        told = f"{posting.quantity} for deal {posting.deal}, {posting.reference}"
        try:
            answer = carry_out(night.ledger, request, _delivering(posting))
        except ClockSteppedBack:
            raise
        except (RefusedByRule, InvalidInput) as error:
            refused.append(f"Not posted: {told}. {error.what}")
        else:
            if not answer["replayed"]:
                posted.append(told)
    return posted, refused


def _delivering(posting: Posting) -> Work:
    def work(uow: UnitOfWork) -> Receipt:
        deal = deal_acts.find_deal(uow, posting.deal)
        said = Onward(
            day=posting.line.day,
            amount=posting.amount,
            reference=posting.reference,
            reason=uow.request.reason,
        )
        dealing.deliver(uow, deal, said)
        return deal_acts.receipt(uow, deal)

    return work
