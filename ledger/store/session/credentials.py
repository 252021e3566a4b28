"""The test of a request against the credentials of a ledger, before it is written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, func, select

from ledger.core.text import text_key
from ledger.exchanges.contradictions import EvidenceIndex, MeasureKey, measure_key
from ledger.registers.network import CREDENTIAL, HIGHER, LOWER, Credential
from ledger.store.registers import load_where, select_current
from ledger.store.session.unit_of_work import UnitOfWork


def require_credentials_apart(uow: UnitOfWork) -> None:
    """Refuse a request after which a credential of its own and another contradict each other.

    Those of the same cities are read, and of others those whose measure is better the other way.
    Raises `AlreadyCredentialed` and `BetterDiffers`.
    """
    codes = {change.code for change in uow.changes if change.kind == CREDENTIAL.name}
    uow.flush_registers()
    stored = load_where(uow.connection, CREDENTIAL.name, "code", codes)
    changed = [stored[code].record for code in sorted(stored)]
    cities = [uow.id_of("city", code) for code in {one.city for one in changed}]
    others = load_where(uow.connection, CREDENTIAL.name, "city", cities)
    others |= load_where(uow.connection, CREDENTIAL.name, "code", _opposed(uow.connection, changed))
    index = EvidenceIndex(others[code].record for code in sorted(others))
    for one in changed:
        index.require_apart(one)


_OPPOSITE: Final = {HIGHER: LOWER, LOWER: HIGHER}


def _opposed(connection: Connection, changed: Sequence[Credential]) -> set[str]:
    """Give a credential of each measure of which the opposite direction is the better one."""
    codes = {one.code for one in changed}
    asked: dict[MeasureKey, str] = {}
    for one in changed:
        key = measure_key(one)
        if key is not None and one.better is not None and not _agreed(connection, one, codes):
            asked[key] = _OPPOSITE[one.better]
    if not asked:
        return set()
    rows = connection.execute(_measures()).all()
    measures = ((MeasureKey(text_key(topic), text_key(name)), *rest) for topic, name, *rest in rows)
    return {code for key, better, code in measures if asked.get(key) == better}


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
