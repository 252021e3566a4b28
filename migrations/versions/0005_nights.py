"""Nights: runs and their steps, what was missing each day, and the row that a run locks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STAGES = ("free", "held", "committed", "delivered", "withdrawn")


def upgrade() -> None:
    op.create_table(
        "night_run",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column(sa.quoted_name("system_user", quote=True), sa.String(length=200), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("database_user", sa.String(length=200), nullable=True),
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_night_run"),
    )
    op.create_index("ix_night_run_day", "night_run", ["day"], unique=False)
    op.create_table(
        "night_step",
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("offices", sa.Text(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["night_run.id"], name="fk_night_step_run_id"),
        sa.PrimaryKeyConstraint("run_id", "name", name="pk_night_step"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "gap_snapshot",
        sa.Column("need_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("taken", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        *(sa.Column(stage, sa.BigInteger(), nullable=False) for stage in STAGES),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        *(
            sa.CheckConstraint(
                f"{stage} BETWEEN 0 AND 100000000000000000", name=op.f(f"ck_gap_snapshot_{stage}")
            )
            for stage in STAGES
        ),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name="fk_gap_snapshot_need_id"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_gap_snapshot_request_id"),
        sa.PrimaryKeyConstraint("need_id", "day", "taken", name="pk_gap_snapshot"),
        sqlite_with_rowid=False,
    )
    lock = op.create_table(
        "night_lock",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.CheckConstraint("name = 'night'", name=op.f("ck_night_lock_name")),
        sa.PrimaryKeyConstraint("name", name="pk_night_lock"),
        sqlite_with_rowid=False,
    )
    op.bulk_insert(lock, [{"name": "night"}])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE night_run_id_seq AS BIGINT START WITH 1 CACHE 1")


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
