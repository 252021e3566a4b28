"""`cityfund finding`: the findings of nights, for officers to resolve."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, noun
from cli.framework.completion import complete_stored
from cli.framework.output import emit_record, emit_rows, lines_below
from cli.framework.session import act, ledger_of
from cli.views.finding import (
    EVENT_COLUMNS,
    FINDING_COLUMNS,
    FINDING_NARROW,
    FINDING_TERMS,
    command_lines,
    finding_document,
    finding_row,
    suggestion_lines,
)

app = noun("Findings of the nightly run.")

Code = Annotated[
    str,
    typer.Argument(
        metavar="FINDING",
        help="The finding's code: F-0042.",
        autocompletion=complete_stored("findings"),
    ),
]


@command(app, "list")
def list_(
    call: Call,
    every: Annotated[
        bool, typer.Option("--all", help="Include resolved and auto-resolved findings.")
    ] = False,
) -> None:
    """List the open findings, oldest first."""
    from ledger.store.statements.stored_findings import read_findings

    with ledger_of(call).reader() as reader:
        findings, snapshot = read_findings(reader.connection), reader.snapshot()
    rows = [finding_row(snapshot, one) for one in findings if every or one.last.event.leaves_open]
    head = {"schema": "cityfund.findings/1"}
    emit_rows(
        *(rows, FINDING_COLUMNS, call.read),
        head=head,
        narrow=FINDING_NARROW,
        below=command_lines,
    )


@command(app, "show", kind="show")
def show(call: Call, finding: Code) -> None:
    """Show one finding: the figures, the suggested command, and its history."""
    from ledger.store.statements.stored_findings import parse_finding_number, read_finding

    with ledger_of(call).reader() as reader:
        record = read_finding(reader.connection, parse_finding_number(finding))
        document = finding_document(reader.snapshot(), record)
    events = lines_below(document["events"], EVENT_COLUMNS)
    below = [*suggestion_lines(document), *events]
    emit_record(document, FINDING_TERMS, call.read, document=document, below=below)


@command(app, "resolve", kind="write")
def resolve(call: Call, finding: Code) -> None:
    """Resolve a finding with --reason; it stays resolved while its figures are unchanged."""
    from ledger.usecases.statements.findings import resolve

    act(call, lambda uow: resolve(uow, finding))


@command(app, "reopen", kind="write")
def reopen(call: Call, finding: Code) -> None:
    """Reopen a resolved finding, with --reason."""
    from ledger.usecases.statements.findings import reopen

    act(call, lambda uow: reopen(uow, finding))
