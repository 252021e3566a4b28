"""Read the restrictions and exemptions of a ledger, all of them: there are few.

A night and a report ask for them many times. What is compiled of them lives as long as the value
that was read, and so one that was read is given again until one of their versions is added or a
text is erased.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    column,
    func,
    select,
    table,
)

from ledger.restrictions.bars import NO_RESTRICTIONS, Restrictions
from ledger.store.db import tables
from ledger.store.db.clock import known_by
from ledger.store.db.prepared import Prepared
from ledger.store.registers import STORED_REGISTERS, known_at_parameter, load_all

_KINDS: Final = ("restriction", "exemption")
_Extent = tuple[int | None, ...]
"""Of each table, how many of its rows are known and which request added the last of them.

Then how many texts were erased, known or not: those are gone from what was known before as well.
"""


class RestrictionsCache:
    """The restrictions of one ledger as last read, which stand until something of them changes."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._read: dict[_Extent, Restrictions] = {}

    def read(self, connection: Connection, known_at: datetime | None = None) -> Restrictions:
        """Read all restrictions and exemptions, as now or as known at a moment.

        Tables of versions only grow, and their texts change only by erasure: where as much of
        them is known, and no more was erased, they were read already.
        """
        if _ANY.first(connection) is None:
            return NO_RESTRICTIONS
        query = _extent(known=known_at is not None)
        extent: _Extent = tuple(connection.execute(query, known_at_parameter(known_at)).one())
        found = self._read.get(extent)
        if found is None:
            found = read_restrictions(connection, known_at)
            others = [*self._read.items()][-1:]  # a night compares what is known with what was
            self._read = dict([*others, (extent, found)])
        return found


def read_restrictions(connection: Connection, known_at: datetime | None = None) -> Restrictions:
    """Read all restrictions and exemptions, as now or as known at a moment."""
    if _ANY.first(connection) is None:
        return NO_RESTRICTIONS
    every = (load_all(connection, kind, known_at) for kind in _KINDS)
    restrictions, exemptions = (tuple(kept.values()) for kept in every)
    return Restrictions(
        tuple([one.record for one in restrictions]),
        tuple([one.record for one in exemptions]),
        {one.record.code: one.recorded_at for one in restrictions},
    )


_ANY: Final = Prepared(select(column("id", BigInteger)).select_from(table("restriction")).limit(1))
"""Asks by the name of the table alone: making those of a register takes thousands of calls."""


@cache
def _extent(*, known: bool) -> Select[Any]:
    def figure(of: ColumnElement[Any], rows: FromClause) -> ColumnElement[Any]:
        where = (known_by(rows),) if known else ()
        return select(of).select_from(rows).where(*where).scalar_subquery()

    return select(
        *(
            figure(of, rows)
            for rows in _tables()
            for of in (func.count(), func.max(rows.c.request_id))
        ),
        select(func.count()).select_from(tables.erasure).scalar_subquery(),
    )


def _tables() -> Iterator[FromClause]:
    """Give the tables that change with what is read: versions, and changes of codes."""
    for kind in _KINDS:
        register = STORED_REGISTERS[kind]
        yield register.versions
        if register.changes is not None:
            yield register.changes
