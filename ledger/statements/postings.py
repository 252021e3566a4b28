"""The deliveries that statements add to committed deals, a payment together with its cancellation.

A payment and a later line that cancels it are posted both or neither: one alone would leave the
ledger wrong until an officer comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger.core.quantity import quantity_text
from ledger.statements.describe import ProposedDelivery, proposed_delivery
from ledger.statements.differences import Difference, FindingKind
from ledger.statements.facts import DealEntry, LedgerFacts
from ledger.statements.lines import LineKind, StatementLine, grouped

Posting = tuple[ProposedDelivery, ...]
"""Deliveries that are posted together: one, or a payment and its return."""


def proposed_postings(
    differences: Sequence[Difference],
    confirmed: Iterable[tuple[StatementLine, Sequence[DealEntry]]],
    facts: LedgerFacts,
) -> list[Posting]:
    """Return the deliveries that only the statements have, those of cancelled payments in pairs."""
    unknown = [
        one
        for one in differences
        if one.kind is FindingKind.UNKNOWN and one.lines[0].kind is LineKind.DELIVERY
    ]
    payments = [one for one in unknown if one.lines[0].amount > 0]
    cancellations = [one for one in unknown if one.lines[0].amount < 0]
    cancelled = _pair(payments, cancellations)
    postings: list[Posting] = []
    for payment in payments:
        delivery, cancellation = proposed_delivery(payment, facts), cancelled.get(id(payment))
        if delivery is not None and cancellation is None:
            postings.append((delivery,))
        elif delivery is not None and cancellation is not None:
            line = cancellation.lines[0]
            back = _return(delivery.deal, line, facts) if line.day >= delivery.line.day else None
            postings += [(delivery, back)] if back is not None else []
    taken, recorded = {id(one) for one in cancelled.values()}, _recorded_payments(confirmed, facts)
    for one in cancellations:
        line = one.lines[0]
        own = recorded.get((one.deal, line.unit.code, -line.amount, line.reference_key))
        if own and own.pop().day <= line.day and id(one) not in taken:
            back = _return(one.deal or "", line, facts)
            postings += [(back,)] if back is not None else []
    return postings


def _pair(
    payments: Sequence[Difference], cancellations: Sequence[Difference]
) -> dict[int, Difference]:
    """Return the cancellation of each payment that has one, by the payment's identity.

    They have opposite amounts, and one reference or one deal; the nearest in time go together.
    """
    candidates = grouped((_amount_key(one, -1), one) for one in cancellations)
    pairs = [
        (not _same_reference(payment, other), _apart(payment, other), at, number)
        for at, payment in enumerate(payments)
        for number, other in enumerate(candidates[_amount_key(payment, 1)])
        if _same_reference(payment, other) or (payment.deal and payment.deal == other.deal)
    ]
    result: dict[int, Difference] = {}
    taken: set[int] = set()
    for _, _, at, number in sorted(pairs):
        payment = payments[at]
        other = candidates[_amount_key(payment, 1)][number]
        if id(payment) not in result and id(other) not in taken:
            result[id(payment)] = other
            taken.add(id(other))
    return result


def _amount_key(difference: Difference, sign: int) -> tuple[str, int]:
    line = difference.lines[0]
    return line.unit.code, sign * line.amount


def _same_reference(one: Difference, other: Difference) -> bool:
    key = one.lines[0].reference_key
    return key is not None and key == other.lines[0].reference_key


def _apart(one: Difference, other: Difference) -> int:
    return abs((one.lines[0].day - other.lines[0].day).days)


def _recorded_payments(
    confirmed: Iterable[tuple[StatementLine, Sequence[DealEntry]]], facts: LedgerFacts
) -> dict[tuple[object, ...], list[StatementLine]]:
    """Return the payments that the ledger has, by deal, unit, amount and reference."""
    result: dict[tuple[object, ...], list[StatementLine]] = {}
    for line, entries in confirmed:
        deal = facts.deal_of(entries[0])
        if len(entries) == 1 and line.kind is LineKind.DELIVERY and line.amount > 0:
            key = (deal.code, line.unit.code, line.amount, line.reference_key)
            result.setdefault(key, []).append(line)
    return result


def _return(code: str, line: StatementLine, facts: LedgerFacts) -> ProposedDelivery | None:
    """Return the return of a delivery that a line cancels."""
    deal = facts.deal(code)
    if deal is None or line.unit.code != deal.need_unit.code:
        return None
    quantity = quantity_text(-line.amount, line.unit)
    reference = line.reference or line.citation
    return ProposedDelivery(line, deal.code, line.amount, quantity, reference)
