"""The test of a request against the records that its identifiers name, before it is written."""

from __future__ import annotations

from typing import Any, Final

from ledger.core.text import normalised_code
from ledger.registers.table import IDENTIFIED_TABLES, IDENTIFIER
from ledger.store.registers import find_record, load_where
from ledger.store.session.unit_of_work import UnitOfWork

_AT_ONCE: Final = 500


def require_identified_records(uow: UnitOfWork) -> None:
    """Refuse a request after which an identifier of its own names no record.

    Raises `UnknownCode` with the nearest codes.
    """
    codes = sorted({one.code for one in uow.changes if one.kind == IDENTIFIER.name})
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
