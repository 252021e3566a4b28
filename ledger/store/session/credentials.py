"""The test of a request against the credentials of a ledger, before it is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Connection,
    Select,
    Text,
    bindparam,
    func,
    select,
    type_coerce,
)

from ledger.core.text import text_key
from ledger.exchanges.contradictions import EvidenceIndex, MeasureKey, measure_key
from ledger.registers.network import CREDENTIAL, HIGHER, LOWER, Credential
from ledger.store.db.queries import chunked
from ledger.store.registers import (
    STORED_REGISTERS,
    StoredRecord,
    load_where,
    select_current,
    stored_records,
)
from ledger.store.session.unit_of_work import UnitOfWork


def require_credentials_apart(uow: UnitOfWork) -> None:
    """Refuse a request after which a credential of its own and another contradict each other.

    Those of the same cities and times are read, and those whose measure is better the other way.
    Raises `AlreadyCredentialed` and `BetterDiffers`.
    """
    codes = {*uow.changes.codes_of(CREDENTIAL.name)}
    uow.flush_registers()
    connection = uow.connection
    stored = load_where(connection, CREDENTIAL.name, "code", codes)
    changed = [stored[code].record for code in sorted(stored)]
    opposed = load_where(connection, CREDENTIAL.name, "code", _opposed(connection, changed))
    others = {**stored, **opposed, **_of_the_same_times(uow, changed)}
    index = EvidenceIndex(others[code].record for code in sorted(others))
    for one in changed:
        index.require_apart(one)


_MOST_TIMES: Final = 500
"""Of how many times credentials are looked for; of more, those of all times are read."""
_NO_TIME: Final = ""


def _of_the_same_times(uow: UnitOfWork, changed: Collection[Credential]) -> dict[str, StoredRecord]:
    """Read the credentials of the cities that are of one of the times: no others are the same."""
    cities = [uow.id_of("city", code) for code in {one.city for one in changed}]
    times = {_NO_TIME if one.as_of is None else str(one.as_of) for one in changed}
    if len(times) > _MOST_TIMES:
        return load_where(uow.connection, CREDENTIAL.name, "city", cities)
    given = {"times": [*times]}
    return {
        one.record.code: one
        for chunk in chunked(cities)
        for one in stored_records(
            CREDENTIAL.name,
            uow.connection.execute(_of_cities_and_times(), {**given, "cities": chunk}),
        )
    }


@cache
def _of_cities_and_times() -> Select[Any]:
    register = STORED_REGISTERS[CREDENTIAL.name]
    times: BindParameter[Any] = bindparam("times", expanding=True, type_=Text())
    as_of = func.coalesce(type_coerce(register.versions.c.as_of, Text), _NO_TIME)
    return select_current(CREDENTIAL.name).where(
        register.identity.c.city_id.in_(bindparam("cities", expanding=True)), as_of.in_(times)
    )


_OPPOSITE: Final = {HIGHER: LOWER, LOWER: HIGHER}


def _opposed(connection: Connection, changed: Sequence[Credential]) -> set[str]:
    """Give a credential of each measure of which the opposite direction is the better one."""
    codes = {one.code for one in changed}
    asked: dict[MeasureKey, str] = {}
    for one in changed:
        key = measure_key(one)
        if key is not None and one.better is not None and not _agreed(connection, one, codes):
            asked[key] = _OPPOSITE[one.better]
    if not asked or not _any_opposed(connection, asked):
        return set()
    rows = connection.execute(_measures()).all()
    measures = ((_key(topic, name), *rest) for topic, name, *rest in rows)
    return {code for key, better, code in measures if asked.get(key) == better}


def _any_opposed(connection: Connection, asked: Mapping[MeasureKey, str]) -> bool:
    """Say whether a version, now or once, has a measure with the other direction.

    One pass over the versions tells: few ledgers need to know which of them are the newest.
    """
    rows = connection.execute(_measures_ever())
    return any(asked.get(_key(topic, name)) == better for topic, name, better in rows)


def _key(topic: str, measure: str) -> MeasureKey:
    return MeasureKey(text_key(topic), text_key(measure))


@cache
def _measures_ever() -> Select[Any]:
    versions = STORED_REGISTERS[CREDENTIAL.name].versions.c
    query = select(versions.topic, versions.measure, versions.better)
    return query.where(versions.measure.is_not(None)).distinct()


def _agreed(connection: Connection, one: Credential, changed: Collection[str]) -> bool:
    """Say whether an older credential has the measure and its direction, and so all others do."""
    if len(changed) > _FEW:
        return False
    terms = {name: getattr(one, name) for name in ("topic", "measure", "better")}
    rows = connection.execute(_with_measure(), {**terms, "changed": [*changed]})
    return rows.first() is not None


_FEW: Final = 5
"""Of how many credentials each is looked for by itself."""


@cache
def _with_measure() -> Select[Any]:
    current = select_current(CREDENTIAL.name).subquery().c
    equal = (current[name] == bindparam(name) for name in ("topic", "measure", "better"))
    others = current.code.not_in(bindparam("changed", expanding=True))
    return select(current.code).where(*equal, others).limit(1)


@cache
def _measures() -> Select[Any]:
    current = select_current(CREDENTIAL.name).subquery().c
    names = current.topic, current.measure, current.better
    query = select(*names, func.min(current.code)).where(current.measure.is_not(None))
    return query.group_by(*names)
