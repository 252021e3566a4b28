"""How the gap report is shown: its columns and notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cli.framework.output import day_text
from cli.views.columns import columns
from ledger.core.quantity import format_amount
from ledger.core.text import counted
from ledger.reports.table import Column, grouped

if TYPE_CHECKING:
    from ledger.gaps.groups import Total
    from ledger.usecases.gap_trend import GapTrend
    from ledger.usecases.gaps import GapReport

_UNKNOWN = "unknown"


def _amount(
    key: str, title: str, *, table: bool = True, unit: str | None = None, spare: int = 0
) -> Column:
    return Column(key, title, kind="amount", absent=_UNKNOWN, table=table, unit=unit, spare=spare)


ROW_COLUMNS = columns(
    "need project:4 title:1 (city) city_name country:7 (region) (office) (sector) factor "
    "topic:3 (unit) (required?) (delivered?) (committed?) held?:2 (withdrawn?) gap?[unit] "
    "coverage?:5 needed_by:6 (gap_base?) (rate_date) eligible_offers main_obstacle:2 "
    "(status) (obstacle_rule) (quantity_absent) (member) (asked) (interested) (declined)",
)
GROUP_COLUMNS = columns(
    "factor unit required? delivered?:3 committed?:3 held?:1 withdrawn?:2 gap? "
    "coverage?:4 (gap_base?) needs:5 (counted) not_counted (base_counted)",
)
_UNIT_BY_UNIT = {"factor", "unit"}
_IN_EVERY_GROUP = frozenset(column.key for column in GROUP_COLUMNS)


def group_columns(by: Sequence[str], *, withdrawn: bool) -> list[Column]:
    """Return the columns of a grouped report, those grouped by first.

    Where something was `withdrawn`, people see it too: without it the gap would not add up.
    """
    known = {column.key: column for column in ROW_COLUMNS}
    keys = [replace(known[key], table=True, spare=0) for key in by if key not in _IN_EVERY_GROUP]
    sums = [
        replace(one, table=withdrawn) if one.key == "withdrawn" else one for one in GROUP_COLUMNS
    ]
    return [*keys, *sums]


def trend_columns(by: Sequence[str]) -> list[Column]:
    """Return the columns of a trend: the night, then those of a grouped report."""
    return [Column("day", "Night", kind="date"), *group_columns(by, withdrawn=False)]


def trend_rows(trend: GapTrend) -> Iterator[dict[str, Any]]:
    """Return a row for each night and group."""
    for day, groups in trend.points:
        for group in groups:
            yield {"day": day, **group.to_dict()}


def for_people(row: dict[str, Any]) -> dict[str, Any]:
    """Leave the obstacle out beside offers that fit: what keeps others away is no trouble there."""
    return {**row, "main_obstacle": None} if row["eligible_offers"] else row


def notes(report: GapReport) -> Iterator[str]:
    """Return the notes below a table: date, totals, and needs not counted."""
    yield f"{day_text(report.as_of, report.known_at)}. Held quantities are part of the gap."
    by_unit = set(report.by) <= _UNIT_BY_UNIT and bool(report.by)  # the table shows them
    totals = [total for total in report.totals if total.in_base or not by_unit]
    if totals:
        yield "Totals by unit, over the needs with a known amount:"
    for total in totals:
        yield f"  {_total_text(total)}"
    yield from closed(report)


def closed(report: GapReport) -> Iterator[str]:
    """Say how many needs of projects closed to new deals are left out."""
    if report.closed:
        one = "need of a closed project is left out; --all shows it."
        several = "needs of closed projects are left out; --all shows them."
        yield counted(report.closed, one, several)


def not_counted(report: GapReport) -> Iterator[str]:
    """Name each need that a total leaves out, and say why."""
    base = report.base_currency
    for row in report.rows:
        if row.gap is None:
            yield f"{row.need} is in no total: its amount is {row.quantity_absent or _UNKNOWN}."
        elif row.unit in report.without_rate:
            yield f"{row.need} is not in the total in {base}: {row.unit} has no rate."


def _total_text(total: Total) -> str:
    figure = (
        _UNKNOWN
        if total.gap is None
        else f"{grouped(format_amount(total.gap, total.decimals))} {total.unit}"
    )
    left_out = f"; {total.not_counted} not counted" if total.not_counted else ""
    rule = f" ({total.rule})" if total.in_base else ""
    needs = counted(total.counted, "need")
    of_all = f", converted to {total.unit}" if total.in_base else ""
    return f"{total.factor}{of_all}: gap {figure} over {needs}{left_out}{rule}"
