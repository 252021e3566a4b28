"""The overview: one page on the whole ledger, gathered in one reading at two times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.approaches.pipeline import StageRow, need_counts, stage_rows
from ledger.core.factors import Factor
from ledger.gaps.completeness import ProjectState, project_state
from ledger.gaps.groups import GroupRow, group_rows
from ledger.gaps.rows import BaseCurrency, GapRow, gap_rows
from ledger.journal.balance import Balance
from ledger.rates.rates import RATE_DAYS
from ledger.registers.records import ACTIVE_STATUSES, City, Project
from ledger.store.journal.balances import NOW, Times
from ledger.store.session.ledger import Ledger
from ledger.store.session.snapshot import Reader, Snapshot
from ledger.summaries.coverage import BaseCoverage, base_coverage
from ledger.summaries.offers import LAPSE_DAYS, OfferRow, OfferTotal, Use, offer_rows, offer_totals
from ledger.usecases.approaches.pipeline import report_pipeline
from ledger.usecases.eligible_offers import count
from ledger.usecases.gap_trend import GapTrend, NoNightInSpan, TrendQuery, gap_trend
from ledger.usecases.summaries import PARTS, Stamp, stamp_of

MOST_GAPS: Final = 10
"""How many of the largest gaps of money are listed, and of each other unit half as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectLine:
    """A project that is complete, with its city."""

    project: Project
    city: City
    needs: int
    covered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The counts that stand first; money is in `money`, in the base currency."""

    cities: int
    projects: int
    complete: int
    covered: int
    needs: int
    needs_covered: int
    unknown: int
    providers: int
    offers: int
    lapsing: int
    idle: int
    deals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything the page shows; `places` has the money of each office and each country.

    `trend` is None where no night recorded the gaps, or where the moment known is asked for.
    """

    stamp: Stamp
    headline: Headline
    money: BaseCoverage | None
    groups: list[GroupRow]
    in_base: list[BaseCoverage]
    places: Mapping[str, list[BaseCoverage]]
    needs_by_place: Mapping[str, Mapping[str, tuple[int, int]]]
    offers: list[OfferTotal]
    trend: GapTrend | None
    stages: list[StageRow]
    asked: Mapping[str, int]
    largest: list[GapRow]
    complete: list[ProjectLine]
    cities: Mapping[str, City]
    offices: Mapping[str, str]
    not_counted: Mapping[str, int]


PLACES: Final = ("office", "country")
"""The places by which gaps are added up."""


def read_overview(ledger: Ledger, times: Times = NOW, rate_days: int = RATE_DAYS) -> Overview:
    """Read the overview at two times."""
    trend = None if times.known_at is not None else _trend(ledger, times)
    with ledger.reader(times) as reader:
        return _gathered(reader, trend, rate_days)


def _trend(ledger: Ledger, times: Times) -> GapTrend | None:
    """Return the coverage by factor on the last night of each month, if there was a night."""
    query = TrendQuery(by=("factor",), last=times.as_of, every="month")
    try:
        return gap_trend(ledger, query)
    except NoNightInSpan:
        return None


def _gathered(reader: Reader, trend: GapTrend | None, rate_days: int) -> Overview:
    snapshot = reader.snapshot(*PARTS)
    base = BaseCurrency(snapshot.base_unit, snapshot.rate_of)
    rows = gap_rows(snapshot.need_facts.values(), base)
    offers = offer_rows(snapshot.offer_facts.values(), snapshot.day, base, LAPSE_DAYS)
    states = _states(snapshot)
    pipeline = report_pipeline(reader)
    money = base_coverage(rows, ("factor",), snapshot.units, base)
    in_base = base_coverage(rows, ("factor", "sector"), snapshot.units, base)
    units = {row.unit for row in rows} | {row.unit.code for row in offers}
    return Overview(
        stamp=stamp_of(snapshot, (snapshot.units[code] for code in units), rate_days),
        headline=_headline(snapshot, rows, offers, states),
        money=money[0] if money else None,
        groups=group_rows(rows, ("factor", "sector")),
        in_base=in_base,
        places={name: base_coverage(rows, (name,), snapshot.units, base) for name in PLACES},
        needs_by_place={name: _needs_by(rows, name) for name in PLACES},
        offers=offer_totals(offers, base),
        trend=trend,
        stages=[*stage_rows(pipeline.cases)],
        asked=need_counts(pipeline.needs, pipeline.cases)._asdict(),
        largest=_with_obstacles(snapshot, largest_gaps(rows)),
        complete=_complete(snapshot, states),
        cities=snapshot.records("city"),
        offices={code: one.name for code, one in snapshot.records("office").items()},
        not_counted={
            "amount_not_known": sum(row.required is None for row in rows),
            "without_rate": sum(one.without_rate for one in in_base),
            "closed_projects": sum(
                one.status not in ACTIVE_STATUSES for one in snapshot.records("project").values()
            ),
            "withdrawn_approaches": pipeline.not_counted["withdrawn"],
        },
    )


def _headline(
    snapshot: Snapshot,
    rows: Sequence[GapRow],
    offers: Sequence[OfferRow],
    states: Mapping[str, ProjectState],
) -> Headline:
    uses = Counter(row.use for row in offers)
    cities = snapshot.records("city").values()
    return Headline(
        cities=sum(not one.withdrawn and snapshot.is_member(one) for one in cities),
        projects=len(states),
        complete=sum(one.complete for one in states.values()),
        covered=sum(one.covered for one in states.values()),
        needs=len(rows),
        needs_covered=sum(row.gap == 0 for row in rows),
        unknown=sum(row.required is None for row in rows),
        providers=sum(not one.withdrawn for one in snapshot.records("provider").values()),
        offers=len(offers),
        lapsing=uses[Use.LAPSING],
        idle=uses[Use.IDLE],
        deals=sum(any(one.need.values()) for one in snapshot.deals.values()),
    )


def _states(snapshot: Snapshot) -> dict[str, ProjectState]:
    """Judge every project by its needs."""
    balances: dict[str, list[Balance]] = {code: [] for code in snapshot.records("project")}
    for facts in snapshot.need_facts.values():
        balances[facts.project.code].append(facts.balance)
    return {code: project_state(every) for code, every in balances.items()}


def _needs_by(rows: Sequence[GapRow], column: str) -> dict[str, tuple[int, int]]:
    """Count the needs of each place, and those that are covered."""
    counts: dict[str, tuple[int, int]] = {}
    for row in rows:
        place = str(row.cell(column))
        needs, covered = counts.get(place, (0, 0))
        counts[place] = needs + 1, covered + (row.gap == 0)
    return counts


def largest_gaps(rows: Sequence[GapRow], most: int = MOST_GAPS) -> list[GapRow]:
    """Return the largest gaps: of money in the base currency, then of each other unit.

    Money without a rate cannot be compared, and is left out.
    """
    lacking = [row for row in rows if row.gap]
    money = [row for row in lacking if row.gap_base is not None]
    chosen = sorted(money, key=lambda row: (-(row.gap_base or 0), row.need))[:most]
    order = list(Factor)
    others: dict[tuple[int, str], list[GapRow]] = {}
    for row in lacking:
        if row.factor is not Factor.MONEY:
            others.setdefault((order.index(row.factor), row.unit), []).append(row)
    for key in sorted(others):
        chosen += sorted(others[key], key=lambda row: (-(row.gap or 0), row.need))[: most // 2]
    return chosen


def _with_obstacles(snapshot: Snapshot, rows: Sequence[GapRow]) -> list[GapRow]:
    counts = count(snapshot, [snapshot.need_facts[row.need] for row in rows])
    return [row.counted(counts[row.need]) for row in rows]


def _complete(snapshot: Snapshot, states: Mapping[str, ProjectState]) -> list[ProjectLine]:
    projects, cities = snapshot.records("project"), snapshot.records("city")
    needs = Counter(facts.project.code for facts in snapshot.need_facts.values())
    return [
        ProjectLine(
            project=projects[code],
            city=cities[projects[code].city],
            needs=needs[code],
            covered=state.covered,
        )
        for code, state in sorted(states.items())
        if state.complete
    ]
