"""Random restrictions, exemptions and pairs over a few parties, on few days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bars import a_restriction, an_exemption
from hypothesis import strategies as st

from ledger.core.factors import Factor, Side, Stage
from ledger.core.quantity import Unit
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.journal.balance import Balance
from ledger.registers.records import (
    City,
    Exemption,
    Need,
    Offer,
    Project,
    Provider,
    Restriction,
)
from ledger.restrictions.bars import PairRecords, PairTerms, Restrictions, pair_terms

DAY = date(2026, 11, 23)
EUR = Unit("EUR", 2, "money", "Euro")
CITIES = {"MHD": "IR", "IST": "TR", "PAR": "FR"}
PROVIDERS: dict[str, str | None] = {"BANK": "FR", "HOME": "IR", "FIRM": "TR", "NOWHERE": None}


def a_need(
    city: str = "MHD", project: str = "P-1", sector: str = "transport.urban", **terms: Any
) -> NeedFacts:
    need = Need(
        code="N-1",
        project=project,
        unit="EUR",
        declared_on=DAY,
        **{"factor": Factor.MONEY, **terms},
    )
    return NeedFacts(
        need=need,
        project=Project(code=project, title="Metro", city=city, sector=sector),
        city=City(code=city, name=city.title(), country=CITIES[city], office="asia"),
        balance=Balance(Side.NEED, "N-1", EUR, {Stage.OPEN: 100}),
        region_chain=(),
    )


def an_offer(provider: str = "BANK", code: str = "O-1", **terms: Any) -> OfferFacts:
    country = PROVIDERS[provider]
    offer = Offer(
        code=code, provider=provider, factor=Factor.MONEY, unit="EUR", declared_on=DAY, **terms
    )
    return OfferFacts(
        offer=offer,
        provider=Provider(code=provider, name=provider.title(), kind="bank", country=country),
        balance=Balance(Side.OFFER, code, EUR, {Stage.AVAILABLE: 100}),
        country=country,
    )


def terms_of(need: NeedFacts, offer: OfferFacts) -> PairTerms:
    records = PairRecords(need.need, need.project, need.city, offer.offer, offer.provider)
    return pair_terms(records, offer.country)


def pair(need: NeedFacts | None = None, offer: OfferFacts | None = None, **more: Any) -> PairTerms:
    return terms_of(need or a_need(), offer or an_offer())._replace(**more)


def _some(*words: str, most: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(words), max_size=most, unique=True).map(tuple)


_COUNTRIES = _some("IR", "TR", "FR")
_SOME_CITIES = _some(*CITIES, most=1)
_SOME_PROVIDERS = _some(*PROVIDERS, most=1)
_FACTORS = _some("money", "expertise", most=1)
_SECTORS = _some("transport", "transport.urban", "health", most=1)
_TOPICS = _some("metro", "BRT", most=1)
_INSTRUMENTS = _some("grant", "loan")
_DAYS = st.none() | st.integers(-1, 1).map(lambda days: DAY + timedelta(days=days))
_ONE_DAY = st.integers(-1, 1).map(lambda days: DAY + timedelta(days=days))


def restrictions(code: str) -> st.SearchStrategy[Restriction]:
    """Draw a restriction; one that targets nobody bars nothing."""
    return st.builds(
        a_restriction,
        st.just(code),
        binds_countries=_COUNTRIES,
        binds_providers=_SOME_PROVIDERS,
        countries=_COUNTRIES,
        cities=_SOME_CITIES,
        providers=_SOME_PROVIDERS,
        factors=_FACTORS,
        sectors=_SECTORS,
        topics=_TOPICS,
        instruments=_INSTRUMENTS,
        from_=_DAYS,
        until=_DAYS,
    )


_GENERAL = {"factors": (), "sectors": (), "topics": (), "instruments": ()}


def exemptions(code: str) -> st.SearchStrategy[Exemption]:
    """Draw leave from one of two restrictions, or the statement that nobody gave any."""
    return st.builds(
        an_exemption,
        st.just(code),
        st.sampled_from(["RS-0", "RS-1"]),
        authority=st.sampled_from(["the Treasury", "the Treasury", "none", "None "]),
        providers=_SOME_PROVIDERS,
        cities=_SOME_CITIES,
        projects=_some("P-1", "P-2", most=1),
        factors=_FACTORS,
        sectors=_SECTORS,
        from_=_ONE_DAY,
        until=_ONE_DAY,
    )


@st.composite
def ledgers(draw: st.DrawFn) -> Restrictions:
    """Draw up to three restrictions, some without a scope, and up to two exemptions."""
    bars = [draw(restrictions(f"RS-{place}")) for place in range(draw(st.integers(1, 3)))]
    general = [replace(one, **_GENERAL) if draw(st.booleans()) else one for one in bars]
    leave = [draw(exemptions(f"EX-{place}")) for place in range(draw(st.integers(0, 2)))]
    return Restrictions(tuple(general), tuple(leave))


needs = st.builds(
    a_need,
    st.sampled_from(list(CITIES)),
    st.sampled_from(["P-1", "P-2"]),
    st.sampled_from(["transport", "transport.urban", "health"]),
    factor=st.sampled_from([Factor.MONEY, Factor.EXPERTISE]),
    topic=st.sampled_from([None, "metro", "brt"]),
    instruments=_INSTRUMENTS,
)


@st.composite
def offers(draw: st.DrawFn) -> list[OfferFacts]:
    """Draw up to six offers of a few providers."""
    return [
        an_offer(
            draw(st.sampled_from(list(PROVIDERS))), f"O-{place}", instruments=draw(_INSTRUMENTS)
        )
        for place in range(draw(st.integers(0, 6)))
    ]
