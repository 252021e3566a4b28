"""Explain an offer: its allocations, its capacity left, and why."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.core.quantity import format_amount
from ledger.core.text import counted
from ledger.eligibility.rules import OfferFacts, brief
from ledger.matching.explain import Because, Explanation, PairRow
from ledger.matching.pairs import PairFacts
from ledger.usecases.matching.context import ExplanationContext


def explain_offer(
    context: ExplanationContext, code: str, pairs: Sequence[PairFacts]
) -> Explanation:
    """Explain what an offer gives in today's proposal, and why not more."""
    facts = context.snapshot.offer_facts[code]
    rows = context.rows(pairs, by_offer=False)
    offer = context.plan.offer_index.get(code)
    if offer is None:
        outcome, sentence = _takes_no_part(context, facts)
        remaining = facts.balance.free
    else:
        remaining = context.plan.free_amounts[offer]
        outcome, sentence = _allocation_sentence(facts, remaining, rows)
    places = facts.balance.unit.decimals
    return Explanation(
        kind="offer",
        code=code,
        day=context.snapshot.day,
        outcome=outcome,
        sentence=sentence,
        because=() if offer is None or not remaining else tuple(_reasons(facts, rows)),
        rows=rows,
        proven=context.proven,
        facts={
            "provider": facts.provider.code,
            "provider_name": facts.provider.name,
            "factor": facts.offer.factor.value,
            "unit": facts.balance.unit.code,
            "available": format_amount(facts.balance.free, places),
            "gives": format_amount(facts.balance.free - remaining, places),
            "stays_with_offer": format_amount(remaining, places),
        },
    )


def _takes_no_part(context: ExplanationContext, facts: OfferFacts) -> tuple[str, str]:
    offer, day = facts.offer, context.snapshot.day
    if offer.withdrawn:
        return "withdrawn", f"{offer.code} was withdrawn: it has nothing to give."
    if facts.provider.withdrawn:
        return "retired", f"{offer.code} is of {facts.provider.code}, a provider that is retired."
    if offer.has_expired(day):
        return "over", f"{offer.code} was valid until {offer.valid_until}: it is over."
    if offer.valid_from is not None and day < offer.valid_from:
        return "not-yet", f"{offer.code} is valid from {offer.valid_from}: not yet."
    return "nothing-available", f"Nothing of {offer.code} is available any more."


def _allocation_sentence(
    facts: OfferFacts, remaining: int, rows: Sequence[PairRow]
) -> tuple[str, str]:
    code, unit, free = facts.offer.code, facts.balance.unit, facts.balance.free
    needs = [row for row in rows if row.need_amount]
    to = f"{len(needs)} needs" if len(needs) != 1 else needs[0].pair.need.need.code
    if not needs:
        return "nothing", f"{code} gives nothing of its {brief(free, unit)}."
    if not remaining:
        return "all", f"{code} gives all of its {brief(free, unit)} to {to}."
    allocations = f"{brief(free - remaining, unit)} of its {brief(free, unit)} to {to}"
    return "part", f"{code} gives {allocations}; {brief(remaining, unit)} stay with it."


def _reasons(facts: OfferFacts, rows: Sequence[PairRow]) -> list[Because]:
    code = facts.offer.code
    eligible = [row for row in rows if not row.failures]
    if not eligible:
        if not rows:
            sentence = f"No need of {facts.offer.factor} is open."
            return [Because("eligible", sentence)]
        one = "It does not fit the one need of its factor."
        many = f"It fits none of the {len(rows)} needs of its factor."
        reasons = [Because("eligible", one if len(rows) == 1 else many)]
        if rows[0].changes:
            need, change = rows[0].pair.need.need.code, rows[0].changes[0].words
            sentence = f"The nearest is {need}; {code} would fit with: {change}."
            reasons.append(Because("near-miss", sentence))
        return reasons
    counted: dict[str, int] = {}
    for row in eligible:
        counted[row.reason] = counted.get(row.reason, 0) + 1
    return [
        Because(reason, _SENTENCES[reason].format(count=_counted(count)))
        for reason, count in sorted(counted.items(), key=lambda one: (-one[1], one[0]))
        if reason in _SENTENCES
    ]


_SENTENCES = {
    "placed": "{count} it fits want nothing more.",
    "condition": "{count} it fits belong to projects that do not end complete, its condition.",
    "largest": "{count} got the largest part its ticket or share allows.",
    "smallest": "{count} could take no part of what is left that its minimum ticket allows.",
    "whole": "{count} cannot be divided, and want more than is left of it.",
    "spare": "{count} could take more: this proposal is not proven the best.",
    "apart": "{count} take no part in this matching.",
}


def _counted(count: int) -> str:
    return counted(count, "need")
