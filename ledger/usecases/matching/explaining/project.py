"""Explain a project: whether it ends complete, and which factors are binding."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from ledger.approaches.pauses import PAUSED
from ledger.core.text import counted, joined_words
from ledger.eligibility.rules import NeedFacts
from ledger.gaps.completeness import need_is_placed
from ledger.matching.explain import Because, Explanation, NeedRow, PairRow
from ledger.matching.pairs import PairFacts
from ledger.usecases.matching.context import ExplanationContext
from ledger.usecases.matching.explaining.need import takes_no_part
from ledger.usecases.matching.explaining.why_incomplete import (
    Incompleteness,
    completes_without,
    why_incomplete,
)

_MOST_NAMED = 3
_NOT_PARTICIPATING = frozenset(("quantified", "status", "selection"))
"""Why a need takes no part: it stays open in every plan."""

Relief = dict[tuple[str, ...], bool | None]
"""Whether the project would become complete with its needs of some factors served elsewhere."""


def explain_project(
    context: ExplanationContext, code: str, pairs: Sequence[PairFacts]
) -> Explanation:
    """Explain whether a project ends complete in today's proposal, and what it lacks if not."""
    needs = context.needs_of(code)
    project = context.plan.project_index.get(code)
    incompleteness, relief, binding = Incompleteness(()), Relief(), list[str]()
    if project is None or project in context.plan.completed:
        outcome, sentence = _without_solving(code, needs, project)
    else:
        incompleteness = why_incomplete(context, code)
        relief = _relief(context, code, incompleteness)
        binding = _binding(context, incompleteness, relief)
        forced = incompleteness.forced_completion
        outcome = "lost" if forced is not None and forced.possible else "short"
        sentence = _short_sentence(code, incompleteness, binding)
    because = (*incompleteness.because, *_relief_reasons(incompleteness, relief))
    return Explanation(
        kind="project",
        code=code,
        day=context.snapshot.day,
        outcome=outcome,
        sentence=sentence,
        because=because,
        rows=tuple(_row(context, facts, incompleteness, pairs) for facts in needs),
        proven=context.proven,
        facts=_facts(context, code, incompleteness, relief, binding),
    )


def _without_solving(code: str, needs: Sequence[NeedFacts], project: int | None) -> tuple[str, str]:
    """Return the outcome of a project that is complete or takes no part."""
    if project is not None:
        return "complete", f"{code} ends complete in today's proposal."
    unplaced = [facts for facts in needs if not need_is_placed(facts.balance)]
    if not needs:
        return "no-needs", f"{code} has no needs, so there is nothing to complete."
    if not unplaced:
        return "already", f"{code} is complete already: nothing of its needs is open."
    outcome, sentence = takes_no_part(unplaced[0])
    return outcome, f"{code} takes no part in matching. {sentence}"


def _relief(context: ExplanationContext, code: str, incompleteness: Incompleteness) -> Relief:
    """Try which factors from elsewhere would complete the project, the fewest first."""
    by_factor: dict[str, list[int]] = {}
    for index in context.problem.projects[context.plan.project_index[code]].needs:
        need = context.snapshot.need_facts[context.problem.needs[index].code].need
        by_factor.setdefault(need.factor.value, []).append(index)
    if incompleteness.forced_completion is None:
        indices = [context.plan.need_index.get(need) for need in incompleteness.binding]
        if None in indices:  # a need that takes no part stays open in any case
            return {}
        served_needs = [index for index in indices if index is not None]
        if len(served_needs) == sum(map(len, by_factor.values())):
            return {}  # nothing follows from a project without needs
        factors = tuple(
            index for index, own_needs in by_factor.items() if set(own_needs) & set(served_needs)
        )
        return {factors: completes_without(context, code, served_needs)}
    for size in range(1, len(by_factor) + 1):
        relief: Relief = {
            factors: completes_without(context, code, [d for f in factors for d in by_factor[f]])
            for factors in combinations(by_factor, size)
        }
        if any(relief.values()):
            return relief
    return {}


def _binding(
    context: ExplanationContext, incompleteness: Incompleteness, relief: Relief
) -> list[str]:
    """Name the factors without which the project cannot end complete."""
    if incompleteness.forced_completion is None:
        needs = [context.snapshot.need_facts[code].need for code in incompleteness.binding]
        return list(dict.fromkeys(need.factor.value for need in needs))
    return list(
        dict.fromkeys(f for factors, completes in relief.items() if completes for f in factors)
    )


def _short_sentence(code: str, incompleteness: Incompleteness, binding: Sequence[str]) -> str:
    factors_text = joined_words(binding)
    if incompleteness.forced_completion is None:
        needs = ", ".join(incompleteness.binding)
        not_participating = {one.reason for one in incompleteness.because} & _NOT_PARTICIPATING
        ends = "stays open" if not_participating else "cannot be placed"
        return f"{code} cannot end complete: its {factors_text} {ends} ({needs})."
    if incompleteness.forced_completion.possible:
        binding_text = f": its {factors_text} goes to others" if len(binding) == 1 else ""
        return f"{code} does not end complete, though it could{binding_text}."
    return f"{code} does not end complete."


def _relief_reasons(incompleteness: Incompleteness, relief: Relief) -> tuple[Because, ...]:
    reasons = []
    for factors, completes in relief.items():
        factors_text = joined_words(factors)
        which = "those needs" if incompleteness.forced_completion is None else f"its {factors_text}"
        sentence = f"With {which} served from elsewhere, {_ENDS[completes]}."
        reasons.append(Because("relief", sentence))
    return tuple(reasons)


_ENDS = {
    True: "it would become complete",
    False: "it would still not become complete",
    None: "it may or may not become complete: the search was cut short",
}


def _row(
    context: ExplanationContext,
    facts: NeedFacts,
    incompleteness: Incompleteness,
    pairs: Sequence[PairFacts],
) -> NeedRow:
    code, balance = facts.need.code, facts.balance
    own = (pair for pair in pairs if pair.need.need.code == code)
    rows = context.rows(own, by_offer=True)
    need = context.plan.need_index.get(code)
    reason, why = _need_reason(context, facts, need, rows)
    return NeedRow(
        need=code,
        factor=facts.need.factor.value,
        topic=facts.need.topic,
        unit=balance.unit,
        open=balance.free if balance.quantified else None,
        gets=context.allocated_to(need),
        served_alone=incompleteness.served_alone.get(code),
        binding=code in incompleteness.binding,
        reason=reason,
        why=why,
        offers=tuple(row.pair.offer.offer.code for row in rows if row.need_amount),
    )


def _need_reason(
    context: ExplanationContext, facts: NeedFacts, need: int | None, rows: Sequence[PairRow]
) -> tuple[str, str]:
    if need is None:
        outcome, _ = takes_no_part(facts)
        return outcome, _NO_PART[outcome].format(status=facts.project.status)
    if not context.plan.open_amounts[need]:
        return "placed", ""
    eligible = [row for row in rows if not row.failures]
    if eligible:
        unused = next((row for row in eligible if not row.need_amount), eligible[0])
        return "part" if eligible[0].need_amount else "nothing", _unused_offer_text(unused)
    for row in rows:
        if [one.rule for one in row.failures] == [PAUSED]:
            return "eligible", f"{_code(row)}: {row.failures[0].sentence}"
    if rows and rows[0].changes:
        sentence = rows[0].changes[0].words
        return "eligible", f"no offer fits; {_code(rows[0])} would with {sentence}"
    offers = counted(len(rows), "offer")
    return "eligible", f"none of {offers} fits" if rows else "there is no offer of this factor"


def _unused_offer_text(row: PairRow) -> str:
    """Return what the nearest unused offer serves instead."""
    if row.reason != "elsewhere":
        return f"{_code(row)}: {row.why}"
    projects = list(dict.fromkeys(one.project for one in row.receivers))
    more = len(projects) - _MOST_NAMED
    named = [*projects[:_MOST_NAMED], f"{more} more"] if more > 0 else projects
    return f"{_code(row)} gives to {joined_words(named)}"


def _code(row: PairRow) -> str:
    return row.pair.offer.offer.code


_NO_PART = {
    "unknown": "its amount is not known",
    "nothing-open": "nothing of it is open",
    "inactive": "status {status} takes no new deals",
    "not-selected": "it was not selected",
}


def _facts(
    context: ExplanationContext,
    code: str,
    incompleteness: Incompleteness,
    relief: Relief,
    binding: list[str],
) -> dict[str, Any]:
    project = context.snapshot.records("project")[code]
    document: dict[str, Any] = {
        "title": project.title,
        "city": project.city,
        "status": project.status,
        "weight": project.weight,
        "complete": context.plan.project_index.get(code) in context.plan.completed,
        "binding_factors": binding,
        "binding_needs": list(incompleteness.binding),
        "served_from_elsewhere": [
            {"factors": list(factors), "completes": completes}
            for factors, completes in relief.items()
        ],
        "contest": None,
    }
    forced_completion = incompleteness.forced_completion
    if forced_completion is not None:
        codes = [one.code for one in context.problem.projects]
        document["contest"] = {
            "possible": forced_completion.possible,
            "level_1_falls_at_least": str(forced_completion.regret.lower),
            "level_1_falls_at_most": str(forced_completion.regret.upper),
            "loses": [codes[one] for one in forced_completion.lost],
            "gains": [codes[one] for one in forced_completion.gained],
        }
    return document
