"""What is given in another currency than its need's, as acts in the need's.

The offer is in the currency of the provider. The need's side of each act is the most that the
offer's side can hold at the deal's rate, by the rules of a deal: the first hold rounds up, a part
of a stage is the floor of its proportion, and the part that empties a stage takes all of it. So no
act takes more of the offer than the file says, and what is all delivered is so on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final, NamedTuple

from ledger.core.quantity import Unit
from ledger.deals.deal import need_amount_within, offer_amount_to_hold, offer_part

RateOn = Callable[[str, str, date], Fraction | None]
"""Gives how many of the second unit one of the first costs on a day; None for no known rate."""


def no_rate(_from_unit: str, _to_unit: str, _day: date) -> None:
    """Know no rate."""


def no_deal(_code: str) -> None:
    """Know no deal."""


class Measures(NamedTuple):
    """What a ledger counts in, and its rates."""

    units: Mapping[str, Unit] = MappingProxyType({})
    rate_on: RateOn = no_rate
    rate_of: Callable[[str], Fraction | None] = no_deal
    """Gives the rate of a deal of the ledger, by its code."""


NO_MEASURES: Final = Measures()


class StatedAct(NamedTuple):
    """An act of a deal as the file states it, in the offer's unit."""

    act: str
    amount: Decimal


@dataclass(slots=True)
class _Stage:
    """What stands in one stage of a deal, on both sides."""

    need: int = 0
    offer: int = 0

    def pass_on(self, part: int, to: _Stage | None) -> int:
        """Move a part of the need's side, and its share of the offer's; give the part."""
        part = max(min(part, self.need), 0)
        if part:
            share = offer_part(self.offer, self.need, part)
            self.need, self.offer = self.need - part, self.offer - share
            if to is not None:
                to.need, to.offer = to.need + part, to.offer + share
        return part


@dataclass(frozen=True, slots=True)
class Conversion:
    """From the offer's unit to the need's; `rate` says what one of the need's costs.

    It is that of a deal of the ledger, or `is_new`.
    """

    need: Unit
    offer: Unit
    rate: Fraction
    is_new: bool = True

    def needed(self, stated: Iterable[StatedAct]) -> list[Decimal]:
        """Give the need's side of each act of a deal, in their order; it can be zero."""
        committed, delivered = _Stage(), _Stage()
        most = arrived = 0
        result = []
        for act, amount in stated:
            exact = self._minor(amount)
            if act == "committed":
                most += exact
                room = most - committed.offer - delivered.offer
                part = need_amount_within(room, self.rate, *self._decimals)
                committed.need += part
                committed.offer += offer_amount_to_hold(part, self.rate, *self._decimals)
            elif act == "delivered":
                arrived += exact
                whole = arrived >= most
                part = committed.need if whole else self._of(arrived) - delivered.need
                part = committed.pass_on(part, delivered)
            elif act == "returned":
                arrived -= exact
                part = delivered.need - (self._of(arrived) if arrived > 0 else 0)
                part = delivered.pass_on(part, committed)
            else:
                most -= exact
                kept = self._of(most) - delivered.need if most > arrived else 0
                part = committed.pass_on(committed.need - kept, None)
            result.append(Decimal(part).scaleb(-self.need.decimals))
        return result

    @property
    def _decimals(self) -> tuple[int, int]:
        return self.need.decimals, self.offer.decimals

    def _minor(self, amount: Decimal) -> int:
        """Give an amount of the offer in its smallest part; what is finer is refused later."""
        return int(amount.scaleb(self.offer.decimals))

    def _of(self, offer_amount: int) -> int:
        return need_amount_within(offer_amount, self.rate, *self._decimals)
