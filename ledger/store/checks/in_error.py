"""What rests on records in error, for the check of the same name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, exists, func, or_, select

from ledger.checks.stored_rows import RestingRow
from ledger.core.factors import Side
from ledger.store.checks.journal import raw, stream
from ledger.store.db import night_tables, tables
from ledger.store.db.queries import distinct_code, is_newest
from ledger.store.db.types import LIST_SEPARATOR
from ledger.store.journal.entries import acts_resting_on
from ledger.store.registers import STORED_REGISTERS, in_error
from ledger.store.stored_registers import names_record, refers_to


def count_records(connection: Connection) -> int:
    """Count the records of all registers."""
    return sum(connection.execute(_counts()).one())


@cache
def _counts() -> Select[Any]:
    counts = (
        select(func.count()).select_from(register.identity).scalar_subquery()
        for register in STORED_REGISTERS.values()
    )
    return select(*counts)


def find_resting_on_errors(connection: Connection) -> Iterator[RestingRow]:
    """Find what rests on a record in error: records, statements of a provider, and quantities."""
    with_errors = _registers_with_errors(connection)
    if not with_errors:
        return
    for kind, register in STORED_REGISTERS.items():
        own, versions = register.identity, register.versions
        for term in register.terms:
            for target in filter(with_errors.__contains__, refers_to(term)):
                named = STORED_REGISTERS[target].identity.alias()
                query = (
                    select(distinct_code(own), distinct_code(named))
                    .join(versions, versions.c[register.owner] == own.c.id)
                    .join(named, names_record(register, term, target, named.c.id))
                    .where(is_newest(versions, versions.c[register.owner]), ~versions.c.in_error)
                    .where(in_error(target, named.c.id))
                )
                for code, other in connection.execute(query):
                    yield RestingRow(f"{kind} {code}", target, other)
    yield from _listing_errors(connection, with_errors)
    if "exemption" in with_errors:
        yield from _acts_on_errors(connection)
    for kind, what, query in _own_of_errors():
        for code in connection.execute(query).scalars():
            yield RestingRow(what, kind, code)


def _registers_with_errors(connection: Connection) -> set[str]:
    """Name the registers with a record in error: most ledgers have none."""
    row = connection.execute(_marked()).one()
    return {kind for kind, has_one in zip(STORED_REGISTERS, row, strict=True) if has_one}


@cache
def _marked() -> Select[Any]:
    marked = (
        exists().where(register.versions.c.in_error).label(kind)
        for kind, register in STORED_REGISTERS.items()
    )
    return select().add_columns(*marked)


def _lost_codes(connection: Connection, kind: str) -> set[str]:
    """Give the codes that only records in error have."""
    own = STORED_REGISTERS[kind].identity.c
    codes: dict[bool, set[str]] = {True: set(), False: set()}
    for code, hidden in connection.execute(select(own.code, in_error(kind, own.id))):
        codes[bool(hidden)].add(code)
    return codes[True] - codes[False]


def _listing_errors(connection: Connection, with_errors: set[str]) -> Iterator[RestingRow]:
    """Find the records whose lists name no record but one in error."""
    lost_codes = {kind: _lost_codes(connection, kind) for kind in with_errors}
    for kind, register in STORED_REGISTERS.items():
        own, versions = register.identity, register.versions
        for column in register.spec.stored:
            if column.register not in with_errors or not column.is_list:
                continue
            lost = lost_codes[column.register]
            listed = raw(versions.c[column.stored_name])
            query = (
                select(distinct_code(own), listed)
                .join(versions, versions.c[register.owner] == own.c.id)
                .where(is_newest(versions, versions.c[register.owner]), ~versions.c.in_error)
            )
            for code, text in stream(connection, query) if lost else ():
                for one in sorted(lost.intersection(str(text).split(LIST_SEPARATOR))):
                    yield RestingRow(f"{kind} {code}", column.register, one)


def _acts_on_errors(connection: Connection) -> Iterator[RestingRow]:
    """Find the acts that count and rest on an exemption in error."""
    for code in sorted(_lost_codes(connection, "exemption")):
        for number in acts_resting_on(connection, code):
            yield RestingRow(f"entry {number}", "exemption", code)


def _own_of_errors() -> Iterator[tuple[str, str, Select[Any]]]:
    """Build the queries for what records in error have beside what other records say of them."""
    statement, provider = night_tables.statement, tables.provider
    of_provider = select(distinct_code(provider)).join(
        statement, statement.c.provider_id == provider.c.id
    )
    yield "provider", "a statement", of_provider.where(in_error("provider", provider.c.id))
    balances = [
        *((side.value, tables.balance, tables.balance.c.holder_id) for side in Side),
        ("deal", tables.deal_balance, tables.deal_balance.c.deal_id),
    ]
    for kind, balance, owner in balances:
        own = STORED_REGISTERS[kind].identity
        stages = [balance.c[name] != 0 for name in tables.BALANCE_STAGES if name in balance.c]
        query = select(distinct_code(own)).join(balance, owner == own.c.id)
        yield kind, "a quantity", query.where(or_(*stages), in_error(kind, own.c.id)).distinct()
