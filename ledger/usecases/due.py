"""When the deals of a snapshot are due, and what of them is overdue, for every reader alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.core.factors import Side
from ledger.core.quantity import Unit
from ledger.deals.instalments import DuePart, Instalment, schedule
from ledger.registers.pairs import INSTALMENT
from ledger.store.session.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryDue:
    """What is committed of a deal and due on a day, in the unit of the need.

    `instalment` is the code of the instalment that it is a part of, if it is one.
    """

    deal: str
    offer: str
    need: str
    project: str
    project_title: str
    provider: str
    provider_name: str
    city: str
    office: str
    due_on: date
    amount: int
    unit: Unit
    instalment: str | None

    def days_overdue(self, day: date) -> int:
        """Return the days since it was due, zero where it is not overdue."""
        return max((day - self.due_on).days, 0)


def parts_by_deal(snapshot: Snapshot) -> dict[str, list[DuePart]]:
    """Return the parts of each deal, those due first ahead; the instalments have to be read."""
    instalments: dict[str, list[Instalment]] = {}
    for one in snapshot.records(INSTALMENT.name).values():
        instalments.setdefault(one.deal, []).append(one)
    return {
        code: schedule(balance.need, instalments.get(code, ()), balance.deal.due_on)
        for code, balance in snapshot.deals.items()
    }


def deliveries_due(snapshot: Snapshot) -> list[DeliveryDue]:
    """Return what is committed and due on a day, the earliest first."""
    due = [
        one
        for code, parts in parts_by_deal(snapshot).items()
        for one in _of_deal(snapshot, code, parts)
    ]
    return sorted(due, key=lambda one: (one.due_on, one.deal))


def _of_deal(snapshot: Snapshot, code: str, parts: Sequence[DuePart]) -> Iterator[DeliveryDue]:
    dated = [(one.due_on, one) for one in parts if one.committed]
    for due_on, part in dated:
        if due_on is None:
            continue
        deal = snapshot.deals[code].deal
        need, offer = snapshot.need_facts[deal.need], snapshot.offer_facts[deal.offer]
        yield DeliveryDue(
            deal=code,
            offer=deal.offer,
            need=deal.need,
            project=need.project.code,
            project_title=need.project.title,
            provider=offer.provider.code,
            provider_name=offer.provider.name,
            city=need.city.code,
            office=need.city.office,
            due_on=due_on,
            amount=part.committed,
            unit=snapshot.balances(Side.NEED)[deal.need].unit,
            instalment=part.instalment,
        )
