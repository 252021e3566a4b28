"""Check of stated totals: each is what the entries until its days add up to.

What states or changes a total posts the compensating changes with it, so a total stays true as long
as no other is stated. Entries recorded before totals were stored state none that could differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple

from ledger.checks.result import CheckReport, CheckResult
from ledger.checks.rows import CheckContext
from ledger.core.factors import Stage
from ledger.journal.entries import TOTAL_FORMAT
from ledger.journal.totals import TotalChange, in_force_on, stated_totals

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class TotalRow(NamedTuple):
    """A movement that changes a total, with what its entry says, as it is stored."""

    account_id: int
    entry: int
    effective_on: Any
    recorded_at: Any
    reverses: int | None
    total: Any
    format: Any
    from_stage: str
    amount: Any


def check_totals(rows: Iterable[TotalRow], context: CheckContext) -> CheckResult:
    """Compare each total in force with the sum of the changes until each of its days.

    `rows` are ordered by account, and then as recorded. An account with an invalid value, which
    another check reports, is left out.
    """
    report = CheckReport("totals")
    for account_id, group in groupby(rows, key=attrgetter("account_id")):
        changes = _changes(group)
        report.examined += len(changes)
        who = context.account_name(account_id)
        for day, stated, found in _differing(changes):
            sum_shown = context.shown(account_id, found)
            if stated is None:
                report.fail(f"{who} has {sum_shown} on {day}, and no total is stated")
                continue
            total = context.shown(account_id, stated.total) if stated.total else "unknown"
            report.fail(
                f"entry {stated.number} states the total of {who}, {total}; its entries until "
                f"{day} add up to {sum_shown}"
            )
    return report.result()


def _changes(rows: Iterable[TotalRow]) -> list[TotalChange]:
    changes = []
    for row in rows:
        try:
            change = _change(row)
        except (ValueError, TypeError, OverflowError):
            return []
        changes.append(change)
    return changes


def _change(row: TotalRow) -> TotalChange:
    if type(row.amount) is not int or not (row.total is None or type(row.total) is int):
        raise TypeError(row)
    if row.reverses is not None and row.reverses >= row.entry:
        raise ValueError(row)
    adds = row.from_stage == Stage.UNDECLARED.value
    return TotalChange(
        number=row.entry,
        effective_on=date.fromisoformat(row.effective_on),
        recorded_at=_EPOCH + timedelta(microseconds=row.recorded_at),
        reverses=row.reverses,
        change=row.amount if adds else -row.amount,
        total=row.total,
        stored=row.format == TOTAL_FORMAT,
    )


def _differing(
    changes: Sequence[TotalChange],
) -> Iterator[tuple[date, TotalChange | None, int]]:
    """Give the first day on which each total differs from the sum until then, and the sum.

    No total is in force before the first, or once all are reversed: the sum is zero then.
    """
    stated = stated_totals(changes)
    stored = {one.number for one in changes if one.stored}
    in_order = sorted(changes, key=attrgetter("effective_on"))
    found, reported = 0, set[int | None]()
    for day, of_day in groupby(in_order, key=attrgetter("effective_on")):
        found += sum(one.change for one in of_day)
        total = in_force_on(stated, day)
        number, due = (None, 0) if total is None else (total.number, total.total or 0)
        is_stored = len(stored) == len(changes) if total is None else number in stored
        if is_stored and found != due and number not in reported:
            reported.add(number)
            yield day, total, found
