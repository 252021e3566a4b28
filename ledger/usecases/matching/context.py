"""The context of an explanation: today's proposal, and variants of its problem."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

from ledger.approaches.pauses import NO_PAUSES, Pauses
from ledger.eligibility.counts import outstanding_by_need
from ledger.eligibility.rules import NeedFacts, OfferFacts, brief
from ledger.eligibility.verdict import nearest_first
from ledger.matching.caps import CapsOfPlan
from ledger.matching.explain import PairRow, Receiver
from ledger.matching.near_misses import single_changes
from ledger.matching.pairs import PairFacts
from ledger.matching.plan import PlanIndex, Solution
from ledger.matching.problem import MatchingProblem
from ledger.matching.sequence import comes_after
from ledger.rates.rates import plain_rates
from ledger.solver.options import SolverOptions
from ledger.store.session.snapshot import Snapshot
from ledger.usecases.matching.propose import MatchResult

_MOST_NAMED = 2
_CLOSED = frozenset({"placed", "sequence", "condition"})
"""The reasons for which an offer gives a need nothing more whatever limits leave."""


class ExplanationContext:
    """Today's proposal of a pipeline, and the solver for its variants.

    `proven` turns false with the first solution whose level 1 is not proven.
    """

    def __init__(self, match_result: MatchResult, options: SolverOptions) -> None:
        """Take today's proposal; variants are solved with the same options."""
        self.match_result = match_result
        self.problem = match_result.pipeline.built.problem
        self.today = match_result.solution
        self.plan = PlanIndex(self.problem, self.today.allocations)
        self.proven = _proven(self.today)
        self._effort = options

    @property
    def snapshot(self) -> Snapshot:
        """The registers, balances and rates that the proposal was made from."""
        return self.match_result.pipeline.snapshot

    def solve(self, problem: MatchingProblem) -> Solution:
        """Solve a variant of the problem."""
        from ledger.solver.solve import solve  # noqa: PLC0415 - the solver takes long to load

        solution = solve(problem, self._effort)
        self.proven = self.proven and _proven(solution)
        return solution

    def allocated_to(self, need: int | None) -> int:
        """Return what a need gets in today's proposal; nothing where it takes no part."""
        return 0 if need is None else self.problem.needs[need].open - self.plan.open_amounts[need]

    def needs_of(self, project: str) -> list[NeedFacts]:
        """Return the needs of a project, by code."""
        rows = self.snapshot.needs_of(project)
        return sorted(rows, key=lambda facts: facts.need.code)

    def rows(self, pairs: Iterable[PairFacts], *, by_offer: bool) -> tuple[PairRow, ...]:
        """Return a row for each pair: its allocation and what limits it, nearest first."""
        rows = [self._row(pair) for pair in pairs]
        return tuple(sorted(rows, key=lambda row: _row_key(row, by_offer=by_offer)))

    def _row(self, pair: PairFacts) -> PairRow:
        failures = pair.failures()
        offer = self.plan.offer_index.get(pair.offer.offer.code)
        need = self.plan.need_index.get(pair.need.need.code)
        remaining = pair.offer.balance.free if offer is None else self.plan.free_amounts[offer]
        row = PairRow(
            pair=pair,
            failures=failures,
            changes=single_changes(pair) if failures else (),
            need_amount=0,
            offer_amount=0,
            offer_remaining=remaining,
            reason="fails" if failures else "apart",
            why="; ".join(failure.sentence for failure in failures),
            receivers=() if offer is None else self._receivers(offer, need),
        )
        if need is None or offer is None or failures:
            return row
        if self.problem.needs[need].blocked:
            waits = f"the need waits: {comes_after(pair.need.need.after)}"
            return replace(row, reason="sequence", why=waits)
        if self.problem.limits(need, offer) is None:
            return row
        return self._with_allocation(row, need, offer)

    def _with_allocation(self, row: PairRow, need: int, offer: int) -> PairRow:
        reason = self.plan.why_no_more(need, offer)
        need_amount = self.plan.amounts.get((need, offer), 0)
        ratio = self.problem.ratio(need, offer)
        assert ratio is not None
        row = replace(
            row, need_amount=need_amount, offer_amount=ratio.to_offer(need_amount), reason=reason
        )
        cap = None if reason in _CLOSED else self._caps.reached(need, offer)
        if cap is not None:
            return replace(row, reason="limit", why=f"limit {cap} leaves no more")
        return replace(row, why=why_no_more(row))

    @cached_property
    def _caps(self) -> CapsOfPlan:
        """Which caps the plan has reached."""
        return CapsOfPlan(self.problem, self.plan.allocations)

    def _receivers(self, offer: int, excluded_need: int | None) -> tuple[Receiver, ...]:
        problem = self.problem
        return tuple(
            Receiver(
                need=problem.needs[allocation.need].code,
                project=problem.projects[problem.needs[allocation.need].project].code,
                amount=self.plan.offer_amount(allocation),
                weight=problem.projects[problem.needs[allocation.need].project].weight,
                complete=self.plan.ends_complete(allocation.need),
            )
            for allocation in self.plan.allocations_by(offer)
            if allocation.need != excluded_need
        )


def pair_facts(
    snapshot: Snapshot,
    needs: Iterable[NeedFacts],
    offers: Iterable[OfferFacts],
    pauses: Pauses = NO_PAUSES,
) -> list[PairFacts]:
    """Pair needs and offers of one factor with their rates, and say which are paused."""
    outstanding = outstanding_by_need(snapshot.deals.values())
    rate_of = plain_rates(snapshot.rate_of)
    all_offers = list(offers)
    return [
        PairFacts(
            need,
            offer,
            snapshot.day,
            rate_of(need.balance.unit.code, offer.balance.unit.code),
            outstanding.get(need.need.code, {}),
            pauses.of(need.need.code, offer.provider.code),
        )
        for need in needs
        for offer in all_offers
        if need.need.factor is offer.offer.factor
    ]


def why_no_more(row: PairRow) -> str:
    """Return what keeps an eligible offer from giving a need more."""
    if row.reason == "placed":
        return "" if row.need_amount else "the need is placed without it"
    offer = row.pair.offer
    remaining = f"{brief(row.offer_remaining, offer.balance.unit)} of it is left"
    smallest = offer.offer.min_ticket
    ticket = "" if smallest is None else f" of {brief(smallest, offer.balance.unit)}"
    texts = {
        "sequence": f"the need waits: {comes_after(row.pair.need.need.after)}",
        "condition": "gives only where the project ends complete",
        "largest": "its maximum ticket or share of this need is reached",
        "elsewhere": f"gives {describe_receivers(row)}",
        "spent": "gives all it has",
        "smallest": f"{remaining}; more would be below its minimum ticket{ticket}",
        "whole": f"{remaining}; the need is indivisible",
        "spare": f"{remaining}: this proposal is not proven the best",
    }
    return texts[row.reason]


def describe_receivers(row: PairRow) -> str:
    """Name the needs that the offer serves instead: the largest first, the others counted."""
    unit = row.pair.offer.balance.unit
    named = [
        f"{brief(one.amount, unit)} to {_receiver(one)}" for one in row.receivers[:_MOST_NAMED]
    ]
    more = len(row.receivers) - len(named)
    return ", ".join(named) + (f" and to {more} more" if more else "")


def _receiver(one: Receiver) -> str:
    completes = "completes " if one.complete else ""
    return f"{one.need} ({completes}{one.project}, weight {one.weight})"


def _row_key(row: PairRow, *, by_offer: bool) -> tuple[object, ...]:
    code = row.pair.offer.offer.code if by_offer else row.pair.need.need.code
    fails = nearest_first(row.failures, code)
    return (fails[0], row.need_amount == 0, *fails[1:])


def _proven(solution: Solution) -> bool:
    return solution.complete.value == solution.complete.bound
