"""Meetings of bodies, attendance, motions and targets."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORD = sa.String(length=20)
CODE_LENGTH, PAIR_LENGTH = 64, 129
NAMES = ("meeting", "attendance", "motion", "target")

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_register("meeting", _references("meeting", body="body"), _meeting_terms())
    _make_register(
        "attendance",
        _references("attendance", meeting="meeting", city="city"),
        _attendance_terms(),
        code_length=PAIR_LENGTH,
    )
    _make_register("motion", [], _motion_terms())
    _make_register("target", _target_identity(), _target_terms())
    _index("meeting", "body")
    origin = ["origin_id", "origin_kind"]
    op.create_index("ix_meeting_version_origin", "meeting_version", origin, unique=False)
    _index("attendance", "meeting", "city")
    _index("motion_version", "meeting", "by", "referred_to", "decided_at", "follows")
    _index("target", "body", "city")
    if op.get_bind().dialect.name == "postgresql":
        for name in NAMES:
            op.execute(f"CREATE SEQUENCE {name}_id_seq AS BIGINT START WITH 1 CACHE 1")


def _references(table: str, *, empty: tuple[str, ...] = (), **targets: str) -> list[Any]:
    """Make the columns of a table that refer to records, with their foreign keys."""
    return [
        *(sa.Column(f"{name}_id", sa.BigInteger(), nullable=name in empty) for name in targets),
        *(
            sa.ForeignKeyConstraint([f"{name}_id"], [f"{target}.id"], name=f"fk_{table}_{name}_id")
            for name, target in targets.items()
        ),
    ]


def _text(name: str, *, required: bool = False) -> Any:
    return sa.Column(name, sa.Text(), nullable=not required)


def _meeting_terms() -> list[Any]:
    return [
        _text("name", required=True),
        sa.Column("kind", WORD, nullable=True),
        sa.Column("from", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        _text("place"),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        _text("source"),
        sa.Column("origin_kind", WORD, nullable=True),
        sa.Column("origin_id", sa.BigInteger(), nullable=True),
        _text("note"),
    ]


def _attendance_terms() -> list[Any]:
    return [
        sa.Column("presence", WORD, nullable=False),
        _text("did", required=True),
        _text("topics", required=True),
        _text("note"),
    ]


def _motion_terms() -> list[Any]:
    named = {"meeting": "meeting", "by": "city"}
    optional = {"referred_to": "body", "decided_at": "meeting", "follows": "motion"}
    return [
        *_references("motion_version", empty=tuple(optional), **named, **optional),
        _text("what", required=True),
        sa.Column("outcome", WORD, nullable=False),
        _text("reason_term"),
        _text("note"),
    ]


def _target_identity() -> list[Any]:
    return [
        *_references("target", empty=("city",), body="body", city="city"),
        sa.Column("measure", WORD, nullable=False),
    ]


def _target_terms() -> list[Any]:
    return [
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("from", sa.Date(), nullable=True),
        sa.Column("by", sa.Date(), nullable=False),
    ]


def _index(table: str, *names: str) -> None:
    for name in names:
        op.create_index(f"ix_{table}_{name}_id", table, [f"{name}_id"], unique=False)


def _make_register(
    name: str, fixed: list[Any], terms: list[Any], *, code_length: int = CODE_LENGTH
) -> None:
    versions, owner = f"{name}_version", f"{name}_id"
    op.create_table(
        name,
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=code_length), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("reuse", sa.SmallInteger(), server_default="0", nullable=False),
        *fixed,
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
