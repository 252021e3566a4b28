"""The third step: list the deliveries that are overdue, and count those that are due soon.

Nothing is stored or changed here: a finding is listed until the delivery is recorded, the day is
put off, or the commitment is released.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ledger.core.dates import days_after
from ledger.core.quantity import format_quantity
from ledger.core.text import counted
from ledger.usecases.due import DeliveryDue, deliveries_due
from ledger.usecases.night_step import Night, NightFinding, StepResult, listed

OVERDUE: Final = "delivery-overdue"
"""The kind of the step's findings: one for each deal."""


def due_step(night: Night) -> StepResult:
    """List what is committed and overdue on the night's day, as known now."""
    with night.ledger.reader() as reader:
        due = deliveries_due(reader.snapshot("deal", "instalment"))
    late: dict[str, list[DeliveryDue]] = {}
    for one in due:
        if one.due_on < night.day:
            late.setdefault(one.deal, []).append(one)
    last = days_after(night.day, night.options.warn_days)
    soon = [one for one in due if night.day <= one.due_on <= last]
    return StepResult(
        figures={
            "overdue": len(late),
            "days_ahead": night.options.warn_days,
            "due_soon": len(soon),
        },
        findings=tuple(_finding(night, of_deal) for of_deal in late.values()),
        lines=tuple(listed("Due soon", map(_describe, soon))),
        offices=_by_office(soon),
    )


def _finding(night: Night, parts: list[DeliveryDue]) -> NightFinding:
    """Describe what is overdue of a deal, with its parts in the order of their days."""
    first = parts[0]
    quantity = format_quantity(sum(one.amount for one in parts), first.unit)
    since = f"since {first.due_on}, {counted(first.days_overdue(night.day), 'day')}"
    of_parts = f", in {len(parts)} parts" if len(parts) > 1 else ""
    return NightFinding(
        kind=OVERDUE,
        subject=first.deal,
        sentence=(
            f"Deal {first.deal} has {quantity} overdue of {first.provider_name} for need "
            f"{first.need}, {since}{of_parts}."
        ),
        ours=quantity,
        command=f"cityfund deal show {first.deal}",
        office=first.office,
    )


def _describe(due: DeliveryDue) -> str:
    quantity = format_quantity(due.amount, due.unit)
    return f"{quantity} of deal {due.deal} from {due.provider_name} is due on {due.due_on}"


def _by_office(soon: Iterable[DeliveryDue]) -> dict[str, dict[str, int]]:
    offices: dict[str, int] = {}
    for one in soon:
        offices[one.office] = offices.get(one.office, 0) + 1
    return {office: {"due_soon": offices[office]} for office in sorted(offices)}
