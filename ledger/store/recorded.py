"""What one request has recorded, and what was recorded on top of it since."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    Connection,
    Table,
    bindparam,
    exists,
    func,
    literal,
    select,
    union_all,
)

from ledger.core.factors import Side
from ledger.core.text import normalised_code
from ledger.rates.rates import Rate
from ledger.registers.table import (
    IDENTIFIED_TABLES,
    IDENTIFIER,
    REGISTERS,
    origin_kinds,
    versioned,
)
from ledger.store.db import engine as engines
from ledger.store.db import night_tables, tables
from ledger.store.db.errors import WriteConflict
from ledger.store.db.prepared import Prepared
from ledger.store.db.queries import chunked, codes_had, is_newest
from ledger.store.named_records import about
from ledger.store.rates import quote_columns
from ledger.store.registers import (
    STORED_REGISTERS,
    codes_of,
    find_hidden,
    identity_of,
    in_error,
    load_all,
    seek_id,
    there,
)
from ledger.store.stored_registers import StoredRegister, names_record, refers_to, select_newest

RecordKey = tuple[str, int]
"""A record by its register and its id, which no other record ever has."""


class RecordedVersions(NamedTuple):
    """The versions that a request added to one record.

    `first` is the number of the first of them, `last` of the last, and `newest` that of the
    record's newest version. `was_in_error` says how the record stood before the request, None
    where it was added by it; `is_in_error` how it stands now.
    """

    kind: str
    id: int
    code: str
    first: int
    last: int
    newest: int
    was_in_error: bool | None
    is_in_error: bool

    @property
    def key(self) -> RecordKey:
        """The record that they are of."""
        return self.kind, self.id


def recorded_versions(connection: Connection, request_id: int) -> list[RecordedVersions]:
    """Read the versions that a request added, by register and record in their order."""
    has_versions = _registers_with_versions().first(connection, request_id=request_id) or ()
    return [
        RecordedVersions(kind, *row)
        for kind, has_some in zip(STORED_REGISTERS, has_versions, strict=True)
        if has_some
        for row in _added_versions(kind).rows(connection, request_id=request_id)
    ]


@cache
def _registers_with_versions() -> Prepared:
    """Say of each register whether a request added versions: of most it did not."""
    return _where_rows_are({kind: one.versions for kind, one in STORED_REGISTERS.items()})


def _where_rows_are(of_tables: Mapping[str, Table]) -> Prepared:
    """Say of each table whether it has a row of a request."""
    request_id = bindparam("request_id", type_=BigInteger)
    has_rows = (
        exists().where(table.c.request_id == request_id).label(name)
        for name, table in of_tables.items()
    )
    return Prepared(select().add_columns(*has_rows))


@cache
def _added_versions(kind: str) -> Prepared:
    """Select the versions that a request added to a register, by the records' ids."""
    register = STORED_REGISTERS[kind]
    versions, identity = register.versions, register.identity.c
    owner = versions.c[register.owner]
    before, newest = versions.alias("before"), versions.alias("newest")
    own = (
        select(
            owner.label("owner"),
            func.min(versions.c.version).label("first"),
            func.max(versions.c.version).label("last"),
        )
        .where(versions.c.request_id == bindparam("request_id"))
        .group_by(owner)
        .subquery()
    )
    of_newest = select(func.max(versions.c.version)).where(owner == own.c.owner).scalar_subquery()
    query = (
        select(own.c.owner, identity.code, own.c.first, own.c.last, newest.c.version)
        .add_columns(before.c.in_error, newest.c.in_error)
        .select_from(own)
        .join(identity.id.table, identity.id == own.c.owner)
        .join(newest, newest.c[register.owner] == own.c.owner)
        .outerjoin(
            before,
            (before.c[register.owner] == own.c.owner) & (before.c.version == own.c.first - 1),
        )
        .where(newest.c.version == of_newest)
        .order_by(own.c.owner)
    )
    return Prepared(query)


class RecordedRate(NamedTuple):
    """A rate that a request added, or withdrew, with the row of its day and pair before it."""

    rate: Rate
    withdrawn: bool
    before: Rate | None
    before_withdrawn: bool
    is_newest: bool

    @property
    def name(self) -> str:
        """Name it as receipts do."""
        return f"{self.rate.day} {self.rate.base}/{self.rate.quote}"


def recorded_rates(connection: Connection, request_id: int) -> list[RecordedRate]:
    """Read the last rate that a request recorded of each day and pair."""
    rate = tables.rate
    query = select(rate.c.id, *quote_columns(rate), rate.c.withdrawn).order_by(rate.c.id)
    own: dict[tuple[date, str, str], tuple[int, Rate, bool]] = {}
    first: dict[tuple[date, str, str], int] = {}
    for number, *quote, withdrawn in connection.execute(
        query.where(rate.c.request_id == request_id)
    ):
        one = Rate(*quote)
        first.setdefault(_pair(one), number)
        own[_pair(one)] = number, one, withdrawn
    found = []
    for (day, base, quoted), (number, one, withdrawn) in own.items():
        of_pair = query.where(rate.c.day == day, rate.c.base == base, rate.c.quote == quoted)
        rows = [tuple(row) for row in connection.execute(of_pair)]
        earlier = [row for row in rows if row[0] < first[_pair(one)]]
        before = Rate(*earlier[-1][1:-1]) if earlier else None
        found.append(
            RecordedRate(
                one,
                withdrawn,
                before,
                before_withdrawn=bool(earlier and earlier[-1][-1]),
                is_newest=rows[-1][0] == number,
            )
        )
    return found


def _pair(rate: Rate) -> tuple[date, str, str]:
    return rate.day, rate.base, rate.quote


_UNDONE_BY_OTHERS: Final = {
    "unit": tables.unit,
    "setting": tables.setting_version,
    "proposal": tables.proposal,
    "finding": night_tables.finding_event,
    "statement": night_tables.statement,
    "seal": night_tables.seal,
}
"""What a request can record beside entries, versions and rates."""


def recorded_beside(connection: Connection, request_id: int) -> list[str]:
    """Name what a request recorded that is neither an entry nor a version nor a rate."""
    has_rows = _recorded_beside().first(connection, request_id=request_id) or ()
    return [name for name, has_some in zip(_UNDONE_BY_OTHERS, has_rows, strict=True) if has_some]


@cache
def _recorded_beside() -> Prepared:
    return _where_rows_are(_UNDONE_BY_OTHERS)


def units_added(connection: Connection, request_id: int) -> list[str]:
    """Read the codes of the units that a request added."""
    unit = tables.unit
    query = select(unit.c.code).where(unit.c.request_id == request_id).order_by(unit.c.code)
    return [*connection.execute(query).scalars()]


def _exists(connection: Connection, table: Table, *where: object) -> bool:
    query = select(1).select_from(table).where(*where).limit(1)  # type: ignore[arg-type]
    return connection.execute(query).first() is not None


def dependants(
    connection: Connection, kind: str, identity: int, code: str, but: Collection[RecordKey]
) -> Iterator[str]:
    """Name the records there are that refer to one, leaving out some; and its statements."""
    for other, number, named in _referring(connection, kind, identity, code):
        if (other, number) not in but:
            yield f"{other} {named}"
    for other, ids in about(connection, {kind: {identity}}).items():
        for number, stored in _records_by_id(connection, other, ids).items():
            if (other, number) not in but:
                yield f"{other} {stored}"
    if kind == "provider":
        statement = night_tables.statement
        if _exists(connection, statement, statement.c.provider_id == identity):
            yield "a statement of it"


def identifiers_of(
    connection: Connection, records: Collection[RecordKey], but: Collection[RecordKey]
) -> dict[RecordKey, list[str]]:
    """Name the identifiers there are of some records, leaving out some, by record.

    They name a record by the code that it had then, and are read once for all records.
    """
    by_code = {
        (REGISTERS[kind].plural, normalised_code(code)): (kind, identity)
        for kind, identity, code in _codes_of_identified(connection, records)
    }
    if not by_code:
        return {}
    found: dict[RecordKey, list[str]] = {}
    for number, named, table, code in _identifiers().rows(connection):
        record = by_code.get((table, normalised_code(code)))
        if record is not None and (IDENTIFIER.name, number) not in but:
            found.setdefault(record, []).append(f"{IDENTIFIER.name} {named}")
    return found


@cache
def _identifiers() -> Prepared:
    own = identity_of(IDENTIFIER.name).c
    record = tables.versions_of(IDENTIFIER.name).c.record
    register = STORED_REGISTERS[IDENTIFIER.name]
    return Prepared(select_newest(register, own.id, own.code, own.table, record).order_by(own.id))


def _codes_of_identified(
    connection: Connection, records: Collection[RecordKey]
) -> Iterator[tuple[str, int, str]]:
    """Give the codes that records had, of those that can have identifiers."""
    for kind in {kind for kind, _ in records} & {*IDENTIFIED_TABLES.values()}:
        had = codes_had(kind).c
        for some in chunked([identity for other, identity in records if other == kind]):
            rows = connection.execute(select(had.id, had.folded).where(had.id.in_(some)))
            yield from ((kind, identity, folded) for identity, folded in rows)


def _records_by_id(connection: Connection, kind: str, ids: set[int]) -> dict[int, str]:
    """Give the codes of those of some records that are not in error, by id."""
    own = STORED_REGISTERS[kind].identity.c
    query = select(own.id, own.code).where(own.id.in_(sorted(ids)), *there(kind))
    return {row.id: row.code for row in connection.execute(query.order_by(own.id))}


def require_all_seen(connection: Connection, hidden: Sequence[RecordedVersions]) -> None:
    """Refuse marks of records as in error under which others recorded something meanwhile.

    On a server the marks are written: they waited for who was recording something under the
    records, which this transaction does not see, and who comes later waits for them. Needs and
    offers meet what is recorded of them at their balances. Raises `WriteConflict`.
    """
    if not engines.on_server(connection):
        return
    own = {one.key for one in hidden}
    by_kind = grouped_ids(own)
    lock_records(connection, by_kind)
    with engines.autocommit_connection(connection.engine) as current:
        for other, ids in about(current, by_kind).items():
            if any((other, number) not in own for number in _records_by_id(current, other, ids)):
                raise WriteConflict(f"Others were recording a {other} of what is undone.")
        for one in hidden:
            if one.kind in _NAMED and any(dependants(current, one.kind, one.id, one.code, own)):
                raise WriteConflict(f"Others were recording something under {one.kind} {one.code}.")
        for kind, identity in identifiers_of(current, own, own):
            code = next(one.code for one in hidden if one.key == (kind, identity))
            raise WriteConflict(f"Others were recording an identifier of {kind} {code}.")


def grouped_ids(records: Iterable[RecordKey]) -> dict[str, set[int]]:
    """Give the ids of some records by register."""
    by_kind: dict[str, set[int]] = {}
    for kind, identity in records:
        by_kind.setdefault(kind, set()).add(identity)
    return by_kind


def lock_records(connection: Connection, by_kind: Mapping[str, Collection[int]]) -> None:
    """Take the locks of records, by register, that are marked as in error or named by their codes.

    Of two transactions that do so with one record, the second waits for the first. It is for a
    server, where neither sees what the other writes.
    """
    from ledger.store.db.postgresql import lock_numbers  # noqa: PLC0415 - on a server only

    for kind in sorted(by_kind):
        lock_numbers(connection, f"record/{kind}", by_kind[kind])


_NAMED: Final = frozenset(
    (
        *(other for spec in versioned().values() for other in spec.references.values()),
        *origin_kinds(),
    )
) - set(Side)
"""The registers whose records others name, and which have no balance of their own."""


def _referring(
    connection: Connection, kind: str, identity: int, code: str
) -> Iterator[tuple[str, int, str]]:
    """Read the records that refer to one, or list its code: by register, and their ids in order."""
    query = _references_to(kind)
    found = query.rows(connection, identity=identity) if query else []
    for other, register in STORED_REGISTERS.items():
        yield from sorted(row for row in found if row[0] == other)
        lists = [
            one.attribute for one in register.spec.stored if one.is_list and one.register == kind
        ]
        for name in lists:
            for named, stored in load_all(connection, other).items():
                if code in getattr(stored.record, name):
                    yield other, stored.id, named


@cache
def _references_to(kind: str) -> Prepared | None:
    """Select the records whose newest version refers to one of a register, where any can."""
    queries = [
        select_newest(
            register, literal(other), register.identity.c.id, register.identity.c.code
        ).where(names_record(register, term, kind, bindparam("identity")))
        for other, register in STORED_REGISTERS.items()
        for term in register.terms
        if kind in refers_to(term)
    ]
    return Prepared(union_all(*queries)) if queries else None


def parents_in_error(connection: Connection, kind: str, identity: int, version: int) -> list[str]:
    """Name the records recorded in error that a version of a record refers to or lists."""
    register = STORED_REGISTERS[kind]
    query = _parents_in_error(kind)
    found = query.rows(connection, identity=identity, version=version) if query else []
    named = [f"{other} {code}" for other, code in found]
    return [
        *named,
        *_listed_in_error(connection, register, identity, version),
        *_about_in_error(connection, register, identity, version),
    ]


@cache
def _parents_in_error(kind: str) -> Prepared | None:
    """Select the records in error that a version refers to, where it can refer to any."""
    register = STORED_REGISTERS[kind]
    own, versions = register.identity, register.versions
    of_version = own.join(versions, versions.c[register.owner] == own.c.id)
    queries = []
    for term in register.terms:
        for other in refers_to(term):
            target = STORED_REGISTERS[other]
            newest, there = target.versions, target.identity.alias("there")
            refers = (
                exists()
                .select_from(of_version)
                .where(
                    own.c.id == bindparam("identity"),
                    versions.c.version == bindparam("version"),
                    names_record(register, term, other, there.c.id),
                )
            )
            queries.append(
                select(literal(other), there.c.code)
                .join(newest, newest.c[target.owner] == there.c.id)
                .where(is_newest(newest, newest.c[target.owner]), newest.c.in_error)
                .where(refers)
            )
    return Prepared(union_all(*queries)) if queries else None


def _about_in_error(
    connection: Connection, register: StoredRegister, identity: int, version: int
) -> Iterator[str]:
    """Name the record in error that a note or the like, or an identifier, names by its code."""
    own, versions = register.identity.c, register.versions.c
    if register.spec.found_by:
        named = select(own.kind, own.record).where(own.id == identity)
    elif register.kind == IDENTIFIER.name:
        owner = versions[register.owner]
        named = select(own.table, versions.record).join(versions.version.table, owner == own.id)
        named = named.where(own.id == identity, versions.version == version)
    else:
        return
    table, code = connection.execute(named).one()
    kind = IDENTIFIED_TABLES.get(table, table)
    if seek_id(connection, kind, code) is None:
        yield f"{kind} {code}"


def _listed_in_error(
    connection: Connection, register: StoredRegister, identity: int, version: int
) -> Iterator[str]:
    """Name the records recorded in error that a list of codes in a version names."""
    versions = register.versions
    for column in register.spec.stored:
        if column.register is None or not column.is_list:
            continue
        query = select(versions.c[column.stored_name]).where(
            versions.c[register.owner] == identity, versions.c.version == version
        )
        there = {*codes_of(connection, column.register)}
        for code in connection.execute(query).scalar_one():
            if code not in there and find_hidden(connection, column.register, code):
                yield f"{column.register} {code}"


def record_sharing_codes(connection: Connection, kind: str, identity: int) -> str | None:
    """Give the code of a record that is not in error and has or had one of another's codes."""
    code: str | None = _sharing_codes(kind).value(connection, identity=identity)
    return code


@cache
def _sharing_codes(kind: str) -> Prepared:
    register = STORED_REGISTERS[kind]
    own, others, there = codes_had(kind), codes_had(kind), register.identity.c
    query = (
        select(there.code)
        .join(others, others.c.id == there.id)
        .join(own, own.c.folded == others.c.folded)
        .where(own.c.id == bindparam("identity"), there.id != own.c.id, ~in_error(kind, there.id))
        .limit(1)
    )
    return Prepared(query)
