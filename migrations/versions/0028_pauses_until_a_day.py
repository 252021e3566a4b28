"""Pauses until a day: from when on a declined pair, or a released one, is proposed again."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

WITH_PAUSES: Final = ("approach", "deal")
"""The registers whose records keep a pair out of proposals."""


def upgrade() -> None:
    """Add the day to the versions of approaches and deals; empty is twelve months, as before."""
    for name in WITH_PAUSES:
        op.add_column(f"{name}_version", sa.Column("not_before", sa.Date(), nullable=True))


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
