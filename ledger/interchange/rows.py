"""Understand whole tables: text rows in, typed rows out, every bad cell noted with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ledger.core.quantity import Unit
from ledger.interchange import acts as acts_in
from ledger.interchange import registers
from ledger.interchange.canonical import TABLES, Kind
from ledger.interchange.cells import Cells, Lookups
from ledger.interchange.problems import Place, Problem
from ledger.interchange.reader import RawTable
from ledger.interchange.records import ChangeRow, DealActRow, Row
from ledger.rates.rates import Rate
from ledger.registers.records import City, Need, Offer, Office, Project, Provider


@dataclass(slots=True)
class Tables:
    """Everything an import understood, by table, in file order.

    `broken` holds the codes of rows left out for a bad cell, and `unread` the tables that could
    not be read whole: a reference to one of those is no fault of its own.
    """

    units: list[Row[Unit]] = field(default_factory=list)
    offices: list[Row[Office]] = field(default_factory=list)
    cities: list[Row[City]] = field(default_factory=list)
    providers: list[Row[Provider]] = field(default_factory=list)
    projects: list[Row[Project]] = field(default_factory=list)
    needs: list[Row[Need]] = field(default_factory=list)
    offers: list[Row[Offer]] = field(default_factory=list)
    changes: list[ChangeRow] = field(default_factory=list)
    deals: list[DealActRow] = field(default_factory=list)
    rates: list[Row[Rate]] = field(default_factory=list)
    broken: dict[str, set[str]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()


_REGISTERS: dict[str, Callable[[Cells], Any]] = {
    "units": registers.unit,
    "offices": registers.office,
    "cities": registers.city,
    "providers": registers.provider,
    "projects": registers.project,
    "rates": acts_in.rate,
}
_MEASURED: dict[str, Callable[[Cells], tuple[Any, int | None]]] = {
    "needs": registers.need,
    "offers": registers.offer,
}
_ACTS: dict[str, Callable[[Cells], Any]] = {
    "changes": acts_in.change,
    "deals": acts_in.deal_act,
}


def understand(
    tables: Iterable[RawTable], units: Mapping[str, Unit], today: date
) -> tuple[Tables, list[Problem]]:
    """Turn text tables into typed rows; a row with a bad cell is left out and its faults noted.

    `units` are those the ledger knows; units in the import itself count from the start. `today`
    is the ledger's day: what is declared without a date is declared then, and nothing later.
    """
    found = Tables()
    lookups = Lookups(units, today)
    order = list(TABLES)
    for table in sorted(tables, key=lambda raw: order.index(raw.table)):
        _read(table, found, lookups)
        if table.table == "units":
            lookups.units = {**lookups.units, **{r.record.code: r.record for r in found.units}}
    _note_twice(found, lookups.problems)
    return found, lookups.problems


def _read(table: RawTable, found: Tables, lookups: Lookups) -> None:
    rows: list[Any] = getattr(found, table.table)
    columns = [c.name for c in TABLES[table.table].columns if c.kind is not Kind.SHOWN]
    for raw in table.rows:
        cells = Cells(Place(table.file, raw.line), raw.cells, lookups, table.columns)
        row = _understood(table.table, cells, columns)
        if not cells.bad:
            rows.append(row)
        elif code := raw.cells.get("code"):
            found.broken.setdefault(table.table, set()).add(code)


def _understood(name: str, cells: Cells, columns: list[str]) -> object:
    if name in _ACTS:
        return _ACTS[name](cells)
    given = frozenset(column for column in columns if cells.values.get(column))
    if name in _MEASURED:
        record, quantity = _MEASURED[name](cells)
        return Row(record, given, cells.place, quantity)
    return Row(_REGISTERS[name](cells), given, cells.place)


def _note_twice(found: Tables, problems: list[Problem]) -> None:
    """Note acts and rates of the same identity: which would hold, nobody can say.

    Codes that stand twice are noted by the plan, which knows whether two spellings are one code.
    """
    acts = [(row.key, row.place) for row in found.deals if row.sequence is None]
    words = "Deal {}: this act stands here twice with the same date and reference"
    problems.extend(_twice(acts, "reference", words))
    changes = [(row.key, row.place) for row in found.changes if row.sequence is None]
    words = "This change of {} stands here twice with the same date and reference"
    problems.extend(_twice(changes, "reference", words))
    rates = [((r.record.day, r.record.base, r.record.quote), r.place) for r in found.rates]
    problems.extend(_twice(rates, "date", "The rate of {} stands here twice"))
    numbered: list[DealActRow | ChangeRow] = [*found.deals, *found.changes]
    sequences = [(row.sequence, row.place) for row in numbered if row.sequence is not None]
    problems.extend(_twice(sequences, "sequence", "The sequence {} stands here twice"))


def _twice(keyed: Iterable[tuple[Any, Place]], column: str, words: str) -> Iterable[Problem]:
    first: dict[Any, Place] = {}
    for key, place in keyed:
        before = first.setdefault(key, place)
        if before is not place:
            named = _name_of(key)
            at = f" (first at {before.file}:{before.line})."
            hint = "Keep one of them, or tell two acts apart by their reference."
            yield Problem(place.file, place.line, column, "twice", words.format(named) + at, hint)


def _name_of(key: object) -> str:
    """Give the code inside an identity, for the message."""
    if isinstance(key, tuple):
        parts = [str(part) for part in key if part is not None]
        code = getattr(key, "deal", None) or getattr(key, "code", None)
        return str(code) if code else " ".join(parts)
    return str(key)
