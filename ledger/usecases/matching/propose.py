"""Proposing: which offers should serve which needs, over a ledger as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.eligibility.counts import EligibleCount, count_eligible, outstanding_by_need
from ledger.eligibility.rules import NeedFacts, units_convert
from ledger.gaps.rows import BaseCurrency
from ledger.matching.build import BuiltProblem, build
from ledger.matching.open_needs import OpenNeed, remaining_needs
from ledger.matching.plan import Solution
from ledger.matching.proposal import Proposal, propose
from ledger.solver.options import SolverOptions
from ledger.store.journal.balances import NOW, Times
from ledger.store.session.snapshot import Picture
from ledger.usecases.matching.select import selected_needs


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchQuery:
    """What to match: filters of the gap report such as `office=asia`, and the two times."""

    where: Sequence[str] = ()
    times: Times = NOW


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What is matched: a picture whose parts are read, and the problem built from them.

    It outlives the picture's transaction, so that solving keeps no lock. `chosen` are the needs
    that were selected, None for all.
    """

    picture: Picture
    base: BaseCurrency
    built: BuiltProblem
    selected: frozenset[str] | None = None

    def rate_of(self, need_unit: str, offer_unit: str) -> Decimal | None:
        """Give the offer units that one need unit costs on the day, or None."""
        rate = self.picture.rate_of(need_unit, offer_unit)
        return None if rate is None else rate.rate


@dataclass(frozen=True, slots=True)
class MatchResult:
    """A pipeline with its solution, and the proposal that says it."""

    pipeline: Pipeline
    solution: Solution
    proposal: Proposal


def read_pipeline(picture: Picture, where: Sequence[str] = ()) -> Pipeline:
    """Read all that matching looks at, while the picture's transaction is open.

    Raises for unknown columns and unreadable filters, and `NothingSelected`.
    """
    base = BaseCurrency(picture.base_unit, picture.rate_of)
    selected = selected_needs(picture, base, where)
    built = build(
        picture.need_facts.values(),
        picture.offer_facts.values(),
        picture.day,
        lambda need, offer: _rate(picture, need, offer),
        outstanding_by_need(picture.deals.values()),
        selected=selected,
    )
    _preload_rates(picture, base)
    return Pipeline(picture, base, built, selected)


def _preload_rates(picture: Picture, base: BaseCurrency) -> None:
    """Find every rate that may be asked for later, when the connection is not there any more."""
    needs = {facts.balance.unit.code: facts.balance.unit for facts in picture.need_facts.values()}
    offers = {facts.balance.unit.code: facts.balance.unit for facts in picture.offer_facts.values()}
    for unit in needs.values():
        base.rate_date(unit)
        for other in offers.values():
            if units_convert(unit, other):
                picture.rate_of(unit.code, other.code)


def solve_pipeline(pipeline: Pipeline, options: SolverOptions) -> MatchResult:
    """Solve a pipeline's problem and say the solution; nothing is read any more."""
    from ledger.solver.solve import solve  # noqa: PLC0415 - the solver takes long to load

    solution = solve(pipeline.built.problem, options)
    picture = pipeline.picture
    proposal = propose(
        pipeline.built,
        solution,
        picture.need_facts,
        picture.offer_facts,
        picture.day,
        pipeline.rate_of,
        pipeline.base,
    )
    return MatchResult(pipeline, solution, proposal)


def open_needs(match_result: MatchResult) -> tuple[OpenNeed, ...]:
    """Give what a proposal leaves open of the projects it was made for, and why."""
    pipeline = match_result.pipeline
    picture = pipeline.picture

    def count_offers(needs: Sequence[NeedFacts]) -> Mapping[str, EligibleCount]:
        return count_eligible(
            needs,
            picture.offer_facts.values(),
            picture.day,
            pipeline.rate_of,
            outstanding_by_need(picture.deals.values()),
        )

    return remaining_needs(
        pipeline.built,
        match_result.solution.allocations,
        picture.need_facts,
        pipeline.selected,
        count_offers,
    )


def _rate(picture: Picture, need_unit: str, offer_unit: str) -> Decimal | None:
    rate = picture.rate_of(need_unit, offer_unit)
    return None if rate is None else rate.rate
