"""What each provider promised, what it delivered of it, and how late it is or was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ledger.core.factors import Factor, Stage
from ledger.core.quantity import Unit, format_amount, format_known
from ledger.deals.deal import offer_part
from ledger.deals.instalments import DuePart, days_late, overdue, schedule
from ledger.gaps.rows import BaseCurrency
from ledger.registers.records import Provider
from ledger.summaries.amounts import lower_median, share_of

RULE: Final = (
    "promised = committed + delivered, in the unit of the offer; share delivered = delivered / "
    "promised, four places, rounded down, unknown where nothing is promised; a deal is late if "
    "something of it is committed after the day on which that part of it is due, by the days since "
    "then, or if its last delivery came after that day, by the days between; days late: the lower "
    "median of the late deals; overdue: what is committed past the day on which it is due; in "
    "base: each amount at the latest rate on or before the day, rounded half-even"
)
"""What the report says of its figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedDeal:
    """A deal with something committed or delivered, in the unit of its offer.

    `delivered_on` is the day of its last delivery that stands. `parts` are those that it is due
    in, in the unit of its need; without any all of it is due on `due_on`.
    """

    deal: str
    provider: str
    factor: Factor
    unit: Unit
    committed: int
    delivered: int
    due_on: date | None = None
    delivered_on: date | None = None
    parts: Sequence[DuePart] = ()

    @property
    def _parts(self) -> Sequence[DuePart]:
        stages = {Stage.COMMITTED: self.committed, Stage.DELIVERED: self.delivered}
        return self.parts or schedule(stages, due_on=self.due_on)

    def days_late(self, day: date) -> int | None:
        """Return by how many days it is or was late, zero in time; None without a due date."""
        return days_late(self._parts, day, self.delivered_on)

    def overdue(self, day: date) -> int:
        """Return how much of it is overdue."""
        late = overdue(self._parts, day)
        signed = sum(one.committed for one in self._parts)
        return offer_part(self.committed, signed, late) if late else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PutUp:
    """An offer of a provider: what it put up, less what it withdrew."""

    provider: str
    factor: Factor
    unit: Unit
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRow:
    """What a provider offered, promised and delivered of one factor in one unit.

    `due` counts the deals with a due date, of which `late` are or were late.
    """

    provider: Provider
    country: str | None
    factor: Factor
    unit: Unit
    offers: int
    offered: int
    deals: int
    committed: int
    delivered: int
    due: int
    late: int
    overdue: int
    days_late: int | None
    most_days_late: int | None
    promised_base: int | None
    delivered_base: int | None
    rate_date: date | None

    @property
    def promised(self) -> int:
        """What is signed, delivered or not."""
        return self.committed + self.delivered

    @property
    def share_delivered(self) -> Decimal | None:
        """The share of what is promised that is delivered."""
        return share_of(self.delivered, self.promised)

    def to_dict(self, base: Unit) -> dict[str, Any]:
        """Return the row for machines, amounts as exact decimal texts."""
        decimals = self.unit.decimals
        return {
            "provider": self.provider.code,
            "provider_name": self.provider.name,
            "provider_kind": self.provider.kind,
            "country": self.country,
            "factor": self.factor.value,
            "unit": self.unit.code,
            "offers": self.offers,
            "offered": format_amount(self.offered, decimals),
            "deals": self.deals,
            "promised": format_amount(self.promised, decimals),
            "delivered": format_amount(self.delivered, decimals),
            "outstanding": format_amount(self.committed, decimals),
            "share_delivered": self.share_delivered,
            "due": self.due,
            "late": self.late,
            "overdue": format_amount(self.overdue, decimals),
            "days_late": self.days_late,
            "most_days_late": self.most_days_late,
            "promised_base": format_known(self.promised_base, base.decimals),
            "delivered_base": format_known(self.delivered_base, base.decimals),
            "base_currency": base.code,
            "rate_date": self.rate_date,
        }


_Key = tuple[str, Factor, str]


def provider_rows(
    providers: Iterable[tuple[Provider, str | None]],
    put_up: Iterable[PutUp],
    signed_deals: Iterable[SignedDeal],
    day: date,
    base: BaseCurrency,
) -> list[ProviderRow]:
    """Return a row for each provider, factor and unit with an offer or a promise, in order.

    Providers come each with their country.
    """
    offers = _grouped(put_up)
    deals = _grouped(signed_deals)
    order = list(Factor)
    known = {one.code: (one, country) for one, country in providers}
    keys = sorted({*offers, *deals}, key=lambda key: (key[0], order.index(key[1]), key[2]))
    return [
        _row(*known[key[0]], offers.get(key, []), deals.get(key, []), day, base) for key in keys
    ]


def _grouped(items: Iterable[Any]) -> dict[_Key, list[Any]]:
    groups: dict[_Key, list[Any]] = {}
    for one in items:
        groups.setdefault((one.provider, one.factor, one.unit.code), []).append(one)
    return groups


def _row(
    provider: Provider,
    country: str | None,
    offers: Sequence[PutUp],
    deals: Sequence[SignedDeal],
    day: date,
    base: BaseCurrency,
) -> ProviderRow:
    first: PutUp | SignedDeal = offers[0] if offers else deals[0]
    days = [one.days_late(day) for one in deals]
    late = [one for one in days if one]
    committed = sum(one.committed for one in deals)
    delivered = sum(one.delivered for one in deals)
    return ProviderRow(
        provider=provider,
        country=country,
        factor=first.factor,
        unit=first.unit,
        offers=len(offers),
        offered=sum(one.amount for one in offers),
        deals=len(deals),
        committed=committed,
        delivered=delivered,
        due=sum(one is not None for one in days),
        late=len(late),
        overdue=sum(one.overdue(day) for one in deals),
        days_late=lower_median(late),
        most_days_late=max(late, default=None),
        promised_base=base.convert(committed + delivered, first.unit),
        delivered_base=base.convert(delivered, first.unit),
        rate_date=base.rate_date(first.unit),
    )
