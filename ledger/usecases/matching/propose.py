"""Propose which offers should serve which needs, over a ledger as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from ledger.approaches.pauses import NO_PAUSES, PAUSED, Pauses, a_year_before, pauses_on
from ledger.core.filters import Note, no_note
from ledger.eligibility.counts import outstanding_by_need
from ledger.eligibility.rules import Failure, NeedFacts, OfferFacts
from ledger.gaps.rows import BaseCurrency
from ledger.matching.baseline import Baseline, StoredBaseline, baseline_of
from ledger.matching.build import BuiltProblem, build
from ledger.matching.limits import NO_LIMITS, GivenLimits
from ledger.matching.line_changes import LineChanges, line_changes, without_baseline
from ledger.matching.open_needs import OpenNeed, PausedPair, remaining_needs
from ledger.matching.pairs import PairFacts
from ledger.matching.plan import Solution
from ledger.matching.problem import MatchingProblem
from ledger.matching.proposal import Proposal, propose
from ledger.matching.reserves import LineReserve
from ledger.matching.stored import in_error_failure
from ledger.rates.rates import RATE_DAYS, plain_rates
from ledger.solver.options import CHURN, SolverOptions
from ledger.store.journal.balances import NOW, Times
from ledger.store.journal.releases import reasoned_releases
from ledger.store.limits import placed_in_year
from ledger.store.proposals import introduced_since, last_proposal
from ledger.store.session.snapshot import RATES, Reader, Snapshot
from ledger.usecases.eligible_offers import count
from ledger.usecases.matching.select import selected_needs

MATCHED: Final = ("need", "offer", "deal", "approach", "limit", RATES)
"""The parts of a snapshot that matching looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchQuery:
    """The query of a matching: filters of the gap report such as `office=asia`, and two times."""

    where: Sequence[str] = ()
    times: Times = NOW
    note: Note = no_note
    rate_days: int = RATE_DAYS
    again: bool = False
    """Pairs that were declined, or released with a reason, are proposed all the same."""
    fresh: bool = False
    """Stored proposals are ignored: there is no baseline."""
    churn: Fraction = CHURN
    """The share of coverage that may be given up so that fewer lines change."""
    reserves: bool = False
    """A second-best offer is named for each line."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What is matched: needs and offers of a snapshot or a scenario, and their problem.

    `selected` are the needs that were selected, None for all.
    """

    snapshot: Snapshot
    needs: Mapping[str, NeedFacts]
    offers: Mapping[str, OfferFacts]
    base: BaseCurrency
    built: BuiltProblem
    selected: frozenset[str] | None = None
    pauses: Pauses = NO_PAUSES
    stored_baseline: StoredBaseline | None = None
    churn: Fraction = CHURN
    limits: GivenLimits = NO_LIMITS


@dataclass(frozen=True, slots=True)
class MatchResult:
    """A pipeline with its solution, the proposal in terms of the ledger, and what changed."""

    pipeline: Pipeline
    solution: Solution
    proposal: Proposal
    line_changes: LineChanges


def read_pipeline(reader: Reader, snapshot: Snapshot, query: MatchQuery) -> Pipeline:
    """Build the problem of a snapshot of the `MATCHED` parts over the needs that filters keep.

    Raises for unknown columns and unreadable filters.
    """
    selected = selected_needs(reader, snapshot, query.where, query.note)
    pauses = NO_PAUSES if query.again else read_pauses(reader, snapshot)
    return build_pipeline(
        snapshot,
        selected,
        pauses=pauses,
        stored_baseline=None if query.fresh else read_baseline(reader, snapshot, query),
        churn=query.churn,
        limits=read_limits(reader, snapshot),
    )


def read_baseline(reader: Reader, snapshot: Snapshot, query: MatchQuery) -> StoredBaseline | None:
    """Read the last stored proposal of the same filters, if there is one."""
    connection, times = reader.connection, snapshot.times
    stored = last_proposal(connection, query.where, snapshot.day, times)
    if stored is None:
        return None
    return StoredBaseline(stored, introduced_since(connection, stored.solved_on, times))


def read_limits(reader: Reader, snapshot: Snapshot) -> GivenLimits:
    """Read the limits and what is placed under them, where there are any."""
    limits = tuple(snapshot.records("limit").values())
    if not limits:
        return NO_LIMITS
    of_year: Mapping[str, int] = {}
    if any(one.per == "year" for one in limits):
        times = replace(snapshot.times, as_of=snapshot.day)
        of_year = placed_in_year(reader.connection, snapshot.day.year, times)
    deals = tuple(snapshot.deals.values())
    return GivenLimits(limits, deals, snapshot.units, snapshot.base_unit, of_year)


def read_pauses(reader: Reader, snapshot: Snapshot) -> Pauses:
    """Read the pairs that are not proposed on the day: declined, or released with a reason."""
    since = a_year_before(snapshot.day)
    given = {
        code: one.deal.not_before
        for code, one in snapshot.deals.items()
        if one.deal.not_before is not None
    }
    releases = reasoned_releases(reader.connection, snapshot.times, since, given)
    return pauses_on(snapshot.day, snapshot.records("approach").values(), releases)


def build_pipeline(
    snapshot: Snapshot,
    selected: frozenset[str] | None = None,
    *,
    needs: Mapping[str, NeedFacts] | None = None,
    offers: Mapping[str, OfferFacts] | None = None,
    pauses: Pauses = NO_PAUSES,
    stored_baseline: StoredBaseline | None = None,
    churn: Fraction = CHURN,
    limits: GivenLimits = NO_LIMITS,
) -> Pipeline:
    """Build the problem of a snapshot, or of a scenario's needs and offers.

    It is over the selected needs, None for all, and leaves the paused pairs out. It is solved near
    a stored baseline where there is one.
    """
    needs = snapshot.need_facts if needs is None else needs
    offers = snapshot.offer_facts if offers is None else offers
    built = build(
        needs.values(),
        offers.values(),
        snapshot.day,
        plain_rates(snapshot.rate_of),
        outstanding_by_need(snapshot.deals.values()),
        selected=selected,
        paused=pauses.providers_by_need(),
        limits=limits,
    )
    base = BaseCurrency(snapshot.base_unit, snapshot.rate_of)
    return Pipeline(
        snapshot, needs, offers, base, built, selected, pauses, stored_baseline, churn, limits
    )


def solve_pipeline(pipeline: Pipeline, options: SolverOptions) -> MatchResult:
    """Solve the problem of a pipeline and express the solution; nothing is read."""
    problem = pipeline.built.problem
    baseline = _baseline(pipeline)
    solution = _solution(problem, baseline, pipeline.churn, options)
    proposal = propose(
        pipeline.built,
        solution,
        pipeline.needs,
        pipeline.offers,
        pipeline.snapshot.day,
        plain_rates(pipeline.snapshot.rate_of),
        pipeline.base,
        pipeline.limits.units,
    )
    changes = (
        without_baseline(proposal.lines)
        if baseline is None
        else line_changes(problem, baseline, proposal.lines)
    )
    return MatchResult(pipeline, solution, proposal, changes)


def _solution(
    problem: MatchingProblem,
    baseline: Baseline | None,
    churn: Fraction,
    options: SolverOptions,
) -> Solution:
    if baseline is None:
        from ledger.solver.solve import solve  # noqa: PLC0415 - the solver takes long to load

        return solve(problem, options)
    from ledger.solver.stability import solve_near  # noqa: PLC0415 - as above

    return solve_near(problem, baseline.plan, churn, options)


def _baseline(pipeline: Pipeline) -> Baseline | None:
    """Return the baseline as a plan of the problem of a pipeline."""
    if pipeline.stored_baseline is None:
        return None
    outstanding = outstanding_by_need(pipeline.snapshot.deals.values())
    rate_of = plain_rates(pipeline.snapshot.rate_of)

    def why_not(need_code: str, offer_code: str) -> tuple[Failure, ...]:
        need, offer = pipeline.needs.get(need_code), pipeline.offers.get(offer_code)
        if need is None or offer is None:
            return (in_error_failure(need_code if need is None else offer_code),)
        rate = rate_of(need.balance.unit.code, offer.balance.unit.code)
        return PairFacts(
            need,
            offer,
            pipeline.snapshot.day,
            rate,
            outstanding.get(need_code, {}),
            pipeline.pauses.of(need_code, offer.provider.code),
        ).failures()

    return baseline_of(pipeline.stored_baseline, pipeline.built.problem, why_not)


def line_reserves(match_result: MatchResult) -> tuple[LineReserve | None, ...]:
    """Return the reserve of each line of a proposal. Raises `TooManyReserves`."""
    from ledger.solver.reserves import reserves_of  # noqa: PLC0415 - as above

    problem = match_result.pipeline.built.problem
    plan = sorted(match_result.solution.allocations)  # in the order of the lines
    return tuple(
        None if one is None else LineReserve(problem.offers[one.offer].code, one.shared, one.enough)
        for one in reserves_of(problem, plan)
    )


def open_needs(match_result: MatchResult) -> tuple[OpenNeed, ...]:
    """Return the needs that a proposal leaves open in its projects, and why."""
    pipeline = match_result.pipeline
    return remaining_needs(
        pipeline.built,
        match_result.solution.allocations,
        pipeline.needs,
        pipeline.selected,
        lambda needs: count(pipeline.snapshot, needs),
        _paused_pair(pipeline),
    )


def _paused_pair(pipeline: Pipeline) -> PausedPair:
    """Give what says which offer nothing but a pause keeps from a need, and until when."""
    paused = pipeline.pauses.providers_by_need()
    by_provider: dict[str, list[OfferFacts]] = {}
    for offer in pipeline.offers.values() if paused else ():
        by_provider.setdefault(offer.provider.code, []).append(offer)
    outstanding = outstanding_by_need(pipeline.snapshot.deals.values()) if paused else {}
    rate_of = plain_rates(pipeline.snapshot.rate_of)

    def say(need: NeedFacts) -> str | None:
        code, day = need.need.code, pipeline.snapshot.day
        for provider in sorted(paused.get(code, ())):
            why = pipeline.pauses.of(code, provider)
            for offer in by_provider.get(provider, ()):
                rate = rate_of(need.balance.unit.code, offer.balance.unit.code)
                pair = PairFacts(need, offer, day, rate, outstanding.get(code, {}), why)
                if [one.rule for one in pair.failures()] == [PAUSED]:
                    return f"{offer.offer.code}: {why}"
        return None

    return say
