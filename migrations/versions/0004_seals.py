"""Seals: the leaves of the ledger's Merkle tree in their fixed places, and its roots."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# SQLite's own row number has to be declared INTEGER.
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sealed_leaf",
        sa.Column("position", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("position >= 0", name=op.f("ck_sealed_leaf_position")),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_sealed_leaf_hash")),
        sa.PrimaryKeyConstraint("position", name="pk_sealed_leaf"),
        sa.UniqueConstraint("kind", "reference", name="uq_sealed_leaf_kind_reference"),
    )
    op.create_table(
        "seal",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("last_request", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_seal_size")),
        sa.CheckConstraint("length(root) = 32", name=op.f("ck_seal_root")),
        sa.ForeignKeyConstraint(["last_request"], ["request.id"], name="fk_seal_last_request"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_seal_request_id"),
        sa.PrimaryKeyConstraint("number", name="pk_seal"),
    )


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
