"""Explaining today's proposal: why a project, a need or an offer comes out of it as it does."""

from __future__ import annotations

from ledger.core.suggest import nearest
from ledger.core.text import normalised_code
from ledger.matching.explain import Explanation
from ledger.matching.pairs import Pair
from ledger.solver.options import UNLIMITED, Effort
from ledger.store.registers import AmbiguousCode, UnknownCode
from ledger.store.session.ledger import Ledger
from ledger.store.session.snapshot import Picture
from ledger.usecases.matching.context import Scene, pairs_of
from ledger.usecases.matching.explain_need import explain_need
from ledger.usecases.matching.explain_offer import explain_offer
from ledger.usecases.matching.explain_project import explain_project
from ledger.usecases.matching.propose import MatchQuery, read_pipeline, solved

KINDS = ("project", "need", "offer")
_FEW = 5


def explain(
    ledger: Ledger, typed: str, query: MatchQuery, effort: Effort = UNLIMITED
) -> Explanation:
    """Explain how a project, a need or an offer comes out of today's proposal, and why.

    Raises `UnknownCode`, `AmbiguousCode`, and what proposing raises.
    """
    with ledger.picture(query.times) as picture:
        kind, code = find_target(picture, typed)
        pipeline = read_pipeline(picture, query.where)
        pairs = _pairs(picture, kind, code)
    scene = Scene(solved(pipeline, effort), effort)
    if kind == "need":
        return explain_need(scene, code, pairs)
    if kind == "offer":
        return explain_offer(scene, code, pairs)
    return explain_project(scene, code, pairs)


def find_target(picture: Picture, typed: str) -> tuple[str, str]:
    """Find which project, need or offer a code means: exact, in any case, else its beginning.

    Raises `UnknownCode` with the nearest, or `AmbiguousCode`.
    """
    every = [(kind, code) for kind in KINDS for code in picture.records(kind)]
    wanted = normalised_code(typed)
    tests = (
        lambda code: code == typed,
        lambda code: normalised_code(code) == wanted,
        lambda code: bool(wanted) and normalised_code(code).startswith(wanted),
    )
    for test in tests:
        found = [(kind, code) for kind, code in every if test(code)]
        if len(found) == 1:
            return found[0]
        if found:
            named = [f"{kind} {code}" for kind, code in sorted(found)[:_FEW]]
            more = f" and {len(found) - _FEW} more" if len(found) > _FEW else ""
            raise AmbiguousCode(f"{typed!r} could be {', '.join(named)}{more}.")
    near = nearest(typed, (code for _, code in every))
    hint = f"Did you mean {' or '.join(near)}? " if near else ""
    raise UnknownCode(
        f"There is no project, need or offer {typed!r}.",
        why="What takes part in matching is a project, a need or an offer.",
        next_step=f"{hint}List what is open with: cityfund gaps",
    )


def _pairs(picture: Picture, kind: str, code: str) -> list[Pair]:
    """Pair what is explained with all of its factor, while the rates can be read."""
    if kind == "offer":
        needs = [
            facts
            for facts in picture.need_facts.values()
            if facts.balance.free > 0 or not facts.balance.quantified
        ]
        return pairs_of(picture, needs, [picture.offer_facts[code]])
    needs = [picture.need_facts[code]] if kind == "need" else list(picture.needs_of(code))
    return pairs_of(picture, needs, picture.offer_facts.values())
