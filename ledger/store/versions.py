"""Versions of a record, with who recorded each, when and why, and changes of its identity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, select

from ledger.core.text import code_number, normalised_code
from ledger.registers.table import code_prefixes
from ledger.store.db import tables
from ledger.store.db.clock import known_by
from ledger.store.db.tables import FORMER
from ledger.store.registers import STORED_REGISTERS, columns_of, in_error, later_versions


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a record's terms. `recorded_at` is the machine's moment, aware, in UTC.

    One that is `in_error` hides the record.
    """

    number: int
    recorded_at: datetime
    actor: str
    system_user: str
    host: str
    command: str
    reason: str | None
    in_error: bool
    request_key: str
    record: Any


def read_versions(
    connection: Connection, kind: str, identity: int, known_at: datetime | None = None
) -> list[Version]:
    """Read all versions of a record by its id, oldest first, in one statement.

    Each has the code that it was recorded under. With a moment, only those known by then.
    """
    register = STORED_REGISTERS[kind]
    versions, request = register.versions, tables.request
    columns, source = columns_of(register, own=later_versions(register))
    query = (
        select(
            versions.c.version,
            versions.c.recorded_at,
            *request.c["actor", "system_user", "host", "command"],
            versions.c.reason,
            versions.c.in_error,
            request.c.key,
            *columns,
        )
        .select_from(source.join(request, request.c.id == versions.c.request_id))
        .where(register.identity.c.id == identity)
        .order_by(versions.c.version)
    )
    if known_at is not None:
        query = query.where(known_by(versions, known_at))
    return [
        Version(*head, register.record(*terms))
        for head, terms in ((row[:_HEAD], row[_HEAD:]) for row in connection.execute(query))
    ]


_HEAD: Final = 9
"""How many values of a version come before its record."""


def stored_terms(
    connection: Connection, kind: str, identity: int, version: int
) -> tuple[int, str, dict[str, Any]]:
    """Read the terms of one version by column, with the record's newest version and its code."""
    register = STORED_REGISTERS[kind]
    versions, own = register.versions, register.identity.c
    columns = (*register.versioned, *register.corrected)
    fixed = register.fixed
    of_record = versions.c[register.owner] == identity
    newest = select(func.max(versions.c.version)).where(of_record).scalar_subquery()
    query = (
        select(newest, own.code, *own[fixed], *versions.c[columns])
        .join(register.identity, own.id == versions.c[register.owner])
        .where(of_record, versions.c.version == version)
    )
    last, code, *terms = connection.execute(query).one()
    return int(last), str(code), dict(zip((*fixed, *columns), terms, strict=True))


def read_all_versions(connection: Connection, kind: str) -> dict[str, list[Any]]:
    """Read the terms of every record there is in all their versions, oldest first, by code."""
    register = STORED_REGISTERS[kind]
    columns, source = columns_of(register)
    there = ~in_error(kind, register.identity.c.id)
    query = select(*columns).select_from(source).where(there)
    query = query.order_by(register.versions.c.version)
    by_code: dict[str, list[Any]] = {}
    for row in connection.execute(query):
        record = register.record(*row)
        by_code.setdefault(record.code, []).append(record)
    return by_code


def was_reopened_by(connection: Connection, offer_id: int, request_key: str) -> bool:
    """Say whether a request brought an offer back that had been withdrawn as a whole."""
    after, before = tables.offer_version, tables.offer_version.alias("before")
    query = (
        select(after.c.version)
        .join(tables.request, tables.request.c.id == after.c.request_id)
        .join(before, before.c.offer_id == after.c.offer_id)
        .where(
            after.c.offer_id == offer_id,
            before.c.version == after.c.version - 1,
            before.c.withdrawn,
            ~after.c.withdrawn,
            tables.request.c.key == request_key,
        )
    )
    return connection.execute(query).first() is not None


def read_setting_versions(connection: Connection) -> list[dict[str, Any]]:
    """Read every version of the ledger's settings with who set it and why, by name, oldest first.

    The keys are the columns' names.
    """
    versions, request = tables.setting_version, tables.request
    query = (
        select(
            *versions.c["name", "version", "value", "recorded_at", "reason"],
            request.c.actor,
        )
        .join(request, request.c.id == versions.c.request_id)
        .order_by(versions.c.name, versions.c.version)
    )
    return [dict(row._mapping) for row in connection.execute(query)]  # noqa: SLF001


def identity_change_row(
    connection: Connection, kind: str, identity: int, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the row of an identity's change to new column values, with what it was before.

    It keeps the largest number of its codes, so that no new record is given one of them.
    """
    register = STORED_REGISTERS[kind]
    columns = register.changes_table.c.keys()
    names = [name.removeprefix(FORMER) for name in columns if name.startswith(FORMER)]
    query = select(*register.identity.c[*names]).where(register.identity.c.id == identity)
    former = connection.execute(query).one()._asdict()
    number = code_number(code_prefixes().get(kind, ""), values["code"])
    return {
        **{f"{FORMER}{name}": former[name] for name in names},
        **{name: values[name] for name in register.fixed},
        "folded": normalised_code(values["code"]),
        "number": max(number or 0, former["number"] or 0) or None,
        register.owner: identity,
    }
