"""The hash of a request is looked up by an index: each command asks for the one it remembers."""

from __future__ import annotations

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index the hashes of requests."""
    op.create_index("ix_receipt_hash", "receipt", ["hash"])


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
