"""What the verbs of a register do: they parse, call one use case and show the answer.

They are declared in `cli.commands.registers`, which help and completion read without this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from cli.framework.command import Call
from cli.framework.register_commands import (
    Listing,
    asks_for_state,
    emit_listing,
    resolve_code,
    resolve_typed_code,
    shown_rows,
)
from cli.framework.register_options import insists, note_former_day, plain_term, read_terms
from cli.framework.session import act, read_ledger
from ledger.core.factors import Side

if TYPE_CHECKING:
    from ledger.journal.receipts import Receipt
    from ledger.registers.spec import RegisterSpec
    from ledger.reports.table import Column, ReportRow
    from ledger.store.session.snapshot import Reader, Snapshot
    from ledger.store.session.unit_of_work import UnitOfWork
    from ledger.usecases.registers.parse import TypedTerms

List = Callable[["Snapshot"], Listing]
Show = Callable[[Call, "Reader", str], None]
_LISTED_WITH = {
    "office": ("city", "seat"),
    "provider": ("offer",),
    "offer": ("city",),
    "project": ("need",),
    "body": ("seat",),
    "meeting": ("attendance",),
}
"""Registers whose records are counted in the listing of another."""
_NARROWED = frozenset({"project", "need", "offer", "approach"})
"""Registers of which a list with filters by codes reads only what these can keep."""
_LISTS: Final = {
    "office": "member.list_offices",
    "city": "member_list.list_cities",
    "provider": "member_list.list_providers",
    "project": "project.list_projects",
    "need": "need.list_needs",
    "offer": "need.list_offers",
    "approach": "approach.list_approaches",
    "body": "seat.list_bodies",
    "contact": "activity.list_contacts",
    "credential": "exchange.list_credentials",
    "limit": "limit.list_limits",
    "meeting": "meeting.list_meetings",
    "note": "activity.list_notes",
    "owner": "activity.list_owners",
    "partnership": "partnership.list_partnerships",
    "reminder": "activity.list_reminders",
    "seat": "seat.list_seats",
    "undertaking": "partnership.list_undertakings",
}
"""How a register lists its records where that is more than their columns: by a view's function."""

_SHOWN: Final = {
    "office": "member.emit_office",
    "city": "member.emit_city",
    "provider": "member.emit_provider",
    "project": "project.emit_project",
    "need": "need.emit_need",
    "offer": "need.emit_offer",
    "approach": "approach.emit_approach",
    "body": "seat.emit_body",
    "meeting": "meeting.emit_meeting",
    "partnership": "partnership.emit_partnership",
    "restriction": "restriction.emit_restriction",
}
"""How a register shows one of its records."""


def _view(functions: Mapping[str, str], name: str) -> Any:
    """Return a function of a register's own view; None where it is shown by its columns.

    Only that function's module is loaded: together the views load half of the program.
    """
    if name not in functions:
        return None
    module, _, function = functions[name].partition(".")
    return getattr(import_module(f"cli.views.{module}"), function)


def add(call: Call, spec: RegisterSpec) -> None:
    """Add a record of the terms that were typed."""
    from ledger.usecases.registers import measured, records

    def work(uow: UnitOfWork) -> Receipt:
        terms = read_terms(call, spec, today=uow.today, adds=True)
        if spec.has_quantity:
            return measured.add_measured(uow, Side(spec.name), terms)
        return records.add(uow, spec.name, terms, as_new=insists(call))

    note_former_day(call)
    act(call, work)


def edit(call: Call, spec: RegisterSpec, typed: str) -> None:
    """Change the terms that were typed of one record."""
    from ledger.usecases.registers import measured, records

    def work(uow: UnitOfWork) -> Receipt:
        code = resolve_typed_code(uow, spec.name, typed)
        terms = read_terms(call, spec, today=uow.today)
        if spec.has_quantity:
            return measured.edit_measured(uow, Side(spec.name), code, terms)
        return records.edit(uow, spec.name, code, terms, as_new=insists(call))

    act(call, work)


def confirm(call: Call, spec: RegisterSpec, typed: str) -> None:
    """Set the day of a record's next review, or its last day. Raises MissingParameter."""
    from cli.framework.usage_errors import MissingParameter

    days = {"review_on": call.params["review"], "until": call.params["until"]}
    given = {column: day for column, day in days.items() if day is not None}
    if not given:
        raise MissingParameter(
            "Neither --review nor --until is given.",
            why="A confirmation says how long the record stands, or when to look again.",
            next_step="Add --review DATE, or --until DATE for its last day in force.",
        )
    from ledger.usecases.registers import records

    _edit_days(call, spec, typed, given, records.confirm)


def edit_days(call: Call, spec: RegisterSpec, typed: str, days: Mapping[str, str]) -> None:
    """Edit the dates of one record, as typed."""
    from ledger.usecases.registers import records

    _edit_days(call, spec, typed, days, records.edit)


def _edit_days(
    call: Call,
    spec: RegisterSpec,
    typed: str,
    days: Mapping[str, str],
    change: Callable[[UnitOfWork, str, str, TypedTerms], Receipt],
) -> None:
    from ledger.usecases.registers.parse import TypedTerms

    def work(uow: UnitOfWork) -> Receipt:
        terms = {
            name: plain_term(call, spec.column[name], day, uow.today) for name, day in days.items()
        }
        code = resolve_typed_code(uow, spec.name, typed)
        return change(uow, spec.name, code, TypedTerms(terms))

    act(call, work)


def list_(call: Call, spec: RegisterSpec, *, every: bool) -> None:
    """List the records of a register; without `every`, none that its listing hides."""
    from cli.views.register import listed_columns, plain_listing

    listing: List | None = _view(_LISTS, spec.name)
    every = every or asks_for_state(call.read)

    def listed_of(snapshot: Snapshot) -> Listing:
        return listing(snapshot) if listing is not None else plain_listing(snapshot, spec)

    def rows_of(snapshot: Snapshot) -> tuple[Iterable[ReportRow], Sequence[Column]]:
        listed = listed_of(snapshot)
        return shown_rows(listed, every=every), listed_columns(call, spec, listed)

    others = _LISTED_WITH.get(spec.name, ())
    with read_ledger(call) as reader:
        narrowed = None
        if call.read.where and spec.name in _NARROWED:
            from cli.views.narrowed import narrowed_read

            narrowed = narrowed_read(call, reader, spec.name, others, rows_of)
        if narrowed is None:
            listed, options = listed_of(reader.snapshot(spec.name, *others)), None
        else:
            listed, options = listed_of(narrowed.snapshot), narrowed.options
    columns = listed_columns(call, spec, listed)
    emit_listing(call, spec, listed, columns, every=every, options=options)


def show(call: Call, spec: RegisterSpec, typed: str) -> None:
    """Show one record, by the register's own view if it has one."""
    from cli.views.register import emit_plain

    shown: Show | None = _view(_SHOWN, spec.name)
    with read_ledger(call) as reader:
        code = resolve_code(reader, spec.name, typed)
        if shown is not None:
            shown(call, reader, code)
        else:
            emit_plain(call, reader, spec, code)


def set_withdrawn(call: Call, spec: RegisterSpec, typed: str, *, withdrawn: bool) -> None:
    """Withdraw or reinstate one record."""
    from ledger.usecases.registers import retire

    def work(uow: UnitOfWork) -> Receipt:
        code = resolve_typed_code(uow, spec.name, typed)
        return retire.set_withdrawn(uow, spec.name, code, withdrawn=withdrawn)

    act(call, work)


def move(call: Call, spec: RegisterSpec, verb: str, typed: str, quantity: str | None) -> None:
    """Withdraw or reinstate a quantity of one record, or all of it."""
    from ledger.usecases.registers import quantities

    def work(uow: UnitOfWork) -> Receipt:
        code = resolve_typed_code(uow, spec.name, typed)
        change = quantities.withdraw if verb == "withdraw" else quantities.reinstate
        return change(uow, Side(spec.name), code, quantity)

    act(call, work, asks=verb == "withdraw" and quantity is None)


def expire(call: Call, spec: RegisterSpec, typed: str) -> None:
    """Expire the available quantity of one record whose validity has ended."""
    from ledger.usecases.registers import quantities

    act(call, lambda uow: quantities.expire(uow, resolve_typed_code(uow, spec.name, typed)))
