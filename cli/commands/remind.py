"""`cityfund remind` and `cityfund done`: what is to be remembered of a record on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.completion import complete_any, complete_codes
from cli.framework.register_commands import resolve_typed_code
from cli.framework.session import act, typed_date
from ledger.registers.activity import REMINDER
from ledger.registers.table import versioned

if TYPE_CHECKING:
    from ledger.journal.receipts import Receipt
    from ledger.store.session.unit_of_work import UnitOfWork

app = standalone()
done_app = standalone()


@command(app, "remind", kind="write")
def remind(
    call: Call,
    record: Annotated[
        str,
        typer.Argument(
            metavar="CODE",
            help="The record, or KIND:CODE.",
            autocompletion=complete_any(*versioned()),
        ),
    ],
    date: Annotated[str, typer.Argument(metavar="DATE", help="The day on which it is due.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is to be remembered.")],
) -> None:
    """Remember something of a record on a day; `status` lists it from then on until it is done."""
    from ledger.usecases.registers import records
    from ledger.usecases.registers.parse import TypedTerms

    def work(uow: UnitOfWork) -> Receipt:
        day = typed_date(call, date, lambda: uow.today).isoformat()
        terms = {"record": record, "date": day, "text": text}
        shown = {"record": "CODE", "date": "DATE", "text": "TEXT"}
        return records.add(uow, REMINDER.name, TypedTerms(terms, shown))

    act(call, work)


@command(done_app, "done", kind="write", dated=True)
def done(
    call: Call,
    reminder: Annotated[
        str,
        typer.Argument(
            metavar="REMINDER",
            help="The reminder: R-0001.",
            autocompletion=complete_codes(REMINDER.name),
        ),
    ],
) -> None:
    """Say that what a reminder asks for is done, today or on the day given with --on."""
    from ledger.usecases.registers.retire import mark_done

    def work(uow: UnitOfWork) -> Receipt:
        return mark_done(uow, resolve_typed_code(uow, REMINDER.name, reminder))

    act(call, work)
