"""Codes by digits: the compared form of each code, without regard to the script of its digits.

A code whose form is another record's already keeps the one that it has, and stays as it is.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from ledger.core.text import normalised_code

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CODED: Final = (
    *("office", "city", "provider", "project", "need", "offer", "deal"),
    "proposal",
)


def upgrade() -> None:
    connection = op.get_bind()
    for name in CODED:
        table = sa.table(name, *map(sa.column, ("id", "code", "folded")))
        rows = connection.execute(sa.select(table).order_by(table.c.id)).all()
        taken = {row.folded for row in rows}
        for row in rows:
            form = normalised_code(row.code)
            if form not in taken:
                change = sa.update(table).where(table.c.id == row.id).values(folded=form)
                connection.execute(change)
                taken.add(form)


def downgrade() -> None:
    """Refuse: a ledger that only grows is never taken back; restore a backup instead."""
    message = "A ledger is not downgraded. Restore the backup made before the upgrade."
    raise NotImplementedError(message)
