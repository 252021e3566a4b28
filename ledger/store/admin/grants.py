"""The rights of database users on a server, by role: what to grant, and what was granted otherwise.

Nobody but the owner may change or delete a row: balances are written by guards with the owner's
rights. An officer's program inserts into the tables of the registers and of the journal; what
nights, seals and settings write is for other roles.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

from sqlalchemy import Connection, text

from ledger.core.errors import InvalidInput
from ledger.store.db import tables
from ledger.store.db.engine import on_server

_LOCK: Final = "night_lock"
_NIGHTLY: Final = frozenset(
    {
        *("night_run", "night_step", "seal", "sealed_leaf", "gap_snapshot"),
        *("statement", "statement_line", "finding"),
    }
)
_SETTINGS: Final = frozenset(
    {"setting_version", "approval_rule", "approval_answer", "standing_approval"}
)
"""What is for approvers: settings, and the rules and the answers of approvals."""
_CLOSED: Final = frozenset({"allowed_move", _LOCK})
_NAME_BYTES: Final = 63


class Role(StrEnum):
    """What a database user is there for."""

    READER = "reader"
    OFFICER = "officer"
    APPROVER = "approver"
    NIGHT = "night"
    AUDITOR = "auditor"


DEFAULT_NAMES: Final[Mapping[Role, str]] = {
    Role.READER: "readers",
    Role.OFFICER: "officers",
    Role.APPROVER: "approvers",
    Role.NIGHT: "nights",
    Role.AUDITOR: "auditors",
}


class MalformedRole(InvalidInput, code="malformed-role"):
    """The name of a database role is none that the server takes."""

    default_why = "A role has a name of at most 63 bytes without control characters, but public."
    default_next = "Give the name of a role that was created for the purpose, such as officers."


@cache
def written_by(role: Role) -> frozenset[str]:
    """Give the tables that a role may insert into."""
    if role in {Role.READER, Role.AUDITOR}:
        return frozenset()
    everything = {table.name for table in tables.append_only_tables()} - _CLOSED
    if role is Role.NIGHT:
        return frozenset(everything - _SETTINGS)
    return frozenset(everything - _NIGHTLY - (_SETTINGS if role is Role.OFFICER else set()))


def grant_statements(names: Mapping[Role, str], schema: str) -> Iterator[str]:
    """Give the SQL that leaves each role exactly its rights. Raises `MalformedRole`."""
    place = _quoted(schema)
    of_roles = {role: _role(name) for role, name in names.items()}
    for who in ("PUBLIC", *of_roles.values()):
        yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {place} FROM {who}"
        yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {place} FROM {who}"
        yield f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {place} FROM {who}"
        yield f"REVOKE ALL ON SCHEMA {place} FROM {who}"
    yield _NO_TABLES_OF_THEIR_OWN
    for role, who in of_roles.items():
        yield f"GRANT USAGE ON SCHEMA {place} TO {who}"
        yield f"GRANT SELECT ON ALL TABLES IN SCHEMA {place} TO {who}"
        if role is Role.READER:
            yield f"REVOKE SELECT ON {place}.disclosure FROM {who}"  # noqa: S608 - as quoted
        for table in sorted(written_by(role)):
            yield f"GRANT INSERT ON {place}.{_quoted(table)} TO {who}"
        if written_by(role):
            yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {place} TO {who}"
        if role is Role.NIGHT:
            yield f"GRANT UPDATE ON {place}.{_LOCK} TO {who}"


_NO_TABLES_OF_THEIR_OWN: Final = (
    "DO $$ BEGIN EXECUTE format("
    "'REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$"
)
"""On a temporary table, a trigger could call a guard that writes with the owner's rights."""


def _role(name: str) -> str:
    if not name.strip() or not name.isprintable() or len(name.encode()) > _NAME_BYTES:
        raise MalformedRole(f"{name!r} is no name of a database role.")
    if name.casefold() == "public":
        raise MalformedRole("The role public stands for everybody.")
    return _quoted(name)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


_GRANTED: Final = text(
    "SELECT relname AS name, relkind AS kind, privilege_type AS privilege, "
    "CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END AS grantee "
    "FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
    "CROSS JOIN LATERAL aclexplode(relacl) "
    "WHERE nspname = current_schema() AND relkind IN ('r', 'p', 'v', 'S') "
    "AND grantee <> relowner ORDER BY 1, 4, 3"
)
# Rights on single columns, on functions and on the database; a function that names no rights may be
# executed by everybody, and so may temporary tables be made.
_GRANTED_BESIDE: Final = text(
    "SELECT name, privilege, CASE who WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(who) END FROM ("
    "SELECT relname || '.' || attname AS name, privilege_type AS privilege, grantee AS who "
    "FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid "
    "JOIN pg_namespace ON pg_namespace.oid = relnamespace "
    "CROSS JOIN LATERAL aclexplode(attacl) "
    "WHERE nspname = current_schema() AND grantee <> relowner AND NOT attisdropped "
    "UNION ALL "
    "SELECT proname || '()', privilege_type, grantee FROM pg_proc "
    "JOIN pg_namespace ON pg_namespace.oid = pronamespace "
    "CROSS JOIN LATERAL aclexplode(coalesce(proacl, acldefault('f', proowner))) "
    "WHERE nspname = current_schema() AND starts_with(proname, 'cityfund_') "
    "AND grantee <> proowner "
    "UNION ALL "
    "SELECT 'the database', privilege_type, grantee FROM pg_database "
    "CROSS JOIN LATERAL aclexplode(coalesce(datacl, acldefault('d', datdba))) "
    "WHERE datname = current_database() AND privilege_type IN ('TEMPORARY', 'CREATE') "
    "AND grantee <> datdba "
    "UNION ALL "
    "SELECT 'the schema', privilege_type, grantee FROM pg_namespace "
    "CROSS JOIN LATERAL aclexplode(coalesce(nspacl, acldefault('n', nspowner))) "
    "WHERE nspname = current_schema() AND privilege_type = 'CREATE' AND grantee <> nspowner "
    ") AS beside ORDER BY 1, 2, 3"
)

_ROLES: Final = text("SELECT rolname FROM pg_roles")


def missing_roles(connection: Connection, names: Mapping[Role, str]) -> list[str]:
    """Give the names that no role of the server has."""
    return sorted({*names.values()} - {*connection.execute(_ROLES).scalars()})


class Rights(NamedTuple):
    """What everybody but the owner may do with the ledger, by their names.

    With its tables, single columns of them, its functions, its schema and its database.
    """

    of_names: Mapping[str, tuple[str, ...]]

    @property
    def digest(self) -> str:
        """Return the SHA-256 that stands for all of them."""
        content = json.dumps({**self.of_names}, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()

    def summary(self, name: str) -> str:
        """Say on how many tables, columns and the like a name has which rights."""
        counts = Counter(one.partition(" ")[0] for one in self.of_names.get(name, ()))
        return ", ".join(f"{word} on {count}" for word, count in sorted(counts.items())) or "none"


def read_rights(connection: Connection) -> Rights:
    """Read what everybody but the owner may do."""
    found: dict[str, set[str]] = {}
    granted = [(name, *rest) for name, _, *rest in connection.execute(_GRANTED)]
    for name, privilege, grantee in [*granted, *connection.execute(_GRANTED_BESIDE)]:
        found.setdefault(grantee, set()).add(f"{privilege} on {name}")
    return Rights({name: tuple(sorted(rights)) for name, rights in found.items()})


def has_grants(connection: Connection) -> bool:
    """Say whether others than the owner have rights on tables of a ledger on a server."""
    return on_server(connection) and connection.execute(_GRANTED).first() is not None


def apply_statements(connection: Connection, statements: Iterable[str]) -> None:
    """Carry out statements that change rights."""
    for statement in statements:
        connection.exec_driver_sql(statement.replace("%", "%%"))


_MOST_TOLD: Final = 3
_GRANT_ANEW: Final = "as the owner, put it right: cityfund db grants --apply"


def wrong_grants(connection: Connection) -> Iterator[str]:
    """Describe what each role, or everybody, may do in the ledger that no role should, or lacks.

    What a server lets everybody do unless told otherwise (temporary tables) matters from the day
    on that others than the owner have rights in the ledger.
    """
    insertable = frozenset().union(*map(written_by, Role))
    excess: dict[str, list[str]] = {}
    inserts: dict[str, set[str]] = {}
    granted = connection.execute(_GRANTED).all()
    for name, kind, privilege, grantee in granted:
        if privilege == "INSERT" and name in insertable:
            inserts.setdefault(grantee, set()).add(name)
        if grantee == "PUBLIC" or not _is_due(name, kind, privilege, insertable):
            excess.setdefault(grantee, []).append(f"{privilege} on {name}")
    for name, privilege, grantee in connection.execute(_GRANTED_BESIDE):
        if grantee == "PUBLIC" and not granted:
            continue
        excess.setdefault(grantee, []).append(f"{privilege} on {name}")
    for grantee, found in excess.items():
        more = f" and {len(found) - _MOST_TOLD} more" if len(found) > _MOST_TOLD else ""
        yield (
            f"{grantee} has rights in the database that nobody but its owner should have: "
            f"{', '.join(found[:_MOST_TOLD])}{more}; {_GRANT_ANEW}"
        )
    for grantee, found_inserts in inserts.items():
        lacks = sorted(written_by(Role.OFFICER) - found_inserts)
        if lacks and "request" in found_inserts:
            yield (
                f"{grantee} records acts and lacks INSERT on {', '.join(lacks[:_MOST_TOLD])}; "
                f"{_GRANT_ANEW}"
            )


def _is_due(name: str, kind: str, privilege: str, insertable: frozenset[str]) -> bool:
    if kind == "S":
        return privilege in {"USAGE", "SELECT"}
    if privilege == "INSERT":
        return name in insertable
    return privilege == "SELECT" or (privilege, name) == ("UPDATE", _LOCK)
