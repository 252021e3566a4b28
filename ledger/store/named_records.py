"""Records of any register by a code alone, and what stands under them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, select

from ledger.core.suggest import did_you_mean
from ledger.registers.activity import ACTIVITY, kinds_of
from ledger.registers.table import versioned
from ledger.store.db.queries import chunked
from ledger.store.db.tables import FORMER, IDENTITY_CHANGE
from ledger.store.origins import Key
from ledger.store.registers import (
    STORED_REGISTERS,
    AmbiguousCode,
    UnknownCode,
    codes_of,
    find_id,
    identity_of,
    load_where,
    seek_id,
    unknown_code,
)
from ledger.store.stored_registers import plain_values, table_of

_SEPARATOR: Final = ":"


def find_named(connection: Connection, typed: str, kinds: Collection[str] | None = None) -> Key:
    """Find the one record that a code means, typed as CODE or KIND:CODE.

    Raises `UnknownCode`, and `AmbiguousCode` where records of several registers have the code.
    """
    found = find_all_named(connection, typed, kinds)
    if len(found) > 1:
        named = [f"{key.kind}{_SEPARATOR}{code_of(connection, key)}" for key in found]
        raise AmbiguousCode(
            f"{typed!r} is the code of several records: {', '.join(named)}.",
            why="Records of different registers can have one code.",
            next_step=f"Say which one is meant, for example {named[0]}",
        )
    return found[0]


def find_all_named(
    connection: Connection, typed: str, kinds: Collection[str] | None = None
) -> list[Key]:
    """Find every record that a code can mean, in the order of the registers.

    Raises `UnknownCode`.
    """
    among = [*versioned()] if kinds is None else [*kinds]
    kind, separator, code = (part.strip() for part in typed.partition(_SEPARATOR))
    if separator and kind.casefold() in among:
        among, typed = [kind.casefold()], code
        identity = seek_id(connection, among[0], code)
        if identity is None:
            raise unknown_code(connection, among[0], code)
        return [Key(among[0], identity)]
    ids = ((one, seek_id(connection, one, typed.strip())) for one in among)
    found = [Key(one, identity) for one, identity in ids if identity is not None]
    if found:
        return found
    codes = [code for one in among for code in codes_of(connection, one)]
    raise UnknownCode(
        f"No record has the code {typed!r}.",
        why=f"A code of one of these registers is needed: {', '.join(among)}.",
        next_step=did_you_mean(typed, codes) or "List a register, for example: cityfund city list",
    )


def code_of(connection: Connection, key: Key) -> str:
    """Give the code that a record has now."""
    own = identity_of(key.kind).c
    return str(connection.execute(select(own.code).where(own.id == key.id)).scalar_one())


def codes_by_id(connection: Connection, kind: str, ids: Iterable[int]) -> list[str]:
    """Give the codes of some records of a register, in the order in which they were recorded."""
    own = identity_of(kind).c
    query = select(own.code).order_by(own.id)
    return [
        code
        for some in chunked(sorted(ids))
        for code in connection.execute(query.where(own.id.in_(some))).scalars()
    ]


def all_under(connection: Connection, records: Iterable[Key]) -> Mapping[str, set[int]]:
    """Give the records and all that ever referred to them, or to what did, by register.

    What lies under a city are its projects, their needs, and the approaches and deals of these,
    with the notes on all of them, their contacts and owners.
    """
    found: defaultdict[str, set[int]] = defaultdict(set)
    waiting: dict[str, set[int]] = {}
    for key in records:
        waiting.setdefault(key.kind, set()).add(key.id)
    while waiting:
        kind, ids = waiting.popitem()
        new = ids - found[kind]
        found[kind] |= new
        for other, below in _referring(connection, kind, new):
            waiting.setdefault(other, set()).update(below - found[other])
        waiting = {name: left for name, left in waiting.items() if left}
    there = {kind: ids for kind, ids in found.items() if ids}
    return {**there, **about(connection, there)}


def about(connection: Connection, records: Mapping[str, set[int]]) -> dict[str, set[int]]:
    """Give the ids of the notes, contacts and owners of some records, by register.

    They name a record by the code that it had then.
    """
    found: defaultdict[str, set[int]] = defaultdict(set)
    for kind, ids in records.items():
        codes = _codes_had(connection, kind, ids)
        for spec in ACTIVITY:
            if kind not in kinds_of(spec):
                continue
            own = identity_of(spec.name).c
            query = select(own.id).where(own.kind == kind)
            for some in chunked(codes):
                rows = connection.execute(query.where(own.record.in_(some)))
                found[spec.name].update(rows.scalars())
    return {kind: ids for kind, ids in found.items() if ids}


def records_about(
    connection: Connection,
    records: Mapping[str, str],
    registers: Mapping[str, Collection[str]],
    known_at: datetime | None = None,
) -> dict[str, list[Any]]:
    """Read what is recorded about records that are given by register and code.

    `registers` are those of activity to read, each with the registers of the records that it is
    asked about. They come by register: those about the first of the records first, and of each in
    the order of recording. A register that has none is not read. Raises `UnknownCode`.
    """
    codes = {
        kind: _codes_of(connection, kind, find_id(connection, kind, code, known_at=known_at))
        for kind, code in records.items()
    }
    filled = _registers_about(connection, {code for every in codes.values() for code in every})
    found: dict[str, list[Any]] = {}
    for spec in ACTIVITY:
        asked_about = registers.get(spec.name, ())
        kinds = [kind for kind in codes if kind in asked_about and kind in kinds_of(spec)]
        asked = {code for kind in kinds for code in codes[kind]} if spec.name in filled else ()
        stored = load_where(connection, spec.name, "record", asked, known_at).values()
        there = [one.record for one in sorted(stored, key=attrgetter("id"))]
        found[spec.name] = [
            one for kind in kinds for one in there if one.kind == kind and one.record in codes[kind]
        ]
    return found


def _registers_about(connection: Connection, codes: Iterable[str]) -> set[str]:
    """Name the registers of activity that have a record about one of some codes."""
    names = [spec.name for spec in ACTIVITY]
    return {
        name
        for some in chunked([*codes])
        for name in plain_values(connection, " UNION ALL ".join(map(_about, names)), some)
    }


def _about(name: str) -> str:
    """Name a register of activity where a record of it is about one of some codes."""
    about = f'SELECT 1 FROM "{table_of(name)}" AS own WHERE own.record IN ({{}})'  # noqa: S608 - names of the schema
    return f"SELECT '{name}' WHERE EXISTS ({about})"


def _codes_of(connection: Connection, kind: str, identity: int) -> set[str]:
    """Give every code that one record has or had, as it was spelt."""
    spec = versioned()[kind]
    sql = f'SELECT code FROM "{spec.table}" WHERE id = {{}}'  # noqa: S608 - as above
    if spec.until_acts:
        changes = f'"{kind}{IDENTITY_CHANGE}"'
        sql += f' UNION SELECT {FORMER}code FROM {changes} WHERE "{kind}_id" = {{}}'  # noqa: S608 - as above
    return {*plain_values(connection, sql, [identity])}


def _codes_had(connection: Connection, kind: str, ids: set[int]) -> list[str]:
    """Give every code that some records have or had, as it was spelt."""
    register = STORED_REGISTERS[kind]
    own, changes = register.identity.c, register.changes
    codes: set[str] = set()
    for some in chunked(sorted(ids)):
        queries = [select(own.code).where(own.id.in_(some))]
        if changes is not None:
            former = select(changes.c[f"{FORMER}code"])
            queries.append(former.where(changes.c[register.owner].in_(some)))
        for query in queries:
            codes.update(connection.execute(query).scalars())
    return sorted(codes)


def _referring(connection: Connection, kind: str, ids: set[int]) -> Iterator[tuple[str, set[int]]]:
    """Give the ids of the records that refer to some, or did in an earlier version."""
    for other, register in STORED_REGISTERS.items():
        for term in register.terms:
            if term.refers_to != kind:
                continue
            owner = register.identity.c.id if term.fixed else register.versions.c[register.owner]
            column = register.column(term)
            for some in chunked(sorted(ids)):
                rows = connection.execute(select(owner).where(column.in_(some)).distinct())
                yield other, {*rows.scalars()}
