"""The best amount of a pair, at which it is judged without a given quantity; the order of pairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from ledger.approaches.pauses import PAUSED
from ledger.deals.deal import need_amount_within, offer_amount_to_hold
from ledger.eligibility.rules import (
    NONE_OUTSTANDING,
    RULE_ORDER,
    Failure,
    NeedFacts,
    OfferFacts,
    Outstanding,
    Pairing,
    share_limit,
    units_convert,
)
from ledger.limits.caps import LIMITS

RATE, AVAILABLE = "rate", "available"
"""What blocks a pair in addition to the rules: a missing rate, no capacity."""

_OTHERS = (RATE, AVAILABLE, PAUSED, LIMITS)
_ORDER = {rule: place for place, rule in enumerate((*RULE_ORDER, *_OTHERS))}


class BestAmount(NamedTuple):
    """A quantity on both sides, each in the smallest part of its unit; None if not tested."""

    need: int | None
    offer: int | None


NOTHING_TO_TEST = BestAmount(None, None)


def rate_between(need: NeedFacts, offer: OfferFacts, rate: Fraction | None) -> Fraction | None:
    """Return the offer units per need unit: one in the same unit, else `rate`.

    None if the units do not convert, or no rate between two currencies is known.
    """
    if need.balance.unit.code == offer.balance.unit.code:
        return Fraction(1)
    return rate if units_convert(need.balance.unit, offer.balance.unit) else None


def best_amount(
    need: NeedFacts,
    offer: OfferFacts,
    rate: Fraction | None,
    *,
    outstanding_need: int = 0,
    outstanding_offer: int = 0,
) -> BestAmount:
    """Return the largest quantity that this pair could take now.

    `rate` is the number of offer units per need unit (unused in equal units). For a divisible need
    the quantity is what is open, at most what the offer has available, and at most what its largest
    ticket and share leave beside what is outstanding in the pair; but never less than one smallest
    part, so that a limit that leaves no room fails its rule. For an indivisible need it is all that
    is open, in any case; the rule `indivisible` then fails if the offer has less. Nothing is tested
    if nothing is open, or if there is no rate between the units. Whether the offer has anything
    available is not a rule: the caller checks it.
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


def pairing_at(
    need: NeedFacts,
    offer: OfferFacts,
    day: date,
    amount: BestAmount,
    outstanding: Mapping[str, Outstanding],
) -> Pairing:
    """Return the pairing of a need and an offer; `outstanding` is that of the need, by offer."""
    code = offer.offer.code
    between = outstanding.get(code, NONE_OUTSTANDING)
    others = (other for other, some in outstanding.items() if some.need > 0 or some.offer > 0)
    elsewhere = tuple(sorted(other for other in others if other != code))
    return Pairing(need, offer, day, *amount, *between, elsewhere)


def pairing_at_best(
    need: NeedFacts,
    offer: OfferFacts,
    day: date,
    rate: Fraction | None,
    outstanding: Mapping[str, Outstanding],
) -> Pairing:
    """Return the pairing of a need and an offer at the largest quantity it could take now."""
    between = outstanding.get(offer.offer.code, NONE_OUTSTANDING)
    amount = best_amount(
        need, offer, rate, outstanding_need=between.need, outstanding_offer=between.offer
    )
    return pairing_at(need, offer, day, amount, outstanding)


def nearest_first(failures: Iterable[Failure], code: str) -> tuple[int, tuple[int, ...], str]:
    """Order pairs nearest first: fewest failures, then by the order of the rules, then by code."""
    places = tuple(_ORDER[failure.rule] for failure in failures)
    return len(places), places, code
