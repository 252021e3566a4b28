"""Find and read the records of registers.

The fields of a record are in its identity row or in its newest version row. Fields that name a code
of another register are stored as that record's id. An identity row has the code that is in force;
its changes have the former ones, by which the record is still found. A record whose newest version
is in error is hidden: it is found by no query here but `find_hidden`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Table,
    bindparam,
    case,
    exists,
    func,
    literal,
    select,
)

from ledger.core.errors import NotFound, RefusedByRule
from ledger.core.suggest import nearest
from ledger.core.text import normalised_code
from ledger.journal.entries import CANONICAL_FORMAT, IDENTITY_FORMAT
from ledger.registers.table import versioned
from ledger.store.db import tables
from ledger.store.db.clock import known_by
from ledger.store.db.queries import chunked, codes_had, in_parts, is_newest
from ledger.store.db.tables import FORMER
from ledger.store.db.types import marks_of
from ledger.store.stored_registers import (
    StoredRegister,
    Term,
    by_code,
    code_by_id,
    id_by_code,
    is_plain,
    newest_records,
    newest_with,
    stored_register,
)


class UnknownCode(NotFound, code="unknown-code"):
    """No record of the register has that code."""


class AmbiguousCode(NotFound, code="ambiguous-code"):
    """A code, typed without regard to case or only its beginning, fits several records."""

    default_why = "Several codes fit what was typed."
    default_next = "Type the whole code, with its capitals."


class AlreadyThere(RefusedByRule, code="already-there"):
    """A record was to be added that is there already: under its code, or as the same thing."""

    default_why = "A code names one record for ever, in upper or lower case."


_FEW: Final = 6
"""How many codes are named where several fit."""


class _Registers(Mapping[str, StoredRegister]):
    """The registers by name, each with its tables made when it is first asked for."""

    def __init__(self) -> None:
        self._stored: dict[str, StoredRegister] = {}

    def __getitem__(self, name: str) -> StoredRegister:
        if (stored := self._stored.get(name)) is None:
            stored = self._stored[name] = stored_register(versioned()[name])
        return stored

    def __contains__(self, name: object) -> bool:
        return name in versioned()

    def __iter__(self) -> Iterator[str]:
        return iter(versioned())

    def __len__(self) -> int:
        return len(versioned())


STORED_REGISTERS: Final = _Registers()
"""Every register that is kept in versions, in the order of leaves."""


_FIRST: Final = 7
"""Offices to deals: the registers whose leaves come before those of settings in older seals."""

LEAF_KINDS: Final = (
    *("request", "entry"),
    *list(STORED_REGISTERS)[:_FIRST],
    *("setting", "unit", "rate", "proposal"),
    *list(STORED_REGISTERS)[_FIRST:],
)
"""The kinds of leaves in the order of the tree; one that is added later comes last."""

LEAF_PLACES: Final = {kind: place for place, kind in enumerate(LEAF_KINDS)}

CODED_KINDS: Final = (*STORED_REGISTERS, "proposal")
"""The kinds of what has codes: the registers, and proposals."""


def identity_of(kind: str) -> Table:
    """Give the table that holds the codes of a kind."""
    return tables.proposal if kind == "proposal" else STORED_REGISTERS[kind].identity


class StoredRecord(NamedTuple):
    """A record as it is kept: its id, the number of its version, and when that was recorded."""

    id: int
    version: int
    recorded_at: datetime
    record: Any


@cache
def select_current(kind: str, *, known: bool = False, by: str | None = None) -> Select[Any]:
    """Select the newest version of every record, or of those by a column, or as known at a time.

    Statements are made once and kept: making one costs more than most answers to it.
    """
    register = STORED_REGISTERS[kind]
    identity, versions = register.identity, register.versions
    when = (known_by,) if known else ()
    unknown = not_yet_known if known else None
    columns, source = columns_of(register, own=unknown, others=unknown)
    query = (
        select(
            identity.c.id.label("id_"),
            versions.c.version.label("version_"),
            versions.c.recorded_at.label("recorded_at_"),
            *columns,
        )
        .select_from(source)
        .where(is_newest(versions, versions.c[register.owner], *when), ~versions.c.in_error)
    )
    return query if by is None else query.where(identity.c[by] == bindparam("wanted"))


Later = Callable[[FromClause], ColumnElement[bool]]
"""Says which identity changes were made later than what is meant."""


def not_yet_known(changes: FromClause) -> ColumnElement[bool]:
    """Select the changes that were not known at the time in the parameter `known_at`."""
    return ~known_by(changes)


def later_versions(register: StoredRegister) -> Later:
    """Select the identity changes that came with later versions than the one of a row."""
    return lambda changes: changes.c.version > register.versions.c.version


def format_due(register: StoredRegister) -> ColumnElement[Any]:
    """Select the format that a version has: another one where its record's identity changed."""
    if register.changes is None:
        return literal(CANONICAL_FORMAT)
    changes, versions = register.changes.c, register.versions.c
    own = changes[register.owner] == versions[register.owner]
    changed = exists().where(own, changes.version == versions.version)
    return case((changed, IDENTITY_FORMAT), else_=CANONICAL_FORMAT)


def value_before(
    register: StoredRegister, identity: FromClause, name: str, later: Later | None
) -> ColumnElement[Any]:
    """Give a column of an identity row as it was before all changes that are `later`."""
    column = identity.c[name]
    if later is None or register.changes is None or f"{FORMER}{name}" not in register.changes.c:
        return column
    changes = register.changes.alias()
    own = changes.c[register.owner] == identity.c.id
    first = select(changes.c[f"{FORMER}{name}"]).where(own, later(changes))
    former = first.order_by(changes.c.version).limit(1).correlate_except(changes)
    return func.coalesce(former.scalar_subquery(), column)


def columns_of(
    register: StoredRegister, *, own: Later | None = None, others: Later | None = None
) -> tuple[list[ColumnElement[Any]], FromClause]:
    """Give a record's fields as labelled columns, and the join they come from.

    Its identity is as before the `own` later changes, and codes of other records as before theirs.
    """
    identity, versions = register.identity, register.versions
    source: FromClause = identity.join(versions, identity.c.id == versions.c[register.owner])
    columns: list[ColumnElement[Any]] = []
    for term in register.terms:
        column = column_before(register, term, own)
        if term.refers_to is None:
            columns.append(column.label(term.attribute))
            continue
        target = STORED_REGISTERS[term.refers_to].identity.alias(f"its_{term.attribute}")
        source = source.outerjoin(target, target.c.id == column)
        code = value_before(STORED_REGISTERS[term.refers_to], target, "code", others)
        columns.append(code.label(term.attribute))
    return columns, source


def column_before(register: StoredRegister, term: Term, own: Later | None) -> ColumnElement[Any]:
    """Give the column of a term, of the identity as before its `own` later changes."""
    if register.changes is None or not term.fixed:
        return register.value(term)
    return value_before(register, register.identity, term.column, own)


def load_all(
    connection: Connection, kind: str, known_at: datetime | None = None
) -> dict[str, StoredRecord]:
    """Read every record of a register by code, as now or as known at a moment.

    In the order of codes, which is put right here: each server has a way of its own with letters.
    """
    rows = newest_records(connection, STORED_REGISTERS[kind])  # sent when it is read
    found: Iterable[StoredRecord] = map(StoredRecord._make, rows)
    if known_at is not None:
        query = select_current(kind, known=True)
        found = stored_records(kind, connection.execute(query, {"known_at": known_at}))
    return by_code({one.record.code: one for one in found})


def codes_of(connection: Connection, kind: str) -> list[str]:
    """Read every code of a register, in the order in which its records were recorded."""
    table = identity_of(kind)
    query = select(table.c.code).where(*there(kind)).order_by(table.c.id)
    return [*connection.execute(query).scalars()]


def there(kind: str, known_at: datetime | None = None) -> tuple[ColumnElement[bool], ...]:
    """Select the identity rows of records that are not in error, or were known then and not."""
    if kind not in STORED_REGISTERS:
        return ()
    if known_at is None:
        return _there_now(kind)
    register = STORED_REGISTERS[kind]
    identity, versions = register.identity.c.id, register.versions
    owner = versions.c[register.owner]
    known = is_newest(versions, owner, lambda later: known_by(later, known_at))
    found = exists().where(owner == identity, known, ~versions.c.in_error)
    return (found.correlate_except(versions),)


@cache
def _there_now(kind: str) -> tuple[ColumnElement[bool], ...]:
    return (~in_error(kind, STORED_REGISTERS[kind].identity.c.id),)


def in_error(kind: str, identity: ColumnElement[Any]) -> ColumnElement[bool]:
    """Select the rows whose record with the id `identity` is in error, by its versions alone."""
    versions, owner = marks_of(kind), STORED_REGISTERS[kind].owner
    marked, later = versions.alias("marked"), versions.alias("later")
    after = (later.c[owner] == marked.c[owner], later.c.version > marked.c.version)
    restored = exists().where(*after).correlate_except(later)
    found = exists().where(marked.c[owner] == identity, marked.c.in_error, ~restored)
    return found.correlate_except(marked)


def load(
    connection: Connection, kind: str, identity: int, known_at: datetime | None = None
) -> StoredRecord:
    """Read one record by its id."""
    if known_at is None:
        return load_by(connection, kind, "id", identity)[0]
    query = select_current(kind, known=True, by="id")
    rows = connection.execute(query, {"wanted": identity, **known_at_parameter(known_at)})
    return next(iter(stored_records(kind, rows)))


def load_by(connection: Connection, kind: str, column: str, value: Any) -> list[StoredRecord]:
    """Read the records whose identity rows have a value in a column, in one statement."""
    found = newest_records(connection, STORED_REGISTERS[kind], f'own."{column}"', [value])
    return [*map(StoredRecord._make, found)]


def load_where(
    connection: Connection,
    kind: str,
    term: str,
    values: Collection[Any],
    known_at: datetime | None = None,
) -> dict[str, StoredRecord]:
    """Read the records with one of some values in a term, by code, as now or as known at a moment.

    A term that refers to another register is compared by that record's id.
    """
    register = STORED_REGISTERS[kind]
    found = next(one for one in register.terms if one.name == term)
    records: dict[str, StoredRecord] = {}
    for chunk in chunked([*values]):
        if known_at is None and is_plain(found):
            rows: Iterable[Any] = newest_with(connection, register, found, chunk)
        else:
            query = _current_where(kind, term, known=known_at is not None)
            rows = connection.execute(query, {"values": chunk, **known_at_parameter(known_at)})
        records.update({one.record.code: one for one in stored_records(kind, rows)})
    return records


@cache
def _current_where(kind: str, term: str, *, known: bool) -> Select[Any]:
    register = STORED_REGISTERS[kind]
    found = next(one for one in register.terms if one.name == term)
    column = register.column(found)
    values: BindParameter[Any] = bindparam("values", expanding=True)
    then = column_before(register, found, not_yet_known if known else None)
    query = select_current(kind, known=known)
    if register.changes is None or then is column:
        return query.where(column.in_(values))
    changes = register.changes.c
    changed = select(changes[register.owner]).where(changes[f"{FORMER}{column.name}"].in_(values))
    # The first condition finds the few rows by their indexes, the second is the one that counts.
    return query.where(column.in_(values) | register.identity.c.id.in_(changed), then.in_(values))


def find_record(connection: Connection, kind: str, typed: str) -> StoredRecord:
    """Read the record a person means, as `find_id` finds it; by its exact code in one statement."""
    exact = load_by(connection, kind, "code", typed)
    return exact[0] if exact else load(connection, kind, find_id(connection, kind, typed))


def seek_record(connection: Connection, kind: str, typed: str) -> StoredRecord | None:
    """Read the record a person means, or None. Raises `AmbiguousCode`."""
    exact = load_by(connection, kind, "code", typed)
    identity = None if exact else seek_id(connection, kind, typed)
    return next(iter(exact), None) if identity is None else load(connection, kind, identity)


def known_at_parameter(known_at: datetime | None) -> dict[str, Any]:
    """Give the parameter `known_at` of a query that has one."""
    return {} if known_at is None else {"known_at": known_at}


def stored_records(kind: str, rows: Iterable[Any]) -> Iterable[StoredRecord]:
    """Read the rows of `select_current` as records."""
    record = STORED_REGISTERS[kind].record
    for part in in_parts(rows):
        for identity, version, recorded_at, *values in part:
            yield StoredRecord(identity, version, recorded_at, record(*values))


def find_id(
    connection: Connection,
    kind: str,
    typed: str,
    *,
    by_prefix: bool = False,
    known_at: datetime | None = None,
) -> int:
    """Find the record a person means: the exact code, else in any case, else a former code.

    With `by_prefix`, a unique beginning of a code is accepted too. No record in error, now or as
    known at a moment, is found. Raises `UnknownCode` with the nearest codes, or `AmbiguousCode`.
    """
    found = seek_id(connection, kind, typed, by_prefix=by_prefix, known_at=known_at)
    if found is not None:
        return found
    if known_at is not None:  # what was not known then is found, so that its reader can say so
        return find_id(connection, kind, typed, by_prefix=by_prefix)
    raise unknown_code(connection, kind, typed)


def seek_id(
    connection: Connection,
    kind: str,
    typed: str,
    *,
    by_prefix: bool = False,
    known_at: datetime | None = None,
) -> int | None:
    """Find a record as `find_id` does, or None: no codes are read to suggest the nearest.

    Raises `AmbiguousCode`.
    """
    exact = id_by_code(connection, kind, typed) if known_at is None else None
    if exact is not None:
        return exact
    table = identity_of(kind)
    rows = select(table.c.id, table.c.code).where(*there(kind, known_at))
    compared = normalised_code(typed)
    matches: Sequence[Any] = ()
    if known_at is not None:
        matches = connection.execute(rows.where(table.c.code == typed)).all()
    matches = matches or connection.execute(rows.where(table.c.folded == compared)).all()
    matches = matches or find_by_former_code(connection, kind, typed, known_at)
    if not matches and by_prefix and typed:
        has_prefix = table.c.folded.startswith(compared, autoescape=True)
        matches = connection.execute(rows.where(has_prefix)).all()
    if len(matches) == 1:
        return int(matches[0].id)
    if matches:
        fitting = sorted(row.code for row in matches)
        more = f" and {len(fitting) - _FEW} more" if len(fitting) > _FEW else ""
        raise AmbiguousCode(f"{typed!r} could be {', '.join(fitting[:_FEW])}{more}.")
    return None


def find_by_former_code(
    connection: Connection, kind: str, typed: str, known_at: datetime | None = None
) -> Sequence[Any]:
    """Find the record that once had a code, which no other record has but those in error."""
    register = STORED_REGISTERS.get(kind)
    if register is None or register.changes is None:
        return ()
    identity, changes = register.identity, register.changes
    query = (
        select(identity.c.id, identity.c.code)
        .join(changes, changes.c[register.owner] == identity.c.id)
        .where(changes.c[f"{FORMER}folded"] == normalised_code(typed), *there(kind, known_at))
    )
    return connection.execute(query.distinct()).all()


def find_hidden(connection: Connection, kind: str, typed: str) -> StoredRecord | None:
    """Read the record last recorded in error that has or had a code, in any case; None if none."""
    if kind not in STORED_REGISTERS:
        return None
    register = STORED_REGISTERS[kind]
    identity, versions = register.identity, register.versions
    (columns, source), had = columns_of(register), codes_had(kind).c
    query = (
        select(identity.c.id, versions.c.version, versions.c.recorded_at, *columns)
        .select_from(source)
        .where(identity.c.id.in_(select(had.id).where(had.folded == normalised_code(typed))))
        .where(versions.c.in_error, is_newest(versions, versions.c[register.owner]))
        .order_by(versions.c.request_id.desc(), identity.c.id.desc())
    )
    return next(iter(stored_records(kind, connection.execute(query))), None)


def find_code(
    connection: Connection, kind: str, typed: str, known_at: datetime | None = None
) -> str:
    """Find the code a reader means, a unique beginning of it included; as known at a moment."""
    identity_id = find_id(connection, kind, typed, by_prefix=True, known_at=known_at)
    if known_at is None:
        return code_by_id(connection, kind, identity_id)
    identity = identity_of(kind)
    code: ColumnElement[Any] = identity.c.code
    if kind in STORED_REGISTERS:
        code = value_before(STORED_REGISTERS[kind], identity, "code", not_yet_known)
    query = select(code).select_from(identity).where(identity.c.id == identity_id)
    return str(connection.execute(query, known_at_parameter(known_at)).scalar_one())


def unknown_code(connection: Connection, kind: str, typed: str) -> UnknownCode:
    """Make the refusal of a code that is in no register, naming the nearest that are."""
    codes = codes_of(connection, kind)
    close = nearest(typed, codes)
    hint = f"Did you mean {' or '.join(close)}? " if close else ""
    other = _kind_of(connection, typed)
    if other is not None:
        hint = f"{typed} is the code of {_WITH_ARTICLE[other]}: check the order of the words. "
    if (error := find_hidden(connection, kind, typed)) is not None:
        code = error.record.code
        return UnknownCode(
            f"There is no {kind} {code} any more.",
            why="It was recorded in error: the request that added it was undone.",
            next_step=f"{hint}See it with: cityfund history {kind}:{code}",
        )
    named = kind if len(codes) == 1 else plural(kind)
    return UnknownCode(
        f"There is no {kind} {typed!r}.",
        why=f"The register holds {len(codes)} {named}, and none with that code.",
        next_step=f"{hint}List them with: cityfund {_NOUNS.get(kind, kind)} list",
    )


def _kind_of(connection: Connection, typed: str) -> str | None:
    """Give the register that does hold a code, for one typed in another's place."""
    folded = normalised_code(typed)
    held = (kind for kind in CODED_KINDS if id_by_code(connection, kind, folded, "folded"))
    return next(held, None)


_WITH_ARTICLE: Final = {
    "proposal": "a proposal",
    **{kind: spec.with_article for kind, spec in versioned().items()},
}
_NOUNS: Final = {"proposal": "match"}


def plural(kind: str) -> str:
    """Give the plural of a register's name."""
    return versioned()[kind].plural if kind in versioned() else f"{kind}s"
