"""The test of a request against the records that it names by their codes, before it is written.

So do identifiers, notes and the other records that may be about a record of any register.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import select

from ledger.core.text import normalised_code
from ledger.registers.table import IDENTIFIED_TABLES, IDENTIFIER, NAMING_BY_CODE
from ledger.store.db import engine as engines
from ledger.store.db.errors import WriteConflict
from ledger.store.db.queries import chunked
from ledger.store.recorded import grouped_ids, lock_records
from ledger.store.registers import (
    STORED_REGISTERS,
    find_record,
    in_error,
    load_where,
    seek_id,
)
from ledger.store.session.unit_of_work import UnitOfWork

_AT_ONCE: Final = 500


def require_identified_records(uow: UnitOfWork) -> None:
    """Refuse a request after which an identifier of its own names no record.

    Raises `UnknownCode` with the nearest codes.
    """
    codes = sorted({*uow.changes.codes_of(IDENTIFIER.name)})
    uow.flush_registers()
    for at in range(0, len(codes), _AT_ONCE):
        stored = load_where(uow.connection, IDENTIFIER.name, "code", codes[at : at + _AT_ONCE])
        _require_each(uow, [one.record for one in stored.values()])


def _require_each(uow: UnitOfWork, identifiers: list[Any]) -> None:
    by_register: dict[str, set[str]] = {}
    for one in identifiers:
        by_register.setdefault(IDENTIFIED_TABLES[one.table], set()).add(one.record)
    for register, codes in by_register.items():
        found = load_where(uow.connection, register, "code", codes)
        there = {normalised_code(code) for code in found}
        for code in sorted(codes):
            if normalised_code(code) not in there:
                find_record(uow.connection, register, code)


def require_named_stay(uow: UnitOfWork) -> None:
    """Keep the records that a request names by their codes from being undone until it ends.

    It is for a server: elsewhere there is one writer at a time. Raises `WriteConflict` where the
    addition of one was undone since this transaction began.
    """
    uow.flush_registers()
    by_kind = grouped_ids(_named(uow))
    lock_records(uow.connection, by_kind)
    with engines.autocommit_connection(uow.connection.engine) as current:
        for kind, ids in by_kind.items():
            own = STORED_REGISTERS[kind].identity.c
            for some in chunked([*ids]):
                query = select(own.code).where(own.id.in_(some), in_error(kind, own.id)).limit(1)
                code = current.execute(query).scalar()
                if code is not None:
                    raise WriteConflict(f"The addition of {kind} {code} was undone just now.")


def _named(uow: UnitOfWork) -> Iterator[tuple[str, int]]:
    """Give the records that those of a request name."""
    changed = {(one.kind, one.code) for one in uow.changes if one.kind in NAMING_BY_CODE}
    for naming in sorted({kind for kind, _ in changed}):
        codes = [code for kind, code in changed if kind == naming]
        for some in chunked(codes):
            for stored in load_where(uow.connection, naming, "code", some).values():
                one = stored.record
                kind = IDENTIFIED_TABLES[one.table] if naming == IDENTIFIER.name else one.kind
                identity = seek_id(uow.connection, kind, one.record)
                if identity is not None:
                    yield kind, identity
