"""Offers of providers: terms, validity and mandate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.factors import Factor

CONDITION_COMPLETE = "complete"
"""The one condition of a mandate: give only where the project ends complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The terms of one offer; its quantity stands in the journal's stages.

    An empty tuple or None is "any". Tickets are whole smallest parts of the offer's own unit;
    `max_share` lies in (0, 1]; `rate` is the cost per year in percent. `regions` are UN M49
    codes, countries ISO 3166 alpha-2. `withdrawn` is set when the whole offer was taken back:
    what later returns to it passes on to the withdrawn stage.
    """

    code: str
    provider: str
    factor: Factor
    unit: str
    declared_on: date
    topics: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    available_from: date | None = None
    sectors: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    excluded_countries: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    min_ticket: int | None = None
    max_ticket: int | None = None
    max_share: Decimal | None = None
    condition: str | None = None
    rate: Decimal | None = None
    note: str | None = None
    withdrawn: bool = False

    def is_over(self, day: date) -> bool:
        """Say whether what returns to this offer on `day` can no longer be taken up."""
        return self.withdrawn or self.has_expired(day)

    def has_expired(self, day: date) -> bool:
        """Say whether `day` lies after the last day on which the offer can be taken up."""
        return self.valid_until is not None and day > self.valid_until
