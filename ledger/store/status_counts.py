"""The counts of the status, made by the database: needs, projects, deals and offers as of now.

Only the records that may be listed are read; they are found here by their days and amounts.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)

from ledger.core.factors import Side
from ledger.store.db.prepared import Prepared
from ledger.store.db.queries import chunked, is_newest
from ledger.store.db.tables import balance, deal_balance
from ledger.store.registers import STORED_REGISTERS, there

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
    rows = _needs_by_city().rows(connection)
    return [NeedTally(city, *map(int, counts)) for city, *counts in rows]


def tally_deals(connection: Connection) -> list[DealTally]:
    """Count the deals by the city of their need."""
    rows = _deals_by_city().rows(connection)
    return [DealTally(city, *map(int, counts)) for city, *counts in rows]


def tally_offers(connection: Connection, day: date) -> OfferTally:
    """Count the offers as they are on a day."""
    row = connection.execute(_offers_on(), {"day": day}).one()
    return OfferTally(*map(int, row))


def deals_due(connection: Connection, last: date) -> list[str]:
    """Give the deals of which something is on hold or to be delivered by a day, by their terms.

    Those with instalments are always among them.
    """
    return [*connection.execute(_deals_due(), {"last": last}).scalars()]


def deals_for(connection: Connection, needs: Collection[str]) -> list[str]:
    """Give the deals of some needs."""
    query = _deals_for()
    return [
        code
        for chunk in chunked([*needs])
        for code in connection.execute(query, {"needs": chunk}).scalars()
    ]


def offers_ending(connection: Connection, last: date) -> list[str]:
    """Give the offers that end by a day and have something available."""
    return [*connection.execute(_offers_ending(), {"last": last}).scalars()]


def needs_late(connection: Connection, day: date) -> list[str]:
    """Give the needs that were needed before a day and miss something, of all projects."""
    return [*connection.execute(_needs_late(), {"day": day}).scalars()]


def _count(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.sum(case((condition, 1), else_=0))


def _positive(table: Any, *stages: str) -> ColumnElement[bool]:
    return or_(*(table.c[stage] > 0 for stage in stages))


@cache
def _needs_by_city() -> Prepared:
    need, project = (STORED_REGISTERS[kind].identity for kind in ("need", "project"))
    city = STORED_REGISTERS["city"].identity
    kept = and_(need.c.project_id == project.c.id, *there("need"))
    source = project.outerjoin(need, kept).outerjoin(balance, balance.c.holder_id == need.c.id)
    each = (
        select(
            project.c.city_id,
            func.count(need.c.id).label("needs"),
            _count(_positive(balance, "free", *_TAKEN, "withdrawn")).label("quantified"),
            _count(_positive(balance, "free", *_TAKEN)).label("wanted"),
            _count(_positive(balance, "free")).label("open"),
            _count(_positive(balance, "free", "held")).label("missing"),
        )
        .select_from(source)
        .where(*there("project"))
        .group_by(project.c.id, project.c.city_id)
        .subquery()
    )
    known = and_(each.c.needs == each.c.quantified, each.c.wanted > 0)
    sums = [func.sum(each.c[name]) for name in ("needs", "quantified", "wanted", "open", "missing")]
    of_projects = _count(and_(known, each.c.open == 0)), _count(and_(known, each.c.missing == 0))
    query = select(city.c.code, func.count(), *of_projects, *sums)
    return Prepared(query.join_from(each, city, city.c.id == each.c.city_id).group_by(city.c.code))


@cache
def _deals_by_city() -> Prepared:
    deal, need, project, city = (
        STORED_REGISTERS[kind].identity for kind in ("deal", "need", "project", "city")
    )
    of_need = and_(deal_balance.c.deal_id == deal.c.id, deal_balance.c.side == Side.NEED.value)
    going_on = _positive(deal_balance, "held", "committed")
    finished = and_(_positive(deal_balance, "delivered"), ~going_on)
    counted = (going_on, _positive(deal_balance, "held"), _positive(deal_balance, "committed"))
    return Prepared(
        select(city.c.code, func.count(), *map(_count, (*counted, finished)))
        .select_from(deal)
        .join(need, need.c.id == deal.c.need_id)
        .join(project, project.c.id == need.c.project_id)
        .join(city, city.c.id == project.c.city_id)
        .outerjoin(deal_balance, of_need)
        .where(*there("deal"))
        .group_by(city.c.code)
    )


def _newest(kind: str) -> tuple[Table, Table, tuple[ColumnElement[bool], ...]]:
    """Give the tables of a register, and what selects the newest versions that are in force."""
    register = STORED_REGISTERS[kind]
    owner = register.versions.c[register.owner]
    newest = (owner == register.identity.c.id, is_newest(register.versions, owner))
    return register.identity, register.versions, (*newest, ~register.versions.c.in_error)


@cache
def _offers_on() -> Select[Any]:
    offer, terms, newest = _newest("offer")
    over = or_(terms.c.withdrawn, func.coalesce(terms.c.valid_until < bindparam("day"), False))
    available = and_(~over, _positive(balance, "free"))
    counts = _count(~over), _count(available), _count(over)
    query = select(*(func.coalesce(count, 0) for count in counts)).select_from(offer)
    joined = query.join(terms, newest[0]).outerjoin(balance, balance.c.holder_id == offer.c.id)
    return joined.where(*newest[1:])


@cache
def _offers_ending() -> Select[Any]:
    offer, terms, newest = _newest("offer")
    query = select(offer.c.code).where(*newest, balance.c.holder_id == offer.c.id)
    return query.where(terms.c.valid_until <= bindparam("last"), balance.c.free > 0)


@cache
def _needs_late() -> Select[Any]:
    need, terms, newest = _newest("need")
    placed = balance.alias("placed")
    nothing_missing = select(placed.c.holder_id).where(
        placed.c.holder_id == need.c.id,
        ~_positive(placed, "free", "held"),
        _positive(placed, "committed", "delivered", "withdrawn"),
    )
    late = terms.c.needed_by < bindparam("day")
    return select(need.c.code).where(*newest, late, ~nothing_missing.exists())


@cache
def _deals_due() -> Select[Any]:
    deal, terms, newest = _newest("deal")
    last: BindParameter[date] = bindparam("last")
    parts = STORED_REGISTERS["instalment"].identity.c.deal_id
    due = or_(terms.c.due_on <= last, deal.c.id.in_(select(parts)))
    ends = and_(deal_balance.c.held > 0, terms.c.held_until <= last)
    return select(deal.c.code).where(
        *newest,
        deal_balance.c.deal_id == deal.c.id,
        deal_balance.c.side == Side.NEED,
        or_(ends, and_(deal_balance.c.committed > 0, due)),
    )


@cache
def _deals_for() -> Select[Any]:
    deal, need = (STORED_REGISTERS[kind].identity for kind in ("deal", "need"))
    query = select(deal.c.code).join(need, need.c.id == deal.c.need_id)
    return query.where(*there("deal"), need.c.code.in_(bindparam("needs", expanding=True)))
