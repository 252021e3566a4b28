"""`cityfund undertaking`: what the cities of partnerships are to do, or have done."""

from __future__ import annotations

from typing import Annotated

from cli.commands.registers import Verb, register_noun
from cli.framework.command import Call
from cli.framework.register_commands import resolve_typed_code
from cli.framework.register_options import code_argument
from cli.framework.session import act
from ledger.registers.network import UNDERTAKING

UndertakingCode = Annotated[str, code_argument("undertaking")]


def confirm(call: Call, undertaking: UndertakingCode) -> None:
    """Confirm that an undertaking that lasts still stands."""
    from ledger.usecases.registers.partnerships import confirm

    act(call, lambda uow: confirm(uow, resolve_typed_code(uow, "undertaking", undertaking)))


app = register_noun(UNDERTAKING, own={"confirm": Verb(confirm)})
