"""Taking a record out of use and bringing it back: offices, cities, providers, whole projects.

A reminder is marked as done and reopened in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ledger.core.errors import NothingToChange
from ledger.core.factors import Side, Stage
from ledger.core.quantity import format_quantity
from ledger.core.text import first_few
from ledger.journal.receipts import Receipt
from ledger.reference.terms import find_status
from ledger.registers.activity import OWNER, REMINDER
from ledger.registers.table import REGISTERS, children_of
from ledger.store.journal.accounts import Account
from ledger.store.registers import load_all
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.registers.offices import note_uncovered
from ledger.usecases.registers.parse import TypedTerms
from ledger.usecases.registers.phases import require_newest_day
from ledger.usecases.registers.quantities import reinstate_amount, withdraw_amount
from ledger.usecases.registers.records import edit
from ledger.usecases.registers.rules import refuse_withdrawn, require_one_owner, title_of

CANCELLED = "cancelled"
_MOST_NAMED = 5


def set_withdrawn(uow: UnitOfWork, kind: str, typed: str, *, withdrawn: bool) -> Receipt:
    """Take an office, a city or a provider out of use, or bring it back.

    Raises `UnknownCode`, and `NothingToChange` where it is so already.
    """
    kept = uow.find_record(kind, typed)
    record = kept.record
    state = REGISTERS[kind].out_of_use if withdrawn else "in use"
    if record.withdrawn == withdrawn:
        raise _unchanged(f"{kind.capitalize()} {record.code} is {state} already.", kind, record)
    if kind == OWNER.name and not withdrawn:
        require_one_owner(uow, record)
    uow.edit(kind, kept, replace(record, withdrawn=withdrawn))
    named = f"{kind} {record.code} ({title_of(uow, kind, record)})"
    uow.note("state-changed", f"{named} is {state} from now on")
    if kind == "office":
        note_uncovered(uow, record, replace(record, withdrawn=withdrawn))
    if withdrawn:
        for text in _left_behind(uow, kind, record):
            uow.note("left-behind", text)
    return uow.receipt(changes={"withdrawn": [record.withdrawn, withdrawn]})


def _unchanged(what: str, kind: str, record: Any) -> NothingToChange:
    see = f"See it with: cityfund {kind} show {record.code}"
    return NothingToChange(what, why="Nothing would change.", next_step=see)


def _left_behind(uow: UnitOfWork, kind: str, record: Any) -> Iterator[str]:
    """Say what still rests on a record that was withdrawn; nothing of it changes by itself."""
    if kind == "provider":
        offers = [code for code, one in _all(uow, "offer") if one.provider == record.code]
        free = [code for code in offers if uow.accounts.account(Side.OFFER, code).balance.free]
        if free:
            yield (
                f"still available of it: {first_few(free, _MOST_NAMED)}; take them back with: "
                f"cityfund offer withdraw {free[0]}"
            )
        return
    for child, column in children_of(kind):
        codes = [
            code
            for code, one in _all(uow, child.name)
            if getattr(one, column) == record.code and not getattr(one, "withdrawn", False)
        ]
        if codes and column not in child.fixed:
            named, them = (child.name, "it") if len(codes) == 1 else (child.plural, "them")
            yield (
                f"{named} still with it: {first_few(codes, _MOST_NAMED)}; move {them}: "
                f"cityfund {child.name} edit {child.name.upper()} --{column}"
            )
        elif len(codes) == 1:
            yield f"its {child.name} {codes[0]} is unchanged"
        elif codes:
            yield f"its {child.plural} stay unchanged: {first_few(codes, _MOST_NAMED)}"


def _all(uow: UnitOfWork, kind: str) -> list[tuple[str, Any]]:
    uow.flush_registers()
    return [(code, kept.record) for code, kept in load_all(uow.connection, kind).items()]


def mark_done(uow: UnitOfWork, typed: str) -> Receipt:
    """Mark a reminder as done on the day of the act.

    Raises `UnknownCode`, and `NothingToChange` where it is done already.
    """
    kept = uow.find_record(REMINDER.name, typed)
    done_on = kept.record.done_on
    if done_on is not None:
        raise NothingToChange(
            f"Reminder {kept.record.code} is done already, since {done_on}.",
            why="Nothing would change.",
            next_step="Where it is not done after all, or on another day: "
            f"cityfund reminder reopen {kept.record.code}",
        )
    return edit(uow, REMINDER.name, kept.record.code, TypedTerms({}).dated("done_on", uow.day))


def reopen_reminder(uow: UnitOfWork, typed: str) -> Receipt:
    """Reopen a reminder that was done.

    Raises `UnknownCode`, and `NothingToChange` where it is open.
    """
    record = uow.find_record(REMINDER.name, typed).record
    if record.done_on is None:
        raise _unchanged(f"Reminder {record.code} is open already.", REMINDER.name, record)
    return edit(uow, REMINDER.name, record.code, TypedTerms({"done_on": ""}))


def withdraw_project(uow: UnitOfWork, typed: str) -> Receipt:
    """Withdraw all that is open of a project's needs, and set its status to cancelled.

    What is held, committed or delivered stays, and is named. Raises `NothingToChange`.
    """
    kept = uow.find_record("project", typed)
    require_newest_day(uow, kept.record)
    for need in _needs_of(uow, kept.record.code):
        open_amount = need.balance.free
        if open_amount:
            withdraw_amount(uow, need, None, uow.day)
            uow.note(
                "need-withdrawn",
                f"{need.code}: {format_quantity(open_amount, need.unit)} withdrawn",
            )
        for text in _open_deals(uow, need):
            uow.note("left-behind", text)
    changes = {}
    if kept.record.status != CANCELLED:
        uow.edit("project", kept, replace(kept.record, status=CANCELLED))
        changes = {"status": [kept.record.status, CANCELLED]}
    elif not uow.posted:
        what = f"Project {kept.record.code} is cancelled already, and nothing of it is open."
        raise _unchanged(what, "project", kept.record)
    return uow.receipt(changes=changes)


def _open_deals(uow: UnitOfWork, need: Account) -> Iterator[str]:
    for deal in uow.accounts.deals_of_need(need.code):
        stages = deal.stages[Side.NEED]
        for stage, ending in ((Stage.HELD, ""), (Stage.COMMITTED, " --committed")):
            if stages.get(stage):
                amount = format_quantity(stages[stage], need.unit)
                yield (
                    f"{need.code}: {amount} is still {stage}; give it back with: "
                    f"cityfund deal release {deal.code}{ending}"
                )


def reinstate_project(uow: UnitOfWork, typed: str, status: str | None) -> Receipt:
    """Bring a cancelled project back in a status, with all that was withdrawn of its needs.

    Raises `UnknownStatus`, `ParentWithdrawn`, and `NothingToChange` where it is not cancelled.
    """
    kept = uow.find_record("project", typed)
    project, wanted = kept.record, find_status(status or "identification").code
    if project.status != CANCELLED or wanted == CANCELLED:
        raise NothingToChange(
            f"Project {project.code} is in status {project.status}, not cancelled."
            if project.status != CANCELLED
            else f"Project {project.code} is cancelled, and would stay so.",
            why="Only a cancelled project comes back, and it comes back in another status.",
            next_step=f"See it, and which needs were withdrawn (cityfund project show "
            f"{project.code}); a need comes back with: cityfund need reinstate",
        )
    refuse_withdrawn(uow, "city", uow.record("city", project.city))
    require_newest_day(uow, project)
    uow.edit("project", kept, replace(project, status=wanted))
    uow.note("state-changed", f"project {project.code} is in status {wanted}")
    for need in _needs_of(uow, project.code):
        amount = need.balance.withdrawn
        if amount:
            reinstate_amount(uow, need, Stage.WITHDRAWN, None, uow.day)
            text = f"{need.code}: {format_quantity(amount, need.unit)} open again"
            uow.note("need-reinstated", text)
    return uow.receipt(changes={"status": [project.status, wanted]})


def _needs_of(uow: UnitOfWork, project: str) -> list[Account]:
    codes = [code for code, one in _all(uow, "need") if one.project == project]
    return [uow.accounts.account(Side.NEED, code) for code in codes]
