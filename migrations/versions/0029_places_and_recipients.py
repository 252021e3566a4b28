"""Where cities lie, and who receives what is given to a project."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add degrees to the versions of cities, as exact text, and a name to those of projects."""
    for name in ("latitude", "longitude"):
        op.add_column("city_version", sa.Column(name, sa.String(64), nullable=True))
    op.add_column("project_version", sa.Column("recipient", sa.Text(), nullable=True))


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
