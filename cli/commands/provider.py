"""`cityfund provider`: the organisations that offer a factor. The fund is not one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.commands.registers import register_noun
from cli.framework.command import Call
from cli.framework.register_commands import Listing
from ledger.registers.table import PROVIDER

if TYPE_CHECKING:
    from ledger.store.session.snapshot import Reader, Snapshot


def listing(snapshot: Snapshot) -> Listing:
    """Return the rows of `provider list`."""
    from cli.views.member import list_providers

    return list_providers(snapshot)


def show(call: Call, reader: Reader, code: str) -> None:
    """Write one provider."""
    from cli.views.member import emit_provider

    emit_provider(call, reader, code)


app = register_noun(
    PROVIDER,
    listing=listing,
    parts=("offer",),
    show=show,
    texts={
        "add": "Add a provider: a fund, bank, donor, firm, institute, association or member city.",
        "list": "List the providers with their numbers of offers.",
        "show": "Show one provider: its terms, its offers and their deals.",
    },
)
