"""Proposing: which offers should serve which needs, over a ledger as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.eligibility.counts import EligibleCount, count_eligible, outstanding_by_need
from ledger.eligibility.rules import NeedFacts, units_convert
from ledger.gaps.rows import BaseCurrency
from ledger.matching.build import Built, build
from ledger.matching.open_needs import OpenNeed, leftovers
from ledger.matching.plan import Solution
from ledger.matching.proposal import Proposal, propose
from ledger.solver.options import Effort
from ledger.store.journal.balances import NOW, Times
from ledger.store.session.snapshot import Picture
from ledger.usecases.matching.select import chosen_needs


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
    built: Built
    chosen: frozenset[str] | None = None

    def rate_of(self, need_unit: str, offer_unit: str) -> Decimal | None:
        """Give the offer units that one need unit costs on the day, or None."""
        found = self.picture.rate_of(need_unit, offer_unit)
        return None if found is None else found.rate


@dataclass(frozen=True, slots=True)
class Matched:
    """A pipeline with its solution, and the proposal that says it."""

    pipeline: Pipeline
    solution: Solution
    proposal: Proposal


def read_pipeline(picture: Picture, where: Sequence[str] = ()) -> Pipeline:
    """Read all that matching looks at, while the picture's transaction is open.

    Raises for unknown columns and unreadable filters, and `NothingSelected`.
    """
    base = BaseCurrency(picture.base_unit, picture.rate_of)
    chosen = chosen_needs(picture, base, where)
    built = build(
        picture.need_facts.values(),
        picture.offer_facts.values(),
        picture.day,
        lambda need, offer: _rate(picture, need, offer),
        outstanding_by_need(picture.deals.values()),
        chosen=chosen,
    )
    _ask_for_rates(picture, base)
    return Pipeline(picture, base, built, chosen)


def _ask_for_rates(picture: Picture, base: BaseCurrency) -> None:
    """Find every rate that may be asked for later, when the connection is not there any more."""
    needs = {facts.balance.unit.code: facts.balance.unit for facts in picture.need_facts.values()}
    offers = {facts.balance.unit.code: facts.balance.unit for facts in picture.offer_facts.values()}
    for unit in needs.values():
        base.rate_date(unit)
        for other in offers.values():
            if units_convert(unit, other):
                picture.rate_of(unit.code, other.code)


def solved(pipeline: Pipeline, effort: Effort) -> Matched:
    """Solve a pipeline's problem and say the solution; nothing is read any more."""
    from ledger.solver.solve import solve  # noqa: PLC0415 - the solver takes long to load

    solution = solve(pipeline.built.problem, effort)
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
    return Matched(pipeline, solution, proposal)


def still_open(matched: Matched) -> tuple[OpenNeed, ...]:
    """Give what a proposal leaves open of the projects it was made for, and why."""
    pipeline = matched.pipeline
    picture = pipeline.picture

    def counted(needs: Sequence[NeedFacts]) -> Mapping[str, EligibleCount]:
        return count_eligible(
            needs,
            picture.offer_facts.values(),
            picture.day,
            pipeline.rate_of,
            outstanding_by_need(picture.deals.values()),
        )

    return leftovers(
        pipeline.built, matched.solution.gives, picture.need_facts, pipeline.chosen, counted
    )


def _rate(picture: Picture, need_unit: str, offer_unit: str) -> Decimal | None:
    found = picture.rate_of(need_unit, offer_unit)
    return None if found is None else found.rate
