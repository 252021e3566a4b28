"""Disclosures: the salts and texts behind the hashes that leaves hold from this upgrade on.

Requests recorded before keep their format, and so all their leaves.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "request", sa.Column("format", sa.SmallInteger(), server_default="1", nullable=False)
    )
    op.create_table(
        "disclosure",
        sa.Column("request_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("record", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("length(salt) = 16", name=op.f("ck_disclosure_salt")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_disclosure_request_id"),
        sa.PrimaryKeyConstraint(
            "request_id", "kind", "record", "version", "place", name="pk_disclosure"
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
