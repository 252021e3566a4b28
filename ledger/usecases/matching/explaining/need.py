"""Explain a need: its eligible offers, what they serve instead, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.core.quantity import format_amount
from ledger.core.text import first_few
from ledger.eligibility.rules import NeedFacts, brief
from ledger.matching.explain import Because, Explanation, PairRow
from ledger.matching.pairs import PairFacts
from ledger.matching.sequence import comes_after
from ledger.registers.records import ACTIVE_STATUSES
from ledger.usecases.matching.context import ExplanationContext
from ledger.usecases.matching.explaining.why_incomplete import max_served_alone, why_incomplete

_MOST_NAMED = 3


def explain_need(context: ExplanationContext, code: str, pairs: Sequence[PairFacts]) -> Explanation:
    """Explain what a need gets in today's proposal, and why not more."""
    facts = context.snapshot.need_facts[code]
    rows = context.rows(pairs, by_offer=True)
    need = context.plan.need_index.get(code)
    if need is None:
        outcome, sentence = takes_no_part(facts)
        because: tuple[Because, ...] = ()
    else:
        outcome, sentence = _allocation_sentence(context, facts, need, rows)
        if outcome == "placed":
            because = ()
        elif context.plan.has_to_wait(need):
            waits = f"{code} has to wait: {comes_after(facts.need.after)}."
            because = (Because("sequence", waits),)
        else:
            because = _reasons(context, facts, need, rows)
    return Explanation(
        kind="need",
        code=code,
        day=context.snapshot.day,
        outcome=outcome,
        sentence=sentence,
        because=because,
        rows=rows,
        proven=context.proven,
        facts=_facts(context, facts, need),
    )


def takes_no_part(facts: NeedFacts) -> tuple[str, str]:
    """Return why a need takes no part in matching."""
    code = facts.need.code
    if not facts.balance.quantified:
        return "unknown", f"The amount of {code} is not known, so it takes no part in matching."
    if facts.balance.free <= 0:
        return "nothing-open", f"Nothing of {code} is open: matching has nothing to do for it."
    if facts.project.status not in ACTIVE_STATUSES:
        status = facts.project.status
        return "inactive", f"{code} takes no new deals: its project is in status {status}."
    return "not-selected", f"{code} is not among the needs that were selected."


def _allocation_sentence(
    context: ExplanationContext, facts: NeedFacts, need: int, rows: Sequence[PairRow]
) -> tuple[str, str]:
    code, unit = facts.need.code, facts.balance.unit
    total = context.problem.needs[need].open
    remaining = context.plan.open_amounts[need]
    offers = first_few([row.pair.offer.offer.code for row in rows if row.need_amount], _MOST_NAMED)
    if not remaining:
        return (
            "placed",
            f"{code} ends placed: {brief(total, unit)} from {offers}.",
        )
    if remaining < total:
        gets = f"{brief(total - remaining, unit)} of {brief(total, unit)} from {offers}"
        return "part", f"{code} gets {gets}; {brief(remaining, unit)} stay open."
    return "nothing", f"{code} gets nothing of the {brief(total, unit)} it wants."


def _reasons(
    context: ExplanationContext, facts: NeedFacts, need: int, rows: Sequence[PairRow]
) -> tuple[Because, ...]:
    code, unit, factor = facts.need.code, facts.balance.unit, facts.need.factor.value
    eligible = [row for row in rows if not row.failures]
    if not eligible:
        return _no_eligible_offer(code, factor, rows)
    open_amount = context.problem.needs[need].open
    served_alone = max_served_alone(context, need)
    project = facts.project.code
    if served_alone < open_amount:
        share = f"{brief(served_alone, unit)} of {brief(open_amount, unit)}"
        sentence = f"Even without competing needs, the eligible offers could give it only {share}."
        return (Because("supply", sentence), *_nearest(rows))
    incompleteness = why_incomplete(context, project)
    if incompleteness.forced_completion is None:
        sentence = (
            f"{project} cannot end complete in any plan, so its offers go where they "
            "complete a project or cover more:"
        )
        return (Because("completeness", sentence), *incompleteness.because)
    return incompleteness.because


def _no_eligible_offer(code: str, factor: str, rows: Sequence[PairRow]) -> tuple[Because, ...]:
    if not rows:
        return (Because("eligible", f"There is no offer of {factor} at all."),)
    count = "The only offer" if len(rows) == 1 else f"None of the {len(rows)} offers"
    verb = "does not fit" if len(rows) == 1 else "fits"
    reasons = [Because("eligible", f"{count} of {factor} {verb} {code}.")]
    return (*reasons, *_nearest(rows))


def _nearest(rows: Sequence[PairRow]) -> tuple[Because, ...]:
    """Name the nearest of the offers that do not fit, if one change would do."""
    for row in rows:
        if row.changes:
            offer, change = row.pair.offer.offer.code, row.changes[0].words
            sentence = f"The nearest that does not fit is {offer}; it would with: {change}."
            return (Because("near-miss", sentence),)
    return ()


def _facts(context: ExplanationContext, facts: NeedFacts, need: int | None) -> dict[str, Any]:
    balance = facts.balance
    known = balance.quantified
    gets = context.allocated_to(need)
    places = balance.unit.decimals
    return {
        "project": facts.project.code,
        "project_title": facts.project.title,
        "weight": facts.project.weight,
        "factor": facts.need.factor.value,
        "topic": facts.need.topic,
        "unit": balance.unit.code,
        "open": format_amount(balance.free, places) if known else None,
        "gets": format_amount(gets, places),
        "stays_open": format_amount(balance.free - gets, places) if known else None,
        "project_complete": need is not None and context.plan.ends_complete(need),
    }
