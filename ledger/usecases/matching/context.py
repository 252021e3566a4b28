"""What an explanation looks at: today's proposal, and other problems solved to prove a point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ledger.eligibility.counts import Outstanding, outstanding_by_need
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.matching.explain import Outcome, PairRow, Receiver
from ledger.matching.near_misses import single_changes
from ledger.matching.pairs import NOTHING_BETWEEN, Pair, brief, nearest_first
from ledger.matching.plan import Solution
from ledger.matching.problem import Problem
from ledger.solver.options import Effort
from ledger.store.session.snapshot import Picture
from ledger.usecases.matching.propose import Matched

_MOST_NAMED = 2


class Scene:
    """Today's proposal over a pipeline, and the solver for what is proven beside it.

    `proven` turns false with the first solution that is not proven the best on level 1.
    """

    def __init__(self, matched: Matched, effort: Effort) -> None:
        """Take today's proposal; later solving gets the same effort."""
        self.matched = matched
        self.problem = matched.pipeline.built.problem
        self.today = matched.solution
        self.outcome = Outcome(self.problem, self.today.gives)
        self.proven = _proven(self.today)
        self._effort = effort

    @property
    def picture(self) -> Picture:
        """The registers and standings; only what was read before solving may be asked."""
        return self.matched.pipeline.picture

    def solve(self, problem: Problem) -> Solution:
        """Solve another problem."""
        from ledger.solver.solve import solve  # noqa: PLC0415 - the solver takes long to load

        solution = solve(problem, self._effort)
        self.proven = self.proven and _proven(solution)
        return solution

    def needs_of(self, project: str) -> list[NeedFacts]:
        """Give the needs of a project, by code."""
        found = self.picture.needs_of(project)
        return sorted(found, key=lambda facts: facts.need.code)

    def rows(self, pairs: Iterable[Pair], *, by_offer: bool) -> tuple[PairRow, ...]:
        """Say of each pair what the proposal moves and what keeps it from more, nearest first."""
        found = [self._row(pair) for pair in pairs]
        return tuple(sorted(found, key=lambda row: _row_key(row, by_offer=by_offer)))

    def _row(self, pair: Pair) -> PairRow:
        failures = pair.failures()
        supply = self.outcome.supply_of.get(pair.offer.offer.code)
        demand = self.outcome.demand_of.get(pair.need.need.code)
        left = pair.offer.balance.free if supply is None else self.outcome.free_left[supply]
        row = PairRow(
            pair=pair,
            failures=failures,
            changes=single_changes(pair) if failures else (),
            gives=0,
            offer_gives=0,
            left=left,
            reason="fails" if failures else "apart",
            why="; ".join(failure.sentence for failure in failures),
            receivers=() if supply is None else self._receivers(supply, demand),
        )
        if demand is None or supply is None or failures:
            return row
        if self.problem.limits(demand, supply) is None:
            return row
        return self._told(row, demand, supply)

    def _told(self, row: PairRow, demand: int, supply: int) -> PairRow:
        reason = self.outcome.why_no_more(demand, supply)
        gives = self.outcome.given.get((demand, supply), 0)
        ratio = self.problem.ratio(demand, supply)
        assert ratio is not None
        row = replace(row, gives=gives, offer_gives=ratio.to_offer(gives), reason=reason)
        return replace(row, why=why_no_more(row))

    def _receivers(self, supply: int, but: int | None) -> tuple[Receiver, ...]:
        problem = self.problem
        return tuple(
            Receiver(
                need=problem.demands[give.demand].code,
                project=problem.ventures[problem.demands[give.demand].venture].code,
                amount=self.outcome.of_offer(give),
                weight=problem.ventures[problem.demands[give.demand].venture].weight,
                complete=self.outcome.ends_complete(give.demand),
            )
            for give in self.outcome.by(supply)
            if give.demand != but
        )


def pairs_of(
    picture: Picture, needs: Iterable[NeedFacts], offers: Iterable[OfferFacts]
) -> list[Pair]:
    """Join needs and offers of one factor with their rates, while the picture can be read."""
    living = outstanding_by_need(picture.deals.values())
    offered = list(offers)
    return [
        _pair(picture, need, offer, living.get(need.need.code, {}))
        for need in needs
        for offer in offered
        if need.need.factor is offer.offer.factor
    ]


def _pair(
    picture: Picture, need: NeedFacts, offer: OfferFacts, between: Mapping[str, Outstanding]
) -> Pair:
    rate = picture.rate_of(need.balance.unit.code, offer.balance.unit.code)
    code = offer.offer.code
    return Pair(
        need,
        offer,
        picture.day,
        None if rate is None else rate.rate,
        between.get(code, NOTHING_BETWEEN),
        tuple(sorted(other for other in between if other != code)),
    )


def why_no_more(row: PairRow) -> str:
    """Say in words what keeps an offer that fits a need from giving it more."""
    if row.reason == "placed":
        return "" if row.gives else "the need is placed without it"
    offer = row.pair.offer
    left = f"{brief(row.left, offer.balance.unit)} of it is left"
    smallest = offer.offer.min_ticket
    ticket = "" if smallest is None else f" of {brief(smallest, offer.balance.unit)}"
    words = {
        "condition": "gives only where the project ends complete",
        "largest": "its largest ticket or share of this need is reached",
        "elsewhere": f"gives {receivers_said(row)}",
        "spent": "gives all it has",
        "smallest": f"{left}; more would be below its smallest ticket{ticket}",
        "whole": f"{left}; the need is indivisible",
        "spare": f"{left}: this proposal is not proven the best",
    }
    return words[row.reason]


def receivers_said(row: PairRow) -> str:
    """Say who gets the offer instead: the largest parts by name, the others counted."""
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
    return (fails[0], row.gives == 0, *fails[1:])


def _proven(solution: Solution) -> bool:
    return solution.complete.value == solution.complete.bound
