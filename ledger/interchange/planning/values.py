"""What a row of a register says: which of it is news, and what the source has then said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, NamedTuple

from ledger.core.quantity import format_quantity
from ledger.core.text import cell_text
from ledger.interchange.planning.context import SIDE_OF_TABLE, Planning
from ledger.interchange.planning.editions import act_text
from ledger.interchange.planning.steps import ImportPlan, Revise
from ledger.interchange.problems import Place
from ledger.interchange.records import RegisterRow
from ledger.interchange.repeats.preview import Gone, Retained
from ledger.interchange.repeats.state import packed, stating
from ledger.registers.spec import attribute_of
from ledger.registers.table import by_plural


def state_row(planning: Planning, table: str, record: Any, row: RegisterRow[Any]) -> None:
    """Note what a row says of its record."""
    cells = _cells(record, row)
    if table == "needs" and row.quantity is not None and planning.raises:
        cells |= _stated_on(planning, record, row.quantity)
    planning.own.add(table, record.code, cells, row.place)


class _Terms(NamedTuple):
    """Terms of a record that a row fills: columns, their attributes, and what reads these."""

    columns: tuple[str, ...]
    attributes: tuple[str, ...]
    values: Callable[[Any], tuple[Any, ...]]


@lru_cache(maxsize=1 << 10)
def _terms_of(record_type: type, given: frozenset[str]) -> _Terms:
    """Give the columns of some that are terms of a record, in order."""
    own = {one.name for one in fields(record_type)} if is_dataclass(record_type) else set()
    pairs = ((column, attribute_of(column)) for column in sorted(given - _NO_TERMS))
    terms = [one for one in pairs if one[1] in own or hasattr(record_type, one[1])]
    attributes = tuple(attribute for _, attribute in terms)
    columns = tuple(column for column, _ in terms)
    if len(terms) > 1:
        return _Terms(columns, attributes, attrgetter(*attributes))
    return _Terms(columns, attributes, lambda one: tuple(getattr(one, name) for name in attributes))


_NO_TERMS: Final = frozenset({"code"})


def _cells(record: Any, row: RegisterRow[Any]) -> dict[str, str]:
    """Give the cells that a row filled, as texts; a quantity counts the smallest part."""
    terms = _terms_of(record.__class__, row.given)
    cells = {
        column: value if value.__class__ is str else cell_text(value) or ""
        for column, value in zip(terms.columns, terms.values(record), strict=True)
    }
    if row.quantity is not None:
        cells["quantity"] = str(row.quantity)
    return cells


def _stated_on(planning: Planning, record: Any, total: int) -> dict[str, str]:
    """Give the day from which on a need's total is stated, where what is given may raise it."""
    day = planning.terms_of_source.edition_on
    if day is None:
        return {}
    if record.code not in planning.holdings.of("needs"):
        day = record.declared_on
    state = planning.holdings.stated.state
    stated = (state.cell("needs", record.code, name) for name in ("quantity", "quantity_on"))
    quantity, before = stated
    repeated = quantity == str(total) and before is not None
    return {"quantity_on": before if repeated and before else day.isoformat()}


def merge_edit(
    planning: Planning, table: str, held: Any, record: Any, row: RegisterRow[Any]
) -> tuple[Any, tuple[str, ...]]:
    """Give the record after the edit and the fields it changes; an empty cell keeps its value."""
    changed: dict[str, Any] = {}
    terms = _terms_of(record.__class__, row.given)
    if terms.values(record) == terms.values(held):  # as the values of most rows are
        return held, ()
    for column, attribute in zip(terms.columns, terms.attributes, strict=True):
        value = getattr(record, attribute)
        before = getattr(held, attribute)
        if value == before:
            continue
        spec = by_plural()[table].column[column]
        if spec.fixed and planning.is_unknown(table, column, value):
            continue
        if spec.never_changes:
            _note_fixed(planning, table, held.code, column, (before, value), row.place)
            continue
        if planning.repeats(table, held.code, column, value):
            texts = cell_text(before) or "empty", cell_text(value) or ""
            planning.retain(Retained(table, held.code, column, *texts, row.place))
            continue
        if spec.corrected and planning.terms_of_source.edition == "restate":
            planning.redeclare(table, held, value, row.place)
            continue
        if spec.corrected:
            _note_fixed(planning, table, held.code, column, (before, value), row.place)
            continue
        changed[attribute] = value
    if not changed:
        return held, ()
    return replace(held, **changed), tuple(sorted(changed))


def _note_fixed(
    planning: Planning,
    table: str,
    code: str,
    column: str,
    value: tuple[object, object],
    place: Place,
) -> None:
    spec, (before, after) = by_plural()[table], value
    one = spec.name
    what = f"The {column} of {one} {code} is {before} and never changes; here it is {after}."
    record = "Withdraw it and record" if spec.versioned else "Record"
    hint = f"{record} another {one} under a code of its own."
    if spec.column[column].corrected:
        hint = f"Correct its declaration: cityfund journal list --{one} {code}"
    planning.problem(place, column, "fixed-field", what, hint)


def revision_of(planning: Planning, table: str, held: Any, row: RegisterRow[Any]) -> Revise | None:
    """Give the revision to the total of the row, where it differs from the ledger's."""
    if row.quantity is None or held.unit != row.record.unit:
        return None
    side = SIDE_OF_TABLE[table]
    holdings = planning.holdings
    totals = holdings.required if holdings.required_on is None else holdings.required_on
    before = totals.get((side, held.code))
    day = planning.terms_of_source.edition_on
    known = table == "needs" and (side, held.code) in holdings.rooms
    if known and day is not None and planning.raises:
        before = planning.room_of(held.code).stated_on(day) or None
    if before == row.quantity:
        return None
    unit = planning.holdings.of("units")[held.unit]
    overwrites = planning.terms_of_source.overwrite
    if not overwrites and holdings.stated.total(side, held.code) == row.quantity:
        now = "unknown" if before is None else format_quantity(before, unit)
        texts = now, format_quantity(row.quantity, unit)
        planning.retain(Retained(table, held.code, "quantity", *texts, row.place))
        return None
    return Revise(side, held.code, unit, before, row.quantity, row.place)


def with_state(planning: Planning, plan: ImportPlan) -> ImportPlan:
    """Add to a plan what the source will have said, what of it is gone, and what was kept."""
    terms = planning.terms_of_source
    said = stating(
        planning.holdings.stated.state,
        planning.own,
        whole=terms.is_whole,
        superseded=planning.superseded,
        released=planning.released,
    )
    units = planning.holdings.of("units")
    gone = tuple(
        Gone(row.table, row.code, act_text(row.cells, units), place) for row, place in said.gone
    )
    is_kept = said.says_more or not plan.changes_nothing
    return replace(
        plan,
        retained=tuple(planning.retained),
        gone=gone,
        state=packed(said.state.files, said.state) if is_kept else "",
        restated=tuple(planning.restated),
        says_more=said.says_more,
    )
