"""Propose which offers should serve which needs, over a ledger as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.approaches.pauses import NO_PAUSES, Pauses, a_year_before, pauses_on
from ledger.core.filters import Note, no_note
from ledger.eligibility.counts import outstanding_by_need
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.gaps.rows import BaseCurrency
from ledger.matching.build import BuiltProblem, build
from ledger.matching.open_needs import OpenNeed, remaining_needs
from ledger.matching.plan import Solution
from ledger.matching.proposal import Proposal, propose
from ledger.rates.rates import RATE_DAYS, plain_rates
from ledger.solver.options import SolverOptions
from ledger.store.journal.balances import NOW, Times
from ledger.store.journal.releases import reasoned_releases
from ledger.store.session.snapshot import RATES, Reader, Snapshot
from ledger.usecases.gaps import count
from ledger.usecases.matching.select import selected_needs

MATCHED: Final = ("need", "offer", "deal", "approach", RATES)
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


@dataclass(frozen=True, slots=True)
class MatchResult:
    """A pipeline with its solution, and the proposal in terms of the ledger."""

    pipeline: Pipeline
    solution: Solution
    proposal: Proposal


def read_pipeline(reader: Reader, snapshot: Snapshot, query: MatchQuery) -> Pipeline:
    """Build the problem of a snapshot of the `MATCHED` parts over the needs that filters keep.

    Raises for unknown columns and unreadable filters.
    """
    selected = selected_needs(reader, snapshot, query.where, query.note)
    pauses = NO_PAUSES if query.again else read_pauses(reader, snapshot)
    return build_pipeline(snapshot, selected, pauses=pauses)


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
) -> Pipeline:
    """Build the problem of a snapshot, or of a scenario's needs and offers.

    It is over the selected needs, None for all, and leaves the paused pairs out.
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
    )
    base = BaseCurrency(snapshot.base_unit, snapshot.rate_of)
    return Pipeline(snapshot, needs, offers, base, built, selected, pauses)


def solve_pipeline(pipeline: Pipeline, options: SolverOptions) -> MatchResult:
    """Solve the problem of a pipeline and express the solution; nothing is read."""
    from ledger.solver.solve import solve  # noqa: PLC0415 - the solver takes long to load

    solution = solve(pipeline.built.problem, options)
    proposal = propose(
        pipeline.built,
        solution,
        pipeline.needs,
        pipeline.offers,
        pipeline.snapshot.day,
        plain_rates(pipeline.snapshot.rate_of),
        pipeline.base,
    )
    return MatchResult(pipeline, solution, proposal)


def open_needs(match_result: MatchResult) -> tuple[OpenNeed, ...]:
    """Return the needs that a proposal leaves open in its projects, and why."""
    pipeline = match_result.pipeline
    return remaining_needs(
        pipeline.built,
        match_result.solution.allocations,
        pipeline.needs,
        pipeline.selected,
        lambda needs: count(pipeline.snapshot, needs),
    )
