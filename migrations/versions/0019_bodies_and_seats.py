"""Bodies and seats, and what offices and cities have in addition: days of opening, membership."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PARTIAL_DATE = sa.String(length=10)

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seat_role",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_seat_role"),
    )
    _make_register("body", terms=_body_terms())
    _make_register("seat", fixed=_seat_identity(), terms=_period())
    for column in ("city_id", "body_id", "office_id"):
        op.create_index(f"ix_seat_{column}", "seat", [column], unique=False)
    op.create_index("ix_body_version_parent_id", "body_version", ["parent_id"], unique=False)
    for column in ("opened_on", "closed_on"):
        op.add_column("office_version", sa.Column(column, PARTIAL_DATE, nullable=True))
    for column, before in (("member", sa.true()), ("office_given", sa.false())):
        added = sa.Column[bool](column, sa.Boolean(), server_default=before, nullable=False)
        op.add_column("city_version", added)
    if op.get_bind().dialect.name == "postgresql":
        for name in ("body", "seat"):
            op.execute(f"CREATE SEQUENCE {name}_id_seq AS BIGINT START WITH 1 CACHE 1")


def _body_terms() -> list[Any]:
    return [
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["body.id"], name="fk_body_version_parent_id"),
        sa.Column("seats", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint("seats BETWEEN 1 AND 10000", name="seats"),
        *_period(),
    ]


def _period() -> list[Any]:
    return [
        sa.Column("from", PARTIAL_DATE, nullable=True),
        sa.Column("until", PARTIAL_DATE, nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
    ]


def _seat_identity() -> list[Any]:
    named = {"city": False, "body": True, "office": True}
    return [
        *(sa.Column(f"{one}_id", sa.BigInteger(), nullable=named[one]) for one in named),
        sa.Column("role", sa.String(length=64), nullable=False),
        *(
            sa.ForeignKeyConstraint([f"{one}_id"], [f"{one}.id"], name=f"fk_seat_{one}_id")
            for one in named
        ),
        sa.ForeignKeyConstraint(["role"], ["seat_role.code"], name="fk_seat_role"),
    ]


def _make_register(name: str, *, terms: list[Any], fixed: list[Any] | None = None) -> None:
    versions, owner = f"{name}_version", f"{name}_id"
    op.create_table(
        name,
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("reuse", sa.SmallInteger(), server_default="0", nullable=False),
        *(fixed or []),
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


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
