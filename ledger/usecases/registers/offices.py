"""Offices and the countries they look after: cities that belong elsewhere, and countries of none.

An office is found by the narrowest region that contains a city's country, unless an officer named
one. Regions change, offices are withdrawn: then cities are looked after by an office that would
not be found for them today.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from ledger.core.text import first_few
from ledger.journal.receipts import Receipt
from ledger.reference.errors import NoOfficeForCountry
from ledger.reference.places import countries, office_for_country
from ledger.registers.records import City, Office
from ledger.store.registers import load_all
from ledger.store.session.unit_of_work import UnitOfWork

_MOST_NAMED: Final = 5


class Rerouted(NamedTuple):
    """A city whose office was found by its region, and the one that is found today, if any."""

    city: City
    found: str | None


def rerouted(cities: Iterable[City], offices: Iterable[Office]) -> Iterator[Rerouted]:
    """Give the cities in use whose office was found by region and would be another today."""
    offices = [*offices]
    for city in cities:
        if city.office_given or city.withdrawn:
            continue
        found = _office_of(city.country, offices)
        if found != city.office:
            yield Rerouted(city, found)


def _office_of(country: str, offices: Iterable[Office]) -> str | None:
    try:
        return office_for_country(country, offices)
    except NoOfficeForCountry:
        return None


def reroute(uow: UnitOfWork) -> Receipt:
    """Move every city that belongs elsewhere to the office found for it; note all that move."""
    stored = load_all(uow.connection, "city")
    offices = {code: one.record for code, one in load_all(uow.connection, "office").items()}
    for city, found in rerouted((one.record for one in stored.values()), offices.values()):
        if found is None:
            uow.note("no-office", f"city {city.code} stays with {city.office}: no office is found")
            continue
        uow.edit("city", stored[city.code], replace(city, office=found))
        uow.note("rerouted", f"city {city.code}: office {city.office} → {found}")
    return uow.receipt()


def uncovered(offices: Iterable[Office]) -> set[str]:
    """Give the countries that no office looks after."""
    offices = [*offices]
    return {code for code in countries() if _office_of(code, offices) is None}


def note_uncovered(uow: UnitOfWork, before: Office, after: Office) -> None:
    """Note the countries that a change of an office leaves to none, with their member cities."""
    if (before.regions, before.withdrawn) == (after.regions, after.withdrawn):
        return
    uow.flush_registers()
    offices: Mapping[str, Office] = {
        code: one.record for code, one in load_all(uow.connection, "office").items()
    }
    left = uncovered(offices.values()) - uncovered({**offices, before.code: before}.values())
    if left:
        cities = (one.record for one in load_all(uow.connection, "city").values())
        uow.note("no-office", uncovered_text(left, cities))


def uncovered_text(left: set[str], cities: Iterable[City]) -> str:
    """Describe countries that no office looks after, and the member cities among them."""
    concerned = (one for one in cities if one.country in left and not one.withdrawn)
    members = [one.code for one in concerned if one.member]
    named = f": {first_few(sorted(members), _MOST_NAMED)}" if members else ""
    one = "1 country is" if len(left) == 1 else f"{len(left)} countries are"
    are = "1 member city" if len(members) == 1 else f"{len(members)} member cities"
    return f"{one} in no office's regions, with {are} among them{named}"
