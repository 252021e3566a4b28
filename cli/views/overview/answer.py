"""The overview for the terminal, as JSON and as a page."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.files import destination
from cli.framework.output import day_text, emit_document, emit_lines, section
from cli.framework.terminal import draws_blocks, note
from cli.views.columns import columns
from cli.views.rate import note_old_rates
from cli.views.summary import sectors_named
from ledger.core.quantity import short_quantity
from ledger.core.text import counted
from ledger.reports.bars import share_bar, sparkline
from ledger.reports.table import Column
from ledger.summaries.coverage import RULE

if TYPE_CHECKING:
    from ledger.reports.language import Language
    from ledger.summaries.coverage import BaseCoverage
    from ledger.usecases.overview import Overview

_BAR = 12
_COVERAGE = columns("factor sector unit gap? bar coverage?:1 needs:2 not_counted:2", bar="Coverage")
_PLACES = columns("place needs needs_covered gap? bar coverage?:1", bar="Covered")
_STAGES = columns("stage approaches bar of_sent?:1 days?:2", bar="Share", days="Days since before")
_GAPS = columns("need title city_name:4 factor:3 gap[unit] eligible_offers:2 main_obstacle:1")
_COMPLETE = columns("project title city_name:1 covered:2")


def emit_overview(call: Call, report: Overview, language: Language) -> None:
    """Write the overview in the format that was asked for; a page in a language."""
    options = call.read
    if call.format == "html":
        from cli.views.overview.page import overview_chunks  # noqa: PLC0415 - of one format

        with destination(options.output) as out:
            out.writelines(overview_chunks(report, language))
    elif call.format == "json":
        emit_document(_document(report), options)
    else:
        emit_lines(_lines(report), options)
        _notes(call, report)
    note_old_rates(call, report.stamp.old_rates)


def _notes(call: Call, report: Overview) -> None:
    stamp = report.stamp
    note(call, f"{day_text(stamp.as_of, stamp.known_at)}; base currency {stamp.base.code}.")
    note(call, f"Formula: {RULE}.")
    if stamp.rates:
        used = ", ".join(f"{one.unit} {one.rate} ({one.date})" for one in stamp.rates)
        note(call, f"Rates in {stamp.base.code}: {used}.")
    if stamp.without_rate:
        note(call, f"Without a rate, not in base: {', '.join(stamp.without_rate)}.")
    unknown = report.not_counted["amount_not_known"]
    if unknown:
        needs = "need" if unknown == 1 else "needs"
        note(call, f"Not counted: {unknown:,} {needs} whose amount is not known.")


def _document(report: Overview) -> dict[str, Any]:
    stamp, base = report.stamp, report.stamp.base
    trend = report.trend
    return {
        "schema": "cityfund.overview/1",
        "as_of": stamp.as_of,
        "known_at": stamp.known_at,
        "base_currency": base.code,
        "rates": [one._asdict() for one in stamp.rates],
        "without_rate": stamp.without_rate,
        "old_rates": [one.to_dict() for one in stamp.old_rates],
        "rule": RULE,
        "figures": _figures(report),
        "coverage": [one.to_dict() for one in report.groups],
        "coverage_in_base": [one.to_dict(base) for one in report.in_base],
        "offices": [*_place_rows(report, "office")],
        "countries": [*_place_rows(report, "country")],
        "offers": [one.to_dict() for one in report.offers],
        "trend": [
            {"day": day, **group.to_dict()}
            for day, groups in (trend.points if trend else ())
            for group in groups
        ],
        "pipeline": [_stage_row(one) for one in report.stages],
        "needs_asked": report.asked,
        "largest_gaps": [row.to_dict() for row in report.largest],
        "complete": _complete(report),
        "not_counted": report.not_counted,
    }


def _figures(report: Overview) -> dict[str, Any]:
    head = report.headline
    names = (
        *("cities", "projects", "complete", "covered", "needs", "needs_covered", "unknown"),
        *("providers", "offers", "lapsing", "idle", "deals"),
    )
    money = None if report.money is None else report.money.to_dict(report.stamp.base)
    return {**{name: getattr(head, name) for name in names}, "money": money}


def _place_rows(report: Overview, column: str) -> Iterator[dict[str, Any]]:
    """Give the needs of each place, with its money where it has any."""
    base = report.stamp.base
    money: dict[str, BaseCoverage] = {
        str(dict(one.keys)[column]): one for one in report.places[column]
    }
    for code, (needs, covered) in sorted(report.needs_by_place[column].items()):
        own = money[code].to_dict(base) if code in money else {"unit": base.code, "gap": None}
        own.pop("needs", None)
        yield {column: code, "needs": needs, "needs_covered": covered, **own}


def _stage_row(one: Any) -> dict[str, Any]:
    row: dict[str, Any] = one._asdict()
    row.pop("group")
    return row


def _complete(report: Overview) -> list[dict[str, Any]]:
    return [
        {
            "project": one.project.code,
            "title": one.project.title,
            "city": one.city.code,
            "city_name": one.city.name,
            "needs": one.needs,
            "covered": one.covered,
        }
        for one in report.complete
    ]


def _lines(report: Overview) -> Iterator[str]:
    blocks = draws_blocks(sys.stdout)
    head, money, base = report.headline, report.money, report.stamp.base

    def bar(share: Any) -> str:
        return share_bar(share, _BAR, unicode=blocks)

    if money is not None and money.gap is not None:
        shown = "" if money.coverage is None else f" {money.coverage:.2%} of the money,"
        yield f"{bar(money.coverage)}{shown} {short_quantity(money.gap, base)} missing"
    projects, needs = counted(head.projects, "project"), counted(head.needs, "need")
    yield f"{head.complete:,} of {projects} complete, {head.covered:,} covered"
    yield f"{head.needs_covered:,} of {needs} covered, {head.unknown:,} not quantified"
    yield (
        f"{counted(head.cities, 'member city', 'member cities')}, "
        f"{counted(head.providers, 'provider')}, {counted(head.offers, 'offer')} "
        f"({head.lapsing:,} lapsing, {head.idle:,} idle), {counted(head.deals, 'deal')}"
    )
    if report.trend is not None:
        yield from _trend_lines(report, blocks=blocks)
    rows = [{**one.to_dict(), "bar": bar(one.coverage)} for one in report.groups]
    yield from section("Coverage by factor and sector", rows, sectors_named(_COVERAGE))
    for column, title in (("office", "Gaps by office"), ("country", "Gaps by country")):
        rows = [
            {**row, "place": row[column], "bar": bar(row.get("coverage"))}
            for row in _place_rows(report, column)
        ]
        yield from section(f"{title}, money in {base.code}", rows, _PLACES)
    if report.stages and report.stages[0].approaches:
        stages = [{**_stage_row(one), "bar": bar(one.of_sent)} for one in report.stages]
        yield from section("From approach to delivery", stages, _STAGES)
    gaps = [row.to_dict() for row in report.largest]
    gaps = [{**row, "main_obstacle": None} if row["eligible_offers"] else row for row in gaps]
    yield from section("Largest gaps", gaps, _GAPS)
    yield from section("Complete projects", _complete(report), _COMPLETE)


def _trend_lines(report: Overview, *, blocks: bool) -> Iterator[str]:
    """Draw the coverage of each factor and unit on the last night of each month."""
    trend = report.trend
    assert trend is not None, "lines are of a trend"
    series: dict[tuple[str, str], list[Any]] = {}
    for place, (_, groups) in enumerate(trend.points):
        for one in groups:
            key = str(one.factor), one.unit
            series.setdefault(key, [None] * len(trend.points))[place] = one.coverage
    rows = [
        {"factor": factor, "unit": unit, "trend": sparkline(shares, unicode=blocks)}
        for (factor, unit), shares in sorted(series.items())
    ]
    shown = [*columns("factor unit"), Column("trend", "Coverage", kind="code")]
    yield from section(f"Trend by month, {trend.first} to {trend.last}", rows, shown)
