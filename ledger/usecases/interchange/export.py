"""Export a ledger as canonical tables that can be imported elsewhere.

The journal becomes rows of the tables `deals` and `changes`, each act with its number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from ledger.core.errors import InvalidInput
from ledger.core.factors import Side, Stage
from ledger.core.quantity import Unit, format_amount
from ledger.deals.deal import Deal
from ledger.interchange.canonical import TABLES
from ledger.interchange.planning.steps import PostedAct
from ledger.interchange.records import ActKey, ChangeKey, ChangeRow, DealActRow
from ledger.interchange.writer import CanonicalRow, act_line, change_line, rate_line, register_line
from ledger.journal.entries import LAPSE_REASON, TOTAL_FORMAT, Act, Entry, Movement
from ledger.journal.totals import TotalChange, with_total
from ledger.reference.places import countries
from ledger.reference.units import shipped_units
from ledger.registers.pairs import APPROACH
from ledger.registers.phases import phases_by_project
from ledger.registers.spec import ColumnSpec, RegisterSpec
from ledger.registers.table import PHASE, PROJECT, REGISTERS, by_plural
from ledger.store.journal.entries import deal_entries, first_deal_entry, quantity_entries
from ledger.store.phases import implied_phases
from ledger.store.rates import read_rates
from ledger.store.register_codes import former_codes
from ledger.store.registers import load_all
from ledger.store.session.snapshot import UNITS, Reader, Snapshot

_ENDS = (Stage.EXPIRED, Stage.WITHDRAWN)


def deal_act_row(entry: Entry, deal: Deal) -> DealActRow:
    """Give an entry of a deal as a row, with the deal's terms and the entry's number."""
    movement = next(one for one in entry.movements if one.side is Side.NEED)
    holds = movement.from_stage is Stage.OPEN
    released = entry.act is Act.RELEASE
    return DealActRow(
        code=deal.code,
        offer=deal.offer,
        need=deal.need,
        act=entry.act,
        amount=movement.amount,
        unit=movement.unit,
        effective_on=entry.effective_on,
        reference=entry.reference,
        instrument=deal.instrument,
        held_until=_hold_end(entry, deal) if entry.act is Act.INTRODUCE else None,
        due_on=deal.due_on if holds else None,
        rate=deal.rate_exact or deal.rate,
        note=deal.note if holds else None,
        override=entry.override,
        reason=entry.reason,
        from_stage=movement.from_stage if released else Stage.HELD,
        passed_to=_passed_to(entry.movements),
        sequence=entry.number,
        reverses=entry.reverses,
        origin=deal.origin if holds else None,
        exemptions=entry.exemptions,
        not_before=deal.not_before if _keeps_out(entry) else None,
    )


def _keeps_out(entry: Entry) -> bool:
    """Say whether a release keeps its pair out of proposals."""
    return entry.act is Act.RELEASE and entry.reason not in {None, LAPSE_REASON}


def _hold_end(entry: Entry, deal: Deal) -> date | None:
    """Give the deal's last day of holding, unless this hold began after it was over."""
    until = deal.held_until
    return until if until is None or until >= entry.effective_on else None


def _passed_to(movements: Iterable[Movement]) -> Stage | None:
    """Say where what returned to an offer went on to, if it did in the same entry."""
    for movement in movements:
        if movement.deal is None and movement.from_stage is Stage.AVAILABLE:
            return movement.to_stage if movement.to_stage in _ENDS else None
    return None


def change_row(entry: Entry, total: int | None = None) -> ChangeRow:
    """Give an entry on a need's or offer's own quantity as a row; a revision down is negative.

    `total` is the total that it states, if any.
    """
    movement = entry.movements[0]
    down = entry.act is Act.REVISE and movement.to_stage is Stage.UNDECLARED
    return ChangeRow(
        side=movement.side,
        code=movement.account,
        act=entry.act,
        amount=-movement.amount if down else movement.amount,
        unit=movement.unit,
        effective_on=entry.effective_on,
        reference=entry.reference,
        reason=entry.reason,
        from_stage=movement.from_stage if entry.act is Act.REINSTATE else None,
        sequence=entry.number,
        reverses=entry.reverses,
        total=total if entry.act in {Act.DECLARE, Act.REVISE} else None,
        compensating=entry.act is Act.REVISE and total is None,
    )


def _totals(entries: Iterable[Entry]) -> dict[int, int]:
    """Return the totals stated by entries, those derived that were recorded before any was."""
    changes: dict[tuple[Side, str], list[TotalChange]] = {}
    for entry in entries:
        for one in entry.movements:
            change = one.amount * (one.from_stage is Stage.UNDECLARED)
            change -= one.amount * (one.to_stage is Stage.UNDECLARED)
            if change:
                of_account = changes.setdefault((one.side, one.account), [])
                of_account.append(
                    TotalChange(
                        number=entry.number,
                        effective_on=entry.effective_on,
                        recorded_at=entry.recorded_at,
                        reverses=entry.reverses,
                        change=change,
                        total=entry.total,
                        stored=entry.format == TOTAL_FORMAT,
                    )
                )
    stated = [with_total(one, of_account) for of_account in changes.values() for one in of_account]
    return {one.number: one.total for one in stated if one.total is not None}


def journal_rows(
    entries: Iterable[Entry], deals: Mapping[str, Deal]
) -> tuple[list[DealActRow], list[ChangeRow]]:
    """Split the journal into acts of deals and changes of quantities, in recorded order."""
    acts: list[DealActRow] = []
    own: list[Entry] = []
    for entry in entries:
        if entry.deal is not None:
            acts.append(deal_act_row(entry, deals[entry.deal]))
        else:
            own.append(entry)
    totals = _totals(own)
    return acts, [change_row(entry, totals.get(entry.number)) for entry in own]


def amounts_by_key(
    rows: Iterable[DealActRow | ChangeRow],
) -> dict[ActKey | ChangeKey, tuple[int, ...]]:
    """Gather the amounts posted under each identity, in recorded order."""
    by_key: dict[ActKey | ChangeKey, list[int]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row.amount)
    return {key: tuple(amounts) for key, amounts in by_key.items()}


def posted_acts(rows: Iterable[DealActRow]) -> dict[str, list[PostedAct]]:
    """Gather the acts of each deal but reversals, with the reversal that is in force of each."""
    rows = list(rows)
    reversals = {row.sequence: row.reverses for row in rows if row.act is Act.REVERSE}
    reversed_by: dict[int | None, int | None] = {}
    for number, target in reversals.items():
        if target in reversals:
            reversed_by.pop(reversals[target], None)
        else:
            reversed_by[target] = number
    acts: dict[str, list[PostedAct]] = {}
    for row in rows:
        number = row.sequence
        if row.act is not Act.REVERSE and number is not None:
            one = PostedAct(number, row.key, row.from_stage, row.amount, reversed_by.get(number))
            acts.setdefault(row.code, []).append(one)
    return acts


class UnknownExport(InvalidInput, code="unknown-export"):
    """A table was named that no export has."""

    default_next = "Name one of them, or none for all."


def choose_tables(names: Iterable[str] | None) -> tuple[str, ...]:
    """Give the tables to export, all where none is named; raises `UnknownExport`."""
    requested = [name.casefold() for name in names or ()]
    for name in requested:
        if name not in TABLES:
            raise UnknownExport(
                f"There is no table {name!r}.", why=f"The tables are: {', '.join(TABLES)}."
            )
    return tuple(name for name in TABLES if not requested or name in requested)


def export_lines(reader: Reader, table: str) -> Iterable[CanonicalRow]:
    """Give the rows of one canonical table, ordered by code, acts in recorded order."""
    if table in _OTHERS:
        return _OTHERS[table](reader)
    spec = by_plural()[table]
    snapshot = reader.snapshot(spec.name)
    return _register_lines(snapshot, spec)


def _register_lines(snapshot: Snapshot, spec: RegisterSpec) -> Iterator[CanonicalRow]:
    records = snapshot.records(spec.name)
    balances = snapshot.balances(Side(spec.name)) if spec.has_quantity else {}
    day = snapshot.times.as_of
    for code in sorted(records):
        if spec.has_quantity and day is not None and records[code].declared_on > day:
            continue  # needed or offered later
        names = _names_beside_codes(snapshot, spec, records[code])
        balance = balances.get(code)
        unit = _unit_of(snapshot, spec, records[code]) if balance is None else balance.unit
        quantity = balance.required if balance is not None and balance.quantified else None
        yield register_line(spec.plural, records[code], unit, quantity, names)


def _unit_of(snapshot: Snapshot, spec: RegisterSpec, record: Any) -> Unit | None:
    """Give the unit that the amounts of a record are in, where it has any."""
    return snapshot.units[record.unit] if spec.amounts else None


def _names_beside_codes(
    snapshot: Snapshot, spec: RegisterSpec, record: Any
) -> dict[str, str | None]:
    """Give the names beside codes, for people who read the file; an import ignores them."""
    return {
        column.name: _name_of(snapshot, spec.column[column.name_of], record)
        for column in spec.columns
        if column.name_of is not None
    }


def _name_of(snapshot: Snapshot, column: ColumnSpec, record: Any) -> str | None:
    code = getattr(record, column.name)
    if column.register is None:
        country = countries().get(code)
        return None if country is None else country.name
    title = REGISTERS[column.register].title
    if code is None or title is None:
        return None
    return str(getattr(snapshot.records(column.register)[code], title))


def _units(reader: Reader) -> Iterator[CanonicalRow]:
    shipped, units = shipped_units(), reader.snapshot(UNITS).units
    for code in sorted(units):
        if code not in shipped:
            yield register_line("units", units[code])


def _phases(reader: Reader) -> Iterator[CanonicalRow]:
    """Give every phase, and of a project without a recorded one the status of its terms."""
    snapshot, known_at = reader.snapshot(PHASE.name), reader.times.known_at
    recorded = load_all(reader.connection, PHASE.name, known_at).values()
    phases = phases_by_project(one.record for one in recorded)
    projects = load_all(reader.connection, PROJECT.name, known_at).values()
    implied = implied_phases(reader.connection, reader.zone, projects, phases, known_at).values()
    day = reader.times.as_of
    begun = [one for one in implied if day is None or one.from_ <= day]
    every = [*snapshot.records(PHASE.name).values(), *begun]
    for one in sorted(every, key=lambda one: (one.project, one.from_)):
        yield register_line(PHASE.plural, one)


def _deals(reader: Reader) -> Iterator[CanonicalRow]:
    snapshot = reader.snapshot("deal")
    deals: Mapping[str, Deal] = snapshot.records("deal")
    units = snapshot.units
    for entry in deal_entries(reader.connection, reader.times):
        if entry.deal is not None:
            row = deal_act_row(entry, deals[entry.deal])
            yield {**act_line(row, units[row.unit]), "offer_quantity": _of_the_offer(entry, units)}


def _of_the_offer(entry: Entry, units: Mapping[str, Unit]) -> str | None:
    """Give the offer's side of an act of a deal; None where it is too small to have one."""
    moved = [one for one in entry.movements if one.side is Side.OFFER and one.deal is not None]
    if not moved:
        return None
    return format_amount(sum(one.amount for one in moved), units[moved[0].unit].decimals)


def _changes(reader: Reader) -> Iterator[CanonicalRow]:
    snapshot = reader.snapshot(*Side)
    entries = quantity_entries(reader.connection, reader.times)
    _, changes = journal_rows(entries, {})
    first = first_deal_entry(reader.connection, reader.times)
    moved = _needs_added_early(reader)
    implied = _declared_by_register(snapshot, changes, first, moved)
    for row in changes:
        if row.sequence not in implied:
            yield change_line(row, snapshot.units[row.unit])


def _needs_added_early(reader: Reader) -> frozenset[str]:
    """Find the needs that an import may add before others, with approaches that led to projects."""
    approaches = reader.snapshot(APPROACH.name).records(APPROACH.name)
    projects = reader.snapshot(PROJECT.name).records(PROJECT.name) if approaches else {}
    if not any(one.origin for one in projects.values()):
        return frozenset()
    return frozenset(one.need for one in approaches.values())


def _declared_by_register(
    snapshot: Snapshot,
    changes: Sequence[ChangeRow],
    first_of_deals: int,
    added_early: Collection[str],
) -> set[int | None]:
    """Find the declarations that the rows of needs and offers tell, by their numbers.

    An import declares these before it posts the acts that have a number, needs before offers, in
    the order of the tables. So they are the first entries, as long as they are in that order.
    """
    acts = Counter((row.side, row.code) for row in changes)
    records: dict[Side, Any] = {side: snapshot.records(side.value) for side in Side}
    implied: set[int | None] = set()
    before = (False, "")
    for row in changes:
        record, is_offer = records[row.side][row.code], row.side is Side.OFFER
        place = is_offer, row.code
        # An import may add what names another record, and what led to a project, out of this order.
        is_moved = record.origin if is_offer else record.after or row.code in added_early
        if (
            place < before
            or is_moved
            or acts[row.side, row.code] > 1
            or row.act is not Act.DECLARE
            or row.effective_on != record.declared_on
            or row.reference is not None
            or 0 < first_of_deals < (row.sequence or 0)
        ):
            break
        implied.add(row.sequence)
        before = place
    return implied


def _rates(reader: Reader) -> Iterator[CanonicalRow]:
    rates = read_rates(reader.connection, reader.times.as_of, reader.times.known_at)
    return (rate_line(rates[key]) for key in sorted(rates))


def _aliases(reader: Reader) -> Iterator[CanonicalRow]:
    for plural, spec in by_plural().items():
        former = former_codes(reader.connection, spec.name, reader.times.known_at)
        for alias in sorted(former, key=lambda one: former[one]):
            yield {"table": plural, "alias": alias, "code": former[alias]}


_OTHERS = {
    "aliases": _aliases,
    "units": _units,
    PHASE.plural: _phases,
    "deals": _deals,
    "changes": _changes,
    "rates": _rates,
}

_IN_POPOLO: Final = ("cities", "offices", "bodies", "seats", "meetings", "attendance")


def popolo_rows(reader: Reader) -> dict[str, list[CanonicalRow]]:
    """Give the rows of bodies, offices and meetings, and of the cities that are in any of them."""
    rows = {table: [*export_lines(reader, table)] for table in _IN_POPOLO}
    named = {row["city"] for table in ("seats", "attendance") for row in rows[table]}
    rows["cities"] = [row for row in rows["cities"] if row["code"] in named]
    return rows
