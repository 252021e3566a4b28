"""`cityfund owner`: who looks after a city, provider, project or deal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cli.commands.registers import Verb, register_noun
from cli.framework.command import Call
from cli.framework.options import with_parameters
from cli.framework.register_commands import resolve_typed_code
from cli.framework.register_options import (
    add_parameters,
    edit_parameters,
    parameter,
    read_terms,
)
from cli.framework.session import act
from ledger.registers.activity import OWNER

if TYPE_CHECKING:
    from ledger.journal.receipts import Receipt
    from ledger.store.session.unit_of_work import UnitOfWork

_OFFICER = typer.Argument(metavar="OFFICER", help="Who it is: the name that their acts have.")
_RECORD, *_OPTIONS = (one for one in add_parameters(OWNER) if one.name != "actor")


@with_parameters(_RECORD, parameter("officer", _OFFICER), *_OPTIONS)
def add(call: Call, **typed: str) -> None:
    """Name who looks after a city, provider, project or deal: PRJ-0042 sara."""
    from dataclasses import replace

    from ledger.usecases.registers import records

    def work(uow: UnitOfWork) -> Receipt:
        terms = read_terms(call, OWNER, today=uow.today, adds=True)
        own = {**terms.terms, "actor": typed["officer"]}
        return records.add(uow, OWNER.name, replace(terms, terms=own))

    act(call, work)


_OWNER, *_EDITED = (one for one in edit_parameters(OWNER) if one.name != "actor")


@with_parameters(_OWNER, parameter("officer", _OFFICER), *_EDITED)
def edit(call: Call, **typed: str) -> None:
    """Name another officer in the place of an owner: OW-0001 omid."""
    from dataclasses import replace

    from ledger.usecases.registers import records

    def work(uow: UnitOfWork) -> Receipt:
        code = resolve_typed_code(uow, OWNER.name, typed["owner"])
        terms = read_terms(call, OWNER, today=uow.today)
        own = {**terms.terms, "actor": typed["officer"]}
        return records.edit(uow, OWNER.name, code, replace(terms, terms=own))

    act(call, work)


app = register_noun(OWNER, own={"add": Verb(add), "edit": Verb(edit)})
