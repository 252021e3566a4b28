"""`cityfund rates`: what currencies are in one another, where that is from, and an own figure."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.completion import complete_currencies
from cli.frame import Call, command, noun
from cli.rate_imports import codes_named, import_canonical, import_ecb, source_file
from cli.rate_views import emit_rates, emit_versions
from cli.session import act, day_given, ledger_of, read_picture, required_day

app = noun("What currencies are in one another.")

Base = Annotated[
    str,
    typer.Argument(help="One unit of this currency...", autocompletion=complete_currencies),
]
Quote = Annotated[
    str, typer.Argument(help="...is so much of this one.", autocompletion=complete_currencies)
]
BaseOrAll = Annotated[
    str | None,
    typer.Argument(help="One unit of this currency...", autocompletion=complete_currencies),
]
QuoteOrAll = Annotated[
    str | None, typer.Argument(help="...in this one.", autocompletion=complete_currencies)
]
Since = Annotated[str | None, typer.Option(metavar="DATE", help="From that day on.")]


@command(app, "import", kind="write", destructive=True)
def import_(
    call: Call,
    path: Annotated[
        str | None, typer.Argument(help="The ECB's ZIP or CSV, or a CSV of the canonical table.")
    ] = None,
    ecb: Annotated[
        bool, typer.Option("--ecb", help="The ECB's file that comes with the program (default).")
    ] = False,
    since: Since = None,
    currency: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODE",
            help="Only these: USD,JPY. Repeatable.",
            autocompletion=complete_currencies,
        ),
    ] = None,
) -> None:
    """Import the ECB's rates, or a table of others, after a preview; again changes nothing."""
    from ledger.interchange.ecb import is_ecb

    file = source_file(path, ecb=ecb)
    ledger = ledger_of(call)
    take_in = import_ecb if is_ecb(file) else import_canonical
    take_in(call, ledger, file, day_given(call, since), codes_named(currency))


@command(app, "show", dated=True)
def show(
    call: Call,
    base: BaseOrAll = None,
    quote: QuoteOrAll = None,
    on: Annotated[  # noqa: ARG001 - read where the times are
        str | None, typer.Option("--on", metavar="DATE", help="On that day; same as --as-of.")
    ] = None,
) -> None:
    """Show what a currency was in another on a day, or all in use in the base currency."""
    from ledger.usecases.rate_reports import rate_rows

    with read_picture(call) as picture:
        emit_rates(call, picture, rate_rows(picture, base, quote))


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
    """Show the quotes of a pair in every version: who, when, why, and which is in force."""
    from ledger.usecases.rate_reports import history_rows

    first = day_given(call, since)
    with read_picture(call) as picture:
        pair, rows = history_rows(picture, base, quote, first, revised=revised)
        emit_versions(call, picture, pair, rows)


@command(app, "add", kind="write")
def add(
    call: Call,
    base: Base,
    quote: Quote,
    rate: Annotated[str, typer.Argument(help="How much: 1.085")],
    source: Annotated[str | None, typer.Option(help="Where the rate is from.")] = None,
) -> None:
    """Record a rate of your own for the day --on; another figure for a day needs --reason."""
    from ledger.usecases.rate_acts import OwnRate, add_rate

    said = OwnRate(base=base, quote=quote, figure=rate, source=source)
    act(call, lambda uow: add_rate(uow, said))


@command(app, "withdraw", kind="write")
def withdraw(
    call: Call,
    base: Base,
    quote: Quote,
    day: Annotated[str, typer.Argument(metavar="DATE", help="The day of the rate.")],
) -> None:
    """Withdraw the rate of one day, with --reason; an earlier day's counts again."""
    from ledger.usecases.rate_acts import withdraw_rate

    of = required_day(call, day)
    act(call, lambda uow: withdraw_rate(uow, base, quote, of))
