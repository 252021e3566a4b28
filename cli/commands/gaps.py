"""`cityfund gaps`: what is still missing, need by need, or as totals."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cli.framework.command import Call, command, noun
from cli.framework.options import comma_separated
from cli.framework.output import emit_rows
from cli.framework.session import ledger_of, optional_date, rate_days_of, times_of
from cli.framework.terminal import note
from cli.views.gap import (
    ROW_COLUMNS,
    closed,
    for_people,
    group_columns,
    not_counted,
    notes,
    trend_columns,
    trend_rows,
)
from cli.views.rate import note_old_rates

if TYPE_CHECKING:
    from ledger.usecases.gaps import GapReport

app = noun("What is still missing, need by need, and its trend.", default="report")


@command(app, "report", dated=True, converts=True)
def report(
    call: Call,
    by: Annotated[
        list[str] | None, typer.Option("--by", help="Totals by these columns: country,factor.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Include projects closed to new deals.")
    ] = False,
) -> None:
    """Report what is still missing: one row per need, or totals with --by."""
    from cli.framework.filters import keyed_filters
    from ledger.usecases.gaps import GapQuery, report_gaps

    ledger = ledger_of(call)
    query = GapQuery(
        where=keyed_filters(ROW_COLUMNS, *call.read.filtering, led_to={"provider"}),
        note=partial(note, call),
        by=comma_separated(by),
        times=times_of(call),
        include_inactive=every,
        rate_days=rate_days_of(call),
    )
    _show(call, report_gaps(ledger, query))


@command(app, "trend", converts=True)
def trend(
    call: Call,
    by: Annotated[
        list[str] | None, typer.Option("--by", help="Totals by these columns: factor,region.")
    ] = None,
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="First night (default: the first recorded)."),
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Last night (default: today).")
    ] = None,
    every: Annotated[
        str, typer.Option(metavar="STEP", help="night, week, month or year.")
    ] = "night",
    inactive: Annotated[
        bool, typer.Option("--all", help="Include projects closed to new deals then.")
    ] = False,
) -> None:
    """Show the gaps over time, as totals by any columns."""
    from cli.framework.filters import keyed_filters
    from ledger.usecases.gap_trend import TrendQuery, gap_trend

    query = TrendQuery(
        where=keyed_filters(ROW_COLUMNS, *call.read.filtering),
        note=partial(note, call),
        by=comma_separated(by),
        first=optional_date(call, first),
        last=optional_date(call, last),
        every=every,
        include_inactive=inactive,
        rate_days=rate_days_of(call),
    )
    points = gap_trend(ledger_of(call), query)
    head = {
        "schema": "cityfund.gap-trend/1",
        "from": points.first,
        "to": points.last,
        "base_currency": points.base_currency,
        "by": points.by,
        "old_rates": [one.to_dict() for one in points.old_rates],
    }
    emit_rows(trend_rows(points), trend_columns(points.by), call.read.without_filters(), head=head)
    note_old_rates(call, points.old_rates, nights=True)


def _show(call: Call, report: GapReport) -> None:
    head = {
        "schema": "cityfund.gaps/1",
        "as_of": report.as_of,
        "known_at": report.known_at,
        "base_currency": report.base_currency,
        "rates": [one._asdict() for one in report.rates],
        "without_rate": report.without_rate,
        "old_rates": [one.to_dict() for one in report.old_rates],
    }
    tail: dict[str, object] = {"totals": [total.to_dict() for total in report.totals]}
    unfiltered = call.read.without_filters()
    left_out = [*not_counted(report), *closed(report)] if call.format in {"html", "xlsx"} else ()
    if report.by:
        groups = [group.to_dict() for group in report.groups]
        columns = group_columns(report.by, withdrawn=any(one.withdrawn for one in report.groups))
        emit_rows(
            groups, columns, unfiltered, head={**head, "by": report.by}, tail=tail, notes=left_out
        )
    else:
        rows = [row.to_dict() for row in report.rows]
        if call.for_people:
            rows = [for_people(row) for row in rows]
        emit_rows(rows, ROW_COLUMNS, unfiltered, head=head, tail=tail, notes=left_out)
    if call.format == "table":
        for line in notes(report):
            note(call, line)
    note_old_rates(call, report.old_rates)
