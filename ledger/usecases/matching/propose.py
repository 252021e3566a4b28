"""Propose which offers should serve which needs, over a ledger as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ledger.eligibility.counts import EligibleCount, count_eligible, outstanding_by_need
from ledger.eligibility.rules import NeedFacts
from ledger.gaps.rows import BaseCurrency
from ledger.matching.build import BuiltProblem, build
from ledger.matching.open_needs import OpenNeed, remaining_needs
from ledger.matching.plan import Solution
from ledger.matching.proposal import Proposal, propose
from ledger.solver.options import SolverOptions
from ledger.store.journal.balances import NOW, Times
from ledger.store.session.snapshot import RATES, Reader, Snapshot
from ledger.usecases.matching.select import selected_needs

MATCHED: Final = ("need", "offer", "deal", RATES)
"""The parts of a snapshot that matching looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchQuery:
    """The query of a matching: filters of the gap report such as `office=asia`, and two times."""

    where: Sequence[str] = ()
    times: Times = NOW


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What is matched: a snapshot, and the problem built from it, so that solving keeps no lock.

    `selected` are the needs that were selected, None for all.
    """

    snapshot: Snapshot
    base: BaseCurrency
    built: BuiltProblem
    selected: frozenset[str] | None = None

    def rate_of(self, need_unit: str, offer_unit: str) -> Decimal | None:
        """Return the offer units that one need unit costs on the day, or None."""
        rate = self.snapshot.rate_of(need_unit, offer_unit)
        return None if rate is None else rate.rate


@dataclass(frozen=True, slots=True)
class MatchResult:
    """A pipeline with its solution, and the proposal in terms of the ledger."""

    pipeline: Pipeline
    solution: Solution
    proposal: Proposal


def read_pipeline(reader: Reader, snapshot: Snapshot, where: Sequence[str] = ()) -> Pipeline:
    """Build the problem of a snapshot of the `MATCHED` parts over the needs that filters keep.

    Raises for unknown columns and unreadable filters, and `NothingSelected`.
    """
    return build_pipeline(snapshot, selected_needs(reader, snapshot, where))


def build_pipeline(snapshot: Snapshot, selected: frozenset[str] | None = None) -> Pipeline:
    """Build the problem of a snapshot over the selected needs, None for all."""
    built = build(
        snapshot.need_facts.values(),
        snapshot.offer_facts.values(),
        snapshot.day,
        lambda need, offer: _rate(snapshot, need, offer),
        outstanding_by_need(snapshot.deals.values()),
        selected=selected,
    )
    base = BaseCurrency(snapshot.base_unit, snapshot.rate_of)
    return Pipeline(snapshot, base, built, selected)


def solve_pipeline(pipeline: Pipeline, options: SolverOptions) -> MatchResult:
    """Solve the problem of a pipeline and express the solution; nothing is read."""
    from ledger.solver.solve import solve  # noqa: PLC0415 - the solver takes long to load

    solution = solve(pipeline.built.problem, options)
    snapshot = pipeline.snapshot
    proposal = propose(
        pipeline.built,
        solution,
        snapshot.need_facts,
        snapshot.offer_facts,
        snapshot.day,
        pipeline.rate_of,
        pipeline.base,
    )
    return MatchResult(pipeline, solution, proposal)


def open_needs(match_result: MatchResult) -> tuple[OpenNeed, ...]:
    """Return the needs that a proposal leaves open in its projects, and why."""
    pipeline = match_result.pipeline
    snapshot = pipeline.snapshot

    def count_offers(needs: Sequence[NeedFacts]) -> Mapping[str, EligibleCount]:
        return count_eligible(
            needs,
            snapshot.offer_facts.values(),
            snapshot.day,
            pipeline.rate_of,
            outstanding_by_need(snapshot.deals.values()),
        )

    return remaining_needs(
        pipeline.built,
        match_result.solution.allocations,
        snapshot.need_facts,
        pipeline.selected,
        count_offers,
    )


def _rate(snapshot: Snapshot, need_unit: str, offer_unit: str) -> Decimal | None:
    rate = snapshot.rate_of(need_unit, offer_unit)
    return None if rate is None else rate.rate
