"""Recorded in error: a version can hide its record, whose code is then free for another one.

The codes of a register are unique among records with the same number of uses before. SQLite drops
no constraint of a table that stands: there the tables of codes are made anew.
"""

from __future__ import annotations

import re
from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

REGISTERS: Final = ("office", "city", "provider", "project", "need", "offer", "deal")
COMPARED: Final = ("code", "folded")


def upgrade() -> None:
    for name in REGISTERS:
        versions = f"{name}_version"
        op.add_column(
            versions,
            sa.Column("in_error", sa.Boolean(), server_default=sa.false(), nullable=False),
        )
        marked = sa.column("in_error", sa.Boolean())
        op.create_index(
            f"ix_{versions}_in_error",
            versions,
            [f"{name}_id"],
            unique=False,
            sqlite_where=marked,
            postgresql_where=marked,
        )
        if op.get_bind().dialect.name == "postgresql":
            for column in COMPARED:
                op.drop_constraint(f"uq_{name}_{column}", name, type_="unique")
        else:
            _rebuild_without_constraints(name)
        op.add_column(
            name, sa.Column("reuse", sa.SmallInteger(), server_default="0", nullable=False)
        )
        for column in COMPARED:
            op.create_index(f"uq_{name}_{column}_reuse", name, [column, "reuse"], unique=True)


def _rebuild_without_constraints(name: str) -> None:
    connection = op.get_bind()
    catalogue = sa.table("sqlite_master", *map(sa.column, ("type", "name", "tbl_name", "sql")))
    own = sa.select(catalogue.c.sql).where(catalogue.c.tbl_name == name)
    text = connection.execute(own.where(catalogue.c.type == "table")).scalar_one()
    has_text = catalogue.c.sql.is_not(None)
    indexes = connection.execute(own.where(catalogue.c.type == "index", has_text)).scalars().all()
    _, _, body = text.partition("(")
    for column in COMPARED:
        body = re.sub(rf",\s*CONSTRAINT uq_{name}_{column} UNIQUE \({column}\)", "", body)
    connection.exec_driver_sql(f"CREATE TABLE {name}_rebuilt ({body}")
    connection.exec_driver_sql(f"INSERT INTO {name}_rebuilt SELECT * FROM {name}")  # noqa: S608
    op.drop_table(name)
    op.rename_table(f"{name}_rebuilt", name)
    for statement in indexes:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
