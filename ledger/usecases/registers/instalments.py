"""Instalments of deals: as typed with a deal's act, as edited, and as imported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from ledger.core.errors import LedgerError
from ledger.core.factors import Side
from ledger.core.quantity import Quantity, format_amount, format_quantity, parse_quantity
from ledger.deals.instalments import Instalment, in_force, instalment_of
from ledger.interchange.problems import Place
from ledger.journal.moves import WrongUnit
from ledger.registers.pairs import INSTALMENT
from ledger.store.registers import StoredRecord, find_record
from ledger.store.session.instalments import deal_total, exceeding, instalments_of
from ledger.store.session.unit_of_work import UnitOfWork

DueParts = tuple[tuple[date, str], ...]
"""The days on which parts of a deal are due, each with the quantity as typed."""


def put_quantity(uow: UnitOfWork, cells: dict[str, str]) -> None:
    """Turn a typed quantity, which has its unit, into the cells of the table."""
    typed = cells.get("quantity")
    if typed:
        quantity = parse_quantity(typed, uow.units)
        cells["quantity"] = format_amount(quantity.amount, quantity.unit.decimals)
        cells["unit"] = quantity.unit.code


def require_unit(uow: UnitOfWork, instalment: Instalment) -> None:
    """Refuse an instalment that is not in the unit of the deal's need. Raises `WrongUnit`."""
    unit = uow.accounts.account(Side.NEED, uow.accounts.deal(instalment.deal).record.need).unit
    if instalment.unit != unit.code:
        raise WrongUnit(
            f"The instalment of {instalment.due_on} is in {instalment.unit}, and deal "
            f"{instalment.deal} is in {unit.code}.",
            next_step=f"Give it in {unit.code}, the unit of the need.",
        )


def set_instalments(uow: UnitOfWork, deal: str, parts: DueParts) -> dict[str, list[str]]:
    """Let quantities of a deal be due on days, in place of what was due on them.

    Return all that is due of it as a term of a receipt.
    """
    held = {one.due_on: one for one in instalments_of(uow, [deal])[deal]}
    for day, typed in parts:
        held[day] = _set(uow, deal, day, parse_quantity(typed, uow.units), held.get(day))
    return {INSTALMENT.plural: due_texts(uow, deal)}


def change_instalments(uow: UnitOfWork, deal: str, parts: DueParts) -> dict[str, list[list[str]]]:
    """Do the same, and return what was due before and is due after; nothing where that is equal."""
    before, after = due_texts(uow, deal), set_instalments(uow, deal, parts)[INSTALMENT.plural]
    return {} if before == after else {INSTALMENT.plural: [before, after]}


def due_texts(uow: UnitOfWork, deal: str) -> list[str]:
    """Describe the instalments of a deal that are due, in the order of their days."""
    due = [one for one in instalments_of(uow, [deal])[deal] if not one.withdrawn]
    return [
        f"{format_quantity(one.quantity, uow.units[one.unit])} on {one.due_on}"
        for one in sorted(due, key=lambda one: one.due_on)
    ]


def _set(
    uow: UnitOfWork, deal: str, day: date, quantity: Quantity, held: Instalment | None
) -> Instalment:
    made = instalment_of(deal, day, quantity.amount, quantity.unit.code)
    require_unit(uow, made)
    if held is None:
        uow.add(INSTALMENT.name, made)
        return made
    changed = replace(held, quantity=made.quantity, withdrawn=False)
    if changed != held:
        uow.flush_registers()
        uow.edit(INSTALMENT.name, find_record(uow.connection, INSTALMENT.name, held.code), changed)
    return changed


@dataclass(slots=True)
class ImportedInstalments:
    """The instalments of an import, compared with what their deals have once all is posted."""

    uow: UnitOfWork
    held: Mapping[str, StoredRecord]
    _places: dict[str, Place] = field(default_factory=dict)

    def put(self, kind: str, record: Any, place: Place) -> None:
        """Remember the last row about the instalments of a deal."""
        if kind == INSTALMENT.name:
            self._places[record.deal] = place

    def exceeding(self) -> Iterator[tuple[LedgerError, Place]]:
        """Give each deal whose instalments the import raises above what the deal has."""
        before: dict[str, list[Instalment]] = {}
        for stored in self.held.values() if self._places else ():
            before.setdefault(stored.record.deal, []).append(stored.record)
        for deal, instalments in instalments_of(self.uow, self._places).items():
            planned, total = sum(in_force(instalments)), deal_total(self.uow, deal)
            if planned > total and planned > sum(in_force(before.get(deal, ()))):
                yield exceeding(self.uow, deal, planned, total), self._places[deal]
