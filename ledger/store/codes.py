"""Making short codes for records that came without one."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, select

from ledger.store.registers import REGISTERS

_DIGITS: Final = 4


def next_code(connection: Connection, kind: str, prefix: str) -> str:
    """Give the code after the largest of the form PREFIX-0001 that the register holds."""
    code = REGISTERS[kind].identity.c.code
    taken = connection.execute(select(code).where(code.like(f"{prefix}-%"))).scalars()
    endings = (one.removeprefix(f"{prefix}-") for one in taken)
    numbers = [int(ending) for ending in endings if ending.isascii() and ending.isdigit()]
    return f"{prefix}-{max(numbers, default=0) + 1:0{_DIGITS}d}"
