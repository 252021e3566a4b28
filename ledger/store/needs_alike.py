"""The needs with an open quantity by what the rules of eligibility ask of them, quantities apart.

Many needs ask for the same: reading each as a record, to find those that no offer fits, would take
longer than all else that the status says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Integer, Select, Text, bindparam, or_, select, type_coerce

from ledger.registers.records import ACTIVE_STATUSES
from ledger.store.db.prepared import Prepared
from ledger.store.db.queries import chunked, is_newest
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
    places = {city: (country, city in named and city) for city, country in countries.items()}
    terms_of = {
        project: (*places[city], *terms) for project, city, *terms in _projects().rows(connection)
    }
    alike: dict[tuple[Any, ...], list[str]] = {}
    for code, project, *terms in _open_needs().rows(connection):
        if project in terms_of:
            alike.setdefault((*terms_of[project], *terms), []).append(code)
    return [*alike.values()]


class OpenNeed(NamedTuple):
    """What the worklist shows of an open need; the amount is in the smallest part of its unit."""

    code: str
    project: str
    title: str
    city: str
    free: int
    unit: str
    needed_by: date | None


def read_open_needs(connection: Connection, codes: Collection[str]) -> list[OpenNeed]:
    """Read what the worklist shows of some needs, without making records of them."""
    return [
        OpenNeed(*row)
        for chunk in chunked([*codes])
        for row in connection.execute(_terms_of(), {"codes": chunk})
    ]


def read_outstanding(connection: Connection) -> dict[str, set[str]]:
    """Give the offers that have something outstanding with each need, by code."""
    offers: dict[str, set[str]] = {}
    for need, offer in _outstanding().rows(connection):
        offers.setdefault(need, set()).add(offer)
    return offers


@cache
def _projects() -> Prepared:
    """Select the projects that take new deals, apart from their needs: each has several."""
    register, city = STORED_REGISTERS["project"], STORED_REGISTERS["city"].identity
    project, terms = register.identity, register.versions
    return Prepared(
        select(project.c.id, city.c.code, terms.c.sector)
        .select_from(project)
        .join(terms, terms.c.project_id == project.c.id)
        .join(city, city.c.id == project.c.city_id)
        .where(
            is_newest(terms, terms.c.project_id),
            or_(*(terms.c.status == one for one in ACTIVE_STATUSES)),
        )
    )


@cache
def _open_needs() -> Prepared:
    """Select what tells needs apart, as it is stored: it is compared and not read."""
    register = STORED_REGISTERS["need"]
    need, terms = register.identity, register.versions
    columns = [register.value(one) for one in register.terms if one.name in _TERMS]
    return Prepared(
        select(
            need.c.code,
            need.c.project_id,
            type_coerce(terms.c.divisible, Integer),
            *(type_coerce(column, Text) for column in columns),
        )
        .select_from(balance)
        .join(need, need.c.id == balance.c.holder_id)
        .join(terms, terms.c.need_id == need.c.id)
        .where(balance.c.free > 0, is_newest(terms, terms.c.need_id), ~terms.c.in_error)
    )


@cache
def _terms_of() -> Select[Any]:
    register, projects = STORED_REGISTERS["need"], STORED_REGISTERS["project"]
    need, terms = register.identity, register.versions
    project, titles = projects.identity, projects.versions
    city = STORED_REGISTERS["city"].identity
    columns = need.c.code, project.c.code, titles.c.title, city.c.code, balance.c.free, need.c.unit
    return (
        select(*columns, terms.c.needed_by)
        .select_from(need)
        .join(balance, balance.c.holder_id == need.c.id)
        .join(terms, terms.c.need_id == need.c.id)
        .join(project, project.c.id == need.c.project_id)
        .join(titles, titles.c.project_id == project.c.id)
        .join(city, city.c.id == project.c.city_id)
        .where(
            need.c.code.in_(bindparam("codes", expanding=True)),
            is_newest(terms, terms.c.need_id),
            ~terms.c.in_error,
            is_newest(titles, titles.c.project_id),
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
