"""Parse whole tables: text rows in, typed rows out, every bad cell noted with its place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ledger.core.quantity import Unit
from ledger.core.text import normalised_code
from ledger.interchange import acts as acts_in
from ledger.interchange.canonical import TABLES
from ledger.interchange.cells import Cells, Lookups
from ledger.interchange.column_reading import ColumnReader, given_of
from ledger.interchange.problems import ImportProblem, Place
from ledger.interchange.reader import PackedRows, RawRow, RawTable
from ledger.interchange.records import AliasRow, ChangeRow, DealActRow, RegisterRow
from ledger.interchange.registers import read_record
from ledger.rates.rates import Rate
from ledger.registers.pairs import APPROACH_DAYS
from ledger.registers.spec import Kind
from ledger.registers.table import by_plural


@dataclass(slots=True)
class Tables:
    """The typed rows of an import, in file order, the rows of registers by table.

    `broken` holds the codes of rows left out for a bad cell, and `unread` the tables that could
    not be read whole: a reference to one of those is not reported again.
    """

    registers: dict[str, list[RegisterRow[Any]]] = field(default_factory=dict)
    aliases: list[AliasRow] = field(default_factory=list)
    changes: list[ChangeRow] = field(default_factory=list)
    deals: list[DealActRow] = field(default_factory=list)
    rates: list[RegisterRow[Rate]] = field(default_factory=list)
    broken: dict[str, set[str]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    jalali: Mapping[str, date] = field(default_factory=dict)

    def of(self, table: str) -> list[Any]:
        """Give the rows of a table."""
        if table in by_plural():
            return self.registers.setdefault(table, [])
        rows: list[Any] = getattr(self, table)
        return rows


_ACTS: dict[str, Callable[[Cells], Any]] = {
    "aliases": acts_in.parse_alias_row,
    "changes": acts_in.parse_change_row,
    "deals": acts_in.parse_deal_act_row,
}


def read_tables(
    tables: Iterable[RawTable],
    units: Mapping[str, Unit],
    today: date,
    approach_days: int = APPROACH_DAYS,
) -> tuple[Tables, list[ImportProblem]]:
    """Turn text tables into typed rows; a row with a bad cell is left out and its faults noted.

    `units` are those the ledger knows; units of the import itself are known from the start. `today`
    is the ledger's day: what is declared without a date is declared then, and nothing later. An
    answer to an approach is waited for `approach_days` where its row does not say.
    """
    parsed = Tables()
    lookups = Lookups(units, today, approach_days=approach_days)
    order, places = list(TABLES), _Places()
    for table in sorted(tables, key=lambda raw: order.index(raw.table)):
        _read(table, parsed, lookups, places)
        if table.table == "units":
            own = {row.record.code: row.record for row in parsed.of("units")}
            lookups.units = {**lookups.units, **own}
    _note_repeated(parsed, lookups.problems)
    parsed.jalali = lookups.jalali
    return parsed, lookups.problems


class _Places:
    """The places of rows: one value for the records of several registers that one line gives.

    The rows of one table have a place each, by which two of one line are told apart.
    """

    def __init__(self) -> None:
        self._table: str | None = None
        self._former: dict[Place, Place] = {}
        self._own: dict[Place, Place] = {}

    def of(self, table: RawTable) -> Callable[[int], Place]:
        """Give what makes the place of a line of a table."""
        file, sheet = table.file, table.sheet
        if sheet is not None or table.table not in by_plural():
            return lambda line: Place(file, line, sheet)
        if table.table != self._table:
            self._table, self._former, self._own = table.table, self._former | self._own, {}
        former, own = self._former, self._own

        def at(line: int) -> Place:
            made = Place(file, line)
            place = former.pop(made, made)
            own[place] = place
            return place

        return at


def _read(table: RawTable, parsed: Tables, lookups: Lookups, places: _Places) -> None:
    rows, place_of = parsed.of(table.table), places.of(table)
    columns = {c.name for c in TABLES[table.table].columns if c.kind is not Kind.SHOWN}

    def read_alone(raw: RawRow) -> None:
        cells = Cells(place_of(raw.line), raw.cells, lookups, table.columns)
        row = read_row(table.table, cells, columns)
        if not cells.bad:
            rows.append(row)
        elif code := raw.cells.get("code"):
            parsed.broken.setdefault(table.table, set()).add(code)

    spec = by_plural().get(table.table)
    if spec is None or not isinstance(table.rows, PackedRows):
        for raw in table.rows:
            read_alone(raw)
        return
    for at, row in enumerate(ColumnReader(spec, columns, lookups).rows(table.rows)):
        if row is None:
            read_alone(table.rows[at])
        else:
            place = place_of(table.rows.lines[at])
            rows.append(RegisterRow(row.record, row.given, place, row.quantity))


def read_row(name: str, cells: Cells, columns: Collection[str]) -> object:
    """Give the typed row of a table; each bad cell is noted with the cells."""
    if name in _ACTS:
        return _ACTS[name](cells)
    given = given_of((*(one for one, cell in cells.values.items() if cell and one in columns),))
    if name == "rates":
        return RegisterRow(acts_in.parse_rate_row(cells), given, cells.place)
    record, quantity = read_record(by_plural()[name], cells)
    return RegisterRow(record, given, cells.place, quantity)


def _note_repeated(parsed: Tables, problems: list[ImportProblem]) -> None:
    """Note acts and rates of the same identity: which of them is right is unknown.

    Codes that stand twice are noted by the plan, which knows whether two spellings are one code.
    """
    acts = [(row.key, row.place) for row in parsed.deals if row.sequence is None]
    words = "Deal {}: this act occurs twice with the same date and reference"
    problems.extend(_repeated(acts, "reference", words))
    changes = [(row.key, row.place) for row in parsed.changes if row.sequence is None]
    words = "This change of {} occurs twice with the same date and reference"
    problems.extend(_repeated(changes, "reference", words))
    rates = [((r.record.day, r.record.base, r.record.quote), r.place) for r in parsed.rates]
    problems.extend(_repeated(rates, "date", "The rate of {} occurs twice"))
    former = [((row.table, normalised_code(row.alias)), row.place) for row in parsed.aliases]
    problems.extend(_repeated(former, "alias", "The alias {} occurs twice"))
    numbered: list[DealActRow | ChangeRow] = [*parsed.deals, *parsed.changes]
    sequences = [(row.sequence, row.place) for row in numbered if row.sequence is not None]
    problems.extend(_repeated(sequences, "sequence", "The sequence {} occurs twice"))


def _repeated(
    keyed: Iterable[tuple[Any, Place]], column: str, words: str
) -> Iterable[ImportProblem]:
    first: dict[Any, Place] = {}
    for key, place in keyed:
        before = first.setdefault(key, place)
        if before is not place:
            key_text = _name_of(key)
            at = f" (first at {before.file}:{before.line})."
            hint = "Keep one of them, or tell two acts apart by their reference."
            yield place.problem(column, "twice", words.format(key_text) + at, hint)


def _name_of(key: object) -> str:
    """Give the code inside an identity, for the message."""
    if isinstance(key, tuple):
        parts = [str(part) for part in key if part is not None]
        code = getattr(key, "deal", None) or getattr(key, "code", None)
        return str(code) if code else " ".join(parts)
    return str(key)
