"""The needs with an open quantity by what the rules of eligibility ask of them, quantities apart.

Many needs ask for the same: reading each as a record, to find those that no offer fits, would take
longer than all else that the status says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Integer, Text, or_, select, type_coerce

from ledger.registers.records import ACTIVE_STATUSES
from ledger.store.db.prepared import Prepared
from ledger.store.db.queries import is_newest
from ledger.store.db.tables import balance, deal_balance
from ledger.store.registers import STORED_REGISTERS, there

_TERMS: Final = ("factor", "unit", "topic", "needed_by", "instruments")


def read_needs_alike(
    connection: Connection, countries: Mapping[str, str], named: Collection[str]
) -> list[list[str]]:
    """Give the codes of the open needs of projects that take new deals, by equal terms.

    `countries` are those of the cities by code; a city that is `named` is told from all others of
    its country.
    """
    alike: dict[tuple[Any, ...], list[str]] = {}
    places = {city: (country, city in named and city) for city, country in countries.items()}
    for code, city, *terms in _open_needs().rows(connection):
        alike.setdefault((*places[city], *terms), []).append(code)
    return [*alike.values()]


def read_outstanding(connection: Connection) -> dict[str, set[str]]:
    """Give the offers that have something outstanding with each need, by code."""
    offers: dict[str, set[str]] = {}
    for need, offer in _outstanding().rows(connection):
        offers.setdefault(need, set()).add(offer)
    return offers


@cache
def _open_needs() -> Prepared:
    """Select what tells needs apart, as it is stored: it is compared and not read."""
    register, projects = STORED_REGISTERS["need"], STORED_REGISTERS["project"]
    need, terms = register.identity, register.versions
    project, status = projects.identity, projects.versions
    city = STORED_REGISTERS["city"].identity
    owner, project_id = terms.c.need_id, status.c.project_id
    columns = [register.value(one) for one in register.terms if one.name in _TERMS]
    return Prepared(
        select(
            need.c.code,
            city.c.code,
            type_coerce(terms.c.divisible, Integer),
            *(type_coerce(column, Text) for column in columns),
            status.c.sector,
        )
        .select_from(balance)
        .join(need, need.c.id == balance.c.holder_id)
        .join(terms, owner == need.c.id)
        .join(project, project.c.id == need.c.project_id)
        .join(status, project_id == project.c.id)
        .join(city, city.c.id == project.c.city_id)
        .where(
            balance.c.free > 0,
            is_newest(terms, owner),
            ~terms.c.in_error,
            is_newest(status, project_id),
            or_(*(status.c.status == one for one in ACTIVE_STATUSES)),
        )
    )


@cache
def _outstanding() -> Prepared:
    deal, need, offer = (STORED_REGISTERS[kind].identity for kind in ("deal", "need", "offer"))
    stages = (deal_balance.c[name] > 0 for name in ("held", "committed", "delivered"))
    some = select(deal_balance.c.deal_id).where(deal_balance.c.deal_id == deal.c.id, or_(*stages))
    return Prepared(
        select(need.c.code, offer.c.code)
        .select_from(deal)
        .join(need, need.c.id == deal.c.need_id)
        .join(offer, offer.c.id == deal.c.offer_id)
        .where(*there("deal"), some.exists())
    )
