"""Credentials, deliveries and offers of a few cities, drawn at random."""

from __future__ import annotations

from datetime import date
from typing import Any

from credentials import a_figure, a_grade
from hypothesis import strategies as st

from ledger.core.partial_dates import PartialDate
from ledger.exchanges.candidate_cities import CandidateCity
from ledger.exchanges.standing import CityStanding, Delivery, Evidence, OfferedTopic
from ledger.registers.network import Credential
from ledger.registers.records import City, Restriction

DAY = date(2026, 11, 23)
CITIES = ("BOG", "MHD", "PAR", "SAO")
TOPICS = ("bus-rapid-transit", "Bus rapid transit", "metro")
_DATES = ("2013", "2013-06", "2013-01-01", "2025", "2026-11-23", "2026-11-24", "2027")


_dates = st.none() | st.sampled_from(_DATES).map(PartialDate)


@st.composite
def credentials(draw: st.DrawFn) -> list[Credential]:
    """Draw up to nine credentials in two topics; each measure has one direction."""
    return [
        draw(
            st.builds(
                a_figure if draw(st.booleans()) else a_grade,
                st.just(f"CR-{place}"),
                st.sampled_from(CITIES),
                st.sampled_from(["1", "2.5", "2.50", "4"]),
                topic=st.sampled_from(TOPICS),
                as_of=_dates,
                until=_dates,
            )
        )
        for place in range(draw(st.integers(0, 9)))
    ]


_deliveries = st.builds(
    Delivery,
    st.sampled_from(CITIES),
    st.sampled_from(CITIES),
    st.none() | st.sampled_from(TOPICS),
    st.sampled_from(["person-day", "package"]),
    st.integers(0, 3),
)
_offers = st.builds(
    OfferedTopic,
    st.sampled_from(CITIES),
    st.sampled_from(TOPICS),
    st.sampled_from(["O-1", "O-2"]),
)
evidence = st.builds(
    Evidence, st.lists(_deliveries, max_size=4), credentials(), st.lists(_offers, max_size=4)
)


def a_city(code: str = "MHD", **terms: Any) -> City:
    """Give a city of Iran."""
    return City(**{"name": code.title(), "country": "IR", "office": "asia", **terms}, code=code)


_BAR = Restriction(code="RS-1", authority="the Council", reason="measures")


def candidates(standings: dict[str, CityStanding]) -> st.SearchStrategy[list[CandidateCity]]:
    """Draw the other columns of the cities that have a standing."""
    return st.tuples(
        *(
            st.builds(
                CandidateCity,
                st.just(a_city(city)),
                st.just(standing),
                st.sampled_from([(), ("O-1",)]),
                st.sampled_from([None, "active", "new", "sleeping"]),
                st.sampled_from([None, "sub-region", "region"]),
                st.none() | st.fractions(1, 3, max_denominator=2),
                st.integers(0, 1),
                st.sampled_from([(), (), (_BAR,)]),
            )
            for city, standing in standings.items()
        )
    ).map(list)
