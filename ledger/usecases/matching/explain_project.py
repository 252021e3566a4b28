"""Explaining a project: whether it ends complete in today's proposal, and which factor binds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from ledger.eligibility.rules import NeedFacts
from ledger.gaps.completeness import need_is_placed
from ledger.matching.explain import Because, Explanation, NeedRow, PairRow
from ledger.matching.pairs import Pair
from ledger.usecases.matching.context import Scene
from ledger.usecases.matching.explain_need import takes_no_part
from ledger.usecases.matching.why_incomplete import (
    Finding,
    completes_if_served,
    listed,
    why_incomplete,
)

_MOST_NAMED = 3
_APART = frozenset(("quantified", "status", "selection"))
"""Why a need takes no part: it stays open whoever gets what."""

Relief = dict[tuple[str, ...], bool | None]
"""Whether the project would end complete, were its needs of some factors served from elsewhere."""


def explain_project(scene: Scene, code: str, pairs: Sequence[Pair]) -> Explanation:
    """Explain whether a project ends complete in today's proposal, and what it lacks if not."""
    needs = scene.needs_of(code)
    venture = scene.outcome.venture_of.get(code)
    finding, relief, binding = Finding(()), Relief(), list[str]()
    if venture is None or venture in scene.outcome.completed:
        outcome, sentence = _settled(code, needs, venture)
    else:
        finding = why_incomplete(scene, code)
        relief = _relief(scene, code, finding)
        binding = _binding(scene, finding, relief)
        outcome = "lost" if finding.contest and finding.contest.possible else "short"
        sentence = _short_sentence(code, finding, binding)
    because = (*finding.because, *_relief_told(finding, relief))
    return Explanation(
        kind="project",
        code=code,
        day=scene.picture.day,
        outcome=outcome,
        sentence=sentence,
        because=because,
        rows=tuple(
            _row(scene, facts, finding, scene.rows(_of(pairs, facts), by_offer=True))
            for facts in needs
        ),
        proven=scene.proven,
        facts=_facts(scene, code, finding, relief, binding),
    )


def _of(pairs: Sequence[Pair], facts: NeedFacts) -> list[Pair]:
    return [pair for pair in pairs if pair.need.need.code == facts.need.code]


def _settled(code: str, needs: Sequence[NeedFacts], venture: int | None) -> tuple[str, str]:
    """Say how a project stands that today's proposal completes, or that takes no part."""
    if venture is not None:
        return "complete", f"{code} ends complete in today's proposal."
    wanting = [facts for facts in needs if not need_is_placed(facts.balance)]
    if not needs:
        return "no-needs", f"{code} has no needs, so there is nothing to complete."
    if not wanting:
        return "already", f"{code} is complete already: nothing of its needs is open."
    outcome, sentence = takes_no_part(wanting[0])
    return outcome, f"{code} takes no part in matching. {sentence}"


def _relief(scene: Scene, code: str, finding: Finding) -> Relief:
    """Try which factors from elsewhere would let the project end complete, the fewest first."""
    by_factor: dict[str, list[int]] = {}
    for one in scene.problem.ventures[scene.outcome.venture_of[code]].demands:
        need = scene.picture.need_facts[scene.problem.demands[one].code].need
        by_factor.setdefault(need.factor.value, []).append(one)
    if finding.contest is None:
        places = [scene.outcome.demand_of.get(need) for need in finding.binding]
        if None in places:  # a need that takes no part stays open whatever is served
            return {}
        served = [one for one in places if one is not None]
        if len(served) == sum(map(len, by_factor.values())):
            return {}  # what is said of a project without needs says nothing
        factors = tuple(one for one, own in by_factor.items() if set(own) & set(served))
        return {factors: completes_if_served(scene, code, served)}
    for size in range(1, len(by_factor) + 1):
        found: Relief = {
            factors: completes_if_served(scene, code, [d for f in factors for d in by_factor[f]])
            for factors in combinations(by_factor, size)
        }
        if any(found.values()):
            return found
    return {}


def _binding(scene: Scene, finding: Finding, relief: Relief) -> list[str]:
    """Name the factors without which the project cannot end complete."""
    if finding.contest is None:
        needs = [scene.picture.need_facts[code].need for code in finding.binding]
        return list(dict.fromkeys(need.factor.value for need in needs))
    return list(dict.fromkeys(f for factors, helps in relief.items() if helps for f in factors))


def _short_sentence(code: str, finding: Finding, binding: Sequence[str]) -> str:
    lacks = listed(binding)
    if finding.contest is None:
        needs = ", ".join(finding.binding)
        apart = {one.reason for one in finding.because} & _APART
        ends = "stays open" if apart else "cannot be placed"
        return f"{code} cannot end complete: its {lacks} {ends} ({needs})."
    if finding.contest.possible:
        binds = f": its {lacks} goes to others" if len(binding) == 1 else ""
        return f"{code} does not end complete, though it could{binds}."
    return f"{code} does not end complete."


def _relief_told(finding: Finding, relief: Relief) -> tuple[Because, ...]:
    told = []
    for factors, helps in relief.items():
        lacks = listed(factors)
        which = "those needs" if finding.contest is None else f"its {lacks}"
        words = f"With {which} served from elsewhere, {_ENDS[helps]}."
        told.append(Because("relief", words))
    return tuple(told)


_ENDS = {
    True: "it would end complete",
    False: "it would still not end complete",
    None: "it may or may not end complete: the search was cut short",
}


def _row(scene: Scene, facts: NeedFacts, finding: Finding, rows: Sequence[PairRow]) -> NeedRow:
    code, balance = facts.need.code, facts.balance
    demand = scene.outcome.demand_of.get(code)
    gets = 0
    if demand is not None:
        gets = scene.problem.demands[demand].open - scene.outcome.open_left[demand]
    reason, why = _need_said(scene, facts, demand, rows)
    return NeedRow(
        need=code,
        factor=facts.need.factor.value,
        topic=facts.need.topic,
        unit=balance.unit,
        open=balance.free if balance.quantified else None,
        gets=gets,
        alone=finding.alone.get(code),
        binding=code in finding.binding,
        reason=reason,
        why=why,
        offers=tuple(row.pair.offer.offer.code for row in rows if row.gives),
    )


def _need_said(
    scene: Scene, facts: NeedFacts, demand: int | None, rows: Sequence[PairRow]
) -> tuple[str, str]:
    if demand is None:
        outcome, _ = takes_no_part(facts)
        return outcome, _NO_PART[outcome].format(status=facts.project.status)
    if not scene.outcome.open_left[demand]:
        return "placed", ""
    fitting = [row for row in rows if not row.failures]
    if fitting:
        idle = next((row for row in fitting if not row.gives), fitting[0])
        return "part" if fitting[0].gives else "nothing", _idle_said(idle)
    if rows and rows[0].changes:
        words = rows[0].changes[0].words
        return "eligible", f"no offer fits; {_code(rows[0])} would with {words}"
    count = f"none of {len(rows)} offers fits" if rows else "there is no offer of this factor"
    return "eligible", count


def _idle_said(row: PairRow) -> str:
    """Say shortly what the nearest offer that could give does instead."""
    if row.reason != "elsewhere":
        return f"{_code(row)}: {row.why}"
    projects = list(dict.fromkeys(one.project for one in row.receivers))
    more = len(projects) - _MOST_NAMED
    named = [*projects[:_MOST_NAMED], f"{more} more"] if more > 0 else projects
    return f"{_code(row)} gives to {listed(named)}"


def _code(row: PairRow) -> str:
    return row.pair.offer.offer.code


_NO_PART = {
    "unknown": "its amount is not known",
    "nothing-open": "nothing of it is open",
    "inactive": "status {status} takes no new deals",
    "not-selected": "it was not selected",
}


def _facts(
    scene: Scene, code: str, finding: Finding, relief: Relief, binding: list[str]
) -> dict[str, Any]:
    project = scene.picture.records("project")[code]
    found: dict[str, Any] = {
        "title": project.title,
        "city": project.city,
        "status": project.status,
        "weight": project.weight,
        "complete": scene.outcome.venture_of.get(code) in scene.outcome.completed,
        "binding_factors": binding,
        "binding_needs": list(finding.binding),
        "served_from_elsewhere": [
            {"factors": list(factors), "completes": helps} for factors, helps in relief.items()
        ],
        "contest": None,
    }
    contest = finding.contest
    if contest is not None:
        codes = [one.code for one in scene.problem.ventures]
        found["contest"] = {
            "possible": contest.possible,
            "level_1_falls_at_least": str(contest.fall.least),
            "level_1_falls_at_most": str(contest.fall.most),
            "loses": [codes[one] for one in contest.loses],
            "gains": [codes[one] for one in contest.gains],
        }
    return found
