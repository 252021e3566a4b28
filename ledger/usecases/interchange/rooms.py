"""The rooms of needs as the ledger has them, and the totals that are raised to what is given."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import Connection

from ledger.core.factors import Side, Stage
from ledger.interchange.repeats.room import RAISED, NeedRoom
from ledger.journal.entries import TOTAL_FORMAT, Act, ActDetails, Entry, Movement
from ledger.journal.totals import TotalChange, stated_totals
from ledger.store.journal.entries import deal_entries, quantity_entries
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.journal.totals import TotalOfDay, state_total
from ledger.usecases.registers.quantities import balance_on

_FREE: Final = frozenset({Stage.OPEN, Stage.UNDECLARED})


def read_rooms(connection: Connection) -> dict[str, NeedRoom]:
    """Read the room of every need: its totals, and what is placed on each day."""
    rooms: dict[str, NeedRoom] = {}
    changes: dict[str, list[TotalChange]] = {}
    raises: set[int] = set()
    for entry in quantity_entries(connection):
        if entry.reason == RAISED:
            raises.add(entry.number)
        for one in entry.movements:
            if one.side is Side.NEED:
                room = rooms.setdefault(one.account, NeedRoom())
                _place(room, entry, one)
                changes.setdefault(one.account, []).append(_total_change(entry, one))
    for entry in deal_entries(connection):
        for one in entry.movements:
            if one.side is Side.NEED:
                _place(rooms.setdefault(one.account, NeedRoom()), entry, one)
    for need, own in changes.items():
        for total in stated_totals([change for change in own if change.change]):
            is_raise = total.number in raises
            rooms[need].state(total.effective_on, total.total or 0, is_raise=is_raise)
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


def _place(room: NeedRoom, entry: Entry, one: Movement) -> None:
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


def raise_total(uow: UnitOfWork, need: str, total: int, day: date) -> None:
    """Let a need require a total from a day on, because as much is given by then."""
    account = uow.accounts.account(Side.NEED, need)
    if balance_on(uow, account, day).required == total:
        return
    act = Act.REVISE if account.balance.required else Act.DECLARE
    details = ActDetails(effective_on=day, reason=RAISED)
    state_total(uow, TotalOfDay(account=account, total=total, act=act, details=details))
