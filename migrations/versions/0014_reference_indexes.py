"""Indexes of what refers to another record, by which that one's `show` finds what is under it."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

REFERENCES: Final = (
    ("city_version", "office_id"),
    ("provider_version", "city_id"),
    ("project", "city_id"),
    ("need", "project_id"),
    ("offer", "provider_id"),
)


def upgrade() -> None:
    for table, column in REFERENCES:
        op.create_index(f"ix_{table}_{column}", table, [column], unique=False)


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
