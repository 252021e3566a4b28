"""`cityfund reconcile`: the night's work, by hand or from a timer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.destination import require_place_for
from cli.frame import Call, ReadOptions, command, noun
from cli.night_log import watch_of
from cli.output import emit_document, emit_lines, emit_text
from cli.reconcile_views import reconcile_document, reconcile_lines
from cli.session import day_given, ledger_of
from cli.statement_options import (
    Inbox,
    PostDeliveries,
    Rules,
    SilentDays,
    ToleranceDays,
    statement_options,
)
from cli.terminal import note
from cli.usage import BadUsage
from ledger.errors import ExitCode

app = noun("The night's work: lapse, compare, record, propose, prove.", default="night")


@command(app, "night", kind="plain")
def night(
    call: Call,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="STEP", help="Only this step; repeatable.")
    ] = None,
    date: Annotated[
        str | None, typer.Option(metavar="DATE", help="The night of that day (default: today's).")
    ] = None,
    warn_days: Annotated[
        str, typer.Option(metavar="N", help="Warn of what lapses within so many days.")
    ] = "7",
    time_limit: Annotated[
        str, typer.Option(metavar="SECONDS", help="Search no longer for the proposal.")
    ] = "120",
    inbox: Inbox = None,
    statement_rules: Rules = None,
    date_tolerance: ToleranceDays = "3",
    silent_days: SilentDays = None,
    post_deliveries: PostDeliveries = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Do all but write, and show what would be.")
    ] = False,
    report: Annotated[
        str | None, typer.Option("--output", metavar="FILE", help="Write the report there, too.")
    ] = None,
) -> ExitCode:
    """Do the night's work, missed nights first; exit code 1 where there are findings."""
    from ledger.solving.effort import seconds_typed
    from ledger.usecases.night.running import reconcile
    from ledger.usecases.night.steps import NightOptions, Who
    from ledger.usecases.status import days_typed

    file = None if report is None else ReadOptions(format="table", output=Path(report))
    if file is not None and file.output is not None:
        require_place_for(file.output)
    options = NightOptions(
        warn_days=days_typed(warn_days, "--warn-days"),
        solve_seconds=seconds_typed(time_limit),
        dry_run=dry_run,
        only=tuple(only or ()),
        statements=statement_options(
            call, inbox, statement_rules, date_tolerance, silent_days, post=post_deliveries
        ),
    )
    who = Who(
        actor=call.settings.actor, system_user=call.settings.system_user, host=call.settings.host
    )
    answer = reconcile(ledger_of(call), who, options, watch_of(call), day=day_given(call, date))
    document = reconcile_document(answer)
    if not dry_run:
        call.remember(
            f"recorded as run {document['run']}; the same command again does nothing twice, "
            "and tells the night anew"
        )
    _report(document, None, as_json=call.format == "json")
    if file is not None:
        _report(document, file, as_json=str(report).casefold().endswith(".json"))
    found = any(one.findings for one in answer.nights)
    return ExitCode.FINDINGS if found else ExitCode.DONE


def _report(document: Mapping[str, Any], file: ReadOptions | None, *, as_json: bool) -> None:
    if as_json:
        emit_document(document, file)
    elif file is not None:
        emit_text(reconcile_lines(document), file)
    else:
        emit_lines(reconcile_lines(document))


@command(app, "install", kind="plain")
def install(
    call: Call,
    cron: Annotated[bool, typer.Option("--cron", help="Print a crontab's line.")] = False,
    systemd: Annotated[bool, typer.Option("--systemd", help="Print systemd's units.")] = False,
    at: Annotated[
        str, typer.Option(metavar="HH:MM", help="When, by the machine's clock.")
    ] = "02:30",
    environment: Annotated[
        str | None, typer.Option("--env-file", metavar="FILE", help="Where CITYFUND_* are kept.")
    ] = None,
) -> None:
    """Print what lets a machine run every night: a crontab's line, or systemd's units."""
    from cli.night_timer import cron_files, install_document, systemd_files, timer, what_to_do
    from cli.settings import config_path
    from ledger.store.engine import absolute_url

    if cron == systemd:
        raise BadUsage(
            "Neither or both of --cron and --systemd were given.",
            why="A machine runs the night by one of the two.",
            next_step="Give the one that your machine has.",
        )
    file = Path(environment) if environment is not None else config_path().with_name("night.env")
    one = timer(
        absolute_url(call.settings.db_url),
        at=at,
        environment=file.absolute(),
        actor=call.flags().get("actor"),
        user=call.settings.system_user,
    )
    files = cron_files(one) if cron else systemd_files(one)
    if call.format == "json":
        emit_document(install_document(one, files))
        return
    for path, content in files.items():
        emit_lines(content.splitlines() if cron else [f"# {path}", *content.splitlines(), ""])
    for words in what_to_do(one, cron=cron):
        note(call, words)
