"""How many lines of a proposal are kept after one small change of the pipeline.

    python tests/benchmarks/bench_stability.py
    python tests/benchmarks/bench_stability.py --seed 3 --change "5 days more" --projects 300

A pipeline is solved, one thing changes, and it is solved again near the first plan, and afresh.
Kept lines have the same quantity; those of the baseline are what of the first plan is still
possible after the change.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from pipelines import DAY, Pipeline, dense, rate_of

from ledger.core.factors import Stage
from ledger.core.quantity import Unit
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.gaps.rows import BaseCurrency
from ledger.journal.balance import Balance
from ledger.matching.baseline import StoredBaseline, baseline_of
from ledger.matching.build import build
from ledger.matching.plan import Solution
from ledger.matching.problem import MatchingProblem
from ledger.matching.proposal import propose
from ledger.matching.stored import StoredProposal
from ledger.solver.greedy import Plan
from ledger.solver.options import CHURN, SolverOptions
from ledger.solver.solve import solve
from ledger.solver.stability import solve_near

BASE = BaseCurrency(Unit("EUR", 2, "money", "euro"), lambda *_: None)
Change = Callable[[Pipeline, random.Random], Pipeline]


def _of(facts: list[OfferFacts], factor: str) -> list[OfferFacts]:
    return [one for one in facts if one.offer.factor == factor]


def _with_offer(pipeline: Pipeline, new: OfferFacts) -> Pipeline:
    others = [one for one in pipeline.offers if one.offer.code != new.offer.code]
    return pipeline._replace(offers=[*others, new])


def _with_need(pipeline: Pipeline, new: NeedFacts) -> Pipeline:
    others = [one for one in pipeline.needs if one.need.code != new.need.code]
    return pipeline._replace(needs=[*others, new])


def _scaled(balance: Balance, share: Fraction, stage: Stage) -> Balance:
    amount = max(1, round(balance.free * share))
    return replace(balance, stages={**balance.stages, stage: amount})


def _five_days_more(pipeline: Pipeline, chance: random.Random) -> Pipeline:
    like = chance.choice(_of(pipeline.offers, "expertise"))
    balance = replace(like.balance, stages={Stage.AVAILABLE: 5 * 100})
    offer = replace(like.offer, code="ADDED", min_ticket=None, max_ticket=None)
    return _with_offer(pipeline, replace(like, offer=offer, balance=balance))


def _money_more(pipeline: Pipeline, chance: random.Random) -> Pipeline:
    like = chance.choice(_of(pipeline.offers, "money"))
    return _with_offer(pipeline, replace(like, offer=replace(like.offer, code="ADDED")))


def _offer_withdrawn(pipeline: Pipeline, chance: random.Random) -> Pipeline:
    gone = chance.choice(pipeline.offers)
    return pipeline._replace(offers=[one for one in pipeline.offers if one is not gone])


def _offer_scaled(share: Fraction) -> Change:
    def change(pipeline: Pipeline, chance: random.Random) -> Pipeline:
        one = chance.choice(pipeline.offers)
        balance = _scaled(one.balance, share, Stage.AVAILABLE)
        return _with_offer(pipeline, replace(one, balance=balance))

    return change


def _need_added(pipeline: Pipeline, chance: random.Random) -> Pipeline:
    like = chance.choice(pipeline.needs)
    return _with_need(pipeline, replace(like, need=replace(like.need, code="ADDED")))


def _need_withdrawn(pipeline: Pipeline, chance: random.Random) -> Pipeline:
    gone = chance.choice(pipeline.needs)
    return pipeline._replace(needs=[one for one in pipeline.needs if one is not gone])


def _need_scaled(pipeline: Pipeline, chance: random.Random) -> Pipeline:
    one = chance.choice(pipeline.needs)
    balance = _scaled(one.balance, Fraction(5, 4), Stage.OPEN)
    return _with_need(pipeline, replace(one, balance=balance))


def _weight_raised(pipeline: Pipeline, chance: random.Random) -> Pipeline:
    project = replace(chance.choice(pipeline.needs).project, weight=10)
    needs = [
        replace(one, project=project) if one.project.code == project.code else one
        for one in pipeline.needs
    ]
    return pipeline._replace(needs=needs)


def _ticket_lowered(pipeline: Pipeline, chance: random.Random) -> Pipeline:
    one = chance.choice([one for one in pipeline.offers if one.offer.min_ticket])
    return _with_offer(pipeline, replace(one, offer=replace(one.offer, min_ticket=None)))


CHANGES: dict[str, Change] = {
    "5 days more": _five_days_more,
    "money added": _money_more,
    "offer withdrawn": _offer_withdrawn,
    "offer enlarged": _offer_scaled(Fraction(6, 5)),
    "offer reduced": _offer_scaled(Fraction(3, 5)),
    "need added": _need_added,
    "need withdrawn": _need_withdrawn,
    "need enlarged": _need_scaled,
    "weight raised": _weight_raised,
    "ticket dropped": _ticket_lowered,
}
COLUMNS = (("change", 16), ("level 1", 12), ("coverage", 10), ("best", 10), ("baseline", 9))
MORE = (("kept", 6), ("changed", 8), ("bound", 6), ("cpu s", 7), ("afresh", 7), ("cpu s", 7))


def main() -> None:
    """Print a row for each change."""
    asked = _asked()
    options = SolverOptions(asked.time_limit)
    pipeline = dense(asked.projects, asked.offers, seed=asked.seed)
    stored = stored_proposal(pipeline, options)
    _say([(title, width) for title, width in (*COLUMNS, *MORE)])
    for name in asked.change or CHANGES:
        changed = CHANGES[name](pipeline, random.Random(asked.seed))
        cpu = time.process_time()
        problem, baseline, near = near_baseline(changed, stored, asked.churn, options)
        cpu, again = time.process_time() - cpu, time.process_time()
        afresh = solve(problem, options)
        again = time.process_time() - again
        before, after, other = (
            {(one.need, one.offer): one.amount for one in plan}
            for plan in (baseline, near.allocations, afresh.allocations)
        )
        changes = near.changes
        assert changes is not None
        cells = (
            name,
            f"{near.complete.value}/{near.complete.bound}",
            f"{float(near.coverage.value):.3f}",
            f"{float(changes.best_coverage):.3f}",
            str(len(before)),
            str(len(before.items() & after.items())),
            str(changes.value),
            str(changes.bound),
            f"{cpu:.1f}",
            str(len(before.items() & other.items())),
            f"{again:.1f}",
        )
        _say(list(zip(cells, [width for _, width in (*COLUMNS, *MORE)], strict=True)))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--change", action="append", choices=list(CHANGES), help="all by default")
    parser.add_argument("--projects", type=int, default=100)
    parser.add_argument("--offers", type=int, default=120)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--churn", type=Fraction, default=CHURN, help="a share; default: 1/1000")
    parser.add_argument("--time-limit", type=int, metavar="SECONDS", help="none by default")
    return parser.parse_args()


def stored_proposal(pipeline: Pipeline, options: SolverOptions) -> StoredProposal:
    """Solve a pipeline, and give its proposal as it is stored."""
    built = build(pipeline.needs, pipeline.offers, DAY, rate_of)
    needs = {one.need.code: one for one in pipeline.needs}
    offers = {one.offer.code: one for one in pipeline.offers}
    solution = solve(built.problem, options)
    return StoredProposal(
        code="MAT-0001",
        proposal=propose(built, solution, needs, offers, DAY, rate_of, BASE),
        weights={},
        selection=(),
        milliseconds=0,
        solved_on=None,
        recorded_at=datetime.min,  # noqa: DTZ901 - it is not looked at
        actor="",
        accepted={},
    )


def near_baseline(
    pipeline: Pipeline, stored: StoredProposal, churn: Fraction, options: SolverOptions
) -> tuple[MatchingProblem, Plan, Solution]:
    """Solve a pipeline near a stored proposal; give its problem and the baseline too."""
    problem = build(pipeline.needs, pipeline.offers, DAY, rate_of).problem
    baseline = baseline_of(StoredBaseline(stored, {}), problem, lambda *_: ()).plan
    return problem, baseline, solve_near(problem, baseline, churn, options)


def _say(cells: list[tuple[str, int]]) -> None:
    sys.stdout.write("  ".join(text.ljust(width) for text, width in cells).rstrip() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
