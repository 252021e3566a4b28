"""Larger amounts: up to 4 x 10^18 smallest parts, in every check that bounds them.

Only the text of checks changes, no stored row. SQLite has no command for that: the text is edited
in its table of the schema, as its documentation describes for checks, so that a ledger of any size
is upgraded at once and no table is rebuilt.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BEFORE: Final = "100000000000000000"
AFTER: Final = "4000000000000000000"
BOUNDED: Final = {
    "balance": ("free", "held", "committed", "delivered", "withdrawn", "expired"),
    "deal_balance": ("held", "committed", "delivered"),
    "gap_snapshot": ("free", "held", "committed", "delivered", "withdrawn"),
    "movement": ("amount",),
    "proposal_line": ("need_amount", "offer_amount"),
    "statement_line": ("amount",),
}
"""The tables with bounded amounts, and the names of their checks."""

LEAST: Final = {"movement": 1, "proposal_line": 1}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _edit_checks()
    else:
        for table, names in BOUNDED.items():
            for name in names:
                op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
                op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, _check(table, name))


def _check(table: str, name: str) -> str:
    if table == "statement_line":
        return f"{name} BETWEEN -{AFTER} AND {AFTER} AND {name} <> 0"
    return f"{name} BETWEEN {LEAST.get(table, 0)} AND {AFTER}"


def _edit_checks() -> None:
    connection = op.get_bind()
    schema = sa.table("sqlite_master", sa.column("type"), sa.column("name"), sa.column("sql"))
    text = sa.func.replace(schema.c.sql, BEFORE, AFTER)
    edit = sa.update(schema).values(sql=text)
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(edit.where(schema.c.type == "table", schema.c.name.in_(BOUNDED)))
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
