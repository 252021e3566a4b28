"""Whether an offer may serve a need: all the rules a pair fails, never only the first.

The rules and the verdict on a pair are in `rules`; here are the quantity at which a pair is judged
that has no figure yet, and the order of candidates.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from ledger.deals.deal import need_amount_within, offer_amount_to_hold
from ledger.eligibility.rules import (
    RULE_ORDER,
    RULES,
    Failure,
    NeedFacts,
    OfferFacts,
    Pairing,
    Rule,
    share_limit,
    units_convert,
    verdict,
)

__all__ = [
    "RULES",
    "RULE_ORDER",
    "BestAmount",
    "Failure",
    "NeedFacts",
    "OfferFacts",
    "Pairing",
    "Rule",
    "best_amount",
    "candidate_key",
    "rate_between",
    "share_limit",
    "verdict",
]


class BestAmount(NamedTuple):
    """A quantity on both sides, each in the smallest part of its unit; None: nothing to test."""

    need: int | None
    offer: int | None


NOTHING_TO_TEST = BestAmount(None, None)


def rate_between(need: NeedFacts, offer: OfferFacts, rate: Decimal | None) -> Decimal | None:
    """Give the offer units that one need unit costs: one in the same unit, else `rate`.

    None where the units do not convert, or no rate between two currencies is known.
    """
    if need.balance.unit.code == offer.balance.unit.code:
        return Decimal(1)
    return rate if units_convert(need.balance.unit, offer.balance.unit) else None


def best_amount(
    need: NeedFacts,
    offer: OfferFacts,
    rate: Decimal | None,
    *,
    outstanding_need: int = 0,
    outstanding_offer: int = 0,
) -> BestAmount:
    """Give the largest quantity this pair could take now, the one it is fairest to judge it at.

    `rate` is how many offer units one need unit costs (not looked at in equal units). Of a
    divisible need: what is open, at most what the offer has available, and what its largest
    ticket and share leave beside what already lives in the pair; but never less than one
    smallest part, so that a limit which leaves no room fails its rule. Of an indivisible
    need: all that is open, whatever the offer has; the rule `indivisible` then says so.
    Nothing to test where nothing is open, or where the two units have no known rate.
    Whether the offer has anything available at all is the caller's question, not a rule.
    """
    known = rate_between(need, offer, rate)
    if known is None or need.balance.free <= 0:
        return NOTHING_TO_TEST
    decimals = need.balance.unit.decimals, offer.balance.unit.decimals
    amount = need.balance.free
    if need.need.divisible:
        limits = [amount, need_amount_within(offer.balance.free, known, *decimals)]
        if offer.offer.max_ticket is not None:
            room = max(offer.offer.max_ticket - outstanding_offer, 0)
            limits.append(need_amount_within(room, known, *decimals))
        if offer.offer.max_share is not None:
            limits.append(share_limit(offer.offer.max_share, need.balance.net) - outstanding_need)
        amount = max(1, min(limits))
    return BestAmount(amount, offer_amount_to_hold(amount, known, *decimals))


def candidate_key(failures: Iterable[Failure], code: str) -> tuple[int, tuple[int, ...], str]:
    """Order candidates nearest first: fewest failed rules, then by RULES order, then by code."""
    places = tuple(RULE_ORDER[failure.rule] for failure in failures)
    return len(places), places, code
