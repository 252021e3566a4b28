"""The reports on coverage, offers, providers and cities, at the two times of a reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from ledger.core.factors import Stage
from ledger.core.filters import Note, no_note
from ledger.core.quantity import Unit
from ledger.gaps.completeness import ProjectState, project_state
from ledger.gaps.groups import GroupRow, Total, group_rows, totals
from ledger.gaps.rows import BaseCurrency, GapRow, gap_rows
from ledger.journal.balance import Balance, DealBalance
from ledger.rates.rates import RATE_DAYS, OldRate, old_rates
from ledger.registers.records import ACTIVE_STATUSES
from ledger.store.journal.reached import last_delivery_days
from ledger.store.session.snapshot import MEMBERSHIPS, RATES, Reader, Snapshot
from ledger.summaries.amounts import Amount, RateUsed, rates_used
from ledger.summaries.cities import CityRecords, CityRow, Given, city_rows
from ledger.summaries.coverage import BaseCoverage, base_coverage
from ledger.summaries.offers import LAPSE_DAYS, OfferRow, OfferTotal, offer_rows, offer_totals
from ledger.summaries.providers import ProviderRow, PutUp, SignedDeal, provider_rows
from ledger.usecases.due import parts_by_deal
from ledger.usecases.gaps import filters_of, selected_rows

PARTS = ("need", "offer", "deal", "approach", RATES, MEMBERSHIPS)
"""The parts of a snapshot that the reports read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What every report says of itself: the two times, and the rates that its amounts rest on.

    `without_rate` names the currencies that could not be converted, `old_rates` the rates whose
    quote is old.
    """

    as_of: date
    known_at: datetime | None
    base: Unit
    rates: list[RateUsed] = field(default_factory=list)
    without_rate: list[str] = field(default_factory=list)
    old_rates: list[OldRate] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageReport:
    """The needs by groups: sums of each unit, and of the money in the base currency."""

    stamp: Stamp
    by: Sequence[str]
    rows: list[GapRow]
    groups: list[GroupRow]
    in_base: list[BaseCoverage]
    totals: list[Total]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferReport:
    """The offers with a quantity; `not_counted` are those whose declaration was reversed."""

    stamp: Stamp
    within: int
    rows: list[OfferRow]
    base: BaseCurrency
    snapshot: Snapshot
    not_counted: dict[str, int]

    def totals(self, rows: Sequence[OfferRow]) -> list[OfferTotal]:
        """Add up some of the rows."""
        return offer_totals(rows, self.base)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderReport:
    """What each provider promised and delivered; `signed_deals` are the deals behind the rows."""

    stamp: Stamp
    rows: list[ProviderRow]
    signed_deals: list[SignedDeal]


@dataclass(frozen=True, slots=True, kw_only=True)
class CityReport:
    """The cities, and how many projects closed to new deals were left out."""

    stamp: Stamp
    rows: list[CityRow]
    not_counted: dict[str, int]


def report_coverage(
    reader: Reader,
    by: Sequence[str],
    *,
    where: Sequence[str] = (),
    include_inactive: bool = False,
    note: Note = no_note,
    rate_days: int = RATE_DAYS,
) -> CoverageReport:
    """Report the coverage of needs by columns; raises for filters that cannot be read."""
    filters = filters_of(reader, where)
    snapshot = reader.snapshot(*PARTS)
    base = BaseCurrency(snapshot.base_unit, snapshot.rate_of)
    rows = selected_rows(
        snapshot, base, filters, counted=False, include_inactive=include_inactive, note=note
    )
    return CoverageReport(
        stamp=stamp_of(snapshot, (snapshot.units[row.unit] for row in rows), rate_days),
        by=by,
        rows=rows,
        groups=group_rows(rows, by),
        in_base=base_coverage(rows, by, snapshot.units, base),
        totals=totals(rows, snapshot.base_unit),
    )


def report_offers(
    reader: Reader, within: int = LAPSE_DAYS, rate_days: int = RATE_DAYS
) -> OfferReport:
    """Report what became of each offer by the reader's day."""
    snapshot = reader.snapshot("offer", RATES)
    base = BaseCurrency(snapshot.base_unit, snapshot.rate_of)
    rows = offer_rows(snapshot.offer_facts.values(), snapshot.day, base, within)
    return OfferReport(
        stamp=stamp_of(snapshot, (row.unit for row in rows), rate_days),
        within=within,
        rows=rows,
        base=base,
        snapshot=snapshot,
        not_counted={"not_declared": len(snapshot.offer_facts) - len(rows)},
    )


def report_providers(reader: Reader, rate_days: int = RATE_DAYS) -> ProviderReport:
    """Report what providers promised and delivered by the reader's day."""
    snapshot = reader.snapshot("offer", "deal", "instalment", RATES)
    base = BaseCurrency(snapshot.base_unit, snapshot.rate_of)
    signed_deals = [*_signed_deals(reader, snapshot)]
    rows = provider_rows(
        [(one, snapshot.country_of(one)) for one in snapshot.records("provider").values()],
        [
            PutUp(
                provider=facts.provider.code,
                factor=facts.offer.factor,
                unit=facts.balance.unit,
                amount=facts.balance.required - facts.balance.withdrawn,
            )
            for facts in snapshot.offer_facts.values()
            if facts.balance.quantified
        ],
        signed_deals,
        snapshot.day,
        base,
    )
    return ProviderReport(
        stamp=stamp_of(snapshot, (row.unit for row in rows), rate_days),
        rows=rows,
        signed_deals=signed_deals,
    )


def _signed_deals(reader: Reader, snapshot: Snapshot) -> Iterable[SignedDeal]:
    """Give the deals with something committed or delivered, and when each was last delivered."""
    signed = [
        one for one in snapshot.deals.values() if _amount(one, Stage.COMMITTED, Stage.DELIVERED)
    ]
    days = last_delivery_days(
        reader.connection, [one.deal.code for one in signed], reader.times, snapshot.day
    )
    parts = parts_by_deal(snapshot)
    for one in signed:
        facts = snapshot.offer_facts[one.deal.offer]
        yield SignedDeal(
            deal=one.deal.code,
            provider=facts.provider.code,
            factor=facts.offer.factor,
            unit=facts.balance.unit,
            committed=_amount(one, Stage.COMMITTED),
            delivered=_amount(one, Stage.DELIVERED),
            due_on=one.deal.due_on,
            delivered_on=days.get(one.deal.code),
            parts=parts[one.deal.code],
        )


def _amount(deal: DealBalance, *stages: Stage) -> int:
    return sum(deal.offer.get(stage, 0) for stage in stages)


def report_cities(reader: Reader, rate_days: int = RATE_DAYS) -> CityReport:
    """Report the cities that are in use: their projects, needs and gaps, and what they give."""
    snapshot = reader.snapshot(*PARTS)
    base = BaseCurrency(snapshot.base_unit, snapshot.rate_of)
    needs = gap_rows(snapshot.need_facts.values(), base)
    by_city: dict[str, list[GapRow]] = {}
    for row in needs:
        by_city.setdefault(row.city, []).append(row)
    states = states_by_city(snapshot)
    given = _given(snapshot)
    rows = city_rows(
        (
            CityRecords(
                city=city,
                member=snapshot.is_member(city),
                rows=by_city.get(code, ()),
                states=[*states.get(code, {}).values()],
                given=given.get(code, Given()),
            )
            for code, city in snapshot.records("city").items()
            if not city.withdrawn
        ),
        snapshot.units,
        base,
    )
    closed = sum(one.status not in ACTIVE_STATUSES for one in snapshot.records("project").values())
    return CityReport(
        stamp=stamp_of(snapshot, (snapshot.units[row.unit] for row in needs), rate_days),
        rows=rows,
        not_counted={"closed_projects": closed},
    )


def states_by_city(snapshot: Snapshot) -> dict[str, dict[str, ProjectState]]:
    """Judge the projects that take new deals, by city and code."""
    balances: dict[str, list[Balance]] = {}
    for facts in snapshot.need_facts.values():
        balances.setdefault(facts.project.code, []).append(facts.balance)
    states: dict[str, dict[str, ProjectState]] = {}
    for code, project in snapshot.records("project").items():
        if project.status in ACTIVE_STATUSES:
            states.setdefault(project.city, {})[code] = project_state(balances.get(code, []))
    return states


def _given(snapshot: Snapshot) -> Mapping[str, Given]:
    """Gather what the providers of each city put up and delivered to projects of other cities."""
    offers: dict[str, int] = {}
    deals: dict[str, int] = {}
    delivered: dict[str, list[Amount]] = {}
    for facts in snapshot.offer_facts.values():
        if facts.provider.city is not None and facts.balance.quantified:
            offers[facts.provider.city] = offers.get(facts.provider.city, 0) + 1
    for one in snapshot.deals.values():
        offer, need = snapshot.offer_facts[one.deal.offer], snapshot.need_facts[one.deal.need]
        giver, amount = offer.provider.city, _amount(one, Stage.DELIVERED)
        if giver is not None and amount and need.city.code != giver:
            deals[giver] = deals.get(giver, 0) + 1
            delivered.setdefault(giver, []).append(Amount(amount, offer.balance.unit))
    return {
        city: Given(
            offers=offers.get(city, 0), deals=deals.get(city, 0), delivered=delivered.get(city, ())
        )
        for city in {*offers, *deals}
    }


def stamp_of(snapshot: Snapshot, units: Iterable[Unit], rate_days: int) -> Stamp:
    """Return what a report says of itself, with the rates of its units."""
    base = snapshot.base_unit
    used, without = rates_used(units, base, snapshot.rate_of)
    pairs = [(one.unit, base.code) for one in used]
    return Stamp(
        as_of=snapshot.day,
        known_at=snapshot.known_at,
        base=base,
        rates=used,
        without_rate=without,
        old_rates=old_rates(snapshot.rate_of, pairs, snapshot.day, rate_days),
    )
