"""How the reports on coverage, offers, providers and cities are shown, with bars for people."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from cli.framework.command import Call
from cli.framework.output import day_text, emit_rows, filter_rows, section
from cli.framework.session import ledger_of, times_of
from cli.framework.terminal import draws_blocks, note
from cli.views.columns import columns
from cli.views.rate import note_old_rates
from ledger.core.errors import UsageError
from ledger.core.filters import UnknownColumn
from ledger.core.quantity import Unit, format_known
from ledger.core.suggest import did_you_mean
from ledger.core.text import counted
from ledger.reports.bars import legend, share_bar, sparkline, stage_bar
from ledger.reports.table import Column, grouped
from ledger.summaries import cities, coverage, offers, providers

if TYPE_CHECKING:
    from ledger.gaps.groups import GroupRow
    from ledger.reports.table import ReportRow
    from ledger.usecases.gap_trend import GapTrend
    from ledger.usecases.summaries import (
        CityReport,
        CoverageReport,
        OfferReport,
        ProviderReport,
        Stamp,
    )

_BAR: Final = 10
_SHORT_BAR: Final = 8
_BASE_COLUMNS = columns(
    "net?:3 closed?:2 gap? coverage? rate_date:1 counted:5 unknown:4 without_rate:4"
)
_OFFER_COLUMNS = columns(
    "offer provider_name:2 (provider) (provider_kind) factor:4 use bar unit quantity:5 available "
    "held:7 committed:6 delivered:6 (withdrawn) (expired) share_used?:3 (declared_on) "
    "valid_until:1 (days_left) (age_days) (available_base?) (base_currency) (rate_date) (offices)",
    provider="Provider code",
    share_used="Used",
    bar="Stages",
)
_OFFER_TOTALS = [
    *columns("factor unit offers:3 quantity?:2"),
    Column("used", "Used", kind="amount", absent="unknown", spare=1),
    *columns("available? lapsing? idle?"),
]
_PROVIDER_COLUMNS = columns(
    "provider_name (provider) (provider_kind) (country) factor:4 unit offers:6 (offered) deals:7 "
    "promised delivered bar outstanding:5 share_delivered?:3 (due) late overdue:2 days_late "
    "(most_days_late) (promised_base?) (delivered_base?) (base_currency) (rate_date)",
    provider="Provider code",
    share_delivered="Of promised",
    bar="Share",
)
_CITY_COLUMNS = columns(
    "city_name (city) (country) office:4 (member) projects:3 complete covered:5 needs "
    "needs_covered:6 unknown:6 gaps (net_base?) gap_base? coverage?:2 bar:1 (base_currency) "
    "(rate_date) (without_rate) (offers) (deals_given) gives:7",
    gaps="Gaps",
    bar="Covered",
)


def columns_named(texts: Sequence[str]) -> list[str]:
    """Return the columns that coverage is reported by. Raises UnknownColumn."""
    names = [text.strip().casefold().replace("-", "_") for text in texts]
    for name in names:
        if name not in coverage.COLUMNS:
            raise _unknown(name)
    return [*dict.fromkeys(names)]


def _unknown(name: str) -> UsageError:
    return UnknownColumn(
        f"Coverage is not reported by {name!r}.",
        why=f"Its columns are: {', '.join(coverage.COLUMNS)}.",
        next_step=did_you_mean(name, coverage.COLUMNS) or "Choose one of these.",
    )


def _shown_to(call: Call, shown: Sequence[Column]) -> list[Column]:
    """Leave the bars out for machines."""
    return [one for one in shown if call.draws or one.key != "bar"]


def _head(schema: str, stamp: Stamp, rule: str) -> dict[str, object]:
    return {
        "schema": schema,
        "as_of": stamp.as_of,
        "known_at": stamp.known_at,
        "base_currency": stamp.base.code,
        "rates": [one._asdict() for one in stamp.rates],
        "without_rate": stamp.without_rate,
        "old_rates": [one.to_dict() for one in stamp.old_rates],
        "rule": rule,
    }


def _notes(call: Call, stamp: Stamp, rule: str, *more: str) -> None:
    """Note what a report says of itself: the times, the rates and their dates, the formula."""
    if call.format == "table":
        note(call, f"{day_text(stamp.as_of, stamp.known_at)}; base currency {stamp.base.code}.")
        for line in more:
            note(call, line)
        note(call, f"Formula: {rule}.")
        if stamp.rates:
            used = ", ".join(f"{one.unit} {one.rate} ({one.date})" for one in stamp.rates)
            note(call, f"Rates in {stamp.base.code}: {used}.")
        if stamp.without_rate:
            note(call, f"Without a rate, not in base: {', '.join(stamp.without_rate)}.")
    note_old_rates(call, stamp.old_rates)


def monthly_trend(call: Call, by: Sequence[str], *, every: bool) -> GapTrend | None:
    """Return the last night of each month of the coverage; None if no night recorded it.

    Raises BadUsage with --known-at: a night records the gaps as known that night.
    """
    from cli.framework.usage_errors import BadUsage  # noqa: PLC0415 - of one option
    from ledger.usecases.gap_trend import NoNightInSpan, TrendQuery, gap_trend  # noqa: PLC0415

    times = times_of(call)
    if times.known_at is not None:
        raise BadUsage(
            "--trend and --known-at were both given.",
            why="A trend is what each night recorded, and nights record what was known then.",
            next_step="Leave one of them out.",
        )
    query = TrendQuery(
        where=call.read.where, by=by, last=times.as_of, every="month", include_inactive=every
    )
    try:
        return gap_trend(ledger_of(call), query)
    except NoNightInSpan as error:
        note(call, str(error))
        return None


def emit_coverage(call: Call, report: CoverageReport, trend: GapTrend | None) -> None:
    """Write the coverage of groups of needs, and of their money in the base currency."""
    blocks = draws_blocks(sys.stdout)
    history = {} if trend is None else _history(trend)
    rows: list[dict[str, Any]] = []
    for group in report.groups:
        row: dict[str, Any] = {**group.to_dict(), "base_currency": report.stamp.base.code}
        series = history.get((*group.keys, group.factor, group.unit), [])
        if trend is not None:
            row["trend"] = [one and f"{one:f}" for one in series]
        if call.draws:
            row["bar"] = _stages(group, blocks=blocks)
            row["trend"] = sparkline(series, unicode=blocks)
        rows.append(row)
    base = report.stamp.base
    in_base = [one.to_dict(base) for one in report.in_base]
    head = _head("cityfund.report-coverage/1", report.stamp, coverage.RULE)
    tail = {"in_base": in_base, "totals": [one.to_dict() for one in report.totals]}
    tail["not_counted"] = not_counted = {
        "amount_not_known": sum(one.unknown for one in report.in_base)
        + sum(one.not_counted for one in report.groups if one.factor != "money"),
        "without_rate": sum(one.without_rate for one in report.in_base),
    }

    def below(_rows: Sequence[ReportRow]) -> Iterator[str]:
        if rows:
            yield legend(unicode=blocks)
        if any(one["unit"] != base.code for one in rows if one["factor"] == "money"):
            keys = sectors_named(columns(" ".join(one for one in report.by if one != "factor")))
            yield from section(f"Money in {base.code}", in_base, [*keys, *_BASE_COLUMNS])

    shown = _coverage_columns(report, trended=trend is not None)
    head |= {"by": report.by}
    emit_rows(
        rows, _shown_to(call, shown), call.read.without_filters(), head=head, tail=tail, below=below
    )
    unknown = not_counted["amount_not_known"]
    left_out = f"{counted(unknown, 'need')} whose amount is not known"
    more = [f"Not counted: {left_out}."] if unknown else []
    if trend is not None:
        more.append(f"Trend: the last night of each month, {trend.first} to {trend.last}.")
    _notes(call, report.stamp, coverage.RULE, *more)


def _coverage_columns(report: CoverageReport, *, trended: bool) -> list[Column]:
    by = " ".join(one for one in report.by if one != "factor")
    keys = f"factor {by}" if "factor" in report.by else f"{by} factor:4"
    made = columns(
        f"{keys} unit gap? bar {'trend:1 ' if trended else ''}coverage?:2 required?:3 delivered?:5 "
        "committed?:5 held?:6 (withdrawn?) needs:4 (counted) not_counted:4 (gap_base?) "
        "(base_counted) (base_currency)",
        bar="Stages",
    )
    return sectors_named(made)


def sectors_named(columns: Sequence[Column]) -> list[Column]:
    """Let people read the titles of sectors, whose codes are long."""
    from ledger.reference.terms import sectors  # noqa: PLC0415 - read from a file

    words = {code: one.title for code, one in sectors().items()}
    return [
        replace(one, kind="text", words=words) if one.key == "sector" else one for one in columns
    ]


def _history(trend: GapTrend) -> dict[tuple[Any, ...], list[Decimal | None]]:
    """Give the coverage of each group at each night, None where it was not there or unknown."""
    series: dict[tuple[Any, ...], list[Decimal | None]] = {}
    for place, (_, groups) in enumerate(trend.points):
        for one in groups:
            key = (*one.keys, one.factor, one.unit)
            values = series.setdefault(key, [None] * len(trend.points))
            values[place] = one.coverage
    return series


def _stages(group: GroupRow, *, blocks: bool) -> str:
    if group.required is None:
        return ""
    closed = group.delivered + group.committed + group.held
    left = group.required - group.withdrawn - closed
    amounts = {
        "delivered": group.delivered,
        "committed": group.committed,
        "held": group.held,
        "open": left,
    }
    return stage_bar(amounts, _BAR, unicode=blocks)


def emit_offers(call: Call, report: OfferReport) -> None:
    """Write what became of each offer, and the totals of the rows that are kept."""
    from ledger.eligibility.offices import OfficesAdmitted  # noqa: PLC0415 - one report

    blocks, base = draws_blocks(sys.stdout), report.stamp.base
    offices_of = OfficesAdmitted(report.snapshot.records("city").values())
    rows = []
    for one in report.rows:
        row = {**one.to_dict(base), "offices": offices_of(one.offer)}
        if call.draws:
            stages = {stage.value: n for stage, n in one.facts.balance.stages.items()}
            row["bar"] = stage_bar(stages, _BAR, unicode=blocks)
        rows.append(row)
    kept = [*filter_rows(rows, _shown_to(call, _OFFER_COLUMNS), call.read)]
    codes = {row["offer"] for row in kept}
    chosen = [one for one in report.rows if one.offer.code in codes]
    totals = [one.to_dict() for one in report.totals(chosen)]
    not_counted = {
        **report.not_counted,
        "without_rate": sum(total["not_counted"] for total in totals if total["in_base"]),
    }
    head = _head("cityfund.report-offers/1", report.stamp, offers.RULE)
    head["days"] = report.within
    uses = Counter(one.use.value for one in chosen)
    tail = {
        "uses": {use.value: uses[use.value] for use in offers.Use},
        "totals": totals,
        "not_counted": not_counted,
    }

    def below(_rows: Sequence[ReportRow]) -> Iterator[str]:
        if kept:
            yield legend(unicode=blocks)
            shown = [_named_base(total) for total in totals]
            yield from section("Totals", shown, _OFFER_TOTALS)

    unfiltered = call.read.without_filters()
    emit_rows(kept, _shown_to(call, _OFFER_COLUMNS), unfiltered, head=head, tail=tail, below=below)
    counts = ", ".join(f"{uses[use.value]:,} {use.value}" for use in offers.Use if uses[use.value])
    lapse = (
        f" (lapsing: within {counted(report.within, 'day')})"
        if uses[offers.Use.LAPSING.value]
        else ""
    )
    more = [f"{counted(len(kept), 'offer')}: {counts}{lapse}."] if kept else []
    if undeclared := report.not_counted["not_declared"]:
        more.append(f"Not counted: {counted(undeclared, 'offer')} not declared.")
    _notes(call, report.stamp, offers.RULE, *more)


def _named_base(total: dict[str, Any]) -> dict[str, Any]:
    """Mark the total in the base currency, which holds those above it."""
    return {**total, "factor": f"all {total['factor']} in"} if total["in_base"] else total


def emit_providers(call: Call, report: ProviderReport) -> None:
    """Write what each provider promised and delivered, and how late."""
    blocks, base = draws_blocks(sys.stdout), report.stamp.base
    rows = []
    for one in report.rows:
        row = one.to_dict(base)
        if call.draws:
            row["bar"] = share_bar(one.share_delivered, _SHORT_BAR, unicode=blocks)
        rows.append(row)
    kept = [*filter_rows(rows, _shown_to(call, _PROVIDER_COLUMNS), call.read)]
    head = _head("cityfund.report-providers/1", report.stamp, providers.RULE)
    keys = {(row["provider"], row["factor"], row["unit"]) for row in kept}
    chosen = [
        one for one in report.rows if (one.provider.code, one.factor.value, one.unit.code) in keys
    ]
    undated = sum(one.deals - one.due for one in chosen)
    totals = [*_provider_totals(chosen, base)]
    without = sum(one.promised_base is None for one in chosen if one.unit.kind == "money")
    tail = {
        "totals": totals,
        "not_counted": {"deals_without_due_date": undated, "rows_without_rate": without},
    }
    unfiltered = call.read.without_filters()
    emit_rows(kept, _shown_to(call, _PROVIDER_COLUMNS), unfiltered, head=head, tail=tail)
    more = [
        f"{total['factor']} in {total['unit']}: promised {_shown(total['promised'])}, "
        f"delivered {_shown(total['delivered'])}" + (" (all money)" if total["in_base"] else "")
        for total in totals
    ]
    if undated:
        deals = counted(undated, "deal")
        more.append(f"Not counted as late or in time: {deals} without a due date.")
    _notes(call, report.stamp, providers.RULE, *more)


def _shown(text: str | None) -> str:
    return "unknown" if text is None else grouped(text)


def _provider_totals(rows: Sequence[Any], base: Unit) -> Iterator[dict[str, Any]]:
    """Add up the rows by factor and unit, then all money in the base currency if units differ."""
    groups: dict[tuple[Any, str], list[Any]] = {}
    for row in rows:
        groups.setdefault((row.factor, row.unit.code), []).append(row)
    for (factor, code), members in sorted(groups.items()):
        decimals = members[0].unit.decimals
        sums = {
            name: format_known(sum(getattr(one, name) for one in members), decimals)
            for name in ("offered", "promised", "delivered")
        }
        counts = {"deals": sum(one.deals for one in members), "not_counted": 0}
        yield {"factor": factor.value, "unit": code, **sums, **counts, "in_base": False}
    money = [one for one in rows if one.unit.kind == "money"]
    if any(one.unit.code != base.code for one in money):
        known = [one for one in money if one.promised_base is not None]
        promised = sum(one.promised_base for one in known) if known else None
        delivered = sum(one.delivered_base for one in known) if known else None
        yield {
            "factor": "money",
            "unit": base.code,
            "offered": None,
            "promised": format_known(promised, base.decimals),
            "delivered": format_known(delivered, base.decimals),
            "deals": sum(one.deals for one in known),
            "not_counted": len(money) - len(known),
            "in_base": True,
        }


def emit_cities(call: Call, report: CityReport, *, every: bool) -> None:
    """Write the cities: those with a project or an offer, or all of them."""
    blocks, base = draws_blocks(sys.stdout), report.stamp.base
    chosen = [one for one in report.rows if every or one.projects or one.given.offers]
    rows = []
    for one in chosen:
        row = one.to_dict(base)
        if call.draws:
            row["bar"] = share_bar(one.coverage, _BAR, unicode=blocks)
        rows.append(row)
    kept = [*filter_rows(rows, _shown_to(call, _CITY_COLUMNS), call.read)]
    not_counted = {
        **report.not_counted,
        "amount_not_known": sum(row["unknown"] for row in kept),
        "without_rate": sum(row["without_rate"] for row in kept),
        "cities_without_projects_or_offers": len(report.rows) - len(chosen),
    }
    head = _head("cityfund.report-cities/1", report.stamp, cities.RULE)
    unfiltered = call.read.without_filters()
    emit_rows(
        kept,
        _shown_to(call, _CITY_COLUMNS),
        unfiltered,
        head=head,
        tail={"not_counted": not_counted},
    )
    words = {
        "closed_projects": ("project", "closed to new deals"),
        "amount_not_known": ("need", "whose amount is not known"),
        "without_rate": ("need", "without a rate, not in base"),
        "cities_without_projects_or_offers": (
            "city",
            "cities",
            "without projects or offers (see --all)",
        ),
    }
    more = [
        f"Not counted: {counted(count, *words[name][:-1])} {words[name][-1]}."
        for name, count in not_counted.items()
        if count
    ]
    _notes(call, report.stamp, cities.RULE, *more)
