"""Phases: the status of a project from a day on.

A project without a recorded phase has one status, that of its terms, as it was in older ledgers.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_identity()
    _make_versions()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE phase_id_seq AS BIGINT START WITH 1 CACHE 1")


def _make_identity() -> None:
    op.create_table(
        "phase",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=75), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("reuse", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("from", sa.Date(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_phase_project_id"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_phase_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_phase"),
    )
    op.create_index("ix_phase_number", "phase", ["number"], unique=False)
    op.create_index("uq_phase_code_reuse", "phase", ["code", "reuse"], unique=True)
    op.create_index("uq_phase_folded_reuse", "phase", ["folded", "reuse"], unique=True)
    op.create_index("ix_phase_project_id", "phase", ["project_id"], unique=False)


def _make_versions() -> None:
    op.create_table(
        "phase_version",
        sa.Column("phase_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("in_error", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["phase_id"], ["phase.id"], name="fk_phase_version_phase_id"),
        sa.ForeignKeyConstraint(
            ["status"], ["project_status.code"], name="fk_phase_version_status"
        ),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_phase_version_request_id"),
        sa.PrimaryKeyConstraint("phase_id", "version", name="pk_phase_version"),
        sqlite_with_rowid=False,
    )
    marked = sa.column("in_error", sa.Boolean())
    op.create_index(
        "ix_phase_version_in_error",
        "phase_version",
        ["phase_id"],
        unique=False,
        sqlite_where=marked,
        postgresql_where=marked,
    )


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
