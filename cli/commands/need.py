"""`cityfund need`: the needs of projects, each in its own unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.registers import Verb, register_noun
from cli.framework.command import Call
from cli.framework.register_commands import Listing
from cli.framework.register_options import code_argument
from ledger.registers.table import NEED

if TYPE_CHECKING:
    from ledger.store.session.snapshot import Reader, Snapshot

NeedCode = Annotated[str, code_argument("need")]


def listing(snapshot: Snapshot) -> Listing:
    """Return the rows of `need list`."""
    from cli.views.need import list_needs

    return list_needs(snapshot)


def show(call: Call, reader: Reader, code: str) -> None:
    """Write one need."""
    from cli.views.need import emit_need

    emit_need(call, reader, code)


def candidates(
    call: Call,
    need: NeedCode,
    every: Annotated[
        bool, typer.Option("--all", help="Include exhausted offers, and offers of other factors.")
    ] = False,
) -> None:
    """Show every offer for a need: eligible or not, the possible amount, the failed rules."""
    from cli.views.candidate import emit_candidates

    emit_candidates(call, "need", need, every=every)


app = register_noun(
    NEED,
    listing=listing,
    show=show,
    own={
        "candidates": Verb(candidates, "list", dated=True),
    },
    texts={
        "add": 'Add a need to a project: PRJ-0001 money "40M EUR", or "? EUR" while not known.',
        "list": "List needs with their quantities and gaps.",
        "show": "Show one need: its terms, its quantities by stage, eligible offers and deals.",
        "withdraw": "Withdraw the open quantity of a need, or a part of it.",
        "reinstate": "Reinstate the withdrawn quantity of a need, or a part of it.",
    },
)
