"""Decide what an import would do to a ledger: pure, from understood tables and holdings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ledger.errors import LedgerError
from ledger.interchange.codes import Codes
from ledger.interchange.plan_acts import plan_acts
from ledger.interchange.plan_totals import settle_totals
from ledger.interchange.planning import ONE, REFERENCES, SIDES, Planning
from ledger.interchange.problems import Place, from_error
from ledger.interchange.records import Row
from ledger.interchange.rows import Tables
from ledger.interchange.steps import (
    Add,
    AddRate,
    Edit,
    Holdings,
    ImportPlan,
    Revise,
    Same,
    Step,
)
from ledger.members import City
from ledger.reference import office_for_country

_FIXED = {
    "units": ("decimals",),
    "projects": ("city",),
    "needs": ("project", "factor", "unit", "declared_on"),
    "offers": ("provider", "factor", "unit", "declared_on"),
}
"""Fields that never change once recorded: acts of the past rest on them."""


def plan_import(tables: Tables, holdings: Holdings) -> ImportPlan:
    """Plan an import: what is new, what changes, what is as it was, and what forbids it.

    Steps come in the order in which they can be done: registers before what refers to them,
    revisions up before the acts that may need them, revisions down after the acts. Every step
    but `Same` carries the place it came from, so that a refusal while doing it can be located.
    """
    planning = Planning(tables, holdings, _known_codes(tables, holdings))
    registers: list[Step] = []
    revisions: list[Revise] = []
    for table in ONE:
        seen: dict[str, Place] = {}
        for row in getattr(tables, table):
            _plan_row(planning, table, row, seen=seen, registers=registers, revisions=revisions)
    acts = plan_acts(planning)
    registers, revisions = settle_totals(planning, acts, registers, revisions)
    ups = [step for step in revisions if step.new_total > (step.old_total or 0)]
    downs = [step for step in revisions if step.new_total < (step.old_total or 0)]
    rates = [_rate_step(holdings, row) for row in tables.rates]
    # Rates stand before the acts: a deal without a rate of its own takes the table's.
    steps: list[Step] = [*registers, *rates, *ups, *acts, *downs]
    return ImportPlan(tuple(steps), tuple(planning.problems))


def _known_codes(tables: Tables, holdings: Holdings) -> dict[str, Codes]:
    """Gather the codes of each register; the ledger's spelling of a code wins over the file's."""
    known: dict[str, Codes] = {}
    for table in ONE:
        codes = known[table] = Codes(getattr(holdings, table))
        for row in getattr(tables, table):
            if codes.find(row.record.code) is None:
                codes.add(row.record.code)
        for code in tables.broken.get(table, ()):
            if codes.find(code) is None:
                codes.add(code)
    return known


def _plan_row(
    planning: Planning,
    table: str,
    row: Row[Any],
    *,
    seen: dict[str, Place],
    registers: list[Step],
    revisions: list[Revise],
) -> None:
    record = _resolved(planning, table, row)
    held = getattr(planning.holdings, table).get(record.code)
    first = seen.setdefault(record.code, row.place)
    if first is not row.place:
        what = f"The code {record.code} stands here twice (first at {first.file}:{first.line})."
        hint = "Keep one of the two rows, or give one another code."
        planning.problem(row.place, "code", "twice", what, hint)
        return
    if held is None:
        addition = _addition(planning, table, record, row)
        registers.append(addition)
        planning.keep_terms(table, addition.record, row)
        return
    after, fields = _merged(planning, table, held, record, row)
    planning.keep_terms(table, after, row)
    revision = _revision(planning, table, held, row)
    if fields:
        registers.append(Edit(table, held, after, fields, row.place))
    if revision is not None:
        revisions.append(revision)
    if not fields and revision is None:
        registers.append(Same(table, record.code))


def _resolved(planning: Planning, table: str, row: Row[Any]) -> Any:
    """Give the record with every code it names spelt as the ledger spells it."""
    record = row.record
    spelt: dict[str, Any] = {}
    code = planning.codes[table].find(record.code) or record.code
    if code != record.code:
        spelt["code"] = code
    for column, other in REFERENCES.get(table, ()):
        value = getattr(record, column)
        if not value:
            continue
        meant: Any
        if isinstance(value, tuple):
            meant = tuple(planning.find(other, one, row.place, column) for one in value)
        else:
            meant = planning.find(other, value, row.place, column)
        if meant != value:
            spelt[column] = meant
    return replace(record, **spelt) if spelt else record


def _addition(planning: Planning, table: str, record: Any, row: Row[Any]) -> Add:
    if table == "cities" and not record.office:
        record = _with_office(planning, record, row.place)
    return Add(table, record, row.quantity, row.place)


def _with_office(planning: Planning, city: City, place: Place) -> City:
    """Give a city the office whose region its country lies in, the narrowest region first."""
    offices = dict(planning.holdings.offices)
    offices.update({row.record.code: row.record for row in planning.tables.offices})
    try:
        return replace(city, office=office_for_country(city.country, offices.values()))
    except LedgerError as error:
        planning.problems.append(from_error(error, place, "office"))
        return city


def _merged(
    planning: Planning, table: str, held: Any, record: Any, row: Row[Any]
) -> tuple[Any, tuple[str, ...]]:
    """Give the record after the edit and the fields it changes; an empty cell keeps its value."""
    changed: dict[str, Any] = {}
    for column in row.given:
        if column in {"code", "quantity"} or not hasattr(record, column):
            continue
        value = getattr(record, column)
        before = getattr(held, column)
        if value == before:
            continue
        if column in _FIXED.get(table, ()):
            if planning.is_unknown(table, column, value):
                continue
            _note_fixed(planning, (ONE[table], held.code), column, (before, value), row.place)
            continue
        changed[column] = value
    if not changed:
        return held, ()
    return replace(held, **changed), tuple(sorted(changed))


def _note_fixed(
    planning: Planning,
    held: tuple[str, str],
    column: str,
    value: tuple[object, object],
    place: Place,
) -> None:
    one, code = held
    before, after = value
    what = f"The {column} of {one} {code} is {before} and never changes; here it is {after}."
    hint = f"Withdraw it and record another {one} under a code of its own."
    planning.problem(place, column, "fixed-field", what, hint)


def _revision(planning: Planning, table: str, held: Any, row: Row[Any]) -> Revise | None:
    """Give the revision to the total of the row, where it differs from the ledger's."""
    if row.quantity is None or held.unit != row.record.unit:
        return None
    side = SIDES[table]
    before = planning.holdings.required.get((side, held.code))
    if before == row.quantity:
        return None
    return Revise(side, held.code, held.unit, before, row.quantity, row.place)


def _rate_step(holdings: Holdings, row: Row[Any]) -> Step:
    rate = row.record
    held = holdings.rates.get((rate.day, rate.base, rate.quote))
    if held is not None and held.rate == rate.rate:
        source_same = "source" not in row.given or held.source == rate.source
        if source_same:
            return Same("rates", f"{rate.day} {rate.base} {rate.quote}")
    return AddRate(rate, held, row.place)
