"""The needs of its project that come before a need."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a list of codes to the versions of needs; those recorded before wait for none."""
    op.add_column("need_version", sa.Column("after", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
