"""Identity changes: another code of a city, provider or project, or another city of a project."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("city", "provider", "project"):
        _make_changes(name)


def _make_changes(name: str) -> None:
    table, owner = f"{name}_identity_change", f"{name}_id"
    cities = ("former_city_id", "city_id") if name == "project" else ()
    op.create_table(
        table,
        sa.Column(owner, sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        *_identity("former_", cities[:1]),
        *_identity("", cities[1:]),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], ["city.id"], name=f"fk_{table}_{column}")
            for column in cities
        ),
        sa.ForeignKeyConstraint(
            [owner, "version"],
            [f"{name}_version.{owner}", f"{name}_version.version"],
            name=f"fk_{table}_{owner}_version",
        ),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=f"fk_{table}_request_id"),
        sa.PrimaryKeyConstraint(owner, "version", name=f"pk_{table}"),
        sqlite_with_rowid=False,
    )
    op.create_index(f"ix_{table}_former_folded", table, ["former_folded"], unique=False)


def _identity(prefix: str, cities: tuple[str, ...]) -> list[Any]:
    return [
        sa.Column(f"{prefix}code", sa.String(length=64), nullable=False),
        sa.Column(f"{prefix}folded", sa.Text(), nullable=False),
        sa.Column(f"{prefix}number", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in cities),
    ]


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
