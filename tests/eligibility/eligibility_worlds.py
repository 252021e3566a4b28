"""Small worlds for tests: a metro in Mashhad, a fund that may pay for it, and random ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from hypothesis import strategies as st

from ledger.core.factors import Factor, Side, Stage
from ledger.core.quantity import Unit
from ledger.deals.deal import offer_amount_to_hold
from ledger.eligibility.counts import Living
from ledger.eligibility.rules import share_limit
from ledger.eligibility.verdict import NeedFacts, OfferFacts
from ledger.journal.standing import Standing
from ledger.registers.records import City, Need, Offer, Project, Provider

DAY = date(2026, 11, 23)
EUR = Unit("EUR", 2, "money", "Euro")
USD = Unit("USD", 2, "money", "US dollar")
JPY = Unit("JPY", 0, "money", "Yen")
IRR = Unit("IRR", 2, "money", "Iranian rial")
PERSON_DAY = Unit("person-day", 2, "work", "person-day")
PACKAGE = Unit("package", 0, "work", "work package")

CITIES = {
    "MHD": ("IR", ("034", "062", "142", "001")),
    "LHE": ("PK", ("034", "062", "142", "001")),
    "SAO": ("BR", ("005", "419", "019", "001")),
}


def a_need(code: str = "N-0001", **terms: Any) -> Need:
    defaults: dict[str, Any] = {
        "project": "PRJ-0001",
        "factor": Factor.MONEY,
        "unit": "EUR",
        "declared_on": date(2026, 1, 1),
    }
    return Need(code=code, **{**defaults, **terms})


def an_offer(code: str = "O-0001", **terms: Any) -> Offer:
    defaults: dict[str, Any] = {
        "provider": "PRV-1",
        "factor": Factor.MONEY,
        "unit": "EUR",
        "declared_on": date(2026, 1, 1),
    }
    return Offer(code=code, **{**defaults, **terms})


def needing(
    open_: int,
    *,
    unit: Unit = EUR,
    city: str = "MHD",
    sector: str = "transport.urban",
    status: str = "preparation",
    stages: dict[Stage, int] | None = None,
    code: str = "N-0001",
    **terms: Any,
) -> NeedFacts:
    country, chain = CITIES[city]
    return NeedFacts(
        need=a_need(code, unit=unit.code, **terms),
        project=Project(code="PRJ-0001", title="Metro", city=city, sector=sector, status=status),
        city=City(code=city, name=city.title(), country=country, office="asia"),
        standing=Standing(Side.NEED, code, unit, {Stage.OPEN: open_, **(stages or {})}),
        region_chain=chain,
    )


def offering(
    available: int,
    *,
    unit: Unit = EUR,
    stages: dict[Stage, int] | None = None,
    code: str = "O-0001",
    **terms: Any,
) -> OfferFacts:
    return OfferFacts(
        offer=an_offer(code, unit=unit.code, **terms),
        provider=Provider(code="PRV-1", name="Sample Fund", kind="fund"),
        standing=Standing(Side.OFFER, code, unit, {Stage.AVAILABLE: available, **(stages or {})}),
    )


class World(NamedTuple):
    """Needs, offers, what lives between them, and the rates that are known."""

    needs: list[NeedFacts]
    offers: list[OfferFacts]
    living: dict[str, dict[str, Living]]
    rates: dict[tuple[str, str], Decimal]

    def rate_of(self, need_unit: str, offer_unit: str) -> Decimal | None:
        return self.rates.get((need_unit, offer_unit))


_AMOUNTS = st.one_of(st.integers(0, 12), st.integers(0, 100_000), st.just(10**17))
_TICKETS = st.none() | st.integers(1, 12) | st.integers(1, 100_000)
_SHARES = st.none() | st.sampled_from(["0.05", "0.1", "0.333", "0.5", "1"]).map(Decimal)
_DAYS = st.none() | st.integers(-3, 3).map(lambda days: DAY + timedelta(days=days))
_UNITS = st.sampled_from([EUR, USD, JPY, IRR, PERSON_DAY])
_FACTORS = st.sampled_from([Factor.MONEY, Factor.EXPERTISE])


def _some(*words: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(words), max_size=2, unique=True).map(tuple)


@st.composite
def _needs(draw: st.DrawFn, code: str) -> NeedFacts:
    withdrawn, held = draw(_AMOUNTS), draw(_AMOUNTS)
    known = draw(st.booleans()) or draw(st.booleans())
    return needing(
        draw(_AMOUNTS) if known else 0,
        code=code,
        unit=draw(_UNITS),
        city=draw(st.sampled_from(list(CITIES))),
        sector=draw(st.sampled_from(["transport", "transport.urban", "health"])),
        status=draw(st.sampled_from(["preparation", "preparation", "completed"])),
        stages={Stage.WITHDRAWN: withdrawn, Stage.HELD: held} if known else {},
        factor=draw(_FACTORS),
        topic=draw(st.sampled_from([None, "metro", "brt"])),
        needed_by=draw(_DAYS),
        divisible=draw(st.booleans()),
        instruments=draw(_some("grant", "loan")),
    )


@st.composite
def _offers(draw: st.DrawFn, code: str) -> OfferFacts:
    smallest, largest = draw(_TICKETS), draw(_TICKETS)
    if smallest is not None and largest is not None and smallest > largest:
        smallest, largest = largest, smallest
    return offering(
        draw(_AMOUNTS),
        code=code,
        unit=draw(_UNITS),
        factor=draw(_FACTORS),
        topics=draw(_some("metro", "brt")),
        valid_from=draw(_DAYS),
        valid_until=draw(_DAYS),
        available_from=draw(_DAYS),
        sectors=draw(_some("transport", "transport.urban", "health")),
        countries=draw(_some("IR", "PK")),
        regions=draw(_some("142", "019")),
        cities=draw(_some("MHD", "SAO")),
        excluded_countries=draw(_some("PK", "BR")),
        instruments=draw(_some("grant", "loan")),
        min_ticket=smallest,
        max_ticket=largest,
        max_share=draw(_SHARES),
    )


def _without_mandate(facts: OfferFacts) -> OfferFacts:
    """Leave only the rules on quantity, which strict mandates would hide from a random test."""
    plain = replace(
        facts.offer,
        topics=(),
        sectors=(),
        countries=(),
        regions=(),
        cities=(),
        excluded_countries=(),
        instruments=(),
        valid_from=None,
        valid_until=None,
    )
    return replace(facts, offer=plain)


def _rates() -> st.SearchStrategy[dict[tuple[str, str], Decimal]]:
    return st.dictionaries(
        st.tuples(*[st.sampled_from(["EUR", "USD", "JPY", "IRR"])] * 2),
        st.sampled_from(["1.085", "0.0061", "640000", "0.000001562500"]).map(Decimal),
    )


@st.composite
def _meeting(
    draw: st.DrawFn,
    facts: OfferFacts,
    needs: list[NeedFacts],
    rates: dict[tuple[str, str], Decimal],
) -> OfferFacts:
    """Let one figure of an offer equal what a need asks, or miss it by one, in half of all cases.

    Figures drawn by themselves hardly ever meet, and faults live where they do.
    """
    need = draw(st.sampled_from(needs))
    standing = need.standing
    rate = Decimal(1)
    if draw(st.booleans()):
        return facts
    if standing.unit.code == facts.standing.unit.code or draw(st.booleans()):
        unit = standing.unit
    else:
        unit = facts.standing.unit
        rate = rates.get((standing.unit.code, unit.code), Decimal(1))
    max_share = draw(st.sampled_from([None, facts.offer.max_share]))
    share = max_share or Decimal(1)
    decimals = standing.unit.decimals, unit.decimals
    asked = draw(st.sampled_from([standing.free, share_limit(share, standing.net), 1]))
    cost = offer_amount_to_hold(asked, rate, *decimals)
    figure = min(max(1, cost + draw(st.sampled_from([0, 0, -1, 1]))), 10**17)
    terms: dict[str, Any] = {
        "factor": need.need.factor,
        "unit": unit.code,
        "max_share": max_share,
        "min_ticket": None,
        "max_ticket": None,
    }
    free = facts.standing.free
    match draw(st.sampled_from(["min_ticket", "max_ticket", "both", "free", "free and ticket"])):
        case "free":
            free = figure
        case "free and ticket":
            free = figure
            terms["min_ticket"] = figure
        case "both":
            terms |= {"min_ticket": figure, "max_ticket": figure}
        case ticket:
            terms[ticket] = figure
    if need.need.needed_by is not None and draw(st.booleans()):
        terms["available_from"] = need.need.needed_by + timedelta(days=draw(st.integers(-1, 1)))
    if draw(st.booleans()):
        terms["valid_from"], terms["valid_until"] = draw(_LAST_DAYS)
    return replace(
        facts,
        offer=replace(facts.offer, **terms),
        standing=Standing(Side.OFFER, facts.offer.code, unit, {Stage.AVAILABLE: free}),
    )


_LAST_DAYS = st.sampled_from([(DAY, None), (None, DAY), (DAY, DAY)])


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw a world of a few needs and offers, with pairs that already live and missing rates."""
    needs = [draw(_needs(f"N-{i}")) for i in range(draw(st.integers(1, 4)))]
    offers = [draw(_offers(f"O-{i}")) for i in range(draw(st.integers(0, 7)))]
    if draw(st.booleans()):
        offers = [_without_mandate(offer) for offer in offers]
    rates = draw(_rates())
    offers = [draw(_meeting(offer, needs, rates)) for offer in offers]
    pairs = [(need.need.code, offer.offer.code) for need in needs for offer in offers]
    living: dict[str, dict[str, Living]] = {}
    if pairs:
        for need, offer in draw(st.lists(st.sampled_from(pairs), max_size=3, unique=True)):
            lives = Living(draw(st.integers(0, 60_000)), draw(st.integers(0, 60_000)))
            living.setdefault(need, {})[offer] = lives
    return World(needs, offers, living, rates)
