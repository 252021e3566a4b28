"""Rows adopted into the evidence, the chain of requests, and the files of findings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of adopted rows, and the columns of hashes."""
    op.create_table(
        "adopted_row",
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_adopted_row_request_id"),
        sa.PrimaryKeyConstraint("table_name", "key", name="pk_adopted_row"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_adopted_row_request_id", "adopted_row", ["request_id"], unique=False)
    op.add_column("request", sa.Column("parent_id", sa.BigInteger(), nullable=True))
    op.add_column("request", sa.Column("parent_hash", sa.String(length=64), nullable=True))
    op.add_column("finding", sa.Column("file_name", sa.Text(), nullable=True))
    op.add_column("finding", sa.Column("content_hash", sa.String(length=64), nullable=True))
    op.add_column("receipt", sa.Column("hash", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
