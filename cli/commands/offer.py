"""`cityfund offer`: what providers put up, and on which terms."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, noun
from cli.framework.register_commands import (
    add_measured,
    code_typed,
    edit_measured,
    emit_listing,
    move_quantity,
    withdrawn,
)
from cli.framework.register_options import code_argument, with_terms
from cli.framework.session import act, read_picture
from cli.views.history import emit_history
from cli.views.need import OFFER_COLUMNS, OFFER_MORE, OFFER_NARROW, emit_offer, offer_listed
from cli.views.register import listing
from ledger.core.factors import Side

app = noun("What providers put up.")

OfferCode = Annotated[str, code_argument("offer")]
Quantity = Annotated[
    str | None, typer.Argument(help="How much, in the offer's unit; all there is if left out.")
]
_BARE = ("provider", "factor", "quantity")
_FIXED = ("provider", "factor", "unit", "declared_on")


@command(app, "add", kind="write")
@with_terms("offers", arguments=_BARE, left_out=("unit", "withdrawn"))
def add(call: Call, **_terms: str) -> None:
    """Add an offer of a provider with its mandate: BANK money "90M EUR" --sectors transport."""
    add_measured(call, Side.OFFER, _BARE)


@command(app, "edit", kind="write")
@with_terms("offers", left_out=("code", "withdrawn"), hidden=_FIXED)
def edit(call: Call, offer: OfferCode, **_terms: str) -> None:
    """Change terms of an offer, or its quantity dated --on; an empty text takes a term away."""
    edit_measured(call, Side.OFFER, offer)


@command(app, "list", dated=True)
def list_(
    call: Call,
    every: Annotated[bool, typer.Option("--all", help="Also the withdrawn ones.")] = False,
) -> None:
    """List offers with what is available of each, its mandate, and how long it is valid."""
    with read_picture(call) as picture:
        rows = [offer_listed(picture, code) for code in picture.offer_facts]
    columns = listing(call, "offers", OFFER_COLUMNS, OFFER_MORE, narrow=OFFER_NARROW)
    emit_listing(
        call,
        rows,
        columns,
        schema="offers",
        gone=withdrawn,
        every=every,
        narrow=OFFER_NARROW,
    )


@command(app, "show", dated=True)
def show(call: Call, offer: OfferCode) -> None:
    """Show one offer: its terms and mandate, where it stands, and its deals."""
    with read_picture(call) as picture:
        emit_offer(call, picture, offer)


@command(app, "candidates", dated=True)
def candidates(
    call: Call,
    offer: OfferCode,
    every: Annotated[
        bool, typer.Option("--all", help="Also needs with nothing open, and of other factors.")
    ] = False,
) -> None:
    """Show each need for an offer: eligible or not, what it could take, every rule it fails."""
    from cli.views.candidate import emit_candidates

    emit_candidates(call, "offer", offer, every=every)


@command(app, "history")
def history(call: Call, offer: OfferCode) -> None:
    """Show what changed of an offer, newest first: who, when, why, terms and quantity."""
    emit_history(call, "offer", offer)


@command(app, "withdraw", kind="write")
def withdraw(call: Call, offer: OfferCode, quantity: Quantity = None) -> None:
    """Take back what is available of an offer, or a part of it; all of it ends the offer."""
    move_quantity(call, Side.OFFER, "withdraw", offer, quantity)


@command(app, "reinstate", kind="write")
def reinstate(call: Call, offer: OfferCode, quantity: Quantity = None) -> None:
    """Put up again what was withdrawn or has expired of an offer, or a part of it."""
    move_quantity(call, Side.OFFER, "reinstate", offer, quantity)


@command(app, "expire", kind="write")
def expire(call: Call, offer: OfferCode) -> None:
    """Lapse what is still available of an offer whose validity has passed."""
    from ledger.usecases.registers.quantities import expire

    act(call, lambda uow: expire(uow, code_typed(uow, "offer", offer)))
