"""Explain today's proposal: why a project, a need or an offer comes out of it as it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ledger.approaches.pauses import Pauses
from ledger.core.suggest import did_you_mean
from ledger.core.text import first_few, normalised_code
from ledger.gaps.completeness import need_may_be_open
from ledger.matching.explain import Because, Explanation
from ledger.matching.pairs import PairFacts
from ledger.solver.options import UNLIMITED, SolverOptions
from ledger.store.registers import AmbiguousCode, UnknownCode
from ledger.store.session.ledger import Ledger
from ledger.store.session.snapshot import Reader, Snapshot
from ledger.usecases.matching.context import ExplanationContext, pair_facts
from ledger.usecases.matching.explaining.need import explain_need
from ledger.usecases.matching.explaining.offer import explain_offer
from ledger.usecases.matching.explaining.project import explain_project
from ledger.usecases.matching.propose import MATCHED, MatchQuery, read_pipeline, solve_pipeline

KINDS = ("project", "need", "offer")
_FEW = 5


def explain(
    ledger: Ledger, typed: str, query: MatchQuery, options: SolverOptions = UNLIMITED
) -> Explanation:
    """Explain how a project, a need or an offer comes out of today's proposal, and why.

    Raises `UnknownCode`, `AmbiguousCode`, and what proposing raises.
    """
    with ledger.reader(query.times) as reader:
        snapshot = reader.snapshot(*MATCHED)
        kind, code = find_target(reader, snapshot, typed)
        pipeline = read_pipeline(reader, snapshot, query)
    pairs = _pairs(snapshot, kind, code, pipeline.pauses)
    context = ExplanationContext(solve_pipeline(pipeline, options), options)
    explanation = _EXPLAINED_BY[kind](context, code, pairs)
    return replace(
        explanation,
        because=(*explanation.because, *_floors_short(context, kind, code)),
        old_rates=snapshot.rate_of.old(query.rate_days),
    )


def _floors_short(context: ExplanationContext, kind: str, code: str) -> Iterator[Because]:
    """Name each floor that counts what is explained and is not met by today's proposal."""
    floors, plan = context.match_result.proposal.floors, context.plan
    if floors is None:
        return
    needs = [one.need.code for one in context.needs_of(code)] if kind == "project" else [code]
    own = {plan.offer_index.get(code)} if kind == "offer" else {*map(plan.need_index.get, needs)}
    for goal, state in zip(context.problem.goals, floors.goals, strict=True):
        counted = goal.offers if kind == "offer" else goal.rates.keys()
        if state.missing and own & {*counted}:
            yield Because("floor", f"{state.sentence()}.")


_EXPLAINED_BY: Final = {
    "need": explain_need,
    "offer": explain_offer,
    "project": explain_project,
}


def find_target(reader: Reader, snapshot: Snapshot, typed: str) -> tuple[str, str]:
    """Find which project, need or offer a code means: exact, in any case, else its beginning.

    A former code of a project counts as its code in any case.
    Raises `UnknownCode` with the nearest, or `AmbiguousCode`.
    """
    every = [(kind, code) for kind in KINDS for code in snapshot.records(kind)]
    normalised = normalised_code(typed)
    aliases = {normalised_code(one): code for one, code in reader.aliases("project").items()}
    comparisons = (
        lambda code: code == typed,
        lambda code: normalised_code(code) == normalised,
        lambda code: aliases.get(normalised) == code,
        lambda code: bool(normalised) and normalised_code(code).startswith(normalised),
    )
    for test in comparisons:
        matches = [(kind, code) for kind, code in every if test(code)]
        if len(matches) == 1:
            return matches[0]
        if matches:
            named = first_few([f"{kind} {code}" for kind, code in sorted(matches)], _FEW)
            raise AmbiguousCode(f"{typed!r} could be {named}.")
    hint = did_you_mean(typed, (code for _, code in every), limit=3)
    raise UnknownCode(
        f"There is no project, need or offer {typed!r}.",
        why="What takes part in matching is a project, a need or an offer.",
        next_step=f"{hint} List what is open with: cityfund gaps".strip(),
    )


def _pairs(snapshot: Snapshot, kind: str, code: str, pauses: Pauses) -> list[PairFacts]:
    """Pair what is explained with all needs or offers of its factor."""
    if kind == "offer":
        needs = [facts for facts in snapshot.need_facts.values() if need_may_be_open(facts.balance)]
        return pair_facts(snapshot, needs, [snapshot.offer_facts[code]], pauses)
    needs = [snapshot.need_facts[code]] if kind == "need" else list(snapshot.needs_of(code))
    return pair_facts(snapshot, needs, snapshot.offer_facts.values(), pauses)
