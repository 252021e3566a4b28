"""`cityfund office`: the fund's offices, and the cities that belong to another than they have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.registers import Verb, register_noun
from cli.framework.command import Call
from ledger.registers.table import OFFICE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.usecases.registers.offices import Rerouted


def reroute(
    call: Call, *, yes: Annotated[bool, typer.Option("--yes", "-y", help="Move them.")] = False
) -> None:
    """List cities whose office was found by region and would be another today; --yes moves them."""
    from cli.framework.session import act, read_ledger
    from ledger.usecases.registers import offices

    if yes:
        act(call, offices.reroute)
        return
    with read_ledger(call) as reader:
        snapshot = reader.snapshot("city")
    cities, known = (snapshot.records(kind).values() for kind in ("city", "office"))
    _emit(call, offices.rerouted(cities, known))


def _emit(call: Call, rows: Iterable[Rerouted]) -> None:
    from cli.framework.output import emit_rows
    from cli.framework.terminal import note
    from cli.views.columns import columns

    listed = [
        {
            "city": one.city.code,
            "city_name": one.city.name,
            "country": one.city.country,
            "office": one.city.office,
            "found": one.found,
        }
        for one in rows
    ]
    shown = columns("city city_name country office found", found="Office found today")
    emit_rows(listed, shown, call.read, head={"schema": "cityfund.reroute/1"})
    if listed and call.format == "table":
        note(call, "Move them with: cityfund office reroute --yes")


app = register_noun(OFFICE, own={"reroute": Verb(reroute, "list", saves=True)})
