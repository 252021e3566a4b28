"""How the gap report is shown: its columns, and what is said below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cli.output import Column
from ledger.quantity import format_amount

if TYPE_CHECKING:
    from ledger.gap_groups import Total
    from ledger.usecases.gaps import GapReport

_UNKNOWN = "unknown"


def _amount(key: str, title: str, *, table: bool = True, unit: str | None = None) -> Column:
    return Column(key, title, kind="amount", absent=_UNKNOWN, table=table, unit=unit)


ROW_COLUMNS = [
    Column("need", "Need", kind="code"),
    Column("project", "Project", kind="code"),
    Column("title", "Title", table=False),
    Column("city", "City code", kind="code", table=False),
    Column("city_name", "City"),
    Column("country", "Country", kind="code"),
    Column("region", "Region", table=False),
    Column("office", "Office", table=False),
    Column("sector", "Sector", table=False),
    Column("factor", "Factor"),
    Column("topic", "Topic"),
    Column("unit", "Unit", kind="code", table=False),
    _amount("required", "Required", table=False),
    _amount("delivered", "Delivered", table=False),
    _amount("committed", "Committed", table=False),
    _amount("held", "Held"),
    _amount("withdrawn", "Withdrawn", table=False),
    _amount("gap", "Gap", unit="unit"),
    Column("coverage", "Coverage", kind="number", absent=_UNKNOWN),
    Column("needed_by", "Needed by", kind="date"),
    _amount("gap_base", "Gap in base", table=False),
    Column("rate_date", "Rate of", kind="date", table=False),
    Column("eligible_offers", "Offers", kind="number"),
    Column("main_obstacle", "Main obstacle"),
    Column("status", "Status", table=False),
    Column("obstacle_rule", "Rule", table=False),
]
GROUP_COLUMNS = [
    Column("factor", "Factor"),
    Column("unit", "Unit", kind="code"),
    _amount("required", "Required"),
    _amount("delivered", "Delivered"),
    _amount("committed", "Committed"),
    _amount("held", "Held"),
    _amount("withdrawn", "Withdrawn", table=False),
    _amount("gap", "Gap"),
    Column("coverage", "Coverage", kind="number", absent=_UNKNOWN),
    _amount("gap_base", "Gap in base", table=False),
    Column("needs", "Needs", kind="number"),
    Column("counted", "Counted", kind="number", table=False),
    Column("not_counted", "Unknown", kind="number"),
    Column("base_counted", "Counted in base", kind="number", table=False),
]
_IN_EVERY_GROUP = frozenset(column.key for column in GROUP_COLUMNS)


def group_columns(by: Sequence[str]) -> list[Column]:
    """Give the columns grouped by that are not in every group anyway."""
    return [Column(key) for key in by if key not in _IN_EVERY_GROUP]


def notes(report: GapReport) -> Iterator[str]:
    """Say below a table what was added up, by which rule, and what could not be counted."""
    known = f", as known at {report.known_at.isoformat()}" if report.known_at else ""
    yield f"As of {report.as_of}{known}. Held quantities are inside the gap."
    for total in report.totals:
        yield _told(total)


def _told(total: Total) -> str:
    figure = (
        _UNKNOWN if total.gap is None else f"{_grouped(total.gap, total.decimals)} {total.unit}"
    )
    left_out = f"; {total.not_counted} could not be counted" if total.not_counted else ""
    return (
        f"Gap in {total.factor}: {figure} over {total.counted} "
        f"need{'' if total.counted == 1 else 's'}{left_out} ({total.rule})."
    )


def _grouped(amount: int, decimals: int) -> str:
    whole, point, rest = format_amount(amount, decimals).partition(".")
    return f"{int(whole):,}{point}{rest}"
