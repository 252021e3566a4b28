"""`cityfund restriction`: bars on pairings, and what bars one pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.registers import Verb, register_noun
from cli.framework.command import Call
from cli.framework.completion import complete_codes
from cli.framework.options import with_parameters
from cli.framework.register_options import add_parameters, read_terms, require_terms
from cli.framework.session import act, read_ledger
from ledger.core.errors import ExitCode
from ledger.registers.pairs import RESTRICTION

if TYPE_CHECKING:
    from ledger.journal.receipts import Receipt
    from ledger.store.session.unit_of_work import UnitOfWork


def check(
    call: Call,
    offer: Annotated[
        str | None,
        typer.Argument(help="The offer.", autocompletion=complete_codes("offer")),
    ] = None,
    need: Annotated[
        str | None, typer.Argument(help="The need.", autocompletion=complete_codes("need"))
    ] = None,
) -> ExitCode:
    """Show what bars an offer from a need, or the providers of whom that is not known.

    Exit code 1 if the pair is barred, if it is not known, or if there are such providers.
    """
    from cli.framework.usage_errors import MissingParameter
    from cli.views import restriction as view

    if offer is not None and need is None:
        raise MissingParameter(
            "The need is missing.",
            why="A restriction bars a pair: an offer from a need.",
            next_step="Name both, or neither to see the providers without a country.",
        )
    with read_ledger(call) as reader:
        free = (
            view.emit_providers(call, reader)
            if offer is None or need is None
            else view.emit_pair(call, reader, offer, need)
        )
    return ExitCode.DONE if free else ExitCode.FINDINGS


@with_parameters(*add_parameters(RESTRICTION, insists=False))
def add(
    call: Call,
    *,
    finding: Annotated[
        str | None,
        typer.Option(metavar="FINDING", help="The finding of a name to bar; it is resolved."),
    ] = None,
    **_typed: str,
) -> None:
    """Add a restriction; with --finding by the terms of a name on a list, unless others are given.

    It says which offers and deals it bars before it is written.
    """
    from ledger.usecases.registers import records
    from ledger.usecases.restrictions.barring import bar_by_finding

    if finding is None:
        require_terms(call, RESTRICTION)

    def work(uow: UnitOfWork) -> Receipt:
        terms = read_terms(call, RESTRICTION, today=uow.today, adds=True)
        if finding is None:
            return records.add(uow, "restriction", terms)
        return bar_by_finding(uow, finding, terms)

    act(call, work)


app = register_noun(
    RESTRICTION,
    own={"add": Verb(add, destructive=True), "check": Verb(check, "list", dated=True)},
)
