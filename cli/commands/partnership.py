"""`cityfund partnership`: lasting ties between two cities, and what their sides undertake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.commands.registers import Verb, register_noun
from cli.framework.command import Call
from cli.framework.options import with_parameters
from cli.framework.register_commands import resolve_typed_code
from cli.framework.register_options import code_parameter, read_terms, term_parameters
from cli.framework.session import act
from ledger.registers.network import PARTNERSHIP, UNDERTAKING

if TYPE_CHECKING:
    from ledger.journal.receipts import Receipt
    from ledger.store.session.unit_of_work import UnitOfWork


@with_parameters(code_parameter(PARTNERSHIP), *term_parameters(PARTNERSHIP, "ended", ended="until"))
def end(call: Call, **typed: str) -> None:
    """End a partnership: by --ended, else on the day of --on."""
    from ledger.usecases.registers import partnerships

    def work(uow: UnitOfWork) -> Receipt:
        code = resolve_typed_code(uow, PARTNERSHIP.name, typed[PARTNERSHIP.name])
        ended = read_terms(call, PARTNERSHIP, today=uow.today).terms.get("ended")
        return partnerships.end(uow, code, ended)

    act(call, work)


@with_parameters(
    *term_parameters(
        UNDERTAKING, "partnership what by host payer due_on lasts until note code", due_on="due"
    )
)
def undertake(call: Call, **_typed: str) -> None:
    """Record what a city of a partnership is to do."""
    from ledger.usecases.registers import records

    def work(uow: UnitOfWork) -> Receipt:
        terms = read_terms(call, UNDERTAKING, today=uow.today, adds=True)
        return records.add(uow, UNDERTAKING.name, terms)

    act(call, work)


@with_parameters(
    *term_parameters(UNDERTAKING, "partnership what by host payer done_on lasts until note code")
)
def log(call: Call, **_typed: str) -> None:
    """Record what a city of a partnership has done: by --done-on, else on the day of --on."""
    from ledger.usecases.registers import partnerships

    def work(uow: UnitOfWork) -> Receipt:
        return partnerships.log(uow, read_terms(call, UNDERTAKING, today=uow.today, adds=True))

    act(call, work)


@with_parameters(code_parameter(UNDERTAKING), *term_parameters(UNDERTAKING, "done_on lasts until"))
def done(call: Call, **typed: str) -> None:
    """Record that an undertaking is done: by --done-on, else on the day of --on."""
    from ledger.usecases.registers import partnerships

    def work(uow: UnitOfWork) -> Receipt:
        code = resolve_typed_code(uow, UNDERTAKING.name, typed[UNDERTAKING.name])
        return partnerships.done(uow, code, read_terms(call, UNDERTAKING, today=uow.today))

    act(call, work)


app = register_noun(
    PARTNERSHIP,
    own={
        "end": Verb(end),
        "undertake": Verb(undertake),
        "done": Verb(done),
        "log": Verb(log),
    },
)
