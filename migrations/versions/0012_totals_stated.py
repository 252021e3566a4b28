"""Totals: an entry stores the total that was stated, and versions a corrected declaration day.

Entries recorded before have none: their total is what their day had when they were recorded.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entry", sa.Column("total", sa.BigInteger(), nullable=True))
    for table in ("need_version", "offer_version"):
        op.add_column(table, sa.Column("declared_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
