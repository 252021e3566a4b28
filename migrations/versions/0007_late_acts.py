"""Late acts: an entry whose reversal was reversed may be reversed again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# SQLite's own row number has to be declared INTEGER.
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = (
    "id, act, effective_on, recorded_at, request_id, deal_id, reference, reason, override,"
    " reverses, lines, format"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("uq_entry_reverses", "entry", type_="unique")
    else:
        _rebuild()
    op.create_index("ix_entry_reverses", "entry", ["reverses"], unique=False)


def _rebuild() -> None:
    """Make the table anew: SQLite drops no constraint of a table that stands."""
    op.create_table(
        "entry_rebuilt",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("deal_id", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("override", sa.Text(), nullable=True),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.Column("lines", sa.SmallInteger(), nullable=False),
        sa.Column("format", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "(act = 'reverse') = (reverses IS NOT NULL)", name=op.f("ck_entry_reverses")
        ),
        sa.CheckConstraint("lines > 0", name=op.f("ck_entry_lines")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_entry_deal_id"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_entry_request_id"),
        sa.ForeignKeyConstraint(["reverses"], ["entry.id"], name="fk_entry_reverses"),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
    )
    op.execute(f"INSERT INTO entry_rebuilt ({COLUMNS}) SELECT {COLUMNS} FROM entry")  # noqa: S608
    op.drop_table("entry")
    op.rename_table("entry_rebuilt", "entry")
    op.create_index(
        "ix_entry_deal_id_effective_on", "entry", ["deal_id", "effective_on"], unique=False
    )
    op.create_index("ix_entry_request_id", "entry", ["request_id"], unique=False)


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
