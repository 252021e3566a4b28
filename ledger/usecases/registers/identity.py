"""Changing the code of a city, provider or project, or a project's city, before acts rest on it.

The former code stays an alias: the record is still found by it, and no other is given it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ledger.core.errors import RefusedByRule
from ledger.core.factors import Side
from ledger.reference.confusables import CodeShapes
from ledger.registers.network import ATTENDANCE
from ledger.registers.table import PHASE, REGISTERS
from ledger.store.journal.entries import first_act_under
from ledger.store.register_codes import former_codes
from ledger.store.registers import (
    AlreadyThere,
    StoredRecord,
    codes_of,
    find_hidden,
    load_all,
    load_by,
)
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.registers.rules import refuse_confusable, refuse_taken


class ActsRestOnRecord(RefusedByRule, code="acts-rest-on-record"):
    """A code or a project's city was to be changed, and an act beyond a declaration rests on it."""

    default_why = (
        "The code of a city, provider or project, and the city of a project, can be changed only "
        "while nothing but declarations rests on them, and no attendance or phase."
    )


def changed_identity(kind: str, before: Any, after: Any) -> dict[str, tuple[Any, Any]]:
    """Return the terms of a record's identity that differ, each before and after."""
    names = (one.attribute for one in REGISTERS[kind].until_acts)
    values = {name: (getattr(before, name), getattr(after, name)) for name in names}
    return {name: value for name, value in values.items() if value[0] != value[1]}


def edit_identity(uow: UnitOfWork, kind: str, stored: StoredRecord, after: Any) -> None:
    """Add a version of a record, of another code or another city where that may be.

    Lists that name it follow its code. Raises `ActsRestOnRecord`, `AlreadyThere`,
    `FormerCode`, `MixedScripts` and `ConfusableCode`.
    """
    changed = changed_identity(kind, stored.record, after)
    if changed:
        _require_only_declarations(uow, kind, stored, changed)
    if "code" in changed:
        _require_free(uow, kind, stored.record.code, after.code)
    uow.edit(kind, stored, after)
    if "code" in changed:
        _follow_in_lists(uow, kind, *changed["code"])


def _require_only_declarations(
    uow: UnitOfWork, kind: str, stored: StoredRecord, changed: Mapping[str, object]
) -> None:
    uow.flush_registers()
    if kind == "city":
        _require_unattended(uow, stored)
    if kind == "project" and "code" in changed:
        _require_no_phase(uow, stored)
    act = first_act_under(uow.connection, kind, stored.id)
    if act is None:
        return
    deal = f" of deal {act.deal}" if act.deal else ""
    raise ActsRestOnRecord(
        f"The {' and the '.join(changed)} of {kind} {stored.record.code} can no longer be changed: "
        f"entry {act.number} ({act.act.value}{deal}) of {act.effective_on} rests on it.",
        next_step=f"See it with: cityfund journal show {act.number}",
    )


def _require_unattended(uow: UnitOfWork, stored: StoredRecord) -> None:
    """Refuse to change the code of a city whose attendance is recorded under it."""
    attendance = load_by(uow.connection, ATTENDANCE.name, "city_id", stored.id)
    if attendance:
        raise ActsRestOnRecord(
            f"The code of city {stored.record.code} can no longer be changed: its attendance of "
            f"meeting {attendance[0].record.meeting} is recorded under it.",
            next_step=f"See it with: cityfund meeting show {attendance[0].record.meeting}",
        )


def _require_no_phase(uow: UnitOfWork, stored: StoredRecord) -> None:
    """Refuse to change the code of a project whose phases are recorded under it."""
    phases = load_by(uow.connection, PHASE.name, "project_id", stored.id)
    if phases:
        raise ActsRestOnRecord(
            f"The code of project {stored.record.code} can no longer be changed: its status from "
            f"{phases[0].record.from_} on is recorded under it.",
            next_step=f"See it with: cityfund phase show {phases[0].record.code}",
        )


def _require_free(uow: UnitOfWork, kind: str, former: str, code: str) -> None:
    """Refuse a new code that is or was another record's, or that could be taken for one."""
    refuse_taken(uow, kind, code, but=former)
    if find_hidden(uow.connection, kind, code) is not None:
        raise AlreadyThere(
            f"The code {code} was that of a {kind} recorded in error.",
            why="A record keeps its code, and one that has another takes none that was used.",
            next_step=f"Choose another code; see: cityfund history {kind}:{code}",
        )
    codes = {*codes_of(uow.connection, kind), *former_codes(uow.connection, kind)} - {former}
    refuse_confusable(kind, code, CodeShapes(codes))


def _follow_in_lists(uow: UnitOfWork, kind: str, former: str, code: str) -> None:
    """Name a record by its new code in every list that names it: mandates, restrictions."""
    for register in REGISTERS.values():
        lists = [one.attribute for one in register.stored if one.is_list and one.register == kind]
        for stored in load_all(uow.connection, register.name).values() if lists else ():
            terms = {
                name: tuple(code if one == former else one for one in getattr(stored.record, name))
                for name in lists
                if former in getattr(stored.record, name)
            }
            if terms:
                _edit_lists(uow, register.name, stored, terms)
                uow.note(*_follows(register.name, stored.record.code, code))


def _edit_lists(uow: UnitOfWork, kind: str, stored: StoredRecord, terms: Mapping[str, Any]) -> None:
    if kind == Side.OFFER.value:
        uow.edit_account(Side.OFFER, stored.record.code, **terms)
    else:
        uow.edit(kind, stored, replace(stored.record, **terms))


def _follows(kind: str, record: str, code: str) -> tuple[str, str]:
    """Return the note of a list that follows a code."""
    if kind == Side.OFFER.value:
        return "mandate-follows", f"the mandate of offer {record} now names {code}"
    return "list-follows", f"{kind} {record} now names {code}"


def add_with_former_codes(
    uow: UnitOfWork, kind: str, record: Any, former: Sequence[str] = ()
) -> None:
    """Add a record under its oldest code, then change that to each later one, the last its own."""
    if not former:  # as nearly always
        uow.add(kind, record)
        return
    codes = [*former, record.code]
    version, before = 1, replace(record, code=codes[0])
    identity = uow.add(kind, before, codes[1:])
    for code in codes[1:]:
        after = replace(record, code=code)
        version = uow.edit(kind, StoredRecord(identity, version, uow.now, before), after)
        before = after
