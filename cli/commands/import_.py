"""`cityfund import`: take in canonical tables, and other people's files by a rule."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.framework.command import Call, command, noun
from cli.framework.session import approach_days_of, execute_call, ledger_of
from cli.views.import_ import confirm_plan, date_edition, emit_imported, print_incoming
from cli.views.import_rules import look_into, open_by_rule, refuse_reading

if TYPE_CHECKING:
    from ledger.interchange.planning.steps import ImportPlan

app = noun("Import tables, and other files by an import rule.", default="tables")


@command(app, "tables", kind="write", dated=True, destructive=True)
def import_(
    call: Call,
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH...", help="Files or a folder; - is stdin.")
    ] = None,
    as_table: Annotated[
        str | None, typer.Option("--as", metavar="TABLE", help="The table in the file.")
    ] = None,
    rules: Annotated[
        str | None, typer.Option(metavar="FILE|NAME", help="The import rule for other files.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose files they are (default: the rule).")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Take what the file says over later corrections.")
    ] = False,
    edition_date: Annotated[
        str | None, typer.Option(metavar="DATE", help="The day of what a new edition changes.")
    ] = None,
    reading: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="How the file is written: encoding=cp1252."),
    ] = None,
    explain: Annotated[
        int | None, typer.Option(metavar="LINE", min=1, help="Show how the rule reads one line.")
    ] = None,
    learn: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write a rule to start from for a file.")
    ] = None,
) -> None:
    """Import tables completely or not at all, after a preview; safe to repeat."""
    if not paths or explain is not None or learn is not None:
        look_into(call, paths or (), rules, explain=explain, learn=learn, reading=reading or ())
        return
    date_edition(call, edition_date)
    popolo, files = rules == "popolo", [Path(path) for path in paths]
    refuse_reading(reading, rules)
    rule, opened = None, None
    if rules is not None and not popolo:
        rule, opened = open_by_rule(rules, files, reading or ())
    from dataclasses import replace

    from ledger.core.memory import garbage_collection_paused
    from ledger.interchange.planning.plan import read_incoming
    from ledger.interchange.repeats.state import CANONICAL, SourceTerms
    from ledger.usecases.interchange.import_tables import (
        import_tables,
        plan_tables,
        read_known,
        read_measures,
    )
    from ledger.usecases.interchange.sources import source_name, with_terms

    ledger = ledger_of(call)
    known = read_known(ledger, rule)
    today = ledger.today() if rule is not None else None
    with garbage_collection_paused():
        incoming = read_incoming(
            files,
            as_table=as_table,
            rule=rule,
            popolo=popolo,
            known=known,
            measures=read_measures(ledger, rule),
            today=today,
            opened=opened,
        )
    incoming = replace(incoming, approach_days=approach_days_of(call))
    print_incoming(call, incoming)
    content = {"content": incoming.digest()}
    name = source_name(source, rule, popolo=popolo)
    if name != CANONICAL:
        content["source"] = name
    terms = SourceTerms(source=name, is_named=source is not None, overwrite=overwrite)
    incoming = with_terms(incoming, terms, rule)
    agree = confirm_plan(call, ledger, content, lambda uow: plan_tables(uow, incoming))
    previewed: list[ImportPlan] = []

    def confirm(plan: ImportPlan) -> None:
        if not plan.changes_nothing:
            agree(plan)
        previewed[:] = [plan if call.format == "json" else plan.abridged()]

    with garbage_collection_paused():
        receipt = execute_call(call, lambda uow: import_tables(uow, incoming, confirm), content)
        emit_imported(call, receipt, incoming.reports, previewed=previewed)


@command(app, "template", kind="plain")
def template(
    call: Call,
    path: Annotated[str, typer.Argument(help="A new .xlsx file.")],
    table: Annotated[
        list[str] | None, typer.Option(help="Only these: projects,needs; repeatable.")
    ] = None,
) -> None:
    """Write the workbook that a city fills in: a sheet for each table, with lists to choose from.

    The lists are the program's code lists and the codes that the ledger has today. What a city
    sends back is imported with `cityfund import`, which names what is wrong by sheet and cell.
    """
    from cli.framework.options import comma_separated
    from cli.framework.output import emit_document, emit_lines
    from ledger.usecases.interchange.template import write_city_template

    with ledger_of(call).reader() as reader:
        tables = write_city_template(reader, Path(path), comma_separated(table))
    if call.format == "json":
        emit_document({"schema": "cityfund.template/1", "file": path, "tables": tables})
        return
    emit_lines([f"{path}: {', '.join(tables)}"])
