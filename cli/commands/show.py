"""`cityfund show`: the record of any code, as the command of its own register shows it."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated

import typer

from cli.framework.command import Call, Session, command, standalone
from cli.framework.completion import complete_any
from cli.framework.session import read_ledger
from ledger.registers.table import versioned

app = standalone()


@command(app, "show", kind="show", dated=True)
def show(
    call: Call,
    code: Annotated[
        str,
        typer.Argument(
            help="The code of any record or KIND:CODE, a finding, or the number of an entry.",
            autocompletion=complete_any(*versioned(), "proposal"),
        ),
    ],
) -> None:
    """Show the record of any register by its code, as its own command does."""
    from ledger.usecases.lookup import noun_of, record_of_code

    with read_ledger(call) as reader:
        kind, known = record_of_code(reader, code)
    _show_by(call, noun_of(kind), known)


_FORWARDED = ("as_of", "known_at", "output", "lang")
"""The options of a report; those that all commands share are found on the call itself."""


def _show_by(call: Call, noun: str, code: str) -> None:
    """Show a record by the `show` of its noun, in the place of the call."""
    from cli.framework.app import Root, load

    root = call.find_root().command
    assert isinstance(root, Root)
    verb = load(root.entries[noun]).commands["show"]
    typed = [(name, call.params.get(name)) for name in _FORWARDED]
    options = [f"--{name.replace('_', '-')}={text}" for name, text in typed if text is not None]
    call.ensure_object(Session).around_answer = nullcontext  # this call has it around itself
    call.info_name = noun  # answers and errors name the command that is carried out
    with verb.make_context("show", [*options, "--", code], parent=call) as own:
        verb.invoke(own)
