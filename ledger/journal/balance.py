"""Balances of needs, offers and deals: amounts by stage, and the figures derived from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ledger.core.factors import FREE_STAGE, Side, Stage
from ledger.core.quantity import Unit
from ledger.deals.deal import Deal
from ledger.journal.entries import required_amount

UNKNOWN: Final = "unknown"
RELEASED: Final = "released"
NOT_DECLARED: Final = "not declared"


@dataclass(frozen=True, slots=True)
class Balance:
    """The stages of one need or offer, in the smallest part of `unit`; a missing stage is zero.

    `declared` is false where it has no quantity because its declaration was reversed. `required` is
    all that a need requires or an offer puts up, in any stage: added up once, for nearly every
    figure of a report rests on it.
    """

    side: Side
    code: str
    unit: Unit
    stages: Mapping[Stage, int]
    declared: bool = True
    required: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Add up what is required."""
        object.__setattr__(self, "required", required_amount(self.stages))

    @property
    def free(self) -> int:
        """The amount that no deal has taken: a need's open, an offer's available."""
        return self.stages.get(FREE_STAGE[self.side], 0)

    @property
    def held(self) -> int:
        """The amount held until a date."""
        return self.stages.get(Stage.HELD, 0)

    @property
    def committed(self) -> int:
        """The amount that both sides have signed and that is not delivered."""
        return self.stages.get(Stage.COMMITTED, 0)

    @property
    def delivered(self) -> int:
        """The amount disbursed, worked or handed over."""
        return self.stages.get(Stage.DELIVERED, 0)

    @property
    def withdrawn(self) -> int:
        """The amount no longer needed, or no longer put up."""
        return self.stages.get(Stage.WITHDRAWN, 0)

    @property
    def expired(self) -> int:
        """The amount of an offer that lapsed with its validity; zero for a need."""
        return self.stages.get(Stage.EXPIRED, 0)

    @property
    def net(self) -> int:
        """Required less what was withdrawn, and for an offer less what expired."""
        return self.required - self.withdrawn - self.expired

    @property
    def gap(self) -> int:
        """The amount neither committed nor delivered; for a need, its gap."""
        return self.net - self.committed - self.delivered

    @property
    def quantified(self) -> bool:
        """Return whether a quantity was ever given; a need without one is unknown, not zero."""
        return self.required > 0

    @property
    def quantity_absent(self) -> str | None:
        """Return why there is no quantity: it is unknown, or not declared; None if there is one."""
        if self.quantified:
            return None
        return UNKNOWN if self.declared else NOT_DECLARED


@dataclass(frozen=True, slots=True)
class DealBalance:
    """One deal and its stages on both sides, each in the smallest part of that side's unit."""

    deal: Deal
    need: Mapping[Stage, int]
    offer: Mapping[Stage, int]

    @property
    def state(self) -> str:
        """The stage that a deal stands in: of what goes on the furthest, else how it ended."""
        for stage in (Stage.COMMITTED, Stage.HELD, Stage.DELIVERED):
            if self.need.get(stage):
                return stage.value
        return RELEASED

    @property
    def is_finished(self) -> bool:
        """Say whether nothing of the deal is going on."""
        return not (self.need.get(Stage.HELD) or self.need.get(Stage.COMMITTED))
