"""Limits: caps and floors across pairs of offers and projects."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CODE = sa.String(length=64)
WORD = sa.String(length=20)

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the register of limits."""
    terms = [
        sa.Column("measure", WORD, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("value", sa.String(64), nullable=False),
        sa.Column("unit", CODE, nullable=True),
        sa.Column("offers", sa.Text(), nullable=True),
        sa.Column("projects", sa.Text(), nullable=True),
        sa.Column("per", WORD, nullable=True),
        sa.Column("from", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
    ]
    _make_register("pair_limit", terms)


def _make_register(name: str, terms: list[Any]) -> None:
    versions, owner = f"{name}_version", f"{name}_id"
    op.create_table(
        name,
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("reuse", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=f"fk_{name}_request_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
    )
    op.create_index(f"ix_{name}_number", name, ["number"], unique=False)
    op.create_index(f"uq_{name}_code_reuse", name, ["code", "reuse"], unique=True)
    op.create_index(f"uq_{name}_folded_reuse", name, ["folded", "reuse"], unique=True)
    op.create_table(
        versions,
        sa.Column(owner, ROW_ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        *terms,
        sa.Column("in_error", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint([owner], [f"{name}.id"], name=f"fk_{versions}_{owner}"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=f"fk_{versions}_request_id"),
        sa.PrimaryKeyConstraint(owner, "version", name=f"pk_{versions}"),
        sqlite_with_rowid=False,
    )
    marked = sa.column("in_error", sa.Boolean())
    op.create_index(
        f"ix_{versions}_in_error",
        versions,
        [owner],
        unique=False,
        sqlite_where=marked,
        postgresql_where=marked,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE SEQUENCE {name}_id_seq AS BIGINT START WITH 1 CACHE 1")


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
