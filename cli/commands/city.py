"""`cityfund city`: the member cities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.commands.registers import register_noun
from cli.framework.command import Call
from cli.framework.register_commands import Listing
from ledger.registers.table import CITY

if TYPE_CHECKING:
    from ledger.store.session.snapshot import Reader, Snapshot


def listing(snapshot: Snapshot) -> Listing:
    """Return the rows of `city list`."""
    from cli.views.member import list_cities

    return list_cities(snapshot)


def show(call: Call, reader: Reader, code: str) -> None:
    """Write one city."""
    from cli.views.member import emit_city

    emit_city(call, reader, code)


app = register_noun(
    CITY,
    listing=listing,
    show=show,
    texts={
        "add": "Add a member city; the default office is the one of its region.",
        "list": "List the member cities.",
        "show": "Show one city: its terms, its projects, and the deals of their needs.",
    },
)
