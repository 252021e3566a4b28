"""`cityfund need`: what projects require, of each factor in its own unit."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, noun
from cli.framework.register_commands import add_measured, edit_measured, emit_listing, move_quantity
from cli.framework.register_options import code_argument, with_terms
from cli.framework.session import read_picture
from ledger.core.factors import Side

app = noun("What projects require.")

NeedCode = Annotated[str, code_argument("need")]
Quantity = Annotated[
    str | None, typer.Argument(help="How much, in the need's unit; all there is if left out.")
]
_BARE = ("project", "factor", "quantity")
_FIXED = ("project", "factor", "unit", "declared_on")


@command(app, "add", kind="write")
@with_terms("needs", arguments=_BARE, left_out=("unit",))
def add(call: Call, **_terms: str) -> None:
    """Add a need to a project: PRJ-0001 money "40M EUR", or "? EUR" while not known."""
    add_measured(call, Side.NEED, _BARE)


@command(app, "edit", kind="write")
@with_terms("needs", left_out=("code",), hidden=_FIXED)
def edit(call: Call, need: NeedCode, **_terms: str) -> None:
    """Change terms of a need, or its quantity dated --on; an empty text takes a term away."""
    edit_measured(call, Side.NEED, need)


@command(app, "list", dated=True)
def list_(
    call: Call,
    every: Annotated[bool, typer.Option("--all", help="Also the withdrawn ones.")] = False,
) -> None:
    """List needs with what each requires and its gap."""
    from cli.views.need import NEED_COLUMNS, NEED_MORE, NEED_NARROW, need_gone, need_listed
    from cli.views.register import listing

    with read_picture(call) as picture:
        rows = [need_listed(picture, code) for code in picture.need_facts]
        gone = {row["code"] for row in rows if need_gone(picture, row)}
    columns = listing(call, "needs", NEED_COLUMNS, NEED_MORE, narrow=NEED_NARROW)
    emit_listing(
        call,
        rows,
        columns,
        schema="needs",
        gone=lambda row: row["code"] in gone,
        every=every,
        narrow=NEED_NARROW,
    )


@command(app, "show", dated=True)
def show(call: Call, need: NeedCode) -> None:
    """Show one need: its terms, where it stands, who could help, and its deals."""
    from cli.views.need import emit_need

    with read_picture(call) as picture:
        emit_need(call, picture, need)


@command(app, "candidates", dated=True)
def candidates(
    call: Call,
    need: NeedCode,
    every: Annotated[
        bool, typer.Option("--all", help="Also exhausted offers, and those of other factors.")
    ] = False,
) -> None:
    """Show each offer for a need: eligible or not, what it could take, every rule it fails."""
    from cli.views.candidate import emit_candidates

    emit_candidates(call, "need", need, every=every)


@command(app, "history")
def history(call: Call, need: NeedCode) -> None:
    """Show what changed of a need, newest first: who, when, why, terms and quantity."""
    from cli.views.history import emit_history

    emit_history(call, "need", need)


@command(app, "withdraw", kind="write")
def withdraw(call: Call, need: NeedCode, quantity: Quantity = None) -> None:
    """Take back what is open of a need, or a part of it: it is no longer required."""
    move_quantity(call, Side.NEED, "withdraw", need, quantity)


@command(app, "reinstate", kind="write")
def reinstate(call: Call, need: NeedCode, quantity: Quantity = None) -> None:
    """Require again what was withdrawn of a need, or a part of it."""
    move_quantity(call, Side.NEED, "reinstate", need, quantity)
