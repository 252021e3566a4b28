"""Statements of providers: their lines, the findings they led to, and what became of those."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOST = 100_000_000_000_000_000


def upgrade() -> None:
    _make_statements()
    _make_findings()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE statement_id_seq AS BIGINT START WITH 1 CACHE 1")
        op.execute("CREATE SEQUENCE finding_id_seq AS BIGINT START WITH 1 CACHE 1")


def _make_statements() -> None:
    op.create_table(
        "statement",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("lines > 0", name=op.f("ck_statement_lines")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_statement_provider_id"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_statement_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_statement"),
        sa.UniqueConstraint(
            "content_hash", "provider_id", "code", name="uq_statement_content_hash_provider_id_code"
        ),
    )
    op.create_index("ix_statement_provider_id", "statement", ["provider_id"], unique=False)
    op.create_table(
        "statement_line",
        sa.Column("statement_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("deal", sa.String(length=64), nullable=True),
        sa.Column("offer", sa.String(length=64), nullable=True),
        sa.Column("need", sa.String(length=64), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("file_line", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            f"amount BETWEEN -{MOST} AND {MOST} AND amount <> 0",
            name=op.f("ck_statement_line_amount"),
        ),
        sa.CheckConstraint(
            "kind IN ('commitment', 'delivery')", name=op.f("ck_statement_line_kind")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name="fk_statement_line_statement_id"
        ),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name="fk_statement_line_unit"),
        sa.PrimaryKeyConstraint("statement_id", "position", name="pk_statement_line"),
        sqlite_with_rowid=False,
    )


def _make_findings() -> None:
    op.create_table(
        "finding",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("ours", sa.Text(), nullable=True),
        sa.Column("theirs", sa.Text(), nullable=True),
        sa.Column("difference", sa.Text(), nullable=True),
        sa.Column("command", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.BigInteger(), nullable=True),
        sa.Column("statement", sa.String(length=64), nullable=True),
        sa.Column("line", sa.Text(), nullable=True),
        sa.Column("deal_id", sa.BigInteger(), nullable=True),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("office", sa.String(length=64), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_finding_provider_id"),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_finding_deal_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_finding_entry_id"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_finding_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_finding"),
        sa.UniqueConstraint("key", name="uq_finding_key"),
    )
    op.create_table(
        "finding_event",
        sa.Column("finding_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(number = 1) = (event = 'opened')", name=op.f("ck_finding_event_number")
        ),
        sa.CheckConstraint(
            "event IN ('opened', 'settled', 'reopened', 'healed')",
            name=op.f("ck_finding_event_event"),
        ),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name="fk_finding_event_finding_id"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_finding_event_request_id"),
        sa.PrimaryKeyConstraint("finding_id", "number", name="pk_finding_event"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
