"""`cityfund seat`: the seats of cities in bodies and in the fund's offices."""

from __future__ import annotations

import typer

from cli.commands.registers import Verb, register_noun
from cli.framework.command import Call
from cli.framework.completion import complete_codes
from cli.framework.options import with_parameters
from cli.framework.register_options import add_parameters, parameter, read_terms
from cli.framework.session import act
from ledger.registers.network import SEAT

_PLACE = typer.Argument(
    metavar="BODY|OFFICE",
    help="Where the seat is: the code of a body or of an office.",
    autocompletion=complete_codes("body"),
)
_CITY, *_OPTIONS = add_parameters(SEAT)


@with_parameters(_CITY, parameter("place", _PLACE, required=False), *_OPTIONS)
def add(call: Call, **typed: str | None) -> None:
    """Add a seat of a city in a body or an office: MHD METROPOLIS --role board --from 2010."""
    from ledger.usecases.registers.seats import add_seat

    act(
        call,
        lambda uow: add_seat(
            uow, read_terms(call, SEAT, today=uow.today, adds=True), typed["place"]
        ),
    )


app = register_noun(SEAT, own={"add": Verb(add)})
