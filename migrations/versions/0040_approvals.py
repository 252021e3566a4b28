"""Approvals: rules, what was asked for and answered, standing approvals, and their use."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CODE = sa.String(length=64)
MAX_AMOUNT = 4 * 10**18

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of approvals."""
    _rules()
    _approvals()
    _standing()
    _uses()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE approval_id_seq AS BIGINT START WITH 1 CACHE 1")


def _recorded(name: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=f"fk_{name}_request_id"),
    ]


def _rules() -> None:
    op.create_table(
        "approval_rule",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("unit", CODE, nullable=True),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        *_recorded("approval_rule"),
        sa.CheckConstraint(f"amount BETWEEN 0 AND {MAX_AMOUNT}", name="amount"),
        sa.CheckConstraint("(amount IS NULL) = (unit IS NULL)", name="unit"),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name="fk_approval_rule_unit"),
        sa.PrimaryKeyConstraint("number", "version", name="pk_approval_rule"),
        sqlite_with_rowid=False,
    )


def _approvals() -> None:
    op.create_table(
        "approval",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("command", sa.String(length=80), nullable=False),
        sa.Column("effect_hash", sa.String(length=64), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        *_recorded("approval"),
        sa.PrimaryKeyConstraint("id", name="pk_approval"),
    )
    op.create_index("ix_approval_key", "approval", ["key"], unique=False)
    op.create_table(
        "approval_answer",
        sa.Column("approval_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        *_recorded("approval_answer"),
        sa.CheckConstraint("answer IN ('given', 'refused')", name="answer"),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name="fk_approval_answer_approval_id"
        ),
        sa.PrimaryKeyConstraint("approval_id", name="pk_approval_answer"),
        sqlite_with_rowid=False,
    )


def _standing() -> None:
    op.create_table(
        "standing_approval",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("unit", CODE, nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        *_recorded("standing_approval"),
        sa.CheckConstraint(f"amount BETWEEN 1 AND {MAX_AMOUNT}", name="amount"),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["provider.id"], name="fk_standing_approval_provider_id"
        ),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name="fk_standing_approval_unit"),
        sa.PrimaryKeyConstraint("number", "version", name="pk_standing_approval"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_standing_approval_provider_id", "standing_approval", ["provider_id"], unique=False
    )


def _uses() -> None:
    op.create_table(
        "approval_use",
        sa.Column("request_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("approval_id", sa.BigInteger(), nullable=True),
        sa.Column("standing", sa.Integer(), nullable=True),
        sa.CheckConstraint("(approval_id IS NULL) <> (standing IS NULL)", name="one"),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name="fk_approval_use_approval_id"
        ),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_approval_use_request_id"),
        sa.PrimaryKeyConstraint("request_id", name="pk_approval_use"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_approval_use_approval_id", "approval_use", ["approval_id"], unique=True)


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
