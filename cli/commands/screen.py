"""`cityfund screen`: compare a list of names with the providers and cities of the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.session import execute_call, today_of
from ledger.core.errors import ExitCode

app = standalone()


@command(app, "screen", kind="write")
def screen(
    call: Call,
    path: Annotated[str, typer.Argument(metavar="FILE", help="The list, as CSV.")],
    rules: Annotated[
        str | None,
        typer.Option(metavar="FILE|NAME", help="The import rule for the list: debarment-list."),
    ] = None,
    reading: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="How the list is written: encoding=cp1252."),
    ] = None,
    at_least: Annotated[
        str | None,
        typer.Option("--at-least", metavar="N", help="Likeness of names, of 100 (default: 95)."),
    ] = None,
) -> ExitCode:
    """Screen a list of names: each that is like a provider or a city is a finding.

    Names are compared without case, marks, punctuation, legal forms and the order of words;
    countries agree where both are known. Resolve a finding to dismiss the pair for good, or bar it
    with: restriction add --finding. Exit code 1 if a finding is open.
    """
    from cli.views.import_rules import open_by_rule, refuse_reading
    from cli.views.restriction import emit_screened
    from ledger.interchange.reader import digest_files
    from ledger.usecases.restrictions.screening import (
        Screening,
        parse_likeness,
        read_list,
        screen,
    )

    refuse_reading(reading, rules)
    least = parse_likeness(at_least)
    rule = open_by_rule(rules, [Path(path)], reading or ())[0] if rules else None
    listed = read_list(Path(path), rule, today_of(call))
    screening = Screening(listed=listed, least=least)
    content = {"content": digest_files([path])}
    receipt = execute_call(call, lambda uow: screen(uow, screening), content)
    emit_screened(call, receipt)
    return ExitCode.FINDINGS if receipt["counts"]["open"] else ExitCode.DONE
