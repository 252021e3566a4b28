"""Many hands: on a server ids come from sequences, so that no writer waits for another's number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBERED = (
    "request",
    "office",
    "city",
    "provider",
    "project",
    "holder",
    "deal",
    "entry",
    "rate",
)


def upgrade() -> None:
    # A SQLite ledger has one writer at a time, who counts on from the largest id.
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for table in NUMBERED:
        ids = sa.column("id", sa.BigInteger)
        largest = sa.select(sa.func.coalesce(sa.func.max(ids), 0)).select_from(sa.table(table))
        first = connection.execute(largest).scalar_one() + 1
        op.execute(f"CREATE SEQUENCE {table}_id_seq AS BIGINT START WITH {first} CACHE 1")


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
