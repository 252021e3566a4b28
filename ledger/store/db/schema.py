"""The version of the schema: check that this program can use a database, and upgrade it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Text, column, inspect, select, table, text

from ledger.core.errors import CannotOpen
from ledger.store.db.errors import NotADatabase
from ledger.store.db.prepared import Prepared

CURRENT_REVISION: Final = "0047"
"""The newest migration; a test holds it to the migrations folder."""

KNOWN_REVISIONS: Final = tuple(f"{number:04d}" for number in range(1, int(CURRENT_REVISION) + 1))

_HAS_VERSION_TABLE: Final = {
    "sqlite": text("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"),
    "postgresql": text(
        "SELECT 1 WHERE to_regclass(quote_ident(current_schema()) || '.alembic_version') "
        "IS NOT NULL"
    ),
}


_REVISION: Final = Prepared(
    select(column("version_num", Text)).select_from(table("alembic_version"))
)
_SEEN: Final = "cityfund_has_revision"


class NotALedger(CannotOpen, code="not-a-ledger"):
    """The database belongs to another program, or `init` never ran on it."""

    default_why = "It has no cityfund tables."
    default_next = "Check --db or CITYFUND_DB, or make a ledger there with: cityfund init"


class SchemaOlder(CannotOpen, code="schema-older"):
    """The ledger was made by an older program and has to be upgraded first."""

    default_why = "An older version of cityfund made it."
    default_next = "Keep a copy of it (cityfund db backup FILE), then run: cityfund db upgrade"


class SchemaNewer(CannotOpen, code="schema-newer"):
    """The ledger was upgraded by a newer program; this one would misread it."""

    default_why = "A newer version of cityfund made or upgraded it."
    default_next = "Install the newer cityfund: pip install --upgrade cityfund"


def current_revision(connection: Connection) -> str | None:
    """Read which migration the database stands at; None where it has none.

    Raises `NotADatabase` where it names several.
    """
    # A table that was seen stays: it is looked for once on each line to the database.
    if not connection.info.get(_SEEN):
        if connection.execute(_HAS_VERSION_TABLE[connection.dialect.name]).first() is None:
            return None
        connection.info[_SEEN] = True
    named = [revision for (revision,) in _REVISION.rows(connection)]
    if len(named) > 1:
        raise NotADatabase(
            "The ledger cannot be read.",
            why=f"It names several versions of its schema: {', '.join(map(str, sorted(named)))}.",
        )
    return named[0] if named else None


def require_current(connection: Connection) -> None:
    """Refuse a database whose schema is not the one this program writes."""
    revision = current_revision(connection)
    if revision == CURRENT_REVISION:
        return
    if revision is None:
        raise NotALedger("This database is not a cityfund ledger.")
    if revision in KNOWN_REVISIONS:
        raise SchemaOlder(f"This ledger's schema is {revision}; this program needs a newer one.")
    raise SchemaNewer(f"This ledger's schema is {revision}, which this program does not know.")


def upgrade_schema(connection: Connection) -> tuple[str | None, str]:
    """Bring the schema to the newest, with its guards; give the revision before and after.

    Raises `SchemaNewer` for a revision this program does not know and `NotALedger` for a
    database that holds another program's tables.
    """
    before = current_revision(connection)
    if before is not None and before not in KNOWN_REVISIONS:
        raise SchemaNewer(f"This ledger's schema is {before}, which this program does not know.")
    if before is None and inspect(connection).get_table_names():
        raise NotALedger("This database holds tables that are not cityfund's.")
    if before != CURRENT_REVISION:
        _run_migrations(connection)
    return before, CURRENT_REVISION


def _run_migrations(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 (half a second that only an upgrade needs)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def migrations_folder() -> Path:
    """Find the migrations, which are installed beside the program."""
    spec = find_spec("migrations")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent
