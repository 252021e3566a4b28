"""Writing to the registers from a command: adding, editing, taking out of use, bringing back.

Reading the registers from a command: which record is meant, which are listed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.register_options import said
from cli.framework.session import act
from cli.framework.terminal import is_terminal, note
from ledger.core.errors import NotFound

if TYPE_CHECKING:
    from cli.framework.output import Column
    from ledger.core.factors import Side
    from ledger.store.session.snapshot import Picture
    from ledger.store.session.unit_of_work import UnitOfWork
    from ledger.usecases.registers.parse import Said

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
    from ledger.usecases.registers import records  # noqa: PLC0415 - brings the store

    table = TABLES_OF[kind]
    act(call, lambda uow: records.add(uow, kind, _said(call, table, uow, arguments)))


def edit_record(call: Call, kind: str, typed: str) -> None:
    """Change the terms typed of a record, and show the receipt."""
    from ledger.usecases.registers import records  # noqa: PLC0415

    table = TABLES_OF[kind]
    act(
        call,
        lambda uow: records.edit(uow, kind, code_typed(uow, kind, typed), _said(call, table, uow)),
    )


def add_measured(call: Call, side: Side, arguments: Collection[str] = ()) -> None:
    """Add a need or an offer with its quantity, and show the receipt."""
    from ledger.usecases.registers import measured  # noqa: PLC0415

    table = TABLES_OF[side.value]
    act(
        call,
        lambda uow: measured.add_measured(uow, side, _said(call, table, uow, arguments)),
    )


def edit_measured(call: Call, side: Side, typed: str) -> None:
    """Change the terms typed of a need or an offer, and its quantity, and show the receipt."""
    from ledger.usecases.registers import measured  # noqa: PLC0415

    table = TABLES_OF[side.value]
    act(
        call,
        lambda uow: measured.edit_measured(
            uow, side, code_typed(uow, side.value, typed), _said(call, table, uow)
        ),
    )


def set_withdrawn(call: Call, kind: str, typed: str, *, withdrawn: bool) -> None:
    """Take an office, a city or a provider out of use, or bring it back."""
    from ledger.usecases.registers import retire  # noqa: PLC0415

    act(
        call,
        lambda uow: retire.set_withdrawn(
            uow, kind, code_typed(uow, kind, typed), withdrawn=withdrawn
        ),
    )


def move_quantity(call: Call, side: Side, verb: str, typed: str, quantity: str | None) -> None:
    """Withdraw or reinstate a quantity of a need or an offer, or all there is."""
    from ledger.usecases.registers import quantities  # noqa: PLC0415

    work = {"withdraw": quantities.withdraw, "reinstate": quantities.reinstate}[verb]
    act(call, lambda uow: work(uow, side, code_typed(uow, side.value, typed), quantity))


def code_typed(uow: UnitOfWork, kind: str, typed: str) -> str:
    """Give the code a person means: on a terminal, where it is seen, a unique beginning will do."""
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        return typed
    from ledger.store.registers import find_code  # noqa: PLC0415

    return find_code(uow.connection, kind, typed)


def _said(call: Call, table: str, uow: UnitOfWork, arguments: Collection[str] = ()) -> Said:
    return said(call, table, today=uow.today, arguments=arguments)


class NotThereThen(NotFound):
    """The record exists, but did not at the times that were asked for."""

    code = "not-there-then"
    default_why = "It was recorded, or declared, later than the report looks."
    default_next = "Leave --as-of and --known-at out, or give a later day."


def meant(picture: Picture, kind: str, typed: str) -> str:
    """Give the code of the record a reader means, a unique beginning of it included.

    Raises `UnknownCode`, `AmbiguousCode` and `NotThereThen`.
    """
    from ledger.store.registers import find_code  # noqa: PLC0415 - brings SQLAlchemy

    code = find_code(picture.connection, kind, typed)
    if code not in picture.records(kind):
        raise NotThereThen(f"{kind.capitalize()} {code} was not in the ledger then.")
    return code


def emit_listing(
    call: Call,
    rows: Iterable[Mapping[str, Any]],
    columns: Sequence[Column],
    *,
    schema: str,
    gone: Callable[[Mapping[str, Any]], bool] | None = None,
    every: bool = True,
    narrow: Sequence[Column] = (),
) -> None:
    """Write the rows of a register; without `every` those that are `gone` are left out, and said.

    `schema` is the plural that names the JSON document.
    """
    from cli.framework.output import emit_rows  # noqa: PLC0415 - help does without

    found = list(rows)
    kept = found if every or gone is None else [row for row in found if not gone(row)]
    if call.format == "json":
        # What is only said for people stays out of what scripts rely on.
        kept = [{column.key: row[column.key] for column in columns} for row in kept]
    emit_rows(kept, columns, call.read, head={"schema": f"cityfund.{schema}/1"}, narrow=narrow)
    hidden = len(found) - len(kept)
    if hidden and call.format == "table":
        note(call, f"{hidden:,} withdrawn not shown; --all shows them.")


def withdrawn(row: Mapping[str, Any]) -> bool:
    """Say whether a row is of a record that was taken out of use."""
    return bool(row["withdrawn"])
