"""`cityfund reminder`: what is to be remembered of records; one that was done is reopened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.commands.registers import Verb, register_noun
from cli.framework.command import Call
from cli.framework.options import with_parameters
from cli.framework.register_commands import resolve_typed_code
from cli.framework.register_options import code_parameter
from cli.framework.session import act
from ledger.registers.activity import REMINDER

if TYPE_CHECKING:
    from ledger.journal.receipts import Receipt
    from ledger.store.session.unit_of_work import UnitOfWork


@with_parameters(code_parameter(REMINDER))
def reopen(call: Call, **typed: str) -> None:
    """Reopen a reminder that was marked as done; `status` and briefs list it again."""
    from ledger.usecases.registers.retire import reopen_reminder

    def work(uow: UnitOfWork) -> Receipt:
        return reopen_reminder(uow, resolve_typed_code(uow, REMINDER.name, typed["reminder"]))

    act(call, work)


app = register_noun(REMINDER, own={"reopen": Verb(reopen)})
