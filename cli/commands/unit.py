"""`cityfund unit`: the currencies and units of work that quantities are counted in."""

from __future__ import annotations

from cli.commands.registers import Verb, register_noun
from cli.framework.command import Call
from cli.framework.options import with_parameters
from cli.framework.register_options import add_parameters, read_terms
from cli.framework.session import act, read_ledger
from ledger.registers.table import UNIT


@with_parameters(*add_parameters(UNIT))
def add(call: Call, **_typed: str) -> None:
    """Add a unit of work; the currencies of ISO 4217 are included."""
    from ledger.usecases.registers.records import add_unit

    act(call, lambda uow: add_unit(uow, read_terms(call, UNIT, today=uow.today, adds=True)))


def list_(call: Call) -> None:
    """List all units, units of work first."""
    from cli.framework.output import emit_rows
    from cli.views.columns import columns
    from cli.views.register import unit_row

    with read_ledger(call) as reader:
        known = reader.snapshot("unit").units
    units = sorted(known.values(), key=lambda unit: (unit.kind == "money", unit.code))
    shown = columns("code name kind decimals", code="Unit", kind="Counts")
    emit_rows(map(unit_row, units), shown, call.read, head={"schema": "cityfund.units/1"})


app = register_noun(UNIT, own={"add": Verb(add), "list": Verb(list_, "list")})
