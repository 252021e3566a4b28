"""Who recorded approaches, for the reports on them."""

from __future__ import annotations

from sqlalchemy import Connection, select

from ledger.store.db import tables
from ledger.store.registers import STORED_REGISTERS


def actors_of_approaches(connection: Connection) -> dict[str, str]:
    """Read who recorded each approach, by its code; of one in error its code may be another's."""
    register = STORED_REGISTERS["approach"]
    identity, request = register.identity, tables.request
    query = (
        select(identity.c.code, request.c.actor)
        .join(request, request.c.id == identity.c.request_id)
        .order_by(identity.c.reuse)
    )
    return dict(connection.execute(query).all())
