"""Exemptions named: an act that rests on exemptions from restrictions names them in its entry.

Entries recorded before name none; what they rested on is in the registers of their time.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entry", sa.Column("exemptions", sa.Text(), nullable=True))


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
