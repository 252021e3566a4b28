"""`cityfund office`: the fund's offices and their regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.commands.registers import register_noun
from cli.framework.command import Call
from cli.framework.register_commands import Listing
from ledger.registers.table import OFFICE

if TYPE_CHECKING:
    from ledger.store.session.snapshot import Reader, Snapshot


def listing(snapshot: Snapshot) -> Listing:
    """Return the rows of `office list`."""
    from cli.views.member import list_offices

    return list_offices(snapshot)


def show(call: Call, reader: Reader, code: str) -> None:
    """Write one office."""
    from cli.views.member import emit_office

    emit_office(call, reader, code)


app = register_noun(
    OFFICE,
    listing=listing,
    parts=("city",),
    show=show,
    texts={
        "add": "Add an office of the fund; new cities of its regions are assigned to it.",
        "list": "List the offices with their numbers of cities.",
        "show": "Show one office and its cities.",
    },
)
