"""Understand whole tables: text rows in, typed rows out, every bad cell noted with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ledger.core.quantity import Unit
from ledger.interchange import acts as acts_in
from ledger.interchange.canonical import TABLES
from ledger.interchange.cells import Cells, Lookups
from ledger.interchange.problems import Place, Problem
from ledger.interchange.reader import RawTable
from ledger.interchange.records import ChangeRow, DealActRow, Row
from ledger.interchange.registers import read_record
from ledger.rates.rates import Rate
from ledger.registers.spec import Kind
from ledger.registers.table import by_plural


@dataclass(slots=True)
class Tables:
    """Everything an import understood, in file order, the rows of registers by table.

    `broken` holds the codes of rows left out for a bad cell, and `unread` the tables that could
    not be read whole: a reference to one of those is no fault of its own.
    """

    registers: dict[str, list[Row[Any]]] = field(default_factory=dict)
    changes: list[ChangeRow] = field(default_factory=list)
    deals: list[DealActRow] = field(default_factory=list)
    rates: list[Row[Rate]] = field(default_factory=list)
    broken: dict[str, set[str]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()

    def of(self, table: str) -> list[Any]:
        """Give the rows of a table."""
        if table in by_plural():
            return self.registers.setdefault(table, [])
        rows: list[Any] = getattr(self, table)
        return rows


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
            own = {row.record.code: row.record for row in found.of("units")}
            lookups.units = {**lookups.units, **own}
    _note_twice(found, lookups.problems)
    return found, lookups.problems


def _read(table: RawTable, found: Tables, lookups: Lookups) -> None:
    rows = found.of(table.table)
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
    if name == "rates":
        return Row(acts_in.rate(cells), given, cells.place)
    record, quantity = read_record(by_plural()[name], cells)
    return Row(record, given, cells.place, quantity)


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
