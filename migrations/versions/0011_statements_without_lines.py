"""Statements without lines: a file whose lines are all of zero is known once it was read.

Only the text of a check changes, no stored row. SQLite has no command for that: the text is edited
in its table of the schema, as its documentation describes for checks.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NAME: Final = "ck_statement_lines"
BEFORE: Final = "lines > 0"
AFTER: Final = "lines >= 0"


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_constraint(op.f(NAME), "statement", type_="check")
        op.create_check_constraint(op.f(NAME), "statement", AFTER)
        return
    schema = sa.table("sqlite_master", sa.column("type"), sa.column("name"), sa.column("sql"))
    edit = sa.update(schema).values(sql=sa.func.replace(schema.c.sql, BEFORE, AFTER))
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(edit.where(schema.c.type == "table", schema.c.name == "statement"))
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
