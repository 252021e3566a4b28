"""What ends seats beside their own dates: the days on which withdrawals of cities were recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, tzinfo

from sqlalchemy import Connection, select

from ledger.core.dates import day_of
from ledger.store.db.clock import known_by
from ledger.store.db.queries import chunked
from ledger.store.registers import STORED_REGISTERS


def read_withdrawals(
    connection: Connection, cities: Iterable[str], zone: tzinfo, known_at: datetime | None = None
) -> Mapping[str, date]:
    """Read the day on which each of some withdrawn cities was last withdrawn, by code."""
    register = STORED_REGISTERS["city"]
    own, versions = register.identity.c, register.versions
    found: dict[str, date] = {}
    for codes in chunked([*cities]):
        query = (
            select(own.code, versions.c.withdrawn, versions.c.recorded_at)
            .join(versions, versions.c.city_id == own.id)
            .where(own.code.in_(codes))
            .order_by(own.id, versions.c.version)
        )
        if known_at is not None:
            query = query.where(known_by(versions, known_at))
        was_withdrawn: dict[str, bool] = {}
        for code, withdrawn, recorded_at in connection.execute(query):
            if withdrawn and not was_withdrawn.get(code):
                found[code] = day_of(recorded_at, zone)
            was_withdrawn[code] = withdrawn
    return found
