"""Small worlds for tests: a metro in Mashhad, a fund that may pay for it, and random ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from hypothesis import strategies as st

from ledger.core.factors import Factor, Side, Stage
from ledger.core.quantity import Unit
from ledger.deals.deal import offer_amount_to_hold
from ledger.eligibility.counts import Outstanding
from ledger.eligibility.rules import NeedFacts, OfferFacts, share_limit
from ledger.journal.balance import Balance
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
        balance=Balance(Side.NEED, code, unit, {Stage.OPEN: open_, **(stages or {})}),
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
        balance=Balance(Side.OFFER, code, unit, {Stage.AVAILABLE: available, **(stages or {})}),
    )


class World(NamedTuple):
    """Needs, offers, what lives between them, and the rates that are known."""

    needs: list[NeedFacts]
    offers: list[OfferFacts]
    outstanding: dict[str, dict[str, Outstanding]]
    rates: dict[tuple[str, str], Fraction]

    def rate_of(self, need_unit: str, offer_unit: str) -> Fraction | None:
        return self.rates.get((need_unit, offer_unit))


_AMOUNTS = st.one_of(st.integers(0, 12), st.integers(0, 100_000), st.just(4 * 10**18))
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


@st.composite
def _meeting_offers(
    draw: st.DrawFn, need: NeedFacts, rates: dict[tuple[str, str], Fraction], code: str
) -> OfferFacts:
    """Draw an offer of which one figure equals what the need asks, or misses it by one."""
    balance, unit = need.balance, draw(st.sampled_from([EUR, USD]))
    rate = rates.get((balance.unit.code, unit.code), Fraction(1))
    share = draw(st.none() | _just_reaching(balance.free, balance.net))
    most = balance.free if share is None else share_limit(share, balance.net)
    asked = draw(st.sampled_from([balance.free, max(1, most)]))
    figure = offer_amount_to_hold(asked, rate, balance.unit.decimals, unit.decimals)
    figure = max(1, figure + draw(_BY_ONE))
    day = DAY + timedelta(days=draw(_BY_ONE))
    terms: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"min_ticket": figure},
                {"max_ticket": figure},
                {"min_ticket": figure, "max_ticket": figure},
                {"available": figure},
                {"available": figure, "min_ticket": figure},
                {"valid_from": day},
                {"valid_until": day},
                {"available_from": day},
                {},
            ]
        )
    )
    available = terms.pop("available", 1000)
    return offering(available, unit=unit, code=code, max_share=share, **terms)


_BY_ONE = st.sampled_from([0, 0, -1, 1])


def _just_reaching(open_: int, net: int) -> st.SearchStrategy[Decimal]:
    """Give shares that reach one part, or all that is open, or miss it by next to nothing."""
    millionth = Decimal("0.000001")
    reaching = [
        (Decimal(part) / net).quantize(millionth, rounding=ROUND_UP) for part in (1, 2, open_)
    ]
    return st.sampled_from([*reaching, *(max(millionth, one - millionth) for one in reaching)])


@st.composite
def meeting_worlds(draw: st.DrawFn) -> World:
    """Draw a need, and offers whose terms meet it or miss it by one part, one day.

    Figures that are drawn apart hardly ever meet, and faults live where they do.
    """
    open_ = draw(st.integers(1, 60))
    need = needing(
        open_,
        divisible=draw(st.booleans()),
        needed_by=draw(st.sampled_from([None, DAY])),
        stages={Stage.HELD: draw(st.sampled_from([0, 0, 1, open_]))},
    )
    rates = {("EUR", "USD"): draw(st.sampled_from(["1.085", "0.92"]).map(Fraction))}
    codes = [f"O-{i}" for i in range(draw(st.integers(1, 6)))]
    offers = [draw(_meeting_offers(need, rates, code)) for code in codes]
    lives = st.builds(Outstanding, st.integers(0, 1), st.integers(0, 1))
    outstanding = draw(st.just({}) | st.dictionaries(st.sampled_from(codes), lives, max_size=2))
    return World([need], offers, {need.need.code: outstanding}, rates)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw a world of a few needs and offers, with pairs that already live and missing rates."""
    needs = [draw(_needs(f"N-{i}")) for i in range(draw(st.integers(1, 4)))]
    offers = [draw(_offers(f"O-{i}")) for i in range(draw(st.integers(0, 7)))]
    if draw(st.booleans()):
        offers = [_without_mandate(offer) for offer in offers]
    pairs = [(need.need.code, offer.offer.code) for need in needs for offer in offers]
    outstanding: dict[str, dict[str, Outstanding]] = {}
    if pairs:
        for need, offer in draw(st.lists(st.sampled_from(pairs), max_size=3, unique=True)):
            lives = Outstanding(draw(st.integers(0, 60_000)), draw(st.integers(0, 60_000)))
            outstanding.setdefault(need, {})[offer] = lives
    rates = draw(
        st.dictionaries(
            st.tuples(*[st.sampled_from(["EUR", "USD", "JPY", "IRR"])] * 2),
            st.sampled_from(["1.085", "0.0061", "640000", "0.000001562500"]).map(Fraction),
        )
    )
    return World(needs, offers, outstanding, rates)
