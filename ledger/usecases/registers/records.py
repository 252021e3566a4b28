"""Adding to the registers and editing them: offices, cities, providers, projects, units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from ledger.core.dates import ReviewInThePast
from ledger.core.errors import InvalidInput, LedgerError, NothingToChange, RefusedByRule
from ledger.core.quantity import Unit, parse_quantity
from ledger.core.text import normalised_code
from ledger.interchange.writer import register_line
from ledger.journal.receipts import Receipt
from ledger.reference.confusables import CodeShapes
from ledger.reference.places import office_for_country
from ledger.registers.activity import OWNER
from ledger.registers.network import BODY, SEAT
from ledger.registers.pairs import INSTALMENT, LIMIT
from ledger.registers.spec import attribute_of, column_of
from ledger.registers.table import PHASE, PROJECT, REGISTERS
from ledger.store.registers import AlreadyThere, StoredRecord
from ledger.store.session.phases import first_phase
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.origins import note_origin, require_origin_reason
from ledger.usecases.receipt_terms import changed_terms, recorded_terms
from ledger.usecases.registers.identity import edit_identity
from ledger.usecases.registers.instalments import put_quantity
from ledger.usecases.registers.limits import put_value
from ledger.usecases.registers.meetings import OF_MEETINGS, MeetingRules
from ledger.usecases.registers.near_duplicates import note_near_duplicates
from ledger.usecases.registers.network_rules import note_crowded, require_allowed
from ledger.usecases.registers.offices import note_uncovered
from ledger.usecases.registers.parse import BadTerms, TypedTerms, as_cells, parse_record
from ledger.usecases.registers.phases import with_dated_status
from ledger.usecases.registers.rules import (
    offices_of,
    refuse_confusable,
    refuse_taken,
    refuse_the_fund,
    refuse_the_fund_as_party,
    require_free,
    require_one_owner,
    resolve_references,
)
from ledger.usecases.registers.topics import note_new_topics


class FixedTerm(RefusedByRule, code="fixed-term"):
    """A term was to be changed that never changes."""

    default_why = "It was fixed when the record was made: acts of the past rest on it."


class DateNotUsed(InvalidInput, code="date-not-used"):
    """A day was given for an act that changes nothing from a day on."""

    default_why = "Other terms hold from the moment they are recorded; no other day can be given."
    default_next = "Leave out --on."


def add(
    uow: UnitOfWork,
    kind: str,
    typed_terms: TypedTerms,
    *,
    as_new: bool = True,
) -> Receipt:
    """Add an office, a city, a provider or a project; without `as_new` a known name is questioned.

    Raises `BadTerms`, `UnknownCode`, `AlreadyThere`, `ParentWithdrawn` and `BrokerNotBank`.
    """
    record = add_record(uow, kind, typed_terms, as_new=as_new)
    if kind == "city" and not typed_terms.terms.get("office"):
        uow.note(
            "office-by-country",
            f"office {record.office} looks after city {record.code}, by its country",
        )
    _note_consequences(uow, kind, record)
    note_origin(uow, kind, record)
    return uow.receipt(recorded=recorded_terms(uow, kind, record))


def add_record(uow: UnitOfWork, kind: str, typed_terms: TypedTerms, *, as_new: bool = True) -> Any:
    """Add a record that is nothing but its terms, and give it."""
    cells = as_cells(kind, typed_terms)
    if kind == INSTALMENT.name:
        put_quantity(uow, cells)
    if kind == LIMIT.name:
        put_value(uow, cells)
    refuse_the_fund_as_party(uow, kind, cells)
    resolve_references(uow, kind, cells)
    put_code(uow, kind, cells)
    record, _ = parse_record(uow, kind, cells, typed_terms)
    if typed_terms.terms.get("code"):
        require_free(uow, kind, record.code)
    elif not REGISTERS[kind].has_own_code:
        refuse_taken(uow, kind, record.code)
    record = _completed(uow, kind, record)
    require_allowed(uow, kind, record)
    if not as_new:
        note_near_duplicates(uow, kind, record)
    note_new_topics(uow, kind, None, record)
    first = first_phase(uow, record) if kind == PHASE.name else None
    uow.add(kind, record)
    if first is not None:
        uow.add(kind, first)
    return record


def put_code(uow: UnitOfWork, kind: str, cells: dict[str, str]) -> None:
    """Give a new record the next free code where it has none, if codes are generated."""
    if not cells.get("code") and REGISTERS[kind].prefix is not None:
        cells["code"] = uow.code_for(kind, None)


def _completed(uow: UnitOfWork, kind: str, record: Any) -> Any:
    """Find what follows from the other terms, and refuse what the fund may not be."""
    if kind in {"provider", "city"}:
        offices = offices_of(uow).values()
        if kind == "city" and not record.office:
            record = replace(record, office=office_for_country(record.country, offices))
        refuse_the_fund(record, offices)
    if kind in OF_MEETINGS:
        MeetingRules(uow).require(kind, record)
    if kind == OWNER.name and not record.withdrawn:
        require_one_owner(uow, record)
    return record


def edit(
    uow: UnitOfWork,
    kind: str,
    typed: str,
    typed_terms: TypedTerms,
    *,
    as_new: bool = True,
) -> Receipt:
    """Change the given terms only; the old ones stay readable.

    Raises what `add` does, `FixedTerm`, `ActsRestOnRecord`, `FormerCode`, `DateNotUsed`,
    `ReasonMissing` and `NothingToChange`.
    """
    kept = uow.find_record(kind, typed)
    after = edited(uow, kind, kept, typed_terms)
    if kind == PROJECT.name and uow.request.on is not None:
        if not typed_terms.terms.get("status"):
            raise unused_day(uow, "no status")
        after = with_dated_status(uow, kept.record, after)
        if after == kept.record:
            return uow.receipt(changes={})
    if after == kept.record:
        raise nothing_to_change(kind, kept.record.code)
    require_origin_reason(uow, kind, kept.record, after)
    changes = changed_terms(uow, kind, kept.record, after)
    if not as_new and _NAMES & changes.keys():
        note_near_duplicates(uow, kind, after)
    require_allowed(uow, kind, after, kept.record)
    note_new_topics(uow, kind, kept.record, after)
    edit_identity(uow, kind, kept, after)
    if kind == "office":
        note_uncovered(uow, kept.record, after)
    _note_consequences(uow, kind, after)
    if "origin" in changes:
        note_origin(uow, kind, after)
    return uow.receipt(changes=changes)


def confirm(uow: UnitOfWork, kind: str, typed: str, typed_terms: TypedTerms) -> Receipt:
    """Set the day of a record's next review, which lies ahead, or its last day.

    Raises what `edit` does, and `ReviewInThePast`.
    """
    if typed_terms.terms.get("review_on"):
        review = edited(uow, kind, uow.find_record(kind, typed), typed_terms).review_on
        if review <= uow.today:
            raise ReviewInThePast(
                f"The next review of {typed} cannot be due on {review}; today is {uow.today}."
            )
    return edit(uow, kind, typed, typed_terms)


def unused_day(uow: UnitOfWork, given: str) -> DateNotUsed:
    """Make the refusal of a day to which nothing that is `given` applies."""
    return DateNotUsed(f"--on {uow.request.on} and {given} were given.")


def edited(uow: UnitOfWork, kind: str, stored: StoredRecord, typed_terms: TypedTerms) -> Any:
    """Give a record with the typed terms in the place of its own."""
    cells = as_cells(kind, typed_terms)
    if kind == "city" and "office" in cells:  # without one, it follows from the region again
        cells.setdefault("office_given", "yes" if cells["office"] else "no")
    unit = None
    if kind == INSTALMENT.name:
        put_quantity(uow, cells)
        unit = uow.units[stored.record.unit]
    if kind == LIMIT.name:
        put_value(uow, cells, stored.record.measure)
    resolve_references(uow, kind, cells)
    line = {**register_line(REGISTERS[kind].plural, stored.record, unit), **cells}
    read, _ = parse_record(uow, kind, line, typed_terms)
    return _completed(uow, kind, changed(kind, stored.record, read, cells))


def _note_consequences(uow: UnitOfWork, kind: str, record: Any) -> None:
    """Note which pairs a restriction bars, and that a body has more seats than there are."""
    if kind in {BODY.name, SEAT.name}:
        note_crowded(uow, record)
    if REGISTERS[kind].bars_pairs:
        from ledger.usecases.registers.barred import note_barred  # noqa: PLC0415 - few edits do

        note_barred(uow, record)


_NAMES: Final = frozenset({"name", "name_local", "title", "city"})
"""The terms by which a record is taken for another."""


def changed(kind: str, before: Any, read: Any, columns: Iterable[str]) -> Any:
    """Give a record with the named terms taken from another. Raises `FixedTerm`.

    Those that are fixed only once acts rest on the record are taken: see `identity`.
    """
    named = map(attribute_of, columns)
    terms = {name: getattr(read, name) for name in named if hasattr(read, name)}
    spec = REGISTERS[kind]
    for name in map(attribute_of, spec.fixed):
        if spec.column[column_of(name)].until_acts:
            continue
        if name in terms and terms.pop(name) != getattr(before, name):
            raise FixedTerm(
                f"The {column_of(name).replace('_', ' ')} of {kind} {before.code} is "
                f"{getattr(before, name)}, and never changes.",
                next_step=f"Withdraw it, and add another {kind} with the right one.",
            )
    return replace(before, **terms)


def nothing_to_change(kind: str, code: str) -> NothingToChange:
    """Make the refusal of an edit that changes nothing."""
    return NothingToChange(
        f"{kind.capitalize()} {code} has these terms already, or none was named.",
        next_step=f"See them with: cityfund {kind} show {code}; and what can be changed with: "
        f"cityfund {kind} edit --help",
    )


def add_unit(uow: UnitOfWork, typed_terms: TypedTerms) -> Receipt:
    """Add a unit of work. Raises `BadTerms`, `AlreadyThere` and what a code that misleads does."""
    unit, _ = parse_record(uow, "unit", as_cells("unit", typed_terms), typed_terms)
    alike = [one for one in uow.units if normalised_code(one) == normalised_code(unit.code)]
    if alike:
        held = uow.units[alike[0]]
        raise AlreadyThere(
            f"Unit {held.code} is there already: {held.name}, {held.decimals} decimals.",
            why="Quantities are counted in it, so a unit never changes.",
            next_step="Use it as it is, or choose another code: cityfund unit list",
        )
    refuse_confusable("unit", unit.code, CodeShapes(uow.units))
    _require_typeable(uow, unit, typed_terms)
    uow.add_unit(unit)
    return uow.receipt(recorded=recorded_terms(uow, "unit", unit))


def _require_typeable(uow: UnitOfWork, unit: Unit, typed_terms: TypedTerms) -> None:
    """Refuse a unit that could not be typed behind a number: `k` would be a thousand."""
    try:
        read = parse_quantity(f"1 {unit.code}", {**uow.units, unit.code: unit}).unit
    except LedgerError as error:
        raise _untypeable(unit, typed_terms, error.why) from None
    if read != unit:
        raise _untypeable(unit, typed_terms, f"It would be read as {read.code}.")


def _untypeable(unit: Unit, typed_terms: TypedTerms, why: str) -> BadTerms:
    return BadTerms(
        f"{typed_terms.name_of('code')}: {unit.code!r} cannot be a unit.",
        why=f"1 {unit.code} could not be typed. {why}",
        next_step="Choose a word such as tree, household or bus-stop.",
    )
