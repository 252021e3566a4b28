"""The needs with an open quantity by what the rules of eligibility ask of them, quantities apart.

Many needs ask for the same: reading each as a record, to find those that no offer fits, would take
longer than all else that the status says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Date

from ledger.registers.records import ACTIVE_STATUSES
from ledger.store.db.queries import chunked
from ledger.store.registers import STORED_REGISTERS
from ledger.store.stored_registers import Written, is_newest, is_there, written_value

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
        project: (*places[city], *terms) for project, city, *terms in _PROJECTS.rows(connection)
    }
    alike: dict[tuple[Any, ...], list[str]] = {}
    for code, project, *terms in _OPEN_NEEDS.rows(connection):
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
        for row in _TERMS_OF.rows(connection, codes=chunk)
    ]


def read_outstanding(connection: Connection) -> dict[str, set[str]]:
    """Give the offers that have something outstanding with each need, by code."""
    offers: dict[str, set[str]] = {}
    for need, offer in _OUTSTANDING.rows(connection):
        offers.setdefault(need, set()).add(offer)
    return offers


def _projects() -> str:
    """Select the projects that take new deals, apart from their needs: each has several."""
    active = ", ".join(f"'{one}'" for one in ACTIVE_STATUSES)
    return (
        "SELECT own.id, city.code, v.sector FROM project AS own "  # noqa: S608 - names of the schema
        "JOIN project_version AS v ON v.project_id = own.id JOIN city ON city.id = own.city_id "
        f"WHERE {is_newest('project')} AND v.status IN ({active})"
    )


_PROJECTS: Final = Written(_projects)


def _open_needs() -> str:
    """Select what tells needs apart, as it is stored: it is compared and not read."""
    terms = (one for one in STORED_REGISTERS["need"].terms if one.name in _TERMS)
    columns = ("own.code", "own.project_id", "v.divisible", *map(written_value, terms))
    return (
        f"SELECT {', '.join(columns)} FROM balance AS b "  # noqa: S608 - names of the schema
        "JOIN need AS own ON own.id = b.holder_id JOIN need_version AS v ON v.need_id = own.id "
        f"WHERE b.free > 0 AND {is_newest('need')} AND NOT v.in_error"
    )


_OPEN_NEEDS: Final = Written(_open_needs)
_TERMS_OF: Final = Written(
    lambda: (
        "SELECT own.code, project.code, titles.title, city.code, b.free, own.unit, v.needed_by "  # noqa: S608 - names of the schema
        "FROM need AS own JOIN balance AS b ON b.holder_id = own.id "
        "JOIN need_version AS v ON v.need_id = own.id "
        "JOIN project ON project.id = own.project_id "
        "JOIN project_version AS titles ON titles.project_id = project.id "
        "JOIN city ON city.id = project.city_id "
        f"WHERE own.code IN (:codes) AND {is_newest('need')} AND NOT v.in_error "
        f"AND {is_newest('project', 'titles')}"
    ),
    {6: Date},
)
_OUTSTANDING: Final = Written(
    lambda: (
        "SELECT need.code, offer.code FROM deal AS own JOIN need ON need.id = own.need_id "  # noqa: S608 - names of the schema
        f"JOIN offer ON offer.id = own.offer_id WHERE {is_there('deal')} AND EXISTS ("
        "SELECT 1 FROM deal_balance AS b WHERE b.deal_id = own.id "
        "AND (b.held > 0 OR b.committed > 0 OR b.delivered > 0))"
    )
)
