"""The texts of records that can fit a search, and the records that a code or a name means.

The database leaves out what cannot fit, by patterns that it can compare; how well a text fits is
for `ledger.lookup` to say. What is read are codes and texts, never whole records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    and_,
    cast,
    false,
    func,
    null,
    or_,
    select,
)

from ledger.core.factors import Side
from ledger.lookup.query import Pattern, Query, search_key
from ledger.lookup.ranks import Part
from ledger.registers.table import IDENTIFIED_TABLES, IDENTIFIER, REGISTERS
from ledger.store.db import tables
from ledger.store.db.queries import is_newest
from ledger.store.db.tables import FORMER
from ledger.store.registers import (
    CODED_KINDS,
    STORED_REGISTERS,
    AmbiguousCode,
    find_code,
    identity_of,
    seek_id,
    there,
)
from ledger.store.stored_registers import StoredRegister, is_free_text

_LOCAL: Final = "name_local"
_REFERENCE: Final = "reference"
_WORDS: Final = frozenset({"topic", "grade", "measure", "unit"})
"""Columns of words that many records share: they are lists of their own, and no notes."""

_ABOUT_OTHERS: Final = frozenset({"note", "owner"})
"""Registers whose records have no name but that of the record they are about."""

_MOST_NEAR: Final = 3000
"""How many records of a register are compared for what is nearest."""

_ESCAPE: Final = "\\"
_SPECIAL: Final = str.maketrans({one: f"{_ESCAPE}{one}" for one in f"%_{_ESCAPE}"})


class RecordText(NamedTuple):
    """A text of a record that may fit: what of the record it is, and where it stands."""

    kind: str
    code: str
    name: str | None
    part: Part
    column: str
    text: str


def texts_that_may_fit(connection: Connection, query: Query) -> Iterator[RecordText]:
    """Read the codes and texts of all registers that may fit a search."""
    searching = _Searching(connection, query.patterns(), query.codes)
    for kind in STORED_REGISTERS:
        if kind != IDENTIFIER.name:
            yield from searching.register(kind, _texts(kind))
    yield from searching.former_codes()
    yield from searching.proposals()
    yield from searching.identifiers()
    yield from searching.references()


def names_that_may_fit(connection: Connection, query: Query) -> Iterator[RecordText]:
    """Read the names of all registers that may fit a search, but for typing errors."""
    searching = _Searching(connection, query.patterns(tolerant=True))
    for kind in STORED_REGISTERS:
        yield from searching.register(kind, _names(kind))


def near_texts(connection: Connection, query: Query) -> Iterator[RecordText]:
    """Read names and codes that have something in common with a search, not too many of them."""
    searching = _Searching(connection, query.near_patterns(), query.codes, most=_MOST_NEAR)
    for kind in STORED_REGISTERS:
        if kind != IDENTIFIER.name:
            yield from searching.register(kind, _names(kind))


def names_like(connection: Connection, typed: str, kinds: Iterable[str]) -> list[RecordText]:
    """Read the records whose name, or name in its own script, is what was typed, once folded."""
    key = search_key(typed)
    if not key:
        return []
    searching = _Searching(connection, Query(typed, key).patterns())
    found: dict[tuple[str, str], RecordText] = {}
    for kind in kinds:
        for one in searching.register(kind, _names(kind)):
            if search_key(one.text) == key:
                found.setdefault((one.kind, one.code), one)
    return [*found.values()]


def has_code(connection: Connection, kind: str, typed: str) -> bool:
    """Say whether a record of a register has or had a code, in any case; several may have had."""
    try:
        return seek_id(connection, kind, typed) is not None
    except AmbiguousCode:
        return True


def kinds_of_code(
    connection: Connection, typed: str, known_at: datetime | None = None
) -> list[tuple[str, str]]:
    """Give every register that has the code, or had it, each with the code of its record.

    Where none has, those with a unique beginning so.
    """
    found = [*_kinds_of_code(connection, typed, known_at, by_prefix=False)]
    return found or [*_kinds_of_code(connection, typed, known_at, by_prefix=True)]


def _kinds_of_code(
    connection: Connection, typed: str, known_at: datetime | None, *, by_prefix: bool
) -> Iterator[tuple[str, str]]:
    for kind in CODED_KINDS:
        try:
            found = seek_id(connection, kind, typed, by_prefix=by_prefix, known_at=known_at)
            if found is not None:
                yield kind, find_code(connection, kind, typed, known_at)
        except AmbiguousCode:
            yield kind, typed


@cache
def _names(kind: str) -> Mapping[str, Part]:
    spec = REGISTERS.get(kind)
    if spec is None or spec.title is None or kind in _ABOUT_OTHERS:
        return {}
    return {name: Part.NAME for name in (spec.title, _LOCAL) if name in spec.column}


@cache
def _texts(kind: str) -> Mapping[str, Part]:
    """Give the columns of a register that are looked at, each with what it is."""
    free = (one for one in REGISTERS[kind].stored if is_free_text(one) and one.name not in _WORDS)
    parts = {one.name: Part.REFERENCE if one.name == _REFERENCE else Part.TEXT for one in free}
    return {**parts, **_names(kind)}


@dataclass(frozen=True, slots=True)
class _Searching:
    """One search of the database: what a text must hold, and the codes that are looked for.

    Without `codes` none are compared; `most` bounds the rows of a register.
    """

    connection: Connection
    patterns: Sequence[Pattern]
    codes: Sequence[str] = ()
    most: int | None = None

    def register(self, kind: str, columns: Mapping[str, Part]) -> Iterator[RecordText]:
        """Read what may fit in some columns of a register, with the codes of the records."""
        register = STORED_REGISTERS.get(kind)
        if register is None or not (columns or self.codes):
            return
        folded_code, stored = register.identity.c.folded, _columns(register, columns)
        may_fit = [self.may_fit(one) for one in stored.values()]
        if self.codes:
            may_fit += [folded_code.in_(self.codes), _has_code(folded_code, self.patterns)]
        selected = _current(register, *stored.values()).where(or_(*may_fit)).limit(self.most)
        for code, name, *texts in self.connection.execute(selected):
            if self.codes:
                yield RecordText(kind, code, name, Part.CODE, "code", code)
            for (column, part), text in zip(columns.items(), texts, strict=True):
                if text is not None:
                    yield RecordText(kind, code, name, part, column, text)

    def may_fit(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """Select the rows whose text in a column may fit."""
        is_server = self.connection.dialect.name == "postgresql"
        length = func.octet_length(column) if is_server else func.length(cast(column, LargeBinary))
        in_any_script = func.length(column) != length
        return and_(*(_has_word(column, one, in_any_script) for one in self.patterns))

    def former_codes(self) -> Iterator[RecordText]:
        """Read the records that had one of the codes."""
        for kind, register in STORED_REGISTERS.items():
            if register.changes is None:
                continue
            identity, changes = register.identity, register.changes
            former = changes.c[f"{FORMER}code"]
            selected = (
                select(identity.c.code, _name_of(kind, identity.c.id), former)
                .join(changes, changes.c[register.owner] == identity.c.id)
                .where(changes.c[f"{FORMER}folded"].in_(self.codes), former != identity.c.code)
                .where(*there(kind))
            )
            for code, name, text in self.connection.execute(selected):
                yield RecordText(kind, code, name, Part.IDENTIFIER, "former code", text)

    def proposals(self) -> Iterator[RecordText]:
        """Read the proposals that have one of the codes."""
        identity = identity_of("proposal")
        for (code,) in self.connection.execute(
            select(identity.c.code).where(identity.c.folded.in_(self.codes))
        ):
            yield RecordText("proposal", code, None, Part.CODE, "code", code)

    def identifiers(self) -> Iterator[RecordText]:
        """Read the records whose identifiers elsewhere may fit."""
        register = STORED_REGISTERS[IDENTIFIER.name]
        columns = _columns(register, ("table", "record", "scheme", "id", "withdrawn"))
        selected = _current(register, *columns.values()).where(self.may_fit(columns["id"]))
        found = [
            (IDENTIFIED_TABLES[table], record, scheme, text)
            for _, _, table, record, scheme, text, withdrawn in self.connection.execute(selected)
            if not withdrawn
        ]
        for kind, record, scheme, text in found:
            # The record may have another code since.
            code = find_code(self.connection, kind, record)
            name = self.connection.execute(_name_by_code(kind, code)).scalar()
            yield RecordText(kind, code, name, Part.IDENTIFIER, f"identifier {scheme}", text)

    def references(self) -> Iterator[RecordText]:
        """Read the references of the journal that may fit: of acts of deals, and of quantities."""
        entry, deal = tables.entry, tables.named("deal")
        may_fit = self.may_fit(entry.c.reference)
        name = _name_of("deal", deal.c.id)
        of_deals = select(deal.c.code, name, entry.c.reference).join(
            deal, deal.c.id == entry.c.deal_id
        )
        for code, its_name, text in self.connection.execute(of_deals.where(may_fit).distinct()):
            yield RecordText("deal", code, its_name, Part.REFERENCE, _REFERENCE, text)
        for side in Side:
            kind, movement = side.value, tables.movement
            own = tables.named(kind)
            of_side = (
                select(own.c.code, _name_of(kind, own.c.id), entry.c.reference)
                .join(
                    movement, and_(movement.c.entry_id == entry.c.id, movement.c.deal_id.is_(None))
                )
                .join(own, own.c.id == movement.c.holder_id)
                .where(entry.c.deal_id.is_(None), may_fit)
            )
            for code, its_name, text in self.connection.execute(of_side.distinct()):
                yield RecordText(kind, code, its_name, Part.REFERENCE, _REFERENCE, text)


def _columns(register: StoredRegister, names: Iterable[str]) -> dict[str, ColumnElement[Any]]:
    by_name = {term.name: register.column(term) for term in register.terms}
    return {name: by_name[name] for name in names}


def _current(register: StoredRegister, *columns: ColumnElement[Any]) -> Select[Any]:
    """Select columns of the newest versions, behind the code and the name of each record."""
    identity, versions = register.identity, register.versions
    owner = versions.c[register.owner]
    name = _name_of(register.kind, identity.c.id)
    return (
        select(identity.c.code, name, *columns)
        .join(versions, owner == identity.c.id)
        .where(is_newest(versions, owner), ~versions.c.in_error)
        .order_by(identity.c.id)
    )


def _name_of(kind: str, record: ColumnElement[Any]) -> ColumnElement[Any]:
    """Select the name of a record: its own, or that of the first record that it stands under."""
    register = STORED_REGISTERS[kind]
    spec = register.spec
    if kind in _ABOUT_OTHERS:
        return _newest_term(register, "record", record)
    if spec.title is not None:
        return _newest_term(register, spec.title, record)
    above = next((one for one in (*spec.parents, *_ABOVE) if one in spec.references), None)
    if above is None:
        return null()
    return _name_of(spec.references[above], _newest_term(register, above, record))


_ABOVE: Final = ("need", "body")
"""What a record stands for by, where it hangs under nothing: a deal by its need."""


def _newest_term(
    register: StoredRegister, name: str, record: ColumnElement[Any]
) -> ColumnElement[Any]:
    term = next(one for one in register.terms if one.name == name)
    if term.fixed:
        identity = register.identity.alias()
        return select(identity.c[term.column]).where(identity.c.id == record).scalar_subquery()
    versions = register.versions.alias()
    of_record = select(versions.c[term.column]).where(versions.c[register.owner] == record)
    return of_record.order_by(versions.c.version.desc()).limit(1).scalar_subquery()


def _has_code(column: ColumnElement[Any], patterns: Sequence[Pattern]) -> ColumnElement[bool]:
    """Select the codes with all words; codes in other scripts are found by being equal alone."""
    if not all(one.any_script for one in patterns):
        return false()
    return and_(*(or_(*(column.like(_like(run)) for run in one.runs)) for one in patterns))


def _has_word(
    column: ColumnElement[Any], pattern: Pattern, in_any_script: ColumnElement[bool]
) -> ColumnElement[bool]:
    runs = [column.ilike(_like(run), escape=_ESCAPE) for run in pattern.runs if run]
    if pattern.any_script:
        return or_(*runs, in_any_script)
    return and_(in_any_script, or_(*runs)) if len(runs) == len(pattern.runs) else in_any_script


def _like(run: Iterable[str]) -> str:
    return "%".join(("", *(part.translate(_SPECIAL) for part in run), ""))


def _name_by_code(kind: str, code: str) -> Select[Any]:
    identity = identity_of(kind)
    return select(_name_of(kind, identity.c.id)).where(identity.c.code == code, *there(kind))
