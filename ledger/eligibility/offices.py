"""Which offices have a city that the geography of an offer admits."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.eligibility.rules import admits
from ledger.reference.places import region_chain
from ledger.registers.records import City, Offer


class OfficesAdmitted:
    """Finds the offices with a city that the geography of an offer admits."""

    def __init__(self, cities: Iterable[City]) -> None:
        """Take the cities; offers of one geography are answered once."""
        self._cities = [(city, region_chain(city.country)) for city in cities if not city.withdrawn]
        self._found: dict[tuple[tuple[str, ...], ...], list[str]] = {}

    def __call__(self, offer: Offer) -> list[str]:
        """Return the codes of the offices."""
        terms = offer.countries, offer.regions, offer.cities, offer.excluded_countries
        if terms not in self._found:
            admitted = (city for city, chain in self._cities if admits(offer, city, chain))
            self._found[terms] = sorted({city.office for city in admitted})
        return self._found[terms]
