"""Writing to the registers from a command: adding, editing, taking out of use, bringing back."""

from __future__ import annotations

import sys
from collections.abc import Collection
from typing import TYPE_CHECKING

from cli.frame import Call
from cli.register_options import said
from cli.session import act
from cli.terminal import is_terminal

if TYPE_CHECKING:
    from ledger.factors import Side
    from ledger.store.unit_of_work import UnitOfWork
    from ledger.usecases.register_terms import Said

TABLES_OF = {
    "unit": "units",
    "office": "offices",
    "city": "cities",
    "provider": "providers",
    "project": "projects",
    "need": "needs",
    "offer": "offers",
}


def add_record(call: Call, kind: str, arguments: Collection[str] = ()) -> None:
    """Add a record with the terms typed, and show the receipt."""
    from ledger.usecases import registers  # noqa: PLC0415 - brings the store

    table = TABLES_OF[kind]
    act(call, lambda uow: registers.add(uow, kind, _said(call, table, uow, arguments)))


def edit_record(call: Call, kind: str, typed: str) -> None:
    """Change the terms typed of a record, and show the receipt."""
    from ledger.usecases import registers  # noqa: PLC0415

    table = TABLES_OF[kind]
    act(
        call,
        lambda uow: registers.edit(
            uow, kind, code_typed(uow, kind, typed), _said(call, table, uow)
        ),
    )


def add_measured(call: Call, side: Side, arguments: Collection[str] = ()) -> None:
    """Add a need or an offer with its quantity, and show the receipt."""
    from ledger.usecases import measured_registers  # noqa: PLC0415

    table = TABLES_OF[side.value]
    act(
        call,
        lambda uow: measured_registers.add_measured(uow, side, _said(call, table, uow, arguments)),
    )


def edit_measured(call: Call, side: Side, typed: str) -> None:
    """Change the terms typed of a need or an offer, and its quantity, and show the receipt."""
    from ledger.usecases import measured_registers  # noqa: PLC0415

    table = TABLES_OF[side.value]
    act(
        call,
        lambda uow: measured_registers.edit_measured(
            uow, side, code_typed(uow, side.value, typed), _said(call, table, uow)
        ),
    )


def set_withdrawn(call: Call, kind: str, typed: str, *, withdrawn: bool) -> None:
    """Take an office, a city or a provider out of use, or bring it back."""
    from ledger.usecases import register_endings  # noqa: PLC0415

    act(
        call,
        lambda uow: register_endings.set_withdrawn(
            uow, kind, code_typed(uow, kind, typed), withdrawn=withdrawn
        ),
    )


def move_quantity(call: Call, side: Side, verb: str, typed: str, quantity: str | None) -> None:
    """Withdraw or reinstate a quantity of a need or an offer, or all there is."""
    from ledger.usecases import quantity_acts  # noqa: PLC0415

    work = {"withdraw": quantity_acts.withdraw, "reinstate": quantity_acts.reinstate}[verb]
    act(call, lambda uow: work(uow, side, code_typed(uow, side.value, typed), quantity))


def code_typed(uow: UnitOfWork, kind: str, typed: str) -> str:
    """Give the code a person means: on a terminal, where it is seen, a unique beginning will do."""
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        return typed
    from ledger.store.registers import find_code  # noqa: PLC0415

    return find_code(uow.connection, kind, typed)


def _said(call: Call, table: str, uow: UnitOfWork, arguments: Collection[str] = ()) -> Said:
    return said(call, table, today=uow.today, arguments=arguments)
