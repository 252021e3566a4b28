"""`cityfund unit`: the currencies and units of work that quantities are counted in."""

from __future__ import annotations

from cli.framework.command import Call, command, noun
from cli.framework.output import Column, emit_rows
from cli.framework.register_options import said, with_terms
from cli.framework.session import act, read_picture
from cli.views.register import unit_row

app = noun("Currencies and units of work.")

_COLUMNS = [
    Column("code", "Unit", kind="code"),
    Column("name", "Name"),
    Column("kind", "Counts"),
    Column("decimals", "Decimals", kind="number"),
]


@command(app, "add", kind="write")
@with_terms("units", arguments=("code",), required=("decimals",))
def add(call: Call, **_terms: str) -> None:
    """Add a unit of work; currencies are ISO 4217's, and there from the start."""
    from ledger.usecases.registers.records import add_unit

    act(call, lambda uow: add_unit(uow, said(call, "units", today=uow.today, arguments=["code"])))


@command(app, "list")
def list_(call: Call) -> None:
    """List every unit, those of work first."""
    with read_picture(call) as picture:
        units = sorted(picture.units.values(), key=lambda unit: (unit.kind == "money", unit.code))
    rows = map(unit_row, units)
    emit_rows(rows, _COLUMNS, call.read, head={"schema": "cityfund.units/1"})
