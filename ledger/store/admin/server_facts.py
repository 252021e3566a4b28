"""Facts about a database server for `cityfund doctor`: version, user, durability, clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, text

from ledger.store.db.engine import autocommit_connection, make_engine, on_server
from ledger.store.db.schema import current_revision

_QUERY: Final = text(
    "SELECT version() AS version, session_user AS database_user, "
    "current_setting('server_encoding') AS encoding, "
    "current_setting('fsync') AS fsync, "
    "current_setting('synchronous_commit') AS synchronous_commit, "
    "current_setting('is_superuser') AS is_superuser, "
    "clock_timestamp() AS moment"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """A server as it answered. `clock_ahead` is how far its clock is ahead of this machine's.

    `revision` is that of the ledger's schema, None where there is no ledger. `is_durable` says
    whether acknowledged writes survive a power cut.
    """

    version: str
    database_user: str
    encoding: str
    revision: str | None
    is_durable: bool
    is_superuser: bool
    clock_ahead: timedelta


_OWNS: Final = text(
    "SELECT pg_has_role(session_user, relowner, 'USAGE') "
    "FROM pg_class WHERE oid = CAST('request' AS regclass)"
)


def owns_ledger(connection: Connection) -> bool:
    """Say whether the database user owns the ledger's tables; who writes a file owns it."""
    return not on_server(connection) or bool(connection.execute(_OWNS).scalar())


def read_server_facts(url: str) -> ServerFacts:
    """Ask the server at a URL; raises `DatabaseUnreachable` and the like."""
    engine = make_engine(url)
    with autocommit_connection(engine) as connection:
        row = connection.execute(_QUERY).one()
        local_time = datetime.now(UTC)
        revision = current_revision(connection)
    engine.dispose()
    return ServerFacts(
        version=row.version.split(" on ")[0],
        database_user=row.database_user,
        encoding=row.encoding,
        revision=revision,
        is_durable=row.fsync == "on" and row.synchronous_commit != "off",
        is_superuser=row.is_superuser == "on",
        clock_ahead=row.moment - local_time,
    )
