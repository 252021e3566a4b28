"""Texts that were erased on request, each named with the leaf that holds its hash."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of erasures."""
    op.create_table(
        "erasure",
        sa.Column("erased_request", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("record", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.Column("remains", sa.Text(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("erased_request < request_id", name=op.f("ck_erasure_later")),
        sa.CheckConstraint(
            "remains = '[erased]' OR field IN ('input', 'receipt')", name=op.f("ck_erasure_remains")
        ),
        sa.ForeignKeyConstraint(
            ["erased_request"], ["request.id"], name="fk_erasure_erased_request"
        ),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_erasure_request_id"),
        sa.PrimaryKeyConstraint(
            "erased_request", "kind", "record", "version", "place", name="pk_erasure"
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
