"""Credentials: the register of outside evidence of a city's standing in a topic."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_register(
        "credential",
        fixed=(sa.Column("city_id", sa.BigInteger(), nullable=False),),
        terms=_terms(),
        refers={"city_id": "city"},
    )
    op.create_index("ix_credential_city_id", "credential", ["city_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE credential_id_seq AS BIGINT START WITH 1 CACHE 1")


def _terms() -> list[Any]:
    return [
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("measure", sa.Text(), nullable=True),
        sa.Column("value", sa.String(length=64), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("better", sa.String(length=20), nullable=True),
        sa.Column("as_of", sa.String(length=10), nullable=True),
        sa.Column("until", sa.String(length=10), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
    ]


def _make_register(
    name: str, *, fixed: tuple[Any, ...], terms: list[Any], refers: dict[str, str]
) -> None:
    versions, owner = f"{name}_version", f"{name}_id"
    op.create_table(
        name,
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("reuse", sa.SmallInteger(), server_default="0", nullable=False),
        *fixed,
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{name}_{column}")
            for column, target in refers.items()
        ),
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


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
