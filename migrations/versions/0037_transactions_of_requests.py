"""The transaction of a request on a server, by which is told what was begun before it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two columns to requests; those recorded before have neither."""
    op.add_column("request", sa.Column("transaction_id", sa.BigInteger(), nullable=True))
    op.add_column("request", sa.Column("server_id", sa.String(length=20), nullable=True))


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
