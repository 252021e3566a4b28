"""`cityfund check`: prove every rule of the ledger again from its journal."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.completion import complete_words
from cli.framework.options import comma_separated
from cli.framework.output import emit_document, emit_lines
from cli.framework.session import ledger_of
from cli.framework.signing import Signers, verified_notes
from cli.views.signing import signed_documents
from ledger.checks import CHECKS
from ledger.core.errors import ExitCode
from ledger.reports.table import Column, table_chunks

app = standalone()

_COLUMNS = [
    Column("name", "Check"),
    Column("verdict", "Passed"),
    Column("examined", "Examined", kind="number"),
]


@command(app, "check", kind="plain")
def check(
    call: Call,
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Only these checks.", autocompletion=complete_words(CHECKS.items)),
    ] = None,
    seal: Annotated[
        list[str] | None,
        typer.Option(metavar="SIZE:ROOT", help="A seal stored outside the ledger; repeatable."),
    ] = None,
    notes: Annotated[
        list[str] | None,
        typer.Option("--note", metavar="FILE", help="A signed note of a seal; repeatable."),
    ] = None,
    signer: Signers = None,
    request: Annotated[
        list[str] | None,
        typer.Option(metavar="HASH", help="A request's hash, from a receipt; repeatable."),
    ] = None,
) -> ExitCode:
    """Recompute every rule from the journal; exit code 1 if a check fails."""
    from cli.framework.receipts import last_request
    from ledger.evidence.tree_head import parse_request_hash, parse_tree_head
    from ledger.usecases.check import check_document, run_checks

    signed = verified_notes(notes or (), signer or ())
    outside = [parse_tree_head(typed) for typed in comma_separated(seal)]
    outside += [one.tree_head for one in signed]
    given = [parse_request_hash(typed) for typed in comma_separated(request)]
    chosen = [*comma_separated(names)]
    chosen += ["chain"] if chosen and given else []
    known = [*given, *filter(None, [last_request(call.settings)])]
    results = run_checks(ledger_of(call), chosen or None, outside, known=known)
    document = check_document(results)
    document |= {"signed_notes": signed_documents(signed)} if signed else {}
    if call.format == "json":
        emit_document(document)
    else:
        rows = [{**one, "verdict": "yes" if one["ok"] else "NO"} for one in document["checks"]]
        emit_lines(line.rstrip("\n") for line in table_chunks(rows, _COLUMNS))
        for one in document["checks"]:
            emit_lines(f"{one['name']}: {failure}" for failure in one["failures"])
        emit_lines(f"{one.name}: {words}" for one in results for words in one.notes)
        emit_lines(one.sentence for one in signed)
    broken = any(not result.ok for result in results)
    return ExitCode.FINDINGS if broken else ExitCode.DONE
