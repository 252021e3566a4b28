"""Rows for the check of changed identities, and of codes that two records have or had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Select, and_, select

from ledger.checks.history import IdentityRows
from ledger.registers.table import code_prefixes
from ledger.store.checks.extent import tables_with_rows
from ledger.store.checks.journal import raw, stream
from ledger.store.db.queries import codes_had
from ledger.store.db.tables import FORMER
from ledger.store.registers import STORED_REGISTERS, in_error


def read_identity_changes(connection: Connection) -> Iterator[IdentityRows]:
    """Read what changed in each identity row, in order, and the row as it is."""
    filled = _changed_registers(connection)
    for kind, size, query in _identity_change_queries():
        if kind not in filled:
            continue
        rows = (tuple(row) for row in stream(connection, query))
        for _, group in groupby(rows, key=itemgetter(0)):
            made = [row[1:] for row in group]
            yield IdentityRows(
                kind,
                code_prefixes().get(kind, ""),
                [(row[1 : 1 + size], row[1 + size : 1 + 2 * size]) for row in made],
                made[0][1 + 2 * size :],
            )


def _changed_registers(connection: Connection) -> frozenset[str]:
    """Name the registers with a record whose identity changed."""
    changes = {
        kind: one.changes for kind, one in STORED_REGISTERS.items() if one.changes is not None
    }
    filled = tables_with_rows(connection, changes.values())
    return frozenset(kind for kind, table in changes.items() if table.name in filled)


@cache
def _identity_change_queries() -> Sequence[tuple[str, int, Select[Any]]]:
    """Build, for each register whose identities change, the query and how many values may."""
    queries = []
    for kind, register in STORED_REGISTERS.items():
        if register.changes is None:
            continue
        identity, changes = register.identity, register.changes
        names = [name for name in identity.c.keys() if f"{FORMER}{name}" in changes.c]  # noqa: SIM118
        sets = (
            *(changes.c[f"{FORMER}{name}"] for name in names),
            *(changes.c[name] for name in names),
            *(identity.c[name] for name in names),
        )
        query = (
            select(changes.c[register.owner], changes.c.version, *map(raw, sets))
            .outerjoin(identity, identity.c.id == changes.c[register.owner])
            .order_by(changes.c[register.owner], changes.c.version)
        )
        queries.append((kind, len(names), query))
    return queries


def read_shared_codes(connection: Connection) -> Iterator[str]:
    """Find codes that a record once had and another one has or had, neither of them in error."""
    filled = _changed_registers(connection)
    for kind, query in _shared_code_queries():
        if kind not in filled:
            continue
        for code in connection.execute(query).scalars():
            yield f"{kind} code {code} is or was that of another record too"


@cache
def _shared_code_queries() -> Sequence[tuple[str, Select[Any]]]:
    queries = []
    for kind, register in STORED_REGISTERS.items():
        if register.changes is None:
            continue
        changes, had = register.changes, codes_had(kind)
        own = changes.c[register.owner]
        query = (
            select(changes.c[f"{FORMER}code"])
            .join(had, and_(had.c.folded == changes.c[f"{FORMER}folded"], had.c.id != own))
            .where(~in_error(kind, own), ~in_error(kind, had.c.id))
            .distinct()
        )
        queries.append((kind, query))
    return queries
