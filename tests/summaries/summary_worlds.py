"""Offers and deals of a few providers, drawn in several units, some of them without a rate."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from gap_positions import DAY, EUR, IRR, PERSON_DAY, USD
from hypothesis import strategies as st

from ledger.core.factors import Factor, Side, Stage
from ledger.core.quantity import Unit
from ledger.eligibility.rules import OfferFacts
from ledger.journal.balance import Balance
from ledger.registers.records import Offer, Provider
from ledger.summaries.providers import SignedDeal

PROVIDERS = {
    "BANK": Provider("BANK", "Bank", "bank", "FR"),
    "SAO": Provider("SAO", "São Paulo", "city", None, "SAO"),
}
AMOUNTS = st.one_of(st.just(0), st.integers(1, 100), st.integers(1, 4 * 10**18))
DAYS = st.integers(-90, 90).map(lambda number: DAY + timedelta(days=number))
MEASURES: list[tuple[Factor, Unit]] = [
    (Factor.MONEY, EUR),
    (Factor.MONEY, USD),
    (Factor.MONEY, IRR),
    (Factor.EXPERTISE, PERSON_DAY),
]
STAGES = ("available", "held", "committed", "delivered", "withdrawn", "expired")


def an_offer(code: str = "O-1", unit: Unit = EUR, factor: Factor = Factor.MONEY, **terms: Any):
    """Give an offer of the bank; stages are amounts, the rest are terms."""
    stages = {Stage(name): terms.pop(name, 0) for name in STAGES}
    provider = PROVIDERS[terms.pop("provider", "BANK")]
    offer = Offer(code, provider.code, factor, unit.code, DAY - timedelta(days=100), **terms)
    return OfferFacts(offer, provider, Balance(Side.OFFER, code, unit, stages), provider.country)


@st.composite
def offers(draw: st.DrawFn) -> list[OfferFacts]:
    """Draw some offers."""
    made = []
    for number in range(draw(st.integers(0, 6))):
        factor, unit = draw(st.sampled_from(MEASURES))
        made.append(
            an_offer(
                f"O-{number}",
                unit,
                factor,
                provider=draw(st.sampled_from([*PROVIDERS])),
                valid_from=draw(st.none() | DAYS),
                valid_until=draw(st.none() | DAYS),
                withdrawn=draw(AMOUNTS),
                **{name: draw(AMOUNTS) for name in STAGES if name != "withdrawn"},
            )
        )
    return made


@st.composite
def signed_deals(draw: st.DrawFn) -> list[SignedDeal]:
    """Draw some deals with something committed or delivered."""
    made = []
    for number in range(draw(st.integers(0, 6))):
        factor, unit = draw(st.sampled_from(MEASURES))
        delivered = draw(AMOUNTS)
        past = st.integers(0, 90).map(lambda days: DAY - timedelta(days=days))
        made.append(
            SignedDeal(
                deal=f"D-{number}",
                provider=draw(st.sampled_from([*PROVIDERS])),
                factor=factor,
                unit=unit,
                committed=draw(AMOUNTS) if delivered else draw(AMOUNTS.filter(bool)),
                delivered=delivered,
                due_on=draw(st.none() | DAYS),
                delivered_on=draw(past) if delivered else None,
            )
        )
    return made


def days_between(first: date, last: date) -> int:
    """Count days one by one."""
    count = 0
    while first < last:
        first, count = first + timedelta(days=1), count + 1
    return count
