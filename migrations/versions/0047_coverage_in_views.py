"""The coverage that `v_gap` gives is that of the reports, rounded down to four places.

Only views change, which every upgrade takes down and puts back.
"""

from __future__ import annotations

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change no table."""


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
