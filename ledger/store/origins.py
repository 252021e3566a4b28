"""Origins as they are stored: the links between records, and the chain of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, bindparam, select

from ledger.origins.links import Links, Origin, all_below, chain_of, parse_origin, require_no_cycle
from ledger.registers.table import versioned
from ledger.store.db.clock import known_by
from ledger.store.db.prepared import Prepared
from ledger.store.db.queries import is_newest
from ledger.store.registers import (
    STORED_REGISTERS,
    column_before,
    identity_of,
    known_at_parameter,
    not_yet_known,
    value_before,
)
from ledger.store.stored_registers import StoredRegister, Written, written_value
from ledger.store.stored_registers import is_newest as is_newest_version


class Key(NamedTuple):
    """A record by its register and its id."""

    kind: str
    id: int


_WITH_ORIGIN: Final = tuple(kind for kind, spec in versioned().items() if spec.origin is not None)
"""The registers whose records can name an origin."""


def require_no_circle(connection: Connection, record: Key, terms: Mapping[str, Any]) -> None:
    """Refuse the origin in a record's terms if it leads back to it. Raises `OriginCycle`."""
    keys: dict[Origin, Key] = {}

    def named(key: Key) -> Origin:
        own = identity_of(key.kind).c
        code = connection.execute(select(own.code).where(own.id == key.id)).scalar_one()
        keys[Origin(key.kind, code)] = key
        return Origin(key.kind, code)

    def origin_of(one: Origin) -> Origin | None:
        key = _origin_key(connection, keys[one])
        return None if key is None else named(key)

    origin = Key(terms["origin_kind"], terms["origin_id"])
    require_no_cycle(named(record), named(origin), origin_of)


def _origin_key(connection: Connection, record: Key) -> Key | None:
    """Read the origin of a record as it is now."""
    if record.kind not in _WITH_ORIGIN:
        return None
    row = _origin_of(record.kind).first(connection, identity=record.id)
    return None if row is None or row[1] is None else Key(*row)


@cache
def _origin_of(kind: str) -> Prepared:
    register = STORED_REGISTERS[kind]
    versions, owner = register.versions, register.versions.c[register.owner]
    query = select(versions.c.origin_kind, versions.c.origin_id)
    return Prepared(query.where(owner == bindparam("identity"), is_newest(versions, owner)))


def read_links(
    connection: Connection, known_at: datetime | None = None, kinds: Iterable[str] | None = None
) -> Links:
    """Read the origins of all records there are, or of some registers, as now or as known then."""
    links: dict[Origin, Origin] = {}
    for kind in _WITH_ORIGIN if kinds is None else kinds:
        rows: Iterable[Any]
        if known_at is None:
            rows = _written_links(kind).rows(connection)
        else:
            rows = connection.execute(_links_of(kind, known=True), known_at_parameter(known_at))
        for code, text in rows:
            links[Origin(kind, code)] = parse_origin(text)
    return Links(links)


@cache
def _written_links(kind: str) -> Written:
    """Write what selects the code and the origin of each record that has one, as now."""

    def sql() -> str:
        register, table = STORED_REGISTERS[kind], versioned()[kind].table
        origin = next(one for one in register.terms if one.kind_column is not None)
        return (
            f'SELECT own.code, {written_value(origin)} FROM "{table}" AS own '  # noqa: S608 - names of the schema
            f'JOIN "{table}_version" AS v ON v."{register.owner}" = own.id '
            f"WHERE v.origin_id IS NOT NULL AND {is_newest_version(kind)} AND NOT v.in_error "
            "ORDER BY own.id"
        )

    return Written(sql)


@cache
def _links_of(kind: str, *, known: bool, by_origin: bool = False) -> Select[Any]:
    """Select the code and the origin of each record that has one, or one that is bound."""
    register = STORED_REGISTERS[kind]
    identity, versions = register.identity, register.versions
    owner = versions.c[register.owner]
    query = (
        select(
            value_before(register, identity, "code", not_yet_known if known else None),
            _origin_column(register),
        )
        .join(versions, owner == identity.c.id)
        .where(is_newest(versions, owner, *((known_by,) if known else ())), ~versions.c.in_error)
        .order_by(identity.c.id)
    )
    if not by_origin:
        return query.where(versions.c.origin_id.is_not(None))
    its_kind, its_id = versions.c.origin_kind, versions.c.origin_id
    return query.where(its_kind == bindparam("kind"), its_id == bindparam("id"))


def _origin_column(register: StoredRegister) -> Any:
    term = next(one for one in register.terms if one.kind_column is not None)
    return column_before(register, term, None)


def read_chain(
    connection: Connection, record: Origin, known_at: datetime | None = None
) -> list[Origin]:
    """Read the chain of a record's origins, the nearest first."""
    return [*chain_of(record, lambda one: _read_origin(connection, one, known_at))]


def _read_origin(
    connection: Connection, record: Origin, known_at: datetime | None
) -> Origin | None:
    if record.kind not in _WITH_ORIGIN:
        return None
    query = _links_of(record.kind, known=known_at is not None)
    own = query.where(query.selected_columns[0] == record.code)
    row = connection.execute(own, known_at_parameter(known_at)).first()
    return None if row is None else parse_origin(row[1])


def read_came_of(
    connection: Connection, record: Origin, known_at: datetime | None = None
) -> list[Origin]:
    """Read everything whose chain of origins leads to a record, the nearest first."""
    return all_below(record, lambda one: _named_by(connection, one, known_at))


def _named_by(
    connection: Connection, origin: Origin, known_at: datetime | None
) -> Iterator[Origin]:
    """Read the records that name one as their origin, as kept under its id."""
    if not STORED_REGISTERS[origin.kind].spec.is_origin:
        return
    own = identity_of(origin.kind).c
    ids = select(own.id).where(own.code == origin.code)
    for identity in connection.execute(ids.order_by(own.reuse.desc()).limit(1)).scalars():
        for kind in _WITH_ORIGIN:
            query = _links_of(kind, known=known_at is not None, by_origin=True)
            given = {"kind": origin.kind, "id": identity, **known_at_parameter(known_at)}
            for code, _ in connection.execute(query, given):
                yield Origin(kind, code)
