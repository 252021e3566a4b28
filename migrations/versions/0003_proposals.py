"""Proposals: what matching proposed is stored, and an introduction names the line it came from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# SQLite's own row number has to be declared INTEGER.
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _make_proposals()
    _make_what_belongs_to_them()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE proposal_id_seq AS BIGINT START WITH 1 CACHE 1")


def _make_proposals() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("selection", sa.Text(), nullable=False),
        sa.Column("solver", sa.Text(), nullable=False),
        sa.Column("limited", sa.Boolean(), nullable=False),
        sa.Column("milliseconds", sa.BigInteger(), nullable=False),
        sa.Column("complete_value", sa.String(length=64), nullable=False),
        sa.Column("complete_bound", sa.String(length=64), nullable=False),
        sa.Column("coverage_value", sa.String(length=64), nullable=False),
        sa.Column("coverage_bound", sa.String(length=64), nullable=False),
        sa.Column("cost", sa.String(length=64), nullable=False),
        sa.Column("cost_unit", sa.String(length=64), nullable=False),
        sa.Column("cost_unknown", sa.Integer(), nullable=False),
        sa.Column("without_rate", sa.Text(), nullable=False),
        sa.Column("solved_on", sa.BigInteger(), nullable=True),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("lines >= 0", name=op.f("ck_proposal_lines")),
        sa.ForeignKeyConstraint(["cost_unit"], ["unit.code"], name="fk_proposal_cost_unit"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_proposal_request_id"),
        sa.ForeignKeyConstraint(["solved_on"], ["entry.id"], name="fk_proposal_solved_on"),
        sa.PrimaryKeyConstraint("id", name="pk_proposal"),
        sa.UniqueConstraint("code", name="uq_proposal_code"),
        sa.UniqueConstraint("folded", name="uq_proposal_folded"),
    )
    op.create_index("ix_proposal_number", "proposal", ["number"], unique=False)


def _make_what_belongs_to_them() -> None:
    op.create_table(
        "proposal_line",
        sa.Column("proposal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("need_id", sa.BigInteger(), nullable=False),
        sa.Column("need_amount", sa.BigInteger(), nullable=False),
        sa.Column("need_unit", sa.String(length=64), nullable=False),
        sa.Column("offer_amount", sa.BigInteger(), nullable=False),
        sa.Column("offer_unit", sa.String(length=64), nullable=False),
        sa.Column("rate", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "need_amount BETWEEN 1 AND 100000000000000000",
            name=op.f("ck_proposal_line_need_amount"),
        ),
        sa.CheckConstraint(
            "offer_amount BETWEEN 1 AND 100000000000000000",
            name=op.f("ck_proposal_line_offer_amount"),
        ),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name="fk_proposal_line_need_id"),
        sa.ForeignKeyConstraint(["need_unit"], ["unit.code"], name="fk_proposal_line_need_unit"),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name="fk_proposal_line_offer_id"),
        sa.ForeignKeyConstraint(["offer_unit"], ["unit.code"], name="fk_proposal_line_offer_unit"),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name="fk_proposal_line_proposal_id"
        ),
        sa.PrimaryKeyConstraint("proposal_id", "line", name="pk_proposal_line"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "proposal_project",
        sa.Column("proposal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name=op.f("ck_proposal_project_weight")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name="fk_proposal_project_project_id"
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name="fk_proposal_project_proposal_id"
        ),
        sa.PrimaryKeyConstraint("proposal_id", "project_id", name="pk_proposal_project"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "introduced_line",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_introduced_line_entry_id"),
        sa.ForeignKeyConstraint(
            ["proposal_id", "line"],
            ["proposal_line.proposal_id", "proposal_line.line"],
            name="fk_introduced_line_proposal_id_line",
        ),
        sa.PrimaryKeyConstraint("entry_id", name="pk_introduced_line"),
        sa.UniqueConstraint("proposal_id", "line", name="uq_introduced_line_proposal_id_line"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
