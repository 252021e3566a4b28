"""The guards: SQL files that hold the ledger's rules in the database itself.

They describe the newest schema. An upgrade takes them down, migrates, and puts them back in the
same transaction; so a table rebuilt on the way cannot lose them. On PostgreSQL a trigger only
calls a function: there both are guards, each with its own name and its own statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Connection, Table, UniqueConstraint, func, insert, select, text

from ledger.journal.entries import ALLOWED_MOVES
from ledger.registers.table import origin_kinds
from ledger.store.db.tables import FORMER, IDENTITY_CHANGE, allowed_move, append_only_tables
from migrations.guards import catalog, erasures, origins

_FOLDER: Final = Path(__file__).parent
_VERSION_SUFFIX: Final = "_version"
_USUAL_SCHEMA: Final = {"sqlite": "main", "postgresql": "public"}


class _Script(NamedTuple):
    """How the files of one engine are put together, and where their statements begin and end."""

    shared_files: tuple[str, ...]
    rule_files: tuple[str, ...]
    statement: re.Pattern[str]
    named: tuple[str, ...] = ()
    """The tables of records that others name, whose guards see to their order."""


_RULE_FILES: Final = (
    "entry.sql",
    "movement.sql",
    "balance.sql",
    "holder.sql",
    "proposal.sql",
    "seal.sql",
    "night.sql",
    "statement.sql",
    "approval.sql",
)
_SCRIPTS: Final = {
    "sqlite": _Script(
        (),
        _RULE_FILES,
        re.compile(r"CREATE TRIGGER (?P<trigger>\w+).*?\nEND(?=;)", re.DOTALL),
    ),
    "postgresql": _Script(
        ("refuses.sql", "own_request.sql", "erasure.sql"),
        (*_RULE_FILES, "terms.sql", "naming.sql", "session.sql"),
        re.compile(
            r"CREATE OR REPLACE FUNCTION .+?\.(?P<function>\w+\(\))\n.*?\n\$function\$(?=;)"
            r"|CREATE TRIGGER (?P<trigger>\w+)[^;]*(?=;)",
            re.DOTALL,
        ),
        named=(
            *("office", "city", "provider", "project", "body", "restriction", "motion"),
            *origin_kinds(),
        ),
    ),
}


def guards(dialect: str, schema: str | None = None) -> dict[str, str]:
    """Give every guard of an engine: its name and the one statement that makes it.

    A function's name ends in brackets. Functions name their tables with the `schema`, so that no
    temporary table of a session can stand in for one of the ledger.
    """
    return dict(_guards_of(append_only_tables(), dialect, schema or _USUAL_SCHEMA[dialect]))


@cache
def _guards_of(every: tuple[Table, ...], dialect: str, schema: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    script = _SCRIPTS[dialect]
    for words in _texts(every, _FOLDER / dialect, script, schema):
        for statement in script.statement.finditer(words):
            found[_name(statement)] = statement.group()
    return found


def _name(statement: re.Match[str]) -> str:
    name = statement.group(statement.lastgroup or 0)
    assert isinstance(name, str)
    return name


def _texts(every: tuple[Table, ...], folder: Path, script: _Script, schema: str) -> Iterator[str]:
    append_only, update, identity, versions = (
        (folder / f"{name}.sql").read_text(encoding="utf-8")
        for name in ("append_only", "update", "identity", "versions")
    )
    for name in script.shared_files:
        yield (folder / name).read_text(encoding="utf-8").format(schema=schema)
    for table in every:
        yield _append_only(folder, table, append_only)
        if f"{table.name}{IDENTITY_CHANGE}" in table.metadata.tables:
            yield identity.format(schema=schema, **_identity_parts(table, schema))
        elif table.name in script.named:
            own_update = (folder / "named_update.sql").read_text(encoding="utf-8")
            yield own_update.format(**_named_parts(table, schema))
        else:
            yield erasures.update_refused(folder, table) or update.format(table=table.name)
        if table.name in script.named:
            named = (folder / "named.sql").read_text(encoding="utf-8")
            yield named.format(**_named_parts(table, schema))
        if table.name.endswith(_VERSION_SUFFIX):
            owner = table.primary_key.columns.keys()[0]
            yield versions.format(table=table.name, owner=owner, schema=schema)
        if script.shared_files and "request_id" in table.c:
            yield from _of_session(folder, table)
        if "origin_kind" in table.c:
            yield from origins.texts(folder, table, schema)
    yield from erasures.texts(folder)
    for name in script.rule_files:
        yield (folder / name).read_text(encoding="utf-8").format(schema=schema)


def _append_only(folder: Path, table: Table, template: str) -> str:
    """Give the guards that keep a table append-only; disclosures can go where they are erased."""
    statements = template.format(table=table.name, same_key=_same_key(table))
    if table.name != "disclosure":
        return statements
    if folder.name == "sqlite":
        _, _, others = statements.partition("\nEND;\n")
        return f"{erasures.DELETE_REFUSED}{others}"
    return statements.replace(
        "FUNCTION cityfund_refuses();", "FUNCTION cityfund_disclosure_refuses_delete();", 1
    )


def _of_session(folder: Path, table: Table) -> Iterator[str]:
    """Give the guards that bind rows to their session: by their request, and by their numbers."""
    kind = "dated_row" if "recorded_at" in table.c else "row"
    template = (folder / "of_session.sql").read_text(encoding="utf-8")
    yield template.format(table=table.name, kind=kind)
    if "id" in table.c and table.name not in _WITH_IDS_OF_HOLDERS:
        numbered = "'number'" if "number" in table.c else ""
        template = (folder / "number.sql").read_text(encoding="utf-8")
        yield template.format(table=table.name, numbered=numbered)


_WITH_IDS_OF_HOLDERS: Final = frozenset({"need", "offer"})
_BELOW: Final = {
    "project": "SELECT need.id FROM {s}need WHERE need.project_id = NEW.project_id",
    "provider": "SELECT offer.id FROM {s}offer WHERE offer.provider_id = NEW.provider_id",
    "city": """
        SELECT need.id FROM {s}need JOIN {s}project ON project.id = need.project_id
        WHERE project.city_id = NEW.city_id
        UNION ALL
        SELECT offer.id FROM {s}offer
        JOIN {s}provider_version AS terms ON terms.provider_id = offer.provider_id
        WHERE terms.city_id = NEW.city_id AND terms.version = (
            SELECT max(newer.version) FROM {s}provider_version AS newer
            WHERE newer.provider_id = terms.provider_id
        )
    """,
}
"""The accounts under a record, in SQL, for a row of its identity changes."""


def _identity_parts(table: Table, schema: str) -> dict[str, str]:
    """Give what an identity's guards say of its columns: those that a change can name."""
    changes = table.metadata.tables[f"{table.name}{IDENTITY_CHANGE}"]
    names = [name for name in table.c.keys() if f"{FORMER}{name}" in changes.c]  # noqa: SIM118
    server = schema != _USUAL_SCHEMA["sqlite"]
    same = "{} IS NOT DISTINCT FROM {}" if server else "{} IS {}"

    def each(left: str, right: str) -> str:
        return " AND ".join(same.format(f"{left}{name}", f"{right}{name}") for name in names)

    return {
        "table": table.name,
        "owner": f"{table.name}_id",
        "former_is_old": each(f"made.{FORMER}", "OLD."),
        "made_is_new": each("made.", "NEW."),
        "former_is_kept": each(f"NEW.{FORMER}", "kept."),
        "unchanged": each(f"NEW.{FORMER}", "NEW."),
        "assigned": ", ".join(f"{name} = NEW.{name}" for name in names),
        "below": _BELOW[table.name].format(s=f"{schema}." if server else ""),
    }


def _named_parts(table: Table, schema: str) -> dict[str, str]:
    """Give what the guards of a table that others name say of it."""
    return {"table": table.name, "owner": f"{table.name}_id", "schema": schema}


def _same_key(table: Table) -> str:
    """Say in SQL that a kept row has a key of the new one: the primary or any unique key."""
    keys = [list(table.primary_key.columns.keys())]
    unique = [one.columns for one in table.constraints if isinstance(one, UniqueConstraint)]
    unique += [index.columns for index in table.indexes if index.unique]
    keys += sorted(list(columns.keys()) for columns in unique)
    return " OR ".join(
        "(" + " AND ".join(f"kept.{column} = NEW.{column}" for column in key) + ")" for key in keys
    )


def due(connection: Connection) -> dict[str, str]:
    """Give the guards that have to stand in this database, as `present` would read them."""
    dialect = connection.dialect
    if dialect.name == "sqlite":
        return guards(dialect.name)
    schema = connection.execute(select(func.current_schema())).scalar_one()
    return guards(dialect.name, dialect.identifier_preparer.quote(schema))


def present(connection: Connection) -> dict[str, str]:
    """Read the guards that stand in the database now, and what else acts on its tables."""
    found: dict[str, str] = {}
    for name, statement in connection.execute(text(catalog.PRESENT[connection.dialect.name])):
        # Where a name is a table's own matter, a second one makes the first a changed guard.
        found[name] = f"{found[name]}; {statement}" if name in found else statement
    return found


def take_down(connection: Connection) -> None:
    """Drop every guard, inside the transaction of an upgrade."""
    drops = connection.execute(text(catalog.DROPS[connection.dialect.name])).scalars().all()
    for statement in drops:
        connection.exec_driver_sql(statement)


def put_up(connection: Connection) -> None:
    """Write the table of allowed moves and make every guard of the newest schema."""
    kept = set(connection.execute(select(allowed_move)))
    missing = sorted(ALLOWED_MOVES - kept)
    if missing:
        connection.execute(insert(allowed_move), [move._asdict() for move in missing])
    for statement in due(connection).values():
        connection.exec_driver_sql(statement)
    # Who may execute a function could call it from a trigger on a table of their own.
    for statement in connection.execute(text(catalog.CLOSES[connection.dialect.name])).scalars():
        connection.exec_driver_sql(statement)
