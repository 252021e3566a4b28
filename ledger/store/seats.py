"""What reports ask of seats: who has left the association, and when cities were withdrawn."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, tzinfo

from sqlalchemy import Connection, select

from ledger.core.dates import day_of
from ledger.registers.records import City
from ledger.seats.spans import HeldSeat, Memberships, held_seat, is_member, member_since
from ledger.store.db.clock import known_by
from ledger.store.db.queries import chunked
from ledger.store.registers import STORED_REGISTERS, find_id, load, load_where


def read_memberships(
    connection: Connection,
    association: str,
    cities: Iterable[City],
    day: date,
    zone: tzinfo,
    known_at: datetime | None = None,
    *,
    ids: Collection[int] | None = None,
) -> Memberships:
    """Read which cities have left the association by a day, and since when each was a member.

    Of a few cities, `ids` are theirs, and no seats of others are read.
    """
    identity = find_id(connection, "body", association, known_at=known_at)
    body = load(connection, "body", identity, known_at).record
    by_city = {city.code: city for city in cities if city.member}
    withdrawn = [code for code, city in by_city.items() if city.withdrawn]
    withdrawn_on = read_withdrawals(connection, withdrawn, zone, known_at)
    seats: dict[str, list[HeldSeat]] = {}
    term, values = ("body", [identity]) if ids is None else ("city", ids)
    for stored in load_where(connection, "seat", term, values, known_at).values():
        seat = stored.record
        if seat.body != body.code:
            continue
        held = held_seat(seat, body.until, withdrawn_on.get(seat.city))
        seats.setdefault(seat.city, []).append(held)
    since = {code: member_since(held) for code, held in seats.items()}
    known = (city for code, city in by_city.items() if code in seats)
    return Memberships(
        frozenset(city.code for city in known if not is_member(city, seats[city.code], day)),
        {code: begun for code, begun in since.items() if begun is not None},
    )


def read_withdrawals(
    connection: Connection, cities: Iterable[str], zone: tzinfo, known_at: datetime | None = None
) -> Mapping[str, date]:
    """Read the day on which each of some withdrawn cities was last withdrawn, by code."""
    asked, found = [*cities], dict[str, date]()
    if not asked:
        return found
    register = STORED_REGISTERS["city"]
    own, versions = register.identity.c, register.versions
    for codes in chunked(asked):
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
