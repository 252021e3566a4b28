"""The instalments of each deal and what it was given, read as stored and without assumptions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, select

from ledger.checks.stored_rows import DueRow
from ledger.core.factors import Stage
from ledger.registers.pairs import INSTALMENT
from ledger.store.checks.journal import stream
from ledger.store.db import tables
from ledger.store.db.queries import distinct_code, is_newest
from ledger.store.db.tables import named, versions_of
from ledger.store.registers import STORED_REGISTERS


def find_due(connection: Connection) -> Iterator[DueRow]:
    """Read of every deal with instalments their sum, their units, and what was ever taken in."""
    taken: dict[int, int] = {}
    for deal, amount in stream(connection, _taken()):
        if type(amount) is int:  # the check of exact amounts names what is no number
            taken[deal] = taken.get(deal, 0) + amount
    due: dict[int, DueRow] = {}
    for deal, code, unit, of_need, quantity in stream(connection, _instalments()):
        row = due.get(deal, DueRow(code, 0, taken.get(deal, 0), frozenset(), of_need))
        planned = row.planned + quantity
        due[deal] = row._replace(planned=planned, units=row.units | {unit})
    yield from due.values()


@cache
def _instalments() -> Select[Any]:
    """Select the instalments that are due: the deal, the units, and the quantity."""
    instalment, versions = named(INSTALMENT.name), versions_of(INSTALMENT.name)
    owner = versions.c[STORED_REGISTERS[INSTALMENT.name].owner]
    deal, need = tables.deal, tables.need
    return (
        select(deal.c.id, distinct_code(deal), instalment.c.unit, need.c.unit, versions.c.quantity)
        .join(instalment, instalment.c.deal_id == deal.c.id)
        .join(versions, owner == instalment.c.id)
        .join(need, need.c.id == deal.c.need_id)
        .where(is_newest(versions, owner), ~versions.c.in_error, ~versions.c.withdrawn)
        .order_by(deal.c.id)
    )


@cache
def _taken() -> Select[Any]:
    """Select each amount of a need that a deal with instalments was given to hold or commit."""
    moved = tables.movement
    with_instalments = select(named(INSTALMENT.name).c.deal_id)
    return select(moved.c.deal_id, moved.c.amount).where(
        moved.c.deal_id.in_(with_instalments), moved.c.from_stage == Stage.OPEN
    )
