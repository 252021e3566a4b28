"""A need and an offer on a day, and everything that blocks the pair, independent of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from ledger.approaches.pauses import PAUSED
from ledger.eligibility.index import Ratio, ratio_between
from ledger.eligibility.rules import (
    NONE_OUTSTANDING,
    Failure,
    NeedFacts,
    OfferFacts,
    Outstanding,
    Pairing,
    brief,
    units_convert,
    verdict,
)
from ledger.eligibility.verdict import AVAILABLE, RATE, pairing_at_best, rate_between
from ledger.matching.problem import least_reaching


@dataclass(frozen=True, slots=True)
class PairFacts:
    """A need and an offer on a day. `rate` is that of the rates table, None without one.

    `outstanding_in_need` is what is held, committed or delivered of the need, by offer. `paused`
    says why the pair is not proposed for a time, though every rule admits it.
    """

    need: NeedFacts
    offer: OfferFacts
    day: date
    rate: Fraction | None
    outstanding_in_need: Mapping[str, Outstanding] = field(default_factory=dict)
    paused: str | None = None

    @property
    def outstanding(self) -> Outstanding:
        """Return what is outstanding between the two."""
        return self.outstanding_in_need.get(self.offer.offer.code, NONE_OUTSTANDING)

    @property
    def ratio(self) -> Ratio | None:
        """Return the rate in smallest parts."""
        rate = rate_between(self.need, self.offer, self.rate)
        if rate is None:
            return None
        return ratio_between(rate, self.need.balance.unit, self.offer.balance.unit)

    @property
    def pairing(self) -> Pairing:
        """Return the pairing at which the pair is evaluated: at the most it could take now."""
        return pairing_at_best(self.need, self.offer, self.day, self.rate, self.outstanding_in_need)

    def failures(self) -> tuple[Failure, ...]:
        """Return everything that blocks the pair; empty: matching may use it."""
        return (*verdict(self.pairing), *self._data_failures())

    def least_amount(self, ratio: Ratio) -> int:
        """Return the least amount that the pair could take, in the need's smallest part."""
        if not self.need.need.divisible and self.need.balance.free > 0:
            return self.need.balance.free
        min_ticket = self.offer.offer.min_ticket
        if min_ticket is None:
            return 1
        return max(1, least_reaching(min_ticket - self.outstanding.offer, ratio))

    def _data_failures(self) -> Iterable[Failure]:
        if self.paused is not None:
            yield Failure(PAUSED, self.paused)
        need_unit, offer_unit = self.need.balance.unit, self.offer.balance.unit
        ratio = self.ratio
        if ratio is None and units_convert(need_unit, offer_unit):
            yield Failure(RATE, f"no rate from {need_unit.code} to {offer_unit.code} is known")
        free = self.offer.balance.free
        if free <= 0:
            yield Failure(AVAILABLE, f"nothing of it is available{_unavailable_stages(self.offer)}")
        elif ratio is not None and ratio.to_need(free) < 1:
            yield Failure(AVAILABLE, f"{brief(free, offer_unit)} is too little for any need")


def _unavailable_stages(offer: OfferFacts) -> str:
    balance = offer.balance
    stages = ("held", "committed", "delivered", "withdrawn", "expired")
    amounts = [
        f"{brief(getattr(balance, stage), balance.unit)} {stage}"
        for stage in stages
        if getattr(balance, stage)
    ]
    return f": {', '.join(amounts)}" if amounts else ""
