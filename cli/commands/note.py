"""`cityfund note`: dated notes on any record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.commands.registers import Verb, register_noun
from cli.framework.command import Call
from cli.framework.options import with_parameters
from cli.framework.register_options import add_parameters, read_terms
from cli.framework.session import act
from ledger.registers.activity import DATED_NOTE

if TYPE_CHECKING:
    from ledger.journal.receipts import Receipt
    from ledger.store.session.unit_of_work import UnitOfWork


@with_parameters(*add_parameters(DATED_NOTE))
def add(call: Call, **_typed: str) -> None:
    """Note something on a record, of today or of the day given with --date or --on."""
    from ledger.usecases.registers import records

    def work(uow: UnitOfWork) -> Receipt:
        terms = read_terms(call, DATED_NOTE, today=uow.today, adds=True)
        if "date" in terms.terms and uow.request.on is not None:
            raise records.unused_day(uow, f"--date {terms.terms['date']}")
        return records.add(uow, DATED_NOTE.name, terms.dated("date", uow.day))

    act(call, work)


app = register_noun(DATED_NOTE, own={"add": Verb(add, dated=True)})
