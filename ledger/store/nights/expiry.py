"""Holds and offers that lapse, by the day on which each ends."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from ledger.core.factors import Side
from ledger.store.db import tables
from ledger.store.db.queries import is_newest


class HoldExpiry(NamedTuple):
    """A deal that holds something through a day, and the office of the city that needs it."""

    deal: str
    offer: str
    need: str
    until: date
    office: str


class OfferExpiry(NamedTuple):
    """An offer with something available through a day."""

    offer: str
    provider: str
    until: date


def holds_due_by(connection: Connection, day: date) -> list[HoldExpiry]:
    """Read the holds whose last day is `day` or before it, those that end first before others."""
    deal, versions, balances = tables.deal, tables.deal_version, tables.deal_balance
    need, project, city = tables.need, tables.project, tables.city_version
    query = (
        select(deal.c.code, tables.offer.c.code, need.c.code, versions.c.held_until)
        .add_columns(tables.office.c.code)
        .select_from(balances)
        .join(deal, deal.c.id == balances.c.deal_id)
        .join(versions, versions.c.deal_id == deal.c.id)
        .join(tables.offer, tables.offer.c.id == deal.c.offer_id)
        .join(need, need.c.id == deal.c.need_id)
        .join(project, project.c.id == need.c.project_id)
        .join(city, city.c.city_id == project.c.city_id)
        .join(tables.office, tables.office.c.id == city.c.office_id)
        .where(balances.c.side == Side.NEED, balances.c.held > 0, versions.c.held_until <= day)
        .where(is_newest(versions, versions.c.deal_id), is_newest(city, city.c.city_id))
        .order_by(versions.c.held_until, deal.c.id)
    )
    return [HoldExpiry(*row) for row in connection.execute(query)]


def offers_due_by(connection: Connection, day: date) -> list[OfferExpiry]:
    """Read the offers whose last day is `day` or before it, with something still available."""
    offer, versions, balances = tables.offer, tables.offer_version, tables.balance
    query = (
        select(offer.c.code, tables.provider.c.code, versions.c.valid_until)
        .select_from(offer)
        .join(balances, balances.c.holder_id == offer.c.id)
        .join(versions, versions.c.offer_id == offer.c.id)
        .join(tables.provider, tables.provider.c.id == offer.c.provider_id)
        .where(
            balances.c.free > 0,
            versions.c.valid_until <= day,
            is_newest(versions, versions.c.offer_id),
        )
        .order_by(versions.c.valid_until, offer.c.id)
    )
    return [OfferExpiry(*row) for row in connection.execute(query)]
