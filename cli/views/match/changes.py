"""What changed from the baseline of a proposal, for people and for machines."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cli.framework.terminal import is_terminal
from cli.views.balance import wrapped
from cli.views.columns import columns
from ledger.core.text import counted
from ledger.matching.line_changes import line_change_dicts
from ledger.reports.table import grouped, one_line

if TYPE_CHECKING:
    from ledger.matching.proposal import Line

Row = dict[str, Any]

_MOST_DROPPED = 15

CHANGE_COLUMNS = columns(
    "change:1 (before) change_reason:1",
    before="Before",
    change_reason="Why changed",
)
"""The columns of a line that say how it stands to the baseline."""


def with_changes(rows: Sequence[Row], record: Row | None, lines: Sequence[Line]) -> list[Row]:
    """Return the rows of lines, each with its change as recorded; None: without a baseline."""
    changes = line_change_dicts(record, lines)
    return [{**row, **change} for row, change in zip(rows, changes, strict=True)]


def change_lines(record: Row | None, rows: Sequence[Row], *, coverage: str) -> Iterator[str]:
    """Summarise what changed from the baseline; nothing without one."""
    if record is None:
        return
    every = [row["change"] for row in rows]
    parts = [f"{every.count(kind):,} {kind}" for kind in ("kept", "changed", "new")]
    dropped, changed, at_least = len(record["dropped"]), record["value"], record["bound"]
    least = "" if changed == at_least else f", at least {at_least:,} of which are needed"
    yield from wrapped(
        f"Compared with {record['baseline']}: {', '.join(parts)}, {dropped:,} dropped. "
        f"{_changed(changed)}{least}."
    )
    if Decimal(record["best_coverage"]) > Decimal(coverage):
        yield from wrapped(
            f"Coverage {record['best_coverage']} is possible if more lines change: --churn 0."
        )


def _changed(count: int) -> str:
    if not count:
        return "No line that is still possible changes"
    return counted(count, "line changes", "lines change")


def change_text(row: Row) -> str | None:
    """Describe the change of a line; None where it is kept as it was."""
    if row.get("change_reason") is None:
        return None
    return f"{row['change']}: {row['change_reason']}"


def dropped_lines(record: Row | None, *, in_full: bool = False) -> Iterator[str]:
    """List the lines of the baseline that are gone, each with its reason."""
    dropped = [] if record is None else record["dropped"]
    if record is None or not dropped:
        return
    yield ""
    yield f"No longer proposed, of {record['baseline']}"
    cut = not in_full and is_terminal(sys.stdout)
    for one in dropped[:_MOST_DROPPED] if cut else dropped:
        yield from wrapped(one_line(dropped_text(one)), "  ", "     ")
    if cut and len(dropped) > _MOST_DROPPED:
        yield f"  … and {len(dropped) - _MOST_DROPPED:,} more; a pipe or --output FILE gets them."


def dropped_text(row: Row) -> str:
    """Describe a line that is gone."""
    quantity = f"{grouped(row['quantity'])} {row['unit']}"
    return f"{row['need']} {row['factor']}: {quantity} from {row['offer']}: {row['why']}"
