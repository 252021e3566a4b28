"""The rooms of needs as the ledger has them, and the totals that are raised to what is given."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import Connection

from ledger.core.factors import Side, Stage
from ledger.core.quantity import format_quantity
from ledger.interchange.repeats.room import RAISED, RAISED_WITH_DEALS, Room
from ledger.journal.entries import TOTAL_FORMAT, Act, ActDetails, Entry, Movement
from ledger.journal.totals import TotalChange, stated_totals
from ledger.store.journal.entries import deal_entries, quantity_entries
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.journal.totals import TotalOfDay, lower_between, state_total
from ledger.usecases.registers.quantities import balance_on, set_quantity

_FREE: Final = frozenset({Stage.OPEN, Stage.AVAILABLE, Stage.UNDECLARED})


def read_rooms(connection: Connection) -> dict[tuple[Side, str], Room]:
    """Read the room of every need and offer: its totals, and what is placed on each day."""
    rooms: dict[tuple[Side, str], Room] = {}
    changes: dict[tuple[Side, str], list[TotalChange]] = {}
    raises: set[int] = set()
    for entry in quantity_entries(connection):
        if entry.reason in {RAISED, RAISED_WITH_DEALS}:
            raises.add(entry.number)
        for one in entry.movements:
            key = one.side, one.account
            _place(rooms.setdefault(key, Room()), entry, one)
            changes.setdefault(key, []).append(_total_change(entry, one))
    for entry in deal_entries(connection):
        for one in entry.movements:
            _place(rooms.setdefault((one.side, one.account), Room()), entry, one)
    for key, own in changes.items():
        for total in stated_totals([change for change in own if change.change]):
            is_raise = total.number in raises
            rooms[key].state(total.effective_on, total.total or 0, is_raise=is_raise)
    return rooms


def _total_change(entry: Entry, one: Movement) -> TotalChange:
    change = one.amount * (one.from_stage is Stage.UNDECLARED)
    change -= one.amount * (one.to_stage is Stage.UNDECLARED)
    return TotalChange(
        number=entry.number,
        effective_on=entry.effective_on,
        recorded_at=entry.recorded_at,
        reverses=entry.reverses,
        change=change,
        total=entry.total,
        stored=entry.format == TOTAL_FORMAT,
    )


def _place(room: Room, entry: Entry, one: Movement) -> None:
    change = one.amount * (one.to_stage not in _FREE) - one.amount * (one.from_stage not in _FREE)
    if change:
        room.placed.append((entry.effective_on, change))
        room.by_entry[entry.number] = entry.effective_on, change
    if one.deal is None:
        return
    for stage, amounts in (
        (Stage.HELD, room.held),
        (Stage.COMMITTED, room.committed),
        (Stage.DELIVERED, room.delivered),
    ):
        moved = one.amount * ((one.to_stage is stage) - (one.from_stage is stage))
        if moved:
            amounts[one.deal] = amounts.get(one.deal, 0) + moved


def raise_total(
    uow: UnitOfWork, side: Side, code: str, total: int, day: date, until: date | None = None
) -> None:
    """Let a need or an offer have a total from a day on, because as much is given by then.

    A lower one counts until that day, where it is given.
    """
    account = uow.accounts.account(side, code)
    if until is not None:
        lower_between(uow, account, total, ActDetails(effective_on=day, reason=RAISED), until)
        return
    if balance_on(uow, account, day).required == total:
        return
    act = Act.REVISE if account.balance.required else Act.DECLARE
    reason = RAISED if side is Side.NEED else RAISED_WITH_DEALS
    details = ActDetails(effective_on=day, reason=reason)
    state_total(uow, TotalOfDay(account=account, total=total, act=act, details=details))


def revise_total(uow: UnitOfWork, side: Side, code: str, total: int, *, spares: bool) -> None:
    """Set a total on the day of the request; with `spares` no lower than what is placed."""
    account = uow.accounts.account(side, code)
    placed = account.balance.required - account.balance.free
    if spares and total < placed:
        kept = format_quantity(placed, account.unit)
        uow.note(
            "gone-acts-kept",
            f"{side} {code} stays at {kept}: acts stay that the file no longer has",
        )
        total = placed
    set_quantity(uow, account, total, uow.day)
