"""What each city needs, has and gives: projects, needs, gaps and what it delivers to others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ledger.core.quantity import Unit, format_known
from ledger.gaps.completeness import ProjectState
from ledger.gaps.rows import BaseCurrency, GapRow
from ledger.registers.records import City
from ledger.summaries.amounts import Amount, share_of, sum_in_base, texts_by_unit

RULE: Final = (
    "projects that take new deals and their needs, as in the gap report; complete: nothing of any "
    "need is open; covered: no need has a gap; gaps by unit over the needs with a known amount; "
    "coverage = (committed + delivered) / (required - withdrawn) of the money in the base "
    "currency, four places, rounded down, each amount at the latest rate on or before the day, "
    "rounded half-even; gives: what the city's own providers delivered to other cities"
)
"""What the report says of its figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the providers of a city put up and delivered to other cities."""

    offers: int = 0
    deals: int = 0
    delivered: Sequence[Amount] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CityRecords:
    """A city with its gap rows, the state of its projects, and what it gives."""

    city: City
    member: bool
    rows: Sequence[GapRow] = ()
    states: Sequence[ProjectState] = ()
    given: Given = field(default_factory=Given)


@dataclass(frozen=True, slots=True, kw_only=True)
class CityRow:
    """One city; amounts of money are in the base currency, None where none could be counted."""

    city: City
    member: bool
    projects: int
    complete: int
    covered: int
    needs: int
    needs_covered: int
    unknown: int
    gaps: list[str]
    net_base: int | None
    gap_base: int | None
    without_rate: int
    rate_date: date | None
    given: Given

    @property
    def coverage(self) -> Decimal | None:
        """The share of the money, in the base currency, that is committed or delivered."""
        if self.net_base is None or self.gap_base is None:
            return None
        return share_of(self.net_base - self.gap_base, self.net_base)

    def to_dict(self, base: Unit) -> dict[str, Any]:
        """Return the row for machines, amounts as exact decimal texts."""
        return {
            "city": self.city.code,
            "city_name": self.city.name,
            "country": self.city.country,
            "office": self.city.office,
            "member": self.member,
            "projects": self.projects,
            "complete": self.complete,
            "covered": self.covered,
            "needs": self.needs,
            "needs_covered": self.needs_covered,
            "unknown": self.unknown,
            "gaps": self.gaps,
            "net_base": format_known(self.net_base, base.decimals),
            "gap_base": format_known(self.gap_base, base.decimals),
            "coverage": self.coverage,
            "base_currency": base.code,
            "rate_date": self.rate_date,
            "without_rate": self.without_rate,
            "offers": self.given.offers,
            "deals_given": self.given.deals,
            "gives": texts_by_unit(self.given.delivered),
        }


def city_rows(
    records: Iterable[CityRecords], units: Mapping[str, Unit], base: BaseCurrency
) -> list[CityRow]:
    """Return the row of each city, in the order of their codes."""
    rows = [_row(one, units, base) for one in records]
    return sorted(rows, key=lambda row: row.city.code)


def _row(one: CityRecords, units: Mapping[str, Unit], base: BaseCurrency) -> CityRow:
    known = [row for row in one.rows if row.required is not None]
    net = sum_in_base(
        (Amount((row.required or 0) - row.withdrawn, units[row.unit]) for row in known), base
    )
    gap = sum_in_base((Amount(row.gap, units[row.unit]) for row in known), base)
    return CityRow(
        city=one.city,
        member=one.member,
        projects=len(one.states),
        complete=sum(state.complete for state in one.states),
        covered=sum(state.covered for state in one.states),
        needs=len(one.rows),
        needs_covered=sum(row.gap == 0 for row in known),
        unknown=len(one.rows) - len(known),
        gaps=texts_by_unit(Amount(row.gap, units[row.unit]) for row in known),
        net_base=net.amount,
        gap_base=gap.amount,
        without_rate=net.not_counted,
        rate_date=net.rate_date,
        given=one.given,
    )
