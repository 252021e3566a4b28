"""Instalments: quantities of a deal, each due on a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_identity()
    _make_versions()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE instalment_id_seq AS BIGINT START WITH 1 CACHE 1")


def _make_identity() -> None:
    op.create_table(
        "instalment",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=75), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("reuse", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("deal_id", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_instalment_deal_id"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_instalment_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_instalment"),
    )
    op.create_index("ix_instalment_number", "instalment", ["number"], unique=False)
    op.create_index("uq_instalment_code_reuse", "instalment", ["code", "reuse"], unique=True)
    op.create_index("uq_instalment_folded_reuse", "instalment", ["folded", "reuse"], unique=True)
    op.create_index("ix_instalment_deal_id", "instalment", ["deal_id"], unique=False)


def _make_versions() -> None:
    op.create_table(
        "instalment_version",
        sa.Column("instalment_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("in_error", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instalment_id"], ["instalment.id"], name="fk_instalment_version_instalment_id"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name="fk_instalment_version_request_id"
        ),
        sa.PrimaryKeyConstraint("instalment_id", "version", name="pk_instalment_version"),
        sqlite_with_rowid=False,
    )
    marked = sa.column("in_error", sa.Boolean())
    op.create_index(
        "ix_instalment_version_in_error",
        "instalment_version",
        ["instalment_id"],
        unique=False,
        sqlite_where=marked,
        postgresql_where=marked,
    )


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
