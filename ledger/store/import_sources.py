"""What the sources of imports have said of records: the values that their imports gave them.

Each import keeps what its source has said, with its receipt. Imports recorded before that did not:
of them a source is a set of files of the same names, read by the same rule. A record's value that
the source has said stays said until an import of the source gives another one, whatever an officer
makes of it meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache, cached_property
from pathlib import PurePath
from sys import maxsize
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, func, or_, select

from ledger.core.factors import Side, Stage
from ledger.rates.rates import Rate
from ledger.store.db import tables
from ledger.store.db.queries import chunked
from ledger.store.journal.entries import quantity_entries
from ledger.store.rates import quote_columns
from ledger.store.registers import STORED_REGISTERS, columns_of, in_error, later_versions

COMMAND: Final = "import"
_IMPORTS: Final = (COMMAND, "rates import")
_UNDO: Final = "undo"
Source = tuple[tuple[str, ...], str | None]
"""The names of the files without their folders, and the rule by which they are read."""


def source_of(given: Mapping[str, Any]) -> Source:
    """Give the source that an import was given."""
    names = sorted({PurePath(path).name for path in given.get("paths", ())})
    return tuple(names), given.get("rules")


def last_imports(connection: Connection, canonical: str) -> dict[str, list[int]]:
    """Give the imports of each source that were not undone, the newest first.

    A source is named by its imports' input; one without a rule and a name is the canonical one.
    """
    request, receipt = tables.request, tables.receipt
    order = request.c.id.desc()
    undone = set()
    query = select(receipt.c.body).join(request, receipt.c.request_id == request.c.id)
    for body in connection.execute(query.where(request.c.command == _UNDO)).scalars():
        undone.add(json.loads(body).get("undone", {}).get("request"))
    query = select(request.c.id, request.c.key, request.c.input)
    imports: dict[str, list[int]] = {}
    for number, key, given_text in connection.execute(
        query.where(request.c.command.in_(_IMPORTS)).order_by(order)
    ).all():
        given = json.loads(given_text)
        source = given.get("source") or (None if given.get("rules") else canonical)
        if source is not None and key not in undone:
            imports.setdefault(source, []).append(number)
    return imports


def sources_by_key(connection: Connection, keys: Iterable[str]) -> dict[str, str]:
    """Give the receipts of the imports among some requests, by key."""
    request, receipt = tables.request, tables.receipt
    query = select(request.c.key, receipt.c.body).join(
        receipt, receipt.c.request_id == request.c.id
    )
    query = query.where(request.c.command.in_(_IMPORTS))
    return {
        key: body
        for chunk in chunked([*{*keys}])
        for key, body in connection.execute(query.where(request.c.key.in_(chunk)))
    }


class ImportReceipt(NamedTuple):
    """When somebody imported something, and what is kept of it."""

    recorded_at: datetime
    actor: str
    body: str


def imports_naming(
    connection: Connection, records: Iterable[str], known_at: datetime | None = None
) -> list[ImportReceipt]:
    """Read the imports whose receipts hold one of some records, as table/code, newest first.

    With a moment, only those recorded by then.
    """
    request, receipt = tables.request, tables.receipt
    texts = [json.dumps(one, ensure_ascii=False) for one in records]
    holds = or_(*(receipt.c.body.contains(text, autoescape=True) for text in texts))
    query = (
        select(request.c.recorded_at, request.c.actor, receipt.c.body)
        .join(receipt, receipt.c.request_id == request.c.id)
        .where(request.c.command.in_(_IMPORTS), holds)
        .order_by(request.c.id.desc())
    )
    if known_at is not None:
        query = query.where(request.c.recorded_at <= known_at)
    return [ImportReceipt(*row) for row in connection.execute(query)]


def packed_state(connection: Connection, request: int) -> str | None:
    """Give the packed state that an import left of its source; None where it kept none."""
    query = select(tables.receipt.c.body).where(tables.receipt.c.request_id == request)
    body = connection.execute(query).scalar()
    source = None if body is None else json.loads(body).get("source")
    return None if source is None else source.get("state")


class StatedValues:
    """The values that a source has said; each kind is read when it is first asked for."""

    def __init__(self, connection: Connection, given: Mapping[str, Any]) -> None:
        """Take the input of an import, whose source is meant."""
        self._connection, self._source = connection, source_of(given)

    @cached_property
    def _requests(self) -> dict[int, str]:
        """Give the keys of the source's imports that kept no state, by their id, oldest first."""
        request = tables.request
        columns = request.c["id", "key", "input"]
        query = select(*columns).where(request.c.command == COMMAND).order_by(request.c.id)
        return {
            number: key
            for number, key, given in self._connection.execute(query).all()
            if source_of(json.loads(given)) == self._source
            and packed_state(self._connection, number) is None
        }

    @cached_property
    def _first(self) -> int:
        return min(self._requests, default=0)

    def terms(self, kind: str, code: str) -> Mapping[str, object]:
        """Give what the source has said of the terms of a record, by attribute."""
        if kind not in STORED_REGISTERS or not self._requests:
            return {}
        return self._terms(kind).get(code, {})

    @cache  # noqa: B019 - it lives for one import
    def _terms(self, kind: str) -> dict[str, dict[str, object]]:
        register = STORED_REGISTERS[kind]
        columns, source = columns_of(register, own=later_versions(register))
        version = register.versions.c
        heads = (version.request_id, register.identity.c.code)
        there = ~in_error(kind, register.identity.c.id)
        query = select(*heads, *columns).select_from(source).where(there)
        query = query.order_by(version.version)
        before: dict[str, Any] = {}
        stated: dict[str, dict[str, object]] = {}
        for request, code, *values in self._connection.execute(query):
            record = register.record(*values)
            terms = {one.attribute: getattr(record, one.attribute) for one in register.terms}
            earlier = before.get(code, {})
            if request <= self._first:  # the first import found it so, or made it so
                stated[code] = terms
            elif request in self._requests:
                changed = {name: terms[name] for name in terms if terms[name] != earlier.get(name)}
                stated.setdefault(code, {}).update(changed)
            before[code] = terms
        return stated

    def total(self, side: Side, code: str) -> int | None:
        """Give what the source has said of the total of a need or an offer."""
        return self._totals.get((side, code)) if self._requests else None

    @cached_property
    def _totals(self) -> dict[tuple[Side, str], int]:
        keys = {key: number for number, key in self._requests.items()}
        first = self._first_entry_after_the_first_import()
        totals: dict[tuple[Side, str], int] = {}
        stated: dict[tuple[Side, str], int] = {}
        for entry in quantity_entries(self._connection):
            for one in entry.movements:
                account = one.side, one.account
                up, down = (stage is Stage.UNDECLARED for stage in (one.from_stage, one.to_stage))
                totals[account] = totals.get(account, 0) + one.amount * (up - down)
                if entry.request_key in keys or entry.number < first:
                    stated[account] = totals[account]
        return stated

    def _first_entry_after_the_first_import(self) -> int:
        entry = tables.entry
        query = select(func.min(entry.c.id)).where(entry.c.request_id > self._first)
        return int(self._connection.execute(query).scalar() or maxsize)

    def rate(self, day: date, base: str, quote: str) -> Rate | None:
        """Give the rate of a day and pair that the source has said."""
        return self._rates.get((day, base, quote)) if self._requests else None

    @cached_property
    def _rates(self) -> dict[tuple[date, str, str], Rate]:
        rate = tables.rate
        query = (
            select(rate.c.request_id, *quote_columns(rate))
            .where(~rate.c.withdrawn)
            .order_by(rate.c.id)
        )
        stated: dict[tuple[date, str, str], Rate] = {}
        for request, *values in self._connection.execute(query):
            if request <= self._first or request in self._requests:
                one = Rate(*values)
                stated[one.day, one.base, one.quote] = one
        return stated
