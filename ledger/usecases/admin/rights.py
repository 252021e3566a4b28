"""The rights of a server's users: grant them under a recorded request, and notice other changes.

The database gives rights to whom its owner names, with or without the program. What the program
grants is a request that says what everybody had before and has now; what was granted otherwise
since differs from what that request recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from ledger.core.errors import NotFound, NothingToChange, RefusedByRule
from ledger.journal.receipts import Receipt
from ledger.store.admin.grants import (
    Role,
    apply_statements,
    grant_statements,
    missing_roles,
    read_rights,
)
from ledger.store.admin.server_facts import owns_ledger
from ledger.store.db.engine import on_server
from ledger.store.db.queries import RIGHTS, last_setting
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.admin.settings import NotAdministrator


class NoRightsInFile(RefusedByRule, code="no-rights-in-file"):
    """Rights were to be granted in a ledger that is a file."""

    default_why = "Who can open the file can read and write all of it; a file has no roles."
    default_next = "Limit who can open it: chmod 600 FILE"


class UnknownRole(NotFound, code="unknown-role"):
    """Rights were to be granted to a role that the server does not have."""

    default_why = "The program grants rights, and creates no roles."
    default_next = "Create it first, as an administrator of the server: CREATE ROLE NAME NOLOGIN"


def apply_grants(uow: UnitOfWork, names: Mapping[Role, str], schema: str) -> Receipt:
    """Leave each role exactly its rights, and record what that changed.

    Raises `NoRightsInFile`, `NotAdministrator`, `UnknownRole`, `MalformedRole` and
    `NothingToChange`.
    """
    connection = uow.connection
    if not on_server(connection):
        raise NoRightsInFile("A ledger in a file has no roles.")
    if not owns_ledger(connection):
        raise NotAdministrator("This database user is not an administrator of the ledger.")
    statements = [*grant_statements(names, schema)]
    missing = missing_roles(connection, names)
    if missing:
        raise UnknownRole(f"The server has no role {missing[0]!r}.")
    before = read_rights(connection)
    apply_statements(connection, statements)
    after = read_rights(connection)
    if after.digest == last_setting(connection, RIGHTS):
        if after == before:
            raise NothingToChange("Every role has its rights already.")
        uow.note("rights-restored", "the rights are again those that were granted last")
    uow.set_setting(RIGHTS, after.digest)
    changed = [
        name
        for name in sorted({*before.of_names, *after.of_names})
        if before.of_names.get(name) != after.of_names.get(name)
    ]
    told = [
        "; ".join(f"{name}: {rights.summary(name)}" for name in changed)
        for rights in (before, after)
    ]
    return uow.receipt(changes={RIGHTS: told})


def unrecorded_rights(connection: Connection) -> Iterator[str]:
    """Say that rights were changed since the program granted them, where it ever did."""
    recorded = last_setting(connection, RIGHTS)
    if recorded is not None and read_rights(connection).digest != recorded:
        yield (
            "the rights of database users are not those that were last granted by the program; "
            "compare them with its request in cityfund log, and grant anew: "
            "cityfund db grants --apply"
        )
