"""Versions of a record, with who recorded each, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from ledger.store.db import tables
from ledger.store.registers import STORED_REGISTERS, columns_of


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a record's terms. `recorded_at` is the machine's moment, aware, in UTC."""

    number: int
    recorded_at: datetime
    actor: str
    system_user: str
    host: str
    command: str
    reason: str | None
    record: Any


def read_versions(connection: Connection, kind: str, code: str) -> list[Version]:
    """Read all versions of a record by its exact code, oldest first, in one statement."""
    register = STORED_REGISTERS[kind]
    versions, request = register.versions, tables.request
    columns, source = columns_of(register)
    query = (
        select(
            versions.c.version,
            versions.c.recorded_at,
            *request.c["actor", "system_user", "host", "command"],
            versions.c.reason,
            *columns,
        )
        .select_from(source.join(request, request.c.id == versions.c.request_id))
        .where(register.identity.c.code == code)
        .order_by(versions.c.version)
    )
    return [
        Version(number, moment, actor, user, host, command, reason, register.record(*terms))
        for number, moment, actor, user, host, command, reason, *terms in connection.execute(query)
    ]


def read_all_versions(connection: Connection, kind: str) -> dict[str, list[Any]]:
    """Read the terms of every record in all their versions, oldest first, by code."""
    register = STORED_REGISTERS[kind]
    columns, source = columns_of(register)
    query = select(*columns).select_from(source).order_by(register.versions.c.version)
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
