"""`cityfund report`: what is covered, and what came of the fund's work, computed for a day."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from cli.framework.command import Call, command, noun
from cli.framework.options import comma_separated
from cli.framework.session import (
    ledger_of,
    optional_date,
    rate_days_of,
    read_ledger,
    times_of,
)
from cli.framework.terminal import note

app = noun("Reports on coverage, offers, providers, cities and the network.")

First = Annotated[
    str | None,
    typer.Option("--from", metavar="DATE", help="First day of the span (default: everything)."),
]
Last = Annotated[
    str | None, typer.Option("--to", metavar="DATE", help="Last day of the span (default: as-of).")
]


@command(app, "coverage", dated=True, converts=True)
def coverage(
    call: Call,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="COLUMN,...", help="Groups (default: factor,sector)."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Include projects closed to new deals.")
    ] = False,
    trend: Annotated[
        bool, typer.Option("--trend", help="The coverage at the end of each month, by the nights.")
    ] = False,
) -> None:
    """Report how much of what is needed is committed or delivered, by factor and sector.

    Coverage = (committed + delivered) / (required - withdrawn), four places, rounded down, and
    unknown where the divisor is zero. Held quantities are part of the gap. Sums are of one unit,
    over the needs whose amount is known; money in several currencies is added up in the base
    currency too, each need at the latest rate on or before the day, rounded half-even. Columns:
    factor, sector, topic, country, region, office, city, project, status.
    """
    from cli.framework.filters import keyed_filters
    from cli.views.gap import ROW_COLUMNS
    from cli.views.summary import columns_named, emit_coverage, monthly_trend
    from ledger.usecases.summaries import report_coverage

    names = columns_named(comma_separated(by) or ["factor", "sector"])
    months = monthly_trend(call, names, every=every) if trend else None
    with read_ledger(call) as reader:
        report = report_coverage(
            reader,
            names,
            where=keyed_filters(ROW_COLUMNS, *call.read.filtering),
            include_inactive=every,
            note=partial(note, call),
            rate_days=rate_days_of(call),
        )
    emit_coverage(call, report, months)


@command(app, "offers", dated=True, converts=True)
def offers(
    call: Call,
    days: Annotated[
        str | None,
        typer.Option(metavar="N", help="An offer lapses soon within N days (default: 30)."),
    ] = None,
) -> None:
    """Report which offers are used, which lapse soon, and which are idle.

    Used = (committed + delivered) / (quantity - withdrawn), four places, rounded down; what
    expired stays in the divisor. Use: used up if nothing is available and nothing expired; over
    if nothing can be taken up any more; lapsing if something is available and its last day lies
    within N days; not begun before its first day; idle if nothing of it is held, committed or
    delivered; else in use.
    """
    from cli.views.summary import emit_offers
    from ledger.summaries.offers import LAPSE_DAYS
    from ledger.usecases.status import parse_days
    from ledger.usecases.summaries import report_offers

    within = LAPSE_DAYS if days is None else parse_days(days)
    with read_ledger(call) as reader:
        report = report_offers(reader, within, rate_days_of(call))
    emit_offers(call, report)


@command(app, "providers", dated=True, converts=True)
def providers(call: Call) -> None:
    """Report what each provider promised, what it delivered, and how late.

    Promised = committed + delivered, in the unit of the offer; share = delivered / promised, four
    places, rounded down. A deal is late if something of it is committed after its due date, by the
    days since then, or if its last delivery came after it, by the days between. Days late are the
    lower median over the late deals. Overdue is what is committed in deals past their due date.
    """
    from cli.views.summary import emit_providers
    from ledger.usecases.summaries import report_providers

    with read_ledger(call) as reader:
        report = report_providers(reader, rate_days_of(call))
    emit_providers(call, report)


@command(app, "cities", dated=True, converts=True)
def cities(
    call: Call,
    every: Annotated[
        bool, typer.Option("--all", help="Include cities without projects or offers.")
    ] = False,
) -> None:
    """Report each city: projects and needs, what is missing, what is covered, what it gives.

    Projects are those that take new deals. Complete: nothing of any need is open; covered: no need
    has a gap. Coverage = (committed + delivered) / (required - withdrawn) of the money in the base
    currency, each need at the latest rate on or before the day, rounded half-even, the share
    rounded down to four places. Gives: what the city's own providers delivered to other cities.
    """
    from cli.views.summary import emit_cities
    from ledger.usecases.summaries import report_cities

    with read_ledger(call) as reader:
        report = report_cities(reader, rate_days_of(call))
    emit_cities(call, report, every=every)


@command(app, "pipeline", dated=True)
def pipeline(
    call: Call,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="COLUMN,...", help="Stages by these columns: factor,city."),
    ] = None,
    first: First = None,
    last: Last = None,
    one_by_one: Annotated[
        bool, typer.Option("--list", help="The approaches themselves, with what each reached.")
    ] = False,
) -> None:
    """Report how far approaches got: sent, answered, interested, offered, held to delivered.

    Counted are approaches sent in the span that are not withdrawn. Answered is interested or
    declined; offered, that an offer or a deal came of it; held, committed and delivered, the
    furthest that any deal which came of it ever reached by the day, reversals folded in. A share
    is the count divided by that of sent, or of the stage before, with four places, rounded down;
    days are the lower median since the stage before, over those that reached both. Columns:
    provider, provider_kind, factor, sector, topic, office, city, channel, actor, month, reason.
    """
    from cli.views.pipeline import columns_named, emit_pipeline
    from ledger.usecases.approaches.pipeline import report_pipeline

    names = columns_named(comma_separated(by))
    days = optional_date(call, first), optional_date(call, last)
    with read_ledger(call) as reader:
        report = report_pipeline(reader, *days)
    emit_pipeline(call, report, names, one_by_one=one_by_one)


@command(app, "seats", dated=True)
def seats(call: Call, first: First = None, last: Last = None) -> None:
    """Report what cities held in bodies and offices, and what came of each seat.

    Days are those of the span on which a seat is in force; a partial date begins on its first day
    and ends on its last. A seat without an end ends with its body or office, or with the
    withdrawal of its city. It is used if something came of it, or if its city contributed at a
    meeting of the body while it was in force.
    """
    from cli.views.seat import emit_report
    from ledger.usecases.seats import report_seats

    days = optional_date(call, first), optional_date(call, last)
    with read_ledger(call) as reader:
        emit_report(call, report_seats(reader, *days))


@command(app, "partnerships", dated=True)
def partnerships(
    call: Call,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="Totals by city, country, kind, topic or office."),
    ] = None,
    openings: Annotated[
        bool, typer.Option("--openings", help="List the openings of idle partnerships instead.")
    ] = False,
    months: Annotated[
        str | None,
        typer.Option(metavar="N", help="Months without a trace after which a partnership sleeps."),
    ] = None,
) -> None:
    """Report each partnership: its status, what came of it, its newest trace, late undertakings.

    Status on the day: ended if its end has passed; active if its newest trace lies within N
    months before the day; new if it was surely signed within them; else sleeping. Outcome: the
    furthest that anything that came of it ever reached by the day, of delivered, committed, done,
    held, interested, asked and none. Openings: needs of one city that the other could serve, of
    partnerships in force that sleep or have no outcome.
    """
    from cli.views import partnership as views
    from ledger.core.numbers import parse_count
    from ledger.partnerships.rows import grouping_named
    from ledger.usecases.partnerships import report_partnerships

    limit = None if months is None else parse_count(months, "months")
    groupings = [grouping_named(text) for text in comma_separated(by)]
    with read_ledger(call) as reader:
        report = report_partnerships(reader, limit, list_openings=openings)
    if openings:
        views.emit_openings(call, report)
    else:
        views.emit_report(call, report, groupings)


@command(app, "engagement", dated=True)
def engagement(
    call: Call,
    body: Annotated[
        str | None,
        typer.Option("--body", metavar="BODY", help="The body (default: the association, or all)."),
    ] = None,
    by: Annotated[str, typer.Option("--by", help="One row per city, office or country.")] = "city",
    first: First = None,
    last: Last = None,
    every: Annotated[
        str | None, typer.Option("--every", metavar="year", help="One row for each year.")
    ] = None,
) -> None:
    """Report how far cities are present, effective and deciding in a body.

    Expected are the meetings of the span, not cancelled, on whose first day the city held a seat
    of a step; not recorded those without a row for it, where the list is not complete.

    PRESENT = (attended + part + online among expected) / (expected - not recorded); apologies stay
    in the divisor, and attendance as a guest is a number beside it.

    EFFECTIVE = meetings where present with a contribution / meetings where present.

    DECIDING counts deciding seats in force at the end of the span, DAYS = days with one / days of
    the span. A seat is USED if something came of it, or if its city contributed or moved something
    at a meeting of the body while it was in force.

    STEP is present if present reaches its mark (0.8), effective if effective reaches its own (0.5)
    too, deciding if a deciding seat in force is used too. Targets in force replace the marks.
    Shares have four places, rounded down, and are unknown where the divisor is zero.
    """
    from cli.views.engagement import emit_engagement
    from ledger.usecases.meetings.engagement import EngagementQuery, report_engagement

    query = EngagementQuery(
        body=body,
        by=by,
        first=optional_date(call, first),
        last=optional_date(call, last),
        every=every,
    )
    with read_ledger(call) as reader:
        emit_engagement(call, query, report_engagement(reader, query))


@command(app, "restrictions", dated=True)
def restrictions(
    call: Call,
    days: Annotated[
        str | None,
        typer.Option(metavar="N", help="A last day within N days counts as ending (default: 30)."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Include those that have ended.")] = False,
) -> None:
    """Report what each restriction bars, which are ending, and which are due for review.

    A pair is an offer with something available and a need with something open that the restriction
    keeps apart on the day without an exemption, and no other rule but those on quantity. Needs are
    those of such a pair, and the gap is what these needs lack, by unit.
    """
    from cli.views.restriction import emit_report
    from ledger.usecases.restrictions.report import DAYS, report_restrictions
    from ledger.usecases.status import parse_days

    within = DAYS if days is None else parse_days(days)
    report = report_restrictions(ledger_of(call), times_of(call), days=within, every=every)
    emit_report(call, report)


@command(app, "overview", kind="plain", dated=True, writes=("html",))
def overview(
    call: Call,
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="CODE", help="Language of the page: en, fa.")
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", metavar="FILE", help="Write to this file.")
    ] = None,
) -> None:
    """Report on the whole ledger at once; with --format html as one page for everybody.

    The figures that stand first, coverage by factor and sector, gaps by office and country, the
    trend, the pipeline from approach to delivered, the largest gaps with their main obstacle,
    and complete projects; then how to read it: the two times, the rates and their days, and what
    could not be counted. Coverage = (committed + delivered) / (required - withdrawn).
    """
    del output  # read by the framework
    from cli.views.overview.answer import emit_overview
    from ledger.reports.language import language_named
    from ledger.usecases.overview import read_overview

    language = language_named(lang)
    emit_overview(
        call, read_overview(ledger_of(call), times_of(call), rate_days_of(call)), language
    )
