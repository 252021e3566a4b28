"""Asking a city for a need of expertise: it becomes a provider where it is none, and is approached.

From then on offers, deals, gaps and matching know it as they know every provider.
"""

from __future__ import annotations

from ledger.core.errors import RefusedByRule
from ledger.core.factors import Factor
from ledger.journal.receipts import Receipt
from ledger.origins.links import Origin
from ledger.partnerships.records import PARTNERSHIP, Partnership
from ledger.registers.records import City, Need, Provider
from ledger.registers.table import CITY, PROVIDER
from ledger.store.registers import StoredRecord, load_where
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.approaches.requests import add_approaches
from ledger.usecases.city_standing import CITY_PROVIDER, own_providers
from ledger.usecases.exchanges.suggest import NotExpertise
from ledger.usecases.registers.parse import TypedTerms
from ledger.usecases.registers.records import add_record
from ledger.usecases.registers.rules import refuse_withdrawn


class OwnNeed(RefusedByRule, code="own-need"):
    """A city was to be asked for its own need."""

    default_why = "An exchange passes expertise from one city to another."
    default_next = "Record the city's own contribution as an offer: cityfund offer add"


def accept_city(
    uow: UnitOfWork, typed_need: str, typed_city: str, typed_terms: TypedTerms, answer_days: int
) -> Receipt:
    """Approach a city for a need, as its provider of kind city, which is made where there is none.

    Raises `NotExpertise`, `OwnNeed`, `ParentWithdrawn`, and what adding an approach does.
    """
    need: Need = uow.find_record("need", typed_need).record
    city: City = uow.find_record(CITY.name, typed_city).record
    if need.factor is not Factor.EXPERTISE:
        raise NotExpertise(f"Need {need.code} is for {need.factor}.")
    asker: str = uow.record("project", need.project).city
    if asker == city.code:
        raise OwnNeed(f"Need {need.code} is one of {city.name} ({city.code}) itself.")
    refuse_withdrawn(uow, CITY.name, city)
    provider = _provider_of(uow, city)
    terms = dict(typed_terms.terms)
    tie = _tie_of(uow, asker, city.code)
    if tie is not None:
        terms["origin"] = Origin(PARTNERSHIP, tie).text
    return add_approaches(uow, need.code, [provider.code], TypedTerms(terms), answer_days)


def _tie_of(uow: UnitOfWork, one: str, other: str) -> str | None:
    """Give the partnership in force of two cities on the day, the newest of several."""
    uow.flush_registers()
    stored: dict[str, StoredRecord] = {}
    for side in ("city", "with_city"):
        stored |= load_where(uow.connection, PARTNERSHIP, side, [uow.id_of("city", one)])
    ties: list[Partnership] = [kept.record for kept in stored.values()]
    in_force = [tie for tie in ties if {*tie.cities} == {one, other} and tie.period.holds(uow.day)]
    newest = max(in_force, key=lambda tie: (tie.period.first, tie.code), default=None)
    return None if newest is None else newest.code


def _provider_of(uow: UnitOfWork, city: City) -> Provider:
    """Give the provider that is the city itself, made under the city's code if there is none."""
    uow.flush_registers()
    stored = load_where(uow.connection, PROVIDER.name, CITY.name, [uow.id_of("city", city.code)])
    own = own_providers(one.record for one in stored.values()).get(city.code)
    if own:
        return own[0]
    terms = {
        "name": city.name,
        "kind": CITY_PROVIDER,
        "country": city.country,
        "city": city.code,
    }
    if _is_free(uow, city.code):
        terms["code"] = city.code
    provider: Provider = add_record(uow, PROVIDER.name, TypedTerms(terms))
    uow.note("provider-made", f"provider {provider.code} is {city.name} itself, made for this")
    return provider


def _is_free(uow: UnitOfWork, code: str) -> bool:
    """Say whether no provider has or had a code."""
    return uow.seek_record(PROVIDER.name, code) is None
