"""A register read only as far as filters by codes can keep any of it.

A listing of the needs of one project reads that project, and not every need of the ledger. The
filters themselves are applied by the caller: what is read may hold more than they keep.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from ledger.core.filters import FilterValue, equal_values
from ledger.reference.filter_columns import NamesByCode
from ledger.registers.spec import RegisterSpec
from ledger.store.named_codes import ids_named
from ledger.store.register_codes import names_by_code
from ledger.store.registers import STORED_REGISTERS, load_where
from ledger.store.session.snapshot import Reader, Snapshot

_THROUGH: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("need", "city"): ("project",),
    ("offer", "city"): ("provider",),
    ("deal", "city"): ("project", "need"),
    ("deal", "project"): ("need",),
    ("deal", "provider"): ("offer",),
    ("approach", "project"): ("need",),
    ("approach", "city"): ("project", "need"),
}
"""Columns of a listing that are terms of what its records belong to, directly or not."""
_OTHER_NAMES: Final[Mapping[str, str]] = MappingProxyType({})


class Narrowed(NamedTuple):
    """The part of a register that filters can keep, and the names that its codes answer to."""

    snapshot: Snapshot
    names: Mapping[str, NamesByCode]


class _Having(NamedTuple):
    """The term of a register by which its records are found, and the values it has to have."""

    term: str
    values: list[int] | list[str]


def read_narrowed(
    reader: Reader,
    kind: str,
    where: Iterable[str],
    *with_: str,
    rates: bool = False,
    also_called: Mapping[str, str] = _OTHER_NAMES,
) -> Narrowed | None:
    """Read what filters by codes can keep of a register; None where they do not narrow it.

    `with_` are registers whose records are shown with them, and `also_called` gives the terms of
    columns that have other names.
    """
    if reader.times.known_at is not None:
        return None
    wanted = {also_called.get(name, name): values for name, values in equal_values(where).items()}
    way = next(_ways(reader, STORED_REGISTERS[kind].spec, wanted), None)
    if way is None:
        return None
    snapshot = reader.having(kind, way.term, way.values, *with_, rates=rates)
    if not snapshot.records(kind):
        return None
    return Narrowed(snapshot, _names(reader, snapshot, STORED_REGISTERS[kind].spec, wanted))


def _ways(
    reader: Reader, spec: RegisterSpec, wanted: Mapping[str, list[FilterValue]]
) -> Iterator[_Having]:
    """Give the ways to find the records, the narrowest first."""
    connection = reader.connection
    if "code" in wanted:
        by_names = bool(spec.until_acts) and spec.title is not None
        named = ids_named(connection, spec.name, wanted["code"], by_names=by_names)
        if named is not None:
            yield _Having("code", [*named.values()])
    for name, values in wanted.items():
        through = _THROUGH.get((spec.name, name), ())
        register = _register(STORED_REGISTERS[through[0]].spec if through else spec, name)
        if register is None:
            continue
        by_names = STORED_REGISTERS[register].spec.title is not None
        named = ids_named(connection, register, values, by_names=by_names)
        if not named:
            continue
        term, ids = name, [*named]
        for between in through:
            ids = [one.id for one in load_where(connection, between, term, ids).values()]
            term = between
        yield _Having(term, ids)


def _register(spec: RegisterSpec, name: str) -> str | None:
    """Give the register of which a term holds one code."""
    column = spec.column.get(name)
    register = None if column is None or column.is_list else column.register
    return register if register in STORED_REGISTERS else None


def _names(
    reader: Reader, snapshot: Snapshot, spec: RegisterSpec, wanted: Iterable[str]
) -> dict[str, Mapping[str, tuple[str, ...]]]:
    """Read the names of the records that were read, of registers that no list of codes names."""
    lists = {column.register for column in spec.columns if column.is_list}
    kinds = {spec.name if name == "code" else name for name in wanted} - lists
    return {
        kind: names_by_code(reader.connection, kind, records)
        for kind, records in snapshot.registers.items()
        if kind in kinds and STORED_REGISTERS[kind].spec.title is not None
    }
