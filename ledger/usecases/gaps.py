"""The gap report: what every need still lacks and who could help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from ledger.approaches.states import asked_by_need
from ledger.core.filters import Filter, Note, no_note
from ledger.core.text import commonest_spellings
from ledger.eligibility.counts import EligibleCount, count_eligible, outstanding_by_need
from ledger.eligibility.rules import NeedFacts
from ledger.gaps.filters import column_named, gap_selection, read_filters
from ledger.gaps.groups import GroupRow, Total, group_rows, totals
from ledger.gaps.rows import COUNTED_COLUMNS, BaseCurrency, GapRow, gap_rows
from ledger.rates.rates import RATE_DAYS, OldRate, old_rates, plain_rates
from ledger.store.journal.balances import NOW, Times
from ledger.store.register_codes import names_by_code, places_in_time
from ledger.store.session.ledger import Ledger
from ledger.store.session.snapshot import MEMBERSHIPS, RATES, Reader, Snapshot
from ledger.summaries.amounts import RateUsed, rates_used


@dataclass(frozen=True, slots=True, kw_only=True)
class GapQuery:
    """What to report: filters such as `country=IR`, columns to group by, and the two times."""

    where: Sequence[str] = ()
    by: Sequence[str] = ()
    times: Times = NOW
    include_inactive: bool = False
    note: Note = no_note
    rate_days: int = RATE_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class GapReport:
    """The rows ordered by project and need, their groups where asked for, and the totals.

    `rates` are those by which amounts were converted, `without_rate` the currencies that could not
    be, and `old_rates` the rates of which a quote is old.
    """

    as_of: date
    known_at: datetime | None
    base_currency: str
    by: Sequence[str]
    rows: list[GapRow]
    groups: list[GroupRow]
    totals: list[Total]
    rates: list[RateUsed]
    without_rate: list[str]
    old_rates: list[OldRate]


def report_gaps(ledger: Ledger, query: GapQuery) -> GapReport:
    """Report the gaps at the asked times; raises for unknown columns and unreadable filters."""
    by = [column_named(text) for text in query.by]
    with ledger.reader(query.times) as reader:
        filters = filters_of(reader, query.where)
        snapshot = reader.snapshot("need", "offer", "deal", "approach", RATES, MEMBERSHIPS)
        places = places_in_time(reader.connection, "need") if "topic" in by else {}
        rows = selected_rows(
            snapshot,
            BaseCurrency(snapshot.base_unit, snapshot.rate_of),
            filters,
            counted=True,
            include_inactive=query.include_inactive,
            note=query.note,
        )
    own = snapshot.base_unit.code
    converted = {(row.unit, own) for row in rows if row.gap_base is not None}
    units = [snapshot.units[code] for code in {row.unit for row in rows}]
    rates, without_rate = rates_used(units, snapshot.base_unit, snapshot.rate_of)
    return GapReport(
        as_of=snapshot.day,
        known_at=snapshot.known_at,
        base_currency=snapshot.base_unit.code,
        by=by,
        rows=rows,
        groups=group_rows(rows, by, _spellings(rows, places)) if by else [],
        totals=totals(rows, snapshot.base_unit),
        rates=rates,
        without_rate=without_rate,
        old_rates=old_rates(snapshot.rate_of, converted, snapshot.day, query.rate_days),
    )


def filters_of(reader: Reader, where: Iterable[str]) -> list[Filter]:
    """Read filters of gap rows, to be used while the reader is open: it is asked for names."""
    return read_filters(where, partial(names_by_code, reader.connection))


def _spellings(rows: Iterable[GapRow], places: Mapping[str, int]) -> dict[str, str]:
    """Give the spelling of each topic in the rows; needs recorded earlier come first."""
    topics = [(row.need, row.topic) for row in rows if places and row.topic is not None]
    topics.sort(key=lambda one: places[one[0]])
    return commonest_spellings(topic for _, topic in topics)


def selected_rows(
    snapshot: Snapshot,
    base: BaseCurrency,
    filters: Sequence[Filter],
    *,
    counted: bool,
    include_inactive: bool = False,
    note: Note = no_note,
) -> list[GapRow]:
    """Return the rows that filters keep; eligible offers are counted only where they are needed.

    They are if a filter asks for them, and of all rows that are returned if `counted`.
    """
    of_offers = [one for one in filters if one.column in COUNTED_COLUMNS]
    others = [one for one in filters if one.column not in COUNTED_COLUMNS]
    rows = gap_selection(others).rows(
        gap_rows(
            snapshot.need_facts.values(),
            base,
            include_inactive=include_inactive,
            is_member=snapshot.is_member,
            asked=asked_by_need(snapshot.records("approach").values(), snapshot.day),
        ),
        note,
    )
    if counted or of_offers:
        counts = count(snapshot, [snapshot.need_facts[row.need] for row in rows])
        rows = [row.counted(counts[row.need]) for row in rows]
    return gap_selection(of_offers).rows(rows, note)


def count(
    snapshot: Snapshot, needs: Iterable[NeedFacts], offers: Snapshot | None = None
) -> dict[str, EligibleCount]:
    """Count the eligible offers of some needs, without trying every pair.

    `offers` is the snapshot with the offers and rates, where that is another one.
    """
    of_offers = offers or snapshot
    return count_eligible(
        needs,
        of_offers.offer_facts.values(),
        snapshot.day,
        plain_rates(of_offers.rate_of),
        outstanding_by_need(snapshot.deals.values()),
    )


def count_for(
    reader: Reader, snapshot: Snapshot, needs: Sequence[NeedFacts]
) -> dict[str, EligibleCount]:
    """Count the eligible offers of a few needs: only offers of their factors are read."""
    offers = reader.offers_of({facts.need.factor for facts in needs})
    return count(snapshot, needs, offers)
