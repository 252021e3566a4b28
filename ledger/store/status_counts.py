"""The counts of the status, made by the database: needs, projects, deals and offers as of now.

Only the records that may be listed are read; they are found here by their days and amounts.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Connection

from ledger.core.factors import Side
from ledger.store.db.queries import chunked
from ledger.store.stored_registers import Written, is_newest, is_there

_TAKEN: Final = ("held", "committed", "delivered")


class NeedTally(NamedTuple):
    """How many projects and needs of a city there are, by their state.

    `quantified` needs have an amount, `wanted` ones one that was not withdrawn; something of it is
    `open`, or open or held: `missing`.
    """

    city: str
    projects: int
    complete: int
    covered: int
    needs: int
    quantified: int
    wanted: int
    open: int
    missing: int


class DealTally(NamedTuple):
    """How many deals of the needs of a city there are, and in which stages they have something."""

    city: str
    deals: int
    going_on: int
    held: int
    committed: int
    delivered: int


class OfferTally(NamedTuple):
    """How many offers are in use, have something available, and have ended."""

    total: int
    available: int
    over: int


def tally_needs(connection: Connection) -> list[NeedTally]:
    """Count the projects and their needs, by city; cities without a project are missing."""
    rows = _NEEDS_BY_CITY.rows(connection)
    return [NeedTally(city, *map(int, counts)) for city, *counts in rows]


def tally_deals(connection: Connection) -> list[DealTally]:
    """Count the deals by the city of their need."""
    rows = _DEALS_BY_CITY.rows(connection)
    return [DealTally(city, *map(int, counts)) for city, *counts in rows]


def tally_offers(connection: Connection, day: date) -> OfferTally:
    """Count the offers as they are on a day."""
    return OfferTally(*map(int, _OFFERS_ON.rows(connection, day=day)[0]))


def deals_due(connection: Connection, last: date) -> list[str]:
    """Give the deals of which something is on hold or to be delivered by a day, by their terms.

    Those with instalments are always among them.
    """
    return _DEALS_DUE.values(connection, last=last)


def deals_for(connection: Connection, needs: Collection[str]) -> list[str]:
    """Give the deals of some needs."""
    return [
        code for chunk in chunked([*needs]) for code in _DEALS_FOR.values(connection, needs=chunk)
    ]


def offers_ending(connection: Connection, last: date) -> list[str]:
    """Give the offers that end by a day and have something available."""
    return _OFFERS_ENDING.values(connection, last=last)


def needs_late(connection: Connection, day: date) -> list[str]:
    """Give the needs that were needed before a day and miss something, of all projects."""
    return _NEEDS_LATE.values(connection, day=day)


def _count(condition: str, name: str = "") -> str:
    counted = f"sum(CASE WHEN {condition} THEN 1 ELSE 0 END)"
    return f"{counted} AS {name}" if name else counted


def _positive(table: str, *stages: str) -> str:
    return f"({' OR '.join(f'{table}.{stage} > 0' for stage in stages)})"


def _needs_by_city() -> str:
    counts = (
        "count(need.id) AS needs",
        _count(_positive("b", "free", *_TAKEN, "withdrawn"), "quantified"),
        _count(_positive("b", "free", *_TAKEN), "wanted"),
        _count(_positive("b", "free"), "open"),
        _count(_positive("b", "free", "held"), "missing"),
    )
    each = (
        f"SELECT own.city_id, {', '.join(counts)} FROM project AS own "  # noqa: S608 - names of the schema
        f"LEFT JOIN need ON need.project_id = own.id AND {is_there('need', 'need')} "
        "LEFT JOIN balance AS b ON b.holder_id = need.id "
        f"WHERE {is_there('project')} GROUP BY own.id, own.city_id"
    )
    known = "each.needs = each.quantified AND each.wanted > 0"
    sums = (f"sum(each.{name})" for name in ("needs", "quantified", "wanted", "open", "missing"))
    states = (_count(f"{known} AND each.{name} = 0") for name in ("open", "missing"))
    return (
        f"SELECT city.code, count(*), {', '.join((*states, *sums))} FROM ({each}) AS each "  # noqa: S608 - as above
        "JOIN city ON city.id = each.city_id GROUP BY city.code"
    )


_NEEDS_BY_CITY: Final = Written(_needs_by_city)


def _deals_by_city() -> str:
    going_on = _positive("b", "held", "committed")
    finished = f"{_positive('b', 'delivered')} AND NOT {going_on}"
    counted = (going_on, _positive("b", "held"), _positive("b", "committed"), finished)
    return (
        f"SELECT city.code, count(*), {', '.join(map(_count, counted))} FROM deal AS own "  # noqa: S608 - names of the schema
        "JOIN need ON need.id = own.need_id JOIN project ON project.id = need.project_id "
        "JOIN city ON city.id = project.city_id LEFT JOIN deal_balance AS b "
        f"ON b.deal_id = own.id AND b.side = '{Side.NEED.value}' "
        f"WHERE {is_there('deal')} GROUP BY city.code"
    )


_DEALS_BY_CITY: Final = Written(_deals_by_city)


def _newest(kind: str) -> str:
    """Write the identity rows and newest versions of the records of a register."""
    return f"{kind} AS own JOIN {kind}_version AS v ON v.{kind}_id = own.id AND {is_newest(kind)}"


def _offers_on() -> str:
    over = "(v.withdrawn OR coalesce(v.valid_until < :day, false))"
    counts = (f"NOT {over}", f"NOT {over} AND {_positive('b', 'free')}", over)
    return (
        f"SELECT {', '.join(f'coalesce({_count(one)}, 0)' for one in counts)} "  # noqa: S608 - names of the schema
        f"FROM {_newest('offer')} LEFT JOIN balance AS b ON b.holder_id = own.id "
        "WHERE NOT v.in_error"
    )


_OFFERS_ON: Final = Written(_offers_on)
_OFFERS_ENDING: Final = Written(
    lambda: (
        f"SELECT own.code FROM {_newest('offer')} JOIN balance AS b ON b.holder_id = own.id "  # noqa: S608 - names of the schema
        "WHERE NOT v.in_error AND v.valid_until <= :last AND b.free > 0"
    )
)


def _needs_late() -> str:
    gone = _positive("b", "committed", "delivered", "withdrawn")
    nothing_missing = (
        "SELECT 1 FROM balance AS b WHERE b.holder_id = own.id "  # noqa: S608 - names of the schema
        f"AND NOT {_positive('b', 'free', 'held')} AND {gone}"
    )
    return (
        f"SELECT own.code FROM {_newest('need')} WHERE NOT v.in_error "  # noqa: S608 - as above
        f"AND v.needed_by < :day AND NOT EXISTS ({nothing_missing})"
    )


_NEEDS_LATE: Final = Written(_needs_late)


def _deals_due() -> str:
    due = "(v.due_on <= :last OR own.id IN (SELECT deal_id FROM instalment))"
    return (
        f"SELECT own.code FROM {_newest('deal')} JOIN deal_balance AS b ON b.deal_id = own.id "  # noqa: S608 - names of the schema
        f"WHERE NOT v.in_error AND b.side = '{Side.NEED.value}' "
        f"AND ((b.held > 0 AND v.held_until <= :last) OR (b.committed > 0 AND {due}))"
    )


_DEALS_DUE: Final = Written(_deals_due)
_DEALS_FOR: Final = Written(
    lambda: (
        "SELECT own.code FROM deal AS own JOIN need ON need.id = own.need_id "  # noqa: S608 - names of the schema
        f"WHERE {is_there('deal')} AND need.code IN (:needs)"
    )
)
