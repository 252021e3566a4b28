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
    retired: bool = False,
    **terms: Any,
) -> OfferFacts:
    return OfferFacts(
        offer=an_offer(code, unit=unit.code, **terms),
        provider=Provider(code="PRV-1", name="Sample Fund", kind="fund", withdrawn=retired),
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


# Made once: drawing an example takes less time than making its strategies.
_CITIES = st.sampled_from(list(CITIES))
_SECTORS = st.sampled_from(["transport", "transport.urban", "health"])
_STATUSES = st.sampled_from(["preparation", "preparation", "completed"])
_RETIRED = st.sampled_from([False, False, False, True])
_TOPICS = st.sampled_from([None, "metro", "brt"])
_SOME_INSTRUMENTS = _some("grant", "loan")
_SOME_TOPICS = _some("metro", "brt")
_SOME_SECTORS = _some("transport", "transport.urban", "health")
_SOME_COUNTRIES = _some("IR", "PK")
_SOME_REGIONS = _some("142", "019")
_SOME_CITIES = _some("MHD", "SAO")
_SOME_EXCLUDED = _some("PK", "BR")


@st.composite
def _needs(
    draw: st.DrawFn,
    code: str,
    units: st.SearchStrategy[Unit] = _UNITS,
    factors: st.SearchStrategy[Factor] = _FACTORS,
) -> NeedFacts:
    withdrawn, held = draw(_AMOUNTS), draw(_AMOUNTS)
    known = draw(st.booleans()) or draw(st.booleans())
    return needing(
        draw(_AMOUNTS) if known else 0,
        code=code,
        unit=draw(units),
        city=draw(_CITIES),
        sector=draw(_SECTORS),
        status=draw(_STATUSES),
        stages={Stage.WITHDRAWN: withdrawn, Stage.HELD: held} if known else {},
        factor=draw(factors),
        topic=draw(_TOPICS),
        needed_by=draw(_DAYS),
        divisible=draw(st.booleans()),
        instruments=draw(_SOME_INSTRUMENTS),
    )


@st.composite
def _offers(
    draw: st.DrawFn,
    code: str,
    units: st.SearchStrategy[Unit] = _UNITS,
    factors: st.SearchStrategy[Factor] = _FACTORS,
) -> OfferFacts:
    smallest, largest = draw(_TICKETS), draw(_TICKETS)
    if smallest is not None and largest is not None and smallest > largest:
        smallest, largest = largest, smallest
    return offering(
        draw(_AMOUNTS),
        code=code,
        unit=draw(units),
        retired=draw(_RETIRED),
        factor=draw(factors),
        topics=draw(_SOME_TOPICS),
        valid_from=draw(_DAYS),
        valid_until=draw(_DAYS),
        available_from=draw(_DAYS),
        sectors=draw(_SOME_SECTORS),
        countries=draw(_SOME_COUNTRIES),
        regions=draw(_SOME_REGIONS),
        cities=draw(_SOME_CITIES),
        excluded_countries=draw(_SOME_EXCLUDED),
        instruments=draw(_SOME_INSTRUMENTS),
        min_ticket=smallest,
        max_ticket=largest,
        max_share=draw(_SHARES),
    )


_MANDATE: dict[str, Any] = {
    "topics": (),
    "sectors": (),
    "countries": (),
    "regions": (),
    "cities": (),
    "excluded_countries": (),
    "instruments": (),
    "valid_from": None,
    "valid_until": None,
}


def _without_mandate(facts: OfferFacts, *kept: str) -> OfferFacts:
    """Leave the rules on quantity, which strict mandates would hide from a random test."""
    plain = {name: empty for name, empty in _MANDATE.items() if name not in kept}
    return replace(facts, offer=replace(facts.offer, **plain))


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


_PAIRS_OF_UNITS = st.tuples(*[st.sampled_from(["EUR", "USD", "JPY", "IRR"])] * 2)
_RATES = st.dictionaries(
    _PAIRS_OF_UNITS,
    st.sampled_from(["1.085", "0.0061", "640000", "0.000001562500"]).map(Fraction),
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw a world of a few needs and offers, with pairs that already live and missing rates."""
    needs = [draw(_needs(f"N-{i}")) for i in range(draw(st.integers(1, 4)))]
    offers = [draw(_offers(f"O-{i}")) for i in range(draw(st.integers(0, 7)))]
    if draw(st.booleans()):
        offers = [_without_mandate(offer) for offer in offers]
    return World(needs, offers, draw(_outstanding(needs, offers)), draw(_RATES))


_NEARLY_ONE_UNIT = st.sampled_from([EUR, EUR, EUR, USD])
_TERMS = st.sampled_from(list(_MANDATE))


@st.composite
def nearly_meeting_worlds(draw: st.DrawFn) -> World:
    """Draw a world whose pairs are of one factor, mostly of one unit, with one term of a mandate.

    Terms that are all drawn apart leave hardly a pair that a single change would let meet.
    """
    kind = _NEARLY_ONE_UNIT, st.just(Factor.MONEY)
    needs = [draw(_needs(f"N-{i}", *kind)) for i in range(draw(st.integers(1, 3)))]
    offers = [
        _without_mandate(draw(_offers(f"O-{i}", *kind)), draw(_TERMS))
        for i in range(draw(st.integers(1, 5)))
    ]
    return World(needs, offers, draw(_outstanding(needs, offers)), draw(_RATES))


@st.composite
def _outstanding(
    draw: st.DrawFn, needs: list[NeedFacts], offers: list[OfferFacts]
) -> dict[str, dict[str, Outstanding]]:
    """Draw what already lives between a few of the pairs."""
    pairs = [(need.need.code, offer.offer.code) for need in needs for offer in offers]
    outstanding: dict[str, dict[str, Outstanding]] = {}
    if pairs:
        for need, offer in draw(st.lists(st.sampled_from(pairs), max_size=3, unique=True)):
            lives = Outstanding(draw(st.integers(0, 60_000)), draw(st.integers(0, 60_000)))
            outstanding.setdefault(need, {})[offer] = lives
    return outstanding
