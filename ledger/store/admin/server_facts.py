"""Facts about a database server for `cityfund doctor`: version, user, durability, clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

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
    whether acknowledged writes survive a power cut, `standbys` names those that an act waits for,
    and `is_encrypted` says so of a line over a network; both are None where that is not told.
    """

    version: str
    database_user: str
    encoding: str
    revision: str | None
    is_durable: bool
    is_superuser: bool
    clock_ahead: timedelta
    standbys: str | None = None
    is_encrypted: bool | None = None


_LINE: Final = text(
    "SELECT current_setting('synchronous_standby_names') AS standbys, "
    "(SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS encrypted, "
    "coalesce(inet_client_addr() << inet '127.0.0.0/8' OR inet_client_addr() = inet '::1', true) "
    "AS on_this_machine"
)
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
        standbys, is_encrypted = _line_facts(connection)
    engine.dispose()
    return ServerFacts(
        version=row.version.split(" on ")[0],
        database_user=row.database_user,
        encoding=row.encoding,
        revision=revision,
        is_durable=row.fsync == "on" and row.synchronous_commit != "off",
        is_superuser=row.is_superuser == "on",
        clock_ahead=row.moment - local_time,
        standbys=standbys,
        is_encrypted=is_encrypted,
    )


def _line_facts(connection: Connection) -> tuple[str | None, bool | None]:
    """Ask what not every engine that speaks PostgreSQL's protocol can tell."""
    try:
        row = connection.execute(_LINE).one()
    except DBAPIError:
        return None, None
    return row.standbys, None if row.on_this_machine else row.encrypted
