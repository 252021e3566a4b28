"""Exact rates: a rate that no decimal is equal to is kept as a fraction beside its decimal.

Deals and proposals recorded before have none: their decimal is the exact rate.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("deal", "proposal_line"):
        op.add_column(table, sa.Column("rate_exact", sa.Text(), nullable=True))


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
