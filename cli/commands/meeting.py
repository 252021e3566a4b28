"""`cityfund meeting`: the meetings of bodies, and who attended them."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.registers import Verb, register_noun
from cli.framework.command import Call
from cli.framework.completion import complete_codes
from cli.framework.options import with_parameters
from cli.framework.register_commands import resolve_typed_code
from cli.framework.register_options import code_argument, column_parameters, read_terms
from cli.framework.session import act
from ledger.registers.network import ATTENDANCE, MEETING

_OF_ATTENDANCE = ("presence", "did", "topics", "note")


@with_parameters(*column_parameters(ATTENDANCE, _OF_ATTENDANCE))
def attend(
    call: Call,
    meeting: Annotated[str, code_argument("meeting")],
    cities: Annotated[
        list[str],
        typer.Argument(
            metavar="CITY...", help="The cities.", autocompletion=complete_codes("city")
        ),
    ],
    **_typed: str,
) -> None:
    """Record cities at a meeting, or change what is recorded; without terms they attended."""
    from ledger.usecases.meetings.attend import attend as record

    act(
        call,
        lambda uow: record(
            uow,
            resolve_typed_code(uow, "meeting", meeting),
            [resolve_typed_code(uow, "city", city) for city in cities],
            read_terms(call, ATTENDANCE, today=uow.today),
        ),
    )


# An empty text removes a term.
app = register_noun(MEETING, own={"attend": Verb(attend, may_be_empty=frozenset(_OF_ATTENDANCE))})
