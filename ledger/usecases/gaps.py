"""The gap report: what every need still lacks, who could help, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ledger.buckets import EligibleCount, count_eligible, living_by_need
from ledger.gap_filters import GapFilter, column_named, filtered, read_filter
from ledger.gap_groups import GroupRow, Total, group_rows, totals
from ledger.gaps import BaseCurrency, GapRow, NeedPosition, gap_rows
from ledger.reference import subregion_name
from ledger.store.balances import NOW, Times
from ledger.store.book import Ledger
from ledger.store.picture import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class GapQuery:
    """What to report: filters such as `country=IR`, columns to group by, and the two times."""

    where: Sequence[str] = ()
    by: Sequence[str] = ()
    times: Times = NOW
    include_inactive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GapReport:
    """The rows ordered by project and need, their groups where asked for, and the totals."""

    as_of: date
    known_at: datetime | None
    base_currency: str
    by: Sequence[str]
    rows: list[GapRow]
    groups: list[GroupRow]
    totals: list[Total]


def report_gaps(ledger: Ledger, query: GapQuery) -> GapReport:
    """Report the gaps at the asked times; raises for unknown columns and unreadable filters."""
    filters = [read_filter(text) for text in query.where]
    by = [column_named(text) for text in query.by]
    with ledger.picture(query.times) as picture:
        return _report(picture, query, filters, by)


def _report(
    picture: Picture, query: GapQuery, filters: Iterable[GapFilter], by: Sequence[str]
) -> GapReport:
    base = BaseCurrency(picture.base_unit, picture.rate_of)
    found = gap_rows(
        positions(picture), base, count(picture), include_inactive=query.include_inactive
    )
    rows = filtered(found, filters)
    return GapReport(
        as_of=picture.day,
        known_at=query.times.known_at,
        base_currency=picture.base_unit.code,
        by=by,
        rows=rows,
        groups=group_rows(rows, by) if by else [],
        totals=totals(rows, picture.base_unit),
    )


def positions(picture: Picture) -> list[NeedPosition]:
    """Give every need with where it stood."""
    return [
        NeedPosition(
            facts.need,
            facts.project,
            facts.city,
            facts.city.office,
            subregion_name(facts.city.country),
            facts.standing,
        )
        for facts in picture.need_facts.values()
    ]


def count(picture: Picture) -> dict[str, EligibleCount]:
    """Count the offers each need could turn to, without trying every pair."""

    def rate_of(need_unit: str, offer_unit: str) -> Decimal | None:
        found = picture.rate_of(need_unit, offer_unit)
        return None if found is None else found.rate

    return count_eligible(
        picture.need_facts.values(),
        picture.offer_facts.values(),
        picture.day,
        rate_of,
        living_by_need(picture.deals.values()),
    )
