"""A small noun on the frame, as a noun of the product is written, for the tests to run."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, noun
from cli.framework.completion import complete_codes
from cli.framework.output import emit_document, emit_record, emit_rows
from cli.framework.receipts import emit_receipt
from cli.framework.terminal import confirm, note, progress
from ledger.core.errors import ExitCode, RefusedByRule
from ledger.reports.table import Column

COLUMNS = [
    Column("code", "Offer", kind="code"),
    Column("provider", "Provider"),
    Column("quantity", "Quantity", kind="amount", unit="unit"),
    Column("unit", table=False),
]
ROWS = [
    {"code": "O-1", "provider": "Bank of Cities", "quantity": "400000000.00", "unit": "EUR"},
    {"code": "O-2", "provider": "مشهد شهر", "quantity": "120.00", "unit": "person-day"},
    {"code": "O-3", "provider": "=cmd|' /C calc'!A0", "quantity": "-5.00", "unit": "EUR"},
    {"code": "O-4", "provider": "城市基金", "quantity": None, "unit": "JPY"},
]

app = noun("Sample offers.")
Code = Annotated[str, typer.Argument(autocompletion=complete_codes("offer"))]


class TooMuch(RefusedByRule, code="too-much"):
    """More was asked for than there is."""

    default_why = "Offer O-1 has 5 EUR left."
    default_next = "Take less."


@command(app, "list", dated=True)
def list_(call: Call) -> None:
    """List the sample offers."""
    head = {"schema": "cityfund.sample/1", "as_of": call.read.as_of}
    emit_rows(ROWS, COLUMNS, call.read, head=head, tail={"total": len(ROWS)})


@command(app, "show", kind="show")
def show(call: Call, code: Code) -> None:
    """Show one sample offer."""
    row = next(row for row in ROWS if row["code"] == code)
    emit_record(row, COLUMNS, call.read, document={"schema": "cityfund.one/1", **row})


@command(app, "many")
def many(call: Call) -> None:
    """List more rows than a pipe holds."""
    emit_rows(({"code": f"O-{n}"} for n in range(100_000)), COLUMNS, call.read)


@command(app, "take", kind="write", dated=True, destructive=True)
def take(
    call: Call,
    code: Code,
    quantity: str,
    topic: Annotated[list[str] | None, typer.Option()] = None,
    *,
    commit: Annotated[bool, typer.Option("--commit")] = False,
) -> None:
    """Take from a sample offer."""
    if quantity == "1000 EUR":
        raise TooMuch("1,000 EUR were asked for.")
    confirm(call, f"Take {quantity} of {code}?")
    emit_document({"command": call.command_name, "typed": call.typed_input()})


@command(app, "introduce", kind="write")
def introduce(call: Call, code: Code) -> None:
    """Answer with a receipt."""
    balance = {"unit": "EUR", "held": "5.00", "committed": "0.00", "delivered": "0.00"}
    need = {"code": "N-1", "open": "1234.00", **balance, "withdrawn": "0.00"}
    offer = {"code": code, "available": "0.00", **balance}
    receipt = {"schema": "cityfund.receipt/1", "entry": 17, "replayed": False, "deal": "D-3"}
    emit_receipt(call, {**receipt, "need": need, "offer": offer})


@command(app, "settings", kind="plain")
def settings(call: Call) -> None:
    """Answer with the settings of the run."""
    found = call.settings
    names = ("db_url", "actor", "quiet", "verbose", "debug", "color", "format")
    emit_document({name: getattr(found, name) for name in names})


@command(app, "work", kind="plain")
def work(call: Call) -> ExitCode:
    """Work through a long list, and find something."""
    with progress(call, "working", total=3) as advance:
        for _ in range(3):
            advance(1)
    note(call, "Three steps done.")
    return ExitCode.FINDINGS


@command(app, "break", kind="plain")
def break_(call: Call, how: str) -> None:
    """Fail in one of the ways a program fails."""
    failures: dict[str, BaseException] = {
        "bug": KeyError("postgresql://anna:secret@db/x"),
        "disk": OSError(28, "No space left on device", "ledger.db"),
        "interrupt": KeyboardInterrupt(),
        "exit": typer.Exit(3),
    }
    raise failures[how]
