"""Partnerships and undertakings: the registers of ties between cities, and of what they bring."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_register(
        "partnership",
        fixed=[
            _reference("city_id"),
            _reference("with_city_id"),
            sa.Column("kind", sa.String(length=20), nullable=False),
        ],
        terms=[
            sa.Column("topics", sa.Text(), nullable=False),
            _partial_date("signed"),
            _partial_date("ended"),
            *(_text(name) for name in ("aim", "source")),
            sa.Column("origin_kind", sa.String(length=20), nullable=True),
            sa.Column("origin_id", sa.BigInteger(), nullable=True),
            _text("note"),
        ],
        fixed_refers={"city_id": "city", "with_city_id": "city"},
        refers={},
    )
    op.create_index(
        "ix_partnership_version_origin",
        "partnership_version",
        ["origin_id", "origin_kind"],
        unique=False,
    )
    _make_register(
        "undertaking",
        fixed=[_reference("partnership_id")],
        terms=[
            _reference("by_id"),
            sa.Column("what", sa.Text(), nullable=False),
            _reference("host_id", required=False),
            _reference("payer_id", required=False),
            sa.Column("due_on", sa.Date(), nullable=True),
            _partial_date("done_on"),
            sa.Column("lasts", sa.Boolean(), nullable=False),
            _partial_date("until"),
            _text("note"),
        ],
        fixed_refers={"partnership_id": "partnership"},
        refers=dict.fromkeys(("by_id", "host_id", "payer_id"), "city"),
    )


def _reference(name: str, *, required: bool = True) -> Any:
    return sa.Column(name, sa.BigInteger(), nullable=not required)


def _partial_date(name: str) -> Any:
    return sa.Column(name, sa.String(length=10), nullable=True)


def _text(name: str) -> Any:
    return sa.Column(name, sa.Text(), nullable=True)


def _make_register(
    name: str,
    *,
    fixed: list[Any],
    terms: list[Any],
    fixed_refers: dict[str, str],
    refers: dict[str, str],
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
        *_foreign_keys(name, fixed_refers),
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
        *_foreign_keys(versions, {**refers, owner: name}),
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

    for table, columns in ((name, fixed_refers), (versions, refers)):
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE SEQUENCE {name}_id_seq AS BIGINT START WITH 1 CACHE 1")


def _foreign_keys(table: str, refers: dict[str, str]) -> list[Any]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")
        for column, target in refers.items()
    ]


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
