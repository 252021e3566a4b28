"""Adding needs and offers with their quantity, and editing their terms."""

from __future__ import annotations

from typing import Any

from ledger.core.dates import require_not_future
from ledger.core.factors import Side
from ledger.interchange.writer import register_line
from ledger.journal import moves
from ledger.journal.receipts import Receipt
from ledger.registers.records import ACTIVE_STATUSES, Offer
from ledger.registers.table import REGISTERS
from ledger.store.journal.accounts import Account
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.origins import note_origin, require_origin_reason
from ledger.usecases.receipt_terms import (
    changed_terms,
    recorded_terms,
    required_text,
)
from ledger.usecases.registers.parse import (
    BadTerms,
    TypedTerms,
    as_cells,
    is_unknown,
    parse_record,
    put_tickets,
    typed_quantity,
)
from ledger.usecases.registers.quantities import (
    balance_on,
    declare_quantity,
    make_unknown,
    parse_amount_of,
    set_quantity,
)
from ledger.usecases.registers.records import changed, nothing_to_change, put_code, unused_day
from ledger.usecases.registers.rules import require_free, require_one_offer, resolve_references
from ledger.usecases.registers.topics import note_new_topics


def add_measured(uow: UnitOfWork, side: Side, typed_terms: TypedTerms) -> Receipt:
    """Add a need or an offer and declare its quantity; a need's may be unknown: `? EUR`.

    Declared on the given day, else on the request's date. Raises what adding to a register does,
    `FutureDate`, and the refusals of a typed quantity.
    """
    account = uow.accounts.account(side, declare(uow, side, typed_terms))
    recorded = recorded_terms(uow, side.value, account.record)
    return uow.receipt(recorded=recorded, **{side.value: account.balance})


def declare(uow: UnitOfWork, side: Side, typed_terms: TypedTerms) -> str:
    """Add a need or an offer and give its code; what the officer should know is noted."""
    kind = side.value
    cells = as_cells(kind, typed_terms)
    resolve_references(uow, kind, cells)
    put_code(uow, kind, cells)
    unit, plain = typed_quantity(uow, typed_terms.terms.get("quantity", ""))
    if plain is None and side is Side.OFFER:
        raise BadTerms(
            f"{typed_terms.name_of('quantity')}: the quantity is missing.",
            why="The amount of a need may be unknown; that of an offer is always known.",
            next_step=f'Give the total offered, such as "40M {unit.code}".',
        )
    cells |= {"unit": unit.code, "quantity": plain or ""}
    put_tickets(uow, cells, unit, typed_terms)
    _put_day(uow, cells, typed_terms)
    record, amount = parse_record(uow, kind, cells, typed_terms)
    require_not_future(record.declared_on, uow.today)
    if typed_terms.terms.get("code"):
        require_free(uow, kind, record.code)
    note_new_topics(uow, kind, None, record)
    uow.add(kind, record)
    if amount is not None:
        declare_quantity(uow, side, record.code, amount)
    _note_new(uow, side, record, amount)
    note_origin(uow, kind, record)
    return str(record.code)


def _put_day(uow: UnitOfWork, cells: dict[str, str], typed_terms: TypedTerms) -> None:
    """Set the day of declaration: the given one, else the request's date."""
    require_not_future(uow.day, uow.today)
    day = uow.day.isoformat()
    if not cells.get("declared_on"):
        cells["declared_on"] = day
    elif uow.request.on is not None and cells["declared_on"] != day:
        name, declared = typed_terms.name_of("declared_on"), cells["declared_on"]
        raise BadTerms(
            f"{name} {declared} and --on {day} are two days.",
            why="What is added takes effect on the day it is declared.",
            next_step="Keep one of the two.",
        )


def _note_new(uow: UnitOfWork, side: Side, record: Any, amount: int | None) -> None:
    if side is Side.OFFER:
        _note_if_expired(uow, record)
        return
    if amount is None:
        uow.note(
            "amount-unknown",
            f"the amount of {record.code} is unknown: it is reported so, and takes no part in "
            f'matching until it is given: cityfund need edit {record.code} --quantity "... '
            f'{record.unit}"',
        )
    project = uow.record("project", record.project)
    if project.status not in ACTIVE_STATUSES:
        uow.note(
            "project-closed",
            f"project {project.code} is in status {project.status}: it takes no deals",
        )


def _note_if_expired(uow: UnitOfWork, offer: Offer) -> None:
    if offer.has_expired(uow.today):
        last = offer.valid_until
        uow.note(
            "offer-expired",
            f"offer {offer.code} was valid through {last}: it can no longer be used",
        )


def edit_measured(uow: UnitOfWork, side: Side, typed: str, typed_terms: TypedTerms) -> Receipt:
    """Change the given terms of a need or an offer, and its quantity, dated `--on`.

    Raises what adding does, `FixedTerm`, `SharedAlready`, `ReasonMissing` and `NothingToChange`.
    """
    account = uow.accounts.account(side, typed)
    before, posted = account.record, uow.posted
    after = _edited(uow, account, typed_terms)
    if after != before:
        require_origin_reason(uow, side.value, before, after)
        note_new_topics(uow, side.value, before, after)
        terms = {name: getattr(after, name) for name in typed_terms.terms if hasattr(after, name)}
        uow.edit_account(side, account.code, **terms)
    totals = _revise(uow, account, typed_terms)
    if after == before and uow.posted == posted:
        raise nothing_to_change(side.value, account.code)
    _note_edit(uow, account, before)
    changes = changed_terms(uow, side.value, before, account.record)
    if "origin" in changes:
        note_origin(uow, side.value, account.record)
    if uow.posted != posted:
        changes["quantity"] = totals
    return uow.receipt(changes=changes, **{side.value: account.balance})


def _edited(uow: UnitOfWork, account: Account, typed_terms: TypedTerms) -> Any:
    kind, unit = account.side.value, account.unit
    cells = as_cells(kind, typed_terms)
    resolve_references(uow, kind, cells)
    put_tickets(uow, cells, unit, typed_terms)
    cells.pop("quantity", None)
    line = {**register_line(REGISTERS[kind].plural, account.record, unit), **cells}
    read, _ = parse_record(uow, kind, line, typed_terms)
    after = changed(kind, account.record, read, cells)
    if account.side is Side.NEED and account.record.divisible and not after.divisible:
        require_one_offer(uow, account)
    return after


def _revise(uow: UnitOfWork, account: Account, typed_terms: TypedTerms) -> list[str | None]:
    """Set the total of the request's day; return the total of that day before and after."""
    typed = typed_terms.terms.get("quantity")
    if typed is None:
        if uow.request.on is not None:
            raise unused_day(uow, "no --quantity")
        return []
    before = required_text(balance_on(uow, account, uow.day))
    if is_unknown(typed):
        _make_unknown(uow, account, typed)
    else:
        set_quantity(uow, account, parse_amount_of(uow, account, typed), uow.day)
    return [before, required_text(balance_on(uow, account, uow.day))]


def _make_unknown(uow: UnitOfWork, account: Account, typed: str) -> None:
    if account.side is Side.OFFER:
        raise BadTerms(
            "The quantity of an offer cannot be unknown.",
            why="The amount of a need may be unknown; that of an offer is always known.",
            next_step=f"Withdraw it: cityfund offer withdraw {account.code}",
        )
    if typed.strip() != "?":
        moves.require_unit(account.balance, typed_quantity(uow, typed)[0])
    make_unknown(uow, account, uow.day)


def _note_edit(uow: UnitOfWork, account: Account, before: Any) -> None:
    if account.side is Side.NEED:
        return
    offer: Offer = account.record
    extended = before.has_expired(uow.today) and not offer.has_expired(uow.today)
    if extended and account.balance.expired:
        uow.note(
            "expired-reinstatable",
            f"bring back what expired with: cityfund offer reinstate {offer.code}",
        )
    _note_if_expired(uow, offer)
