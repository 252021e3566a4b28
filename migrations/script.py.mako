"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
