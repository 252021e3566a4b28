"""Alembic's environment: migrations in one transaction, guards down before and up after.

`cityfund init` and `cityfund db upgrade` hand over an open connection; a developer who runs
`alembic` names the database by `CITYFUND_DB` or `-x url=...`.
"""

from __future__ import annotations

import os

from alembic import context
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from ledger.store.db.engine import make_engine, upgrade_transaction
from ledger.store.db.tables import complete_metadata
from migrations import guards, views


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=complete_metadata(),
        transactional_ddl=False,
        compare_type=True,
    )
    views.take_down(connection)
    guards.take_down(connection)
    context.run_migrations()
    newest = _heads()
    if newest and context.get_context().get_current_heads() == newest:
        guards.put_up(connection)
        views.put_up(connection)


def _heads() -> tuple[str, ...]:
    return tuple(ScriptDirectory.from_config(context.config).get_heads())


def _run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    url = context.get_x_argument(as_dictionary=True).get("url") or os.environ.get("CITYFUND_DB")
    if not url:
        context.config.print_stdout("Name the database: CITYFUND_DB=sqlite:///file.db alembic ...")
        raise SystemExit(2)
    with upgrade_transaction(make_engine(url)) as own_connection:
        _migrate(own_connection)


_run()
