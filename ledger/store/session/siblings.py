"""Records of which two officers could each add the same on a server, neither seeing the other's.

A rule that compares a record with others under the same parent, as the meetings of a body, the
credentials of a city or the phases of a project, holds for what the transaction sees. So who writes
such records takes a lock by the name of the parent, and asks whether somebody else has written
under it since; where that is so, the request is repeated on the result. Officers need no right to
these locks.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, Select, any_, bindparam, func, select

from ledger.store.db import engine as engines
from ledger.store.db.errors import WriteConflict
from ledger.store.db.postgresql import lock_numbers
from ledger.store.registers import STORED_REGISTERS
from ledger.store.session.unit_of_work import UnitOfWork

PARENTS: Final = {
    "approach": ("need",),
    "credential": ("city",),
    "instalment": ("deal",),
    "meeting": ("body",),
    "partnership": ("city",),
    "phase": ("project",),
    "seat": ("city", "office"),
}
"""The registers whose rules compare records of one parent, with the columns that name it."""


def require_alone(uow: UnitOfWork, kinds: Iterable[str]) -> None:
    """Let no other request write under the same parents before this one ends.

    Raises `WriteConflict` where one has, since this transaction began.
    """
    if not engines.on_server(uow.connection):
        return  # there is one writer at a time
    uow.flush_registers()
    for kind in sorted(PARENTS.keys() & {*kinds}):
        for column in PARENTS[kind]:
            _require_alone_under(uow, kind, column)


def _require_alone_under(uow: UnitOfWork, kind: str, column: str) -> None:
    own = {"request": uow.request_id}
    parents = [*uow.connection.execute(_parents(kind, column), own).scalars()]
    if not parents:
        return
    lock_numbers(uow.connection, f"{kind}/{column}", parents)
    given = {"parents": parents, **own}
    seen = uow.connection.execute(_versions_under(kind, column), given).scalar()
    with engines.autocommit_connection(uow.connection.engine) as current:
        written = current.execute(_versions_under(kind, column), given).scalar()
    if written != seen:
        raise WriteConflict(f"Another {kind} was recorded at the same moment.")


@cache
def _parents(kind: str, column: str) -> Select[Any]:
    """Select the parents of the records that a request has written."""
    register = STORED_REGISTERS[kind]
    identity, versions = register.identity, register.versions
    parent = identity.c[f"{column}_id"]
    joined = identity.join(versions, versions.c[register.owner] == identity.c.id)
    own = versions.c.request_id == bindparam("request")
    return select(parent).select_from(joined).where(own, parent.is_not(None)).distinct()


@cache
def _versions_under(kind: str, column: str) -> Select[Any]:
    """Count what other requests have written under some parents."""
    register = STORED_REGISTERS[kind]
    identity, versions = register.identity, register.versions
    joined = identity.join(versions, versions.c[register.owner] == identity.c.id)
    return (
        select(func.count())
        .select_from(joined)
        .where(identity.c[f"{column}_id"] == any_(bindparam("parents", type_=ARRAY(BigInteger))))
        .where(versions.c.request_id != bindparam("request"))
    )
