"""The codes and names of whole registers, in their order, and which records have a value."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from ledger.core.text import normalised_code
from ledger.reference.places import country_and_above
from ledger.registers.records import City
from ledger.store.db.clock import known_by
from ledger.store.db.prepared import Prepared
from ledger.store.db.queries import in_parts, is_newest
from ledger.store.db.tables import FORMER
from ledger.store.registers import (
    STORED_REGISTERS,
    StoredRecord,
    codes_of,
    identity_of,
    known_at_parameter,
    load_all,
    load_where,
    not_yet_known,
    select_current,
    stored_records,
    there,
    value_before,
)


def ids_by_code(connection: Connection, kind: str) -> dict[str, int]:
    """Read the id of every record of a register by its code."""
    columns = identity_of(kind).c["code", "id"]
    return dict(connection.execute(select(*columns).where(*there(kind))).all())


def former_codes(
    connection: Connection,
    kind: str,
    known_at: datetime | None = None,
    *,
    ids: Collection[int] | None = None,
) -> dict[str, str]:
    """Read the former codes of a register's records, oldest first, each with the code it has now.

    With `known_at`, those recorded by then, each with the code that was in force then; with `ids`,
    those of some records. Those of records in error are left out: they are free.
    """
    query = _former_codes(kind, known=known_at is not None)
    if query is None:
        return {}
    if ids is not None:
        query = query.where(STORED_REGISTERS[kind].identity.c.id.in_(ids))
    rows = connection.execute(query, known_at_parameter(known_at))
    return {former: code for former, code in rows if former != code}


def former_codes_of(
    connection: Connection, kind: str, code: str, known_at: datetime | None = None
) -> list[str]:
    """Read the codes that a record had before the one it has, or had then, oldest first."""
    if known_at is None and _changes_of(kind, connection, code) is None:  # as of nearly all records
        return []
    codes = former_codes(connection, kind, known_at)
    return [former for former, then in codes.items() if then == code]


def _changes_of(kind: str, connection: Connection, code: str) -> Any:
    query = _changes_by_code(kind)
    return None if query is None else query.first(connection, code=code)


@cache
def _changes_by_code(kind: str) -> Prepared | None:
    register = STORED_REGISTERS.get(kind)
    if register is None or register.changes is None:
        return None
    identity, owner = register.identity.c, register.changes.c[register.owner]
    own = select(identity.id).where(identity.code == bindparam("code"))
    return Prepared(select(owner).where(owner.in_(own)).limit(1))


@cache
def _former_codes(kind: str, *, known: bool) -> Select[Any] | None:
    register = STORED_REGISTERS.get(kind)
    if register is None or register.changes is None:
        return None
    identity, changes = register.identity, register.changes
    code = value_before(register, identity, "code", not_yet_known if known else None)
    versions = register.versions
    owner = versions.c[register.owner]
    query = (
        select(changes.c[f"{FORMER}code"], code)
        .join(identity, identity.c.id == changes.c[register.owner])
        .join(versions, owner == identity.c.id)
        .where(is_newest(versions, owner, *((known_by,) if known else ())), ~versions.c.in_error)
        .order_by(identity.c.id, changes.c.version)
    )
    return query.where(known_by(changes)) if known else query


def places_in_time(connection: Connection, kind: str) -> dict[str, int]:
    """Read the place of every record of a register in the order in which they were recorded."""
    return {code: place for place, code in enumerate(codes_of(connection, kind))}


def names_by_code(
    connection: Connection, kind: str, only: Collection[str] | None = None
) -> dict[str, tuple[str, ...]]:
    """Read what each code answers to: former codes, names, and the country it lies in.

    With `only`, of those present codes alone.
    """
    title = STORED_REGISTERS[kind].spec.title
    assert title is not None, "the registers that filters name have names"
    stored = (
        load_all(connection, kind) if only is None else load_where(connection, kind, "code", only)
    )
    names = {code: list(_names(one.record, title)) for code, one in stored.items()}
    ids = None if only is None else [one.id for one in stored.values()]
    for former, code in former_codes(connection, kind, ids=ids).items():
        names[code].append(former)
        names[former] = [code, *names[code]]  # rows as known then have the code of then
    return {code: tuple(every) for code, every in names.items()}


def _names(record: Any, title: str) -> Iterator[str]:
    yield getattr(record, title)
    if isinstance(record, City):
        yield from () if record.name_local is None else (record.name_local,)
        yield from country_and_above(record.country)


def names_in(
    connection: Connection, kind: str, country: str | None
) -> Iterator[tuple[str, list[str]]]:
    """Read the code and the names of each record that may lie in a country; None for any.

    One of which no country is known may lie in any. No other term is read.
    """
    query = _names_in(kind, anywhere=country is None)
    given = {} if country is None else {"country": country}
    for part in in_parts(connection.execute(query, given)):
        for code, *names in part:
            yield code, [name for name in names if name is not None]


@cache
def _names_in(kind: str, *, anywhere: bool) -> Select[Any]:
    register = STORED_REGISTERS[kind]
    columns = {term.name: register.column(term) for term in register.terms}
    names = [columns[name] for name in ("name", "name_local") if name in columns]
    every = select_current(kind).with_only_columns(register.identity.c.code, *names)
    country = columns["country"]
    there = (country == bindparam("country")) | country.is_(None)
    return every if anywhere else every.where(there)


def term_counts(connection: Connection, kind: str, name: str) -> list[tuple[Any, int, int]]:
    """Count the records with each value of a term now, each with the first such record's id."""
    rows = connection.execute(_term_counts(kind, name))
    return [tuple(row) for row in rows if row[0] is not None]


@cache
def _term_counts(kind: str, name: str) -> Select[Any]:
    current = select_current(kind).subquery()
    value = current.c[name]
    return select(value, func.count(), func.min(current.c.id_)).group_by(value)


def load_matching(connection: Connection, kind: str, **wanted: Any) -> list[StoredRecord]:
    """Read the records that have a value in each of some terms now.

    A term that refers to another register is compared by that record's id.
    """
    rows = connection.execute(_current_matching(kind, tuple(wanted)), wanted)
    return list(stored_records(kind, rows))


@cache
def _current_matching(kind: str, names: tuple[str, ...]) -> Select[Any]:
    register = STORED_REGISTERS[kind]
    columns = {term.name: register.column(term) for term in register.terms}
    equal = (columns[name] == bindparam(name, type_=columns[name].type) for name in names)
    return select_current(kind).where(*equal)


def is_used(connection: Connection, kind: str, name: str, value: Any) -> bool:
    """Say whether a record has exactly this value of a term now; the first one is enough."""
    register = STORED_REGISTERS[kind]
    column = next(register.column(term) for term in register.terms if term.name == name)
    query = select_current(kind).where(column == value).limit(1)
    return connection.execute(query).first() is not None


def ids_under(connection: Connection, kind: str, code: str) -> list[int]:
    """Give the ids of all records that had a code one after another, oldest first."""
    own = STORED_REGISTERS[kind].identity.c
    query = select(own.id).where(own.folded == normalised_code(code)).order_by(own.reuse)
    return [*connection.execute(query).scalars()]
