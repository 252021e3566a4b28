"""Approaches, and the origins of records: what an approach, offer, project or deal came from."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

WITH_ORIGIN: Final = ("project", "offer", "deal", "seat")
"""The registers there were whose records can name an origin."""


def upgrade() -> None:
    refers = {"need_id": "need", "provider_id": "provider"}
    _make_register("approach", fixed=_approach_identity(), terms=_approach_terms(), refers=refers)
    for column in refers:
        op.create_index(f"ix_approach_{column}", "approach", [column], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE approach_id_seq AS BIGINT START WITH 1 CACHE 1")
    for name in WITH_ORIGIN:
        for column in _origin():
            op.add_column(f"{name}_version", column)
    for name in ("approach", *WITH_ORIGIN):
        columns = ["origin_id", "origin_kind"]
        op.create_index(f"ix_{name}_version_origin", f"{name}_version", columns, unique=False)


def _origin() -> tuple[Any, ...]:
    return (
        sa.Column("origin_kind", sa.String(length=20), nullable=True),
        sa.Column("origin_id", sa.BigInteger(), nullable=True),
    )


def _approach_identity() -> tuple[Any, ...]:
    return (
        sa.Column("need_id", sa.BigInteger(), nullable=False),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
    )


def _approach_terms() -> list[Any]:
    return [
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=True),
        sa.Column("interested_on", sa.Date(), nullable=True),
        sa.Column("declined_on", sa.Date(), nullable=True),
        sa.Column("reason_term", sa.String(length=20), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        *_origin(),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
    ]


def _make_register(
    name: str, *, fixed: tuple[Any, ...], terms: list[Any], refers: dict[str, str] | None = None
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
            for column, target in (refers or {}).items()
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
