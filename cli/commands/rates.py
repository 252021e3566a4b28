"""`cityfund rates`: exchange rates by pair, their history, recording and import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.framework.command import Call, command, noun
from cli.framework.completion import complete_currencies
from cli.framework.options import comma_separated
from cli.framework.session import (
    act,
    execute_call,
    ledger_of,
    optional_date,
    read_ledger,
    required_date,
)
from cli.framework.usage_errors import BadUsage
from cli.views.import_ import confirm_plan, emit_imported, print_incoming
from cli.views.rate import emit_rates, emit_versions, print_ecb_file

if TYPE_CHECKING:
    from ledger.interchange.planning.steps import ImportPlan
    from ledger.interchange.reader import Incoming
    from ledger.store.session.ledger import Ledger


def source_file(path: str | None, *, ecb: bool) -> Path:
    """Return the file to import: the one named, or the ECB's that comes with the program."""
    if path is not None and ecb:
        raise BadUsage(
            f"--ecb and {path} were both given.",
            why="--ecb means the ECB's file included in the program.",
            next_step="Keep one of the two; a file of the ECB is recognised by its first line.",
        )
    if path is not None:
        return Path(path)
    from ledger.interchange.ecb import shipped_file

    return shipped_file()


def import_ecb(
    call: Call, ledger: Ledger, path: Path, since: date | None, currencies: Sequence[str]
) -> None:
    """Import the ECB's rates after a preview."""
    from ledger.core.memory import garbage_collection_paused
    from ledger.interchange.ecb import of_known_currencies, read_ecb, select_quotes
    from ledger.store.session.snapshot import UNITS
    from ledger.usecases.rate_import import import_rates, plan_rate_import
    from ledger.usecases.rates import currency

    with ledger.reader() as reader:
        units, today = reader.snapshot(UNITS).units, reader.day
    wanted = {currency(units, code).code for code in currencies}
    with garbage_collection_paused():
        file = of_known_currencies(select_quotes(read_ecb(path, today), since, wanted), units)
        print_ecb_file(call, file, (today - file.days[1]).days, wanted - set(file.currencies))
        content = {"content": file.digest}
        see = confirm_plan(call, ledger, content, lambda uow: plan_rate_import(uow, file))
        receipt = execute_call(call, lambda uow: import_rates(uow, file, see), content)
    emit_imported(call, receipt)


def import_canonical(
    call: Call, ledger: Ledger, path: Path, since: date | None, currencies: Sequence[str]
) -> None:
    """Import rates of the canonical table as `cityfund import` does."""
    from ledger.core.memory import garbage_collection_paused
    from ledger.interchange.planning.plan import read_incoming
    from ledger.interchange.repeats.state import SourceTerms
    from ledger.store.session.snapshot import UNITS
    from ledger.usecases.interchange.import_tables import (
        import_tables,
        plan_tables,
    )
    from ledger.usecases.interchange.sources import with_terms
    from ledger.usecases.rates import currency

    with ledger.reader() as reader:
        units = reader.snapshot(UNITS).units
    wanted = {currency(units, code).code for code in currencies}
    incoming = _selected_rows(read_incoming([path], as_table="rates"), since, wanted)
    incoming = with_terms(incoming, SourceTerms(), None)
    print_incoming(call, incoming)
    content = {"content": incoming.digest()}
    agree = confirm_plan(call, ledger, content, lambda uow: plan_tables(uow, incoming))

    def confirm(plan: ImportPlan) -> None:
        if not plan.changes_nothing:
            agree(plan)

    with garbage_collection_paused():
        receipt = execute_call(call, lambda uow: import_tables(uow, incoming, confirm), content)
    emit_imported(call, receipt)


def _selected_rows(incoming: Incoming, since: date | None, currencies: set[str]) -> Incoming:
    """Keep the rows from a day on that name one of the currencies; raises `NoQuotes`."""
    if since is None and not currencies:
        return incoming
    from ledger.interchange.ecb import NoQuotes

    tables = [
        replace(
            table,
            rows=[
                row
                for row in table.rows
                # A cell that is no day at all is kept: it is refused with its place.
                if (since is None or row.cells["date"] >= since.isoformat())
                and (not currencies or currencies & _currencies_of(row.cells))
            ],
        )
        for table in incoming.tables
    ]
    if not incoming.problems and not any(table.rows for table in tables):
        raise NoQuotes(f"{incoming.tables[0].file} contains none of these rates.")
    return replace(incoming, tables=tuple(tables))


def _currencies_of(cells: dict[str, str]) -> set[str]:
    return {cells["base"].upper(), cells["quote"].upper()}


app = noun("Exchange rates.")


def _currency(words: str) -> Any:
    return typer.Argument(help=words, autocompletion=complete_currencies)


Base = Annotated[str, _currency("The base currency: one unit of it.")]
Quote = Annotated[str, _currency("The quote currency: its price in this one.")]
BaseOrAll = Annotated[str | None, _currency("The base currency: one unit of it.")]
QuoteOrAll = Annotated[str | None, _currency("The quote currency.")]
Since = Annotated[str | None, typer.Option(metavar="DATE", help="On that day or later.")]


@command(app, "import", kind="write", destructive=True)
def import_(
    call: Call,
    path: Annotated[
        str | None, typer.Argument(help="The ECB's ZIP or CSV, or a canonical table.")
    ] = None,
    ecb: Annotated[
        bool, typer.Option("--ecb", help="The ECB's file included in the program (default).")
    ] = False,
    since: Since = None,
    currency: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODE",
            help="Only these: USD,JPY; repeatable.",
            autocompletion=complete_currencies,
        ),
    ] = None,
) -> None:
    """Import the ECB's rates or a table of rates, after a preview; safe to repeat."""
    from ledger.interchange.ecb import is_ecb

    file = source_file(path, ecb=ecb)
    ledger = ledger_of(call)
    take_in = import_ecb if is_ecb(file) else import_canonical
    take_in(call, ledger, file, optional_date(call, since), comma_separated(currency))


@command(app, "show", dated=True)
def show(
    call: Call,
    base: BaseOrAll = None,
    quote: QuoteOrAll = None,
    on: Annotated[  # noqa: ARG001 - read where the times are
        str | None, typer.Option("--on", metavar="DATE", help="On that day; same as --as-of.")
    ] = None,
) -> None:
    """Show the rate of a pair on a day, or of all currencies in use."""
    from ledger.usecases.rates import rate_rows, read_rates_snapshot

    with read_ledger(call) as reader:
        snapshot = read_rates_snapshot(reader, whole=base is None or quote is None)
    emit_rates(call, snapshot, rate_rows(snapshot, base, quote))


@command(app, "history", dated=True)
def history(
    call: Call,
    base: Base,
    quote: Quote,
    since: Since = None,
    revised: Annotated[
        bool, typer.Option("--revised", help="Only days with more than one version.")
    ] = False,
) -> None:
    """Show every version of a pair's rates: who, when, why, and which is in force."""
    from ledger.usecases.rates import history_rows

    first = optional_date(call, since)
    with read_ledger(call) as reader:
        pair, rows = history_rows(reader, base, quote, first, revised=revised)
        snapshot = reader.snapshot()
    emit_versions(call, snapshot, pair, rows)


@command(app, "add", kind="write", dated=True)
def add(
    call: Call,
    base: Base,
    quote: Quote,
    rate: Annotated[str, typer.Argument(help="The rate: 1.085")],
    source: Annotated[str | None, typer.Option(help="The source of the rate.")] = None,
) -> None:
    """Record a rate for the day --on; replacing a rate needs --reason."""
    from ledger.usecases.rates import OwnRate, add_rate

    own_rate = OwnRate(base=base, quote=quote, figure=rate, source=source)
    act(call, lambda uow: add_rate(uow, own_rate))


@command(app, "withdraw", kind="write")
def withdraw(
    call: Call,
    base: Base,
    quote: Quote,
    day: Annotated[str, typer.Argument(metavar="DATE", help="The date of the rate.")],
) -> None:
    """Withdraw the rate of one day, with --reason; the previous rate applies again."""
    from ledger.usecases.rates import withdraw_rate

    of = required_date(call, day)
    act(call, lambda uow: withdraw_rate(uow, base, quote, of))
