"""What rests on records in error, for the check of the same name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, exists, func, literal, or_, select, union_all

from ledger.checks.stored_rows import RestingRow
from ledger.core.factors import Side
from ledger.store.checks.journal import raw, stream
from ledger.store.db import night_tables, tables
from ledger.store.db.prepared import Prepared
from ledger.store.db.queries import distinct_code
from ledger.store.db.types import LIST_SEPARATOR
from ledger.store.journal.entries import acts_resting_on
from ledger.store.registers import STORED_REGISTERS, in_error
from ledger.store.stored_registers import names_record, refers_to, select_newest


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
    for target in with_errors:
        references = _references(target)
        for kind, code, other in references.rows(connection) if references else ():
            yield RestingRow(f"{kind} {code}", target, other)
    yield from _listing_errors(connection, with_errors)
    if "exemption" in with_errors:
        yield from _acts_on_errors(connection)
    for kind in with_errors:
        own = _own_of_errors(kind)
        for what, code in own.rows(connection) if own else ():
            yield RestingRow(what, kind, code)


@cache
def _references(target: str) -> Prepared | None:
    """Select the records whose newest version refers to one in error, where any can."""
    named = STORED_REGISTERS[target].identity.alias("named")
    queries = [
        select_newest(
            register, literal(kind), distinct_code(register.identity), distinct_code(named)
        )
        .join(named, names_record(register, term, target, named.c.id))
        .where(in_error(target, named.c.id))
        for kind, register in STORED_REGISTERS.items()
        for term in register.terms
        if target in refers_to(term)
    ]
    return Prepared(union_all(*queries)) if queries else None


def _registers_with_errors(connection: Connection) -> list[str]:
    """Name the registers with a record in error: most ledgers have none."""
    marked = _marked().first(connection) or ()
    return [kind for kind, has_one in zip(STORED_REGISTERS, marked, strict=True) if has_one]


@cache
def _marked() -> Prepared:
    marked = (
        exists().where(register.versions.c.in_error).label(kind)
        for kind, register in STORED_REGISTERS.items()
    )
    return Prepared(select().add_columns(*marked))


def _lost_codes(connection: Connection, kind: str) -> set[str]:
    """Give the codes that only records in error have."""
    codes: dict[bool, set[str]] = {True: set(), False: set()}
    for code, hidden in _codes_and_marks(kind).rows(connection):
        codes[bool(hidden)].add(code)
    return codes[True] - codes[False]


@cache
def _codes_and_marks(kind: str) -> Prepared:
    own = STORED_REGISTERS[kind].identity.c
    return Prepared(select(own.code, in_error(kind, own.id)))


def _listing_errors(connection: Connection, with_errors: Sequence[str]) -> Iterator[RestingRow]:
    """Find the records whose lists name no record but one in error."""
    for target in with_errors:
        lists = _lists(target)
        lost = _lost_codes(connection, target) if lists else ()
        for kind, query in lists if lost else ():
            for code, text in stream(connection, query):
                for one in sorted({*lost}.intersection(str(text).split(LIST_SEPARATOR))):
                    yield RestingRow(f"{kind} {code}", target, one)


@cache
def _lists(target: str) -> list[tuple[str, Select[Any]]]:
    """Select the lists of codes of a register, as the newest versions of records hold them."""
    return [
        (
            kind,
            select_newest(
                register,
                distinct_code(register.identity),
                raw(register.versions.c[column.stored_name]),
            ),
        )
        for kind, register in STORED_REGISTERS.items()
        for column in register.spec.stored
        if column.is_list and column.register == target
    ]


def _acts_on_errors(connection: Connection) -> Iterator[RestingRow]:
    """Find the acts that count and rest on an exemption in error."""
    for code in sorted(_lost_codes(connection, "exemption")):
        for number in acts_resting_on(connection, code):
            yield RestingRow(f"entry {number}", "exemption", code)


@cache
def _own_of_errors(kind: str) -> Prepared | None:
    """Select what records in error have beside what other records say of them, if they can."""
    own = STORED_REGISTERS[kind].identity
    marked = in_error(kind, own.c.id)
    if kind == "provider":
        statement = night_tables.statement
        query = select(literal("a statement"), distinct_code(own))
        return Prepared(query.join(statement, statement.c.provider_id == own.c.id).where(marked))
    if kind in {*Side, "deal"}:
        balance = tables.deal_balance if kind == "deal" else tables.balance
        owner = balance.c.deal_id if kind == "deal" else balance.c.holder_id
        stages = [balance.c[name] != 0 for name in tables.BALANCE_STAGES if name in balance.c]
        query = select(literal("a quantity"), distinct_code(own)).join(balance, owner == own.c.id)
        return Prepared(query.where(or_(*stages), marked).distinct())
    return None
