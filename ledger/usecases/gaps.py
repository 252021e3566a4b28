"""The gap report: what every need still lacks and who could help."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from ledger.approaches.states import asked_by_need, providers_by_need
from ledger.core.filters import Filter, Note, no_note
from ledger.core.text import commonest_spellings
from ledger.eligibility.counts import EligibleCount
from ledger.eligibility.rules import NeedFacts
from ledger.gaps.filters import PROVIDER, column_named, gap_selection, read_filters
from ledger.gaps.groups import GroupRow, Total, group_rows, totals
from ledger.gaps.rows import COUNTED_COLUMNS, BaseCurrency, GapRow, gap_rows, reported
from ledger.rates.rates import RATE_DAYS, OldRate, old_rates
from ledger.store.journal.balances import NOW, Times
from ledger.store.register_codes import names_by_code, places_in_time
from ledger.store.session.ledger import Ledger
from ledger.store.session.narrowed import read_narrowed
from ledger.store.session.snapshot import MEMBERSHIPS, RATES, Reader, Snapshot
from ledger.summaries.amounts import RateUsed, rates_used
from ledger.usecases.eligible_offers import count, count_for

CountOffers = Callable[[Snapshot, Sequence[NeedFacts]], dict[str, EligibleCount]]
"""Counts the eligible offers of some needs of a snapshot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapQuery:
    """What to report: filters such as `country=IR`, columns to group by, and the two times.

    A filter by `provider` keeps the needs that the provider was introduced to or asked for.
    """

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
    be, and `old_rates` the rates of which a quote is old. `closed` says how many needs were left
    out because the status of their project takes no new deals; without filters alone.
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
    closed: int = 0


def report_gaps(ledger: Ledger, query: GapQuery) -> GapReport:
    """Report the gaps at the asked times; raises for unknown columns and unreadable filters."""
    by = [column_named(text) for text in query.by]
    with ledger.reader(query.times) as reader:
        snapshot, rows = _narrowed_rows(reader, query) or _all_rows(reader, query)
        places = places_in_time(reader.connection, "need") if "topic" in by else {}
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
        closed=0 if query.where or query.include_inactive else _closed(snapshot),
    )


def _closed(snapshot: Snapshot) -> int:
    return len(snapshot.need_facts) - len(reported(snapshot.need_facts.values()))


def _all_rows(reader: Reader, query: GapQuery) -> tuple[Snapshot, list[GapRow]]:
    filters = filters_of(reader, query.where, by_provider=True)
    snapshot = reader.snapshot("need", "offer", "deal", "approach", RATES, MEMBERSHIPS)
    return snapshot, _rows_of(snapshot, filters, query, query.note)


def _narrowed_rows(reader: Reader, query: GapQuery) -> tuple[Snapshot, list[GapRow]] | None:
    """Report on the needs that filters by codes can keep; None where every need has to be read.

    It has to be where no row has a value that a filter asks for: a note then names those there are.
    """
    if not query.where:
        return None
    narrowed = read_narrowed(
        reader, "need", query.where, "deal", "approach", rates=True, also_called={"need": "code"}
    )
    if narrowed is None:
        return None
    snapshot, known = narrowed
    others = partial(names_by_code, reader.connection)
    filters = read_filters(
        query.where, lambda kind: known.get(kind) or others(kind), by_provider=True
    )
    notes: list[str] = []
    rows = _rows_of(snapshot, filters, query, notes.append, partial(count_for, reader))
    return None if notes or not rows else (snapshot, rows)


def _rows_of(
    snapshot: Snapshot,
    filters: Sequence[Filter],
    query: GapQuery,
    note: Note,
    counts: CountOffers | None = None,
) -> list[GapRow]:
    return selected_rows(
        snapshot,
        BaseCurrency(snapshot.base_unit, snapshot.rate_of),
        filters,
        counted=True,
        include_inactive=query.include_inactive,
        note=note,
        counts=counts,
    )


def filters_of(reader: Reader, where: Iterable[str], *, by_provider: bool = False) -> list[Filter]:
    """Read filters of gap rows, to be used while the reader is open: it is asked for names."""
    names = partial(names_by_code, reader.connection)
    return read_filters(where, names, by_provider=by_provider)


def _spellings(rows: Iterable[GapRow], places: Mapping[str, int]) -> dict[str, str]:
    """Give the spelling of each topic in the rows; needs recorded earlier come first."""
    topics = [(row.need, row.topic) for row in rows if places and row.topic is not None]
    topics.sort(key=lambda one: places[one[0]])
    return commonest_spellings(topic for _, topic in topics)


def _providers(snapshot: Snapshot, filters: Iterable[Filter]) -> Mapping[str, tuple[str, ...]]:
    """Give the providers of each need, where a filter asks for them."""
    if all(one.column != PROVIDER for one in filters):
        return {}
    deals, approaches = snapshot.deals.values(), snapshot.records("approach").values()
    return providers_by_need((one.deal for one in deals), snapshot.records("offer"), approaches)


def selected_rows(
    snapshot: Snapshot,
    base: BaseCurrency,
    filters: Sequence[Filter],
    *,
    counted: bool,
    include_inactive: bool = False,
    note: Note = no_note,
    counts: CountOffers | None = None,
) -> list[GapRow]:
    """Return the rows that filters keep; eligible offers are counted only where they are needed.

    They are if a filter asks for them, and of all rows that are returned if `counted`; by `counts`
    where the snapshot has not the offers.
    """
    of_offers = [one for one in filters if one.column in COUNTED_COLUMNS]
    others = [one for one in filters if one.column not in COUNTED_COLUMNS]
    needs, counts = snapshot.need_facts, counts or count
    found: Mapping[str, EligibleCount] = {}
    if counted and not filters:  # all rows are counted, and so made once
        found = counts(snapshot, reported(needs.values(), include_inactive=include_inactive))
    rows = gap_selection(others, _providers(snapshot, others)).rows(
        gap_rows(
            needs.values(),
            base,
            include_inactive=include_inactive,
            is_member=snapshot.is_member,
            asked=asked_by_need(snapshot.records("approach").values(), snapshot.day),
            counts=found,
        ),
        note,
    )
    if filters and (counted or of_offers):
        found = counts(snapshot, [needs[row.need] for row in rows])
        rows = [row.counted(found[row.need]) for row in rows]
    return gap_selection(of_offers).rows(rows, note)
