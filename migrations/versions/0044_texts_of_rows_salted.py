"""Texts in rows are sealed by salted hashes, and the hash of a request covers its rows.

The reasons of approval rules and the lines of approvals can be erased too: the guards alone change.
"""

from __future__ import annotations

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change no table: an upgrade puts the guards up anew."""


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
