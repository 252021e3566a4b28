"""`cityfund offer`: the offers of providers, and their terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.registers import Verb, register_noun
from cli.framework.command import Call
from cli.framework.register_commands import Listing, resolve_typed_code
from cli.framework.register_options import code_argument
from cli.framework.session import act
from ledger.registers.table import OFFER

if TYPE_CHECKING:
    from ledger.store.session.snapshot import Reader, Snapshot

OfferCode = Annotated[str, code_argument("offer")]


def listing(snapshot: Snapshot) -> Listing:
    """Return the rows of `offer list`."""
    from cli.views.need import list_offers

    return list_offers(snapshot)


def show(call: Call, reader: Reader, code: str) -> None:
    """Write one offer."""
    from cli.views.need import emit_offer

    emit_offer(call, reader, code)


def candidates(
    call: Call,
    offer: OfferCode,
    every: Annotated[
        bool,
        typer.Option("--all", help="Include needs with nothing open, and needs of other factors."),
    ] = False,
) -> None:
    """Show every need for an offer: eligible or not, the possible amount, the failed rules."""
    from cli.views.candidate import emit_candidates

    emit_candidates(call, "offer", offer, every=every)


def expire(call: Call, offer: OfferCode) -> None:
    """Expire the available quantity of an offer whose validity has ended."""
    from ledger.usecases.registers.quantities import expire

    act(call, lambda uow: expire(uow, resolve_typed_code(uow, "offer", offer)))


app = register_noun(
    OFFER,
    listing=listing,
    show=show,
    own={
        "candidates": Verb(candidates, "list", dated=True),
        "expire": Verb(expire),
    },
    texts={
        "add": 'Add an offer of a provider with its mandate: BANK money "90M EUR" --sectors '
        "transport.",
        "list": "List offers with their available quantities, mandates and validity.",
        "show": "Show one offer: its terms, its mandate, its quantities by stage, and its deals.",
        "withdraw": "Withdraw the available quantity of an offer, or a part; all of it ends the "
        "offer.",
        "reinstate": "Reinstate the withdrawn or expired quantity of an offer, or a part of it.",
    },
)
