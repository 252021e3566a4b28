"""Rights by role: on a server, guards alone write balances, and bind a request to its session.

Only guards change, which every upgrade takes down and puts back. Officers lose no right here: the
owner of the database grants anew what `cityfund db grants` prints.
"""

from __future__ import annotations

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change no table."""


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
