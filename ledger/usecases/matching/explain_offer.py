"""Explaining an offer: what it gives in today's proposal, what stays with it, and why."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.core.quantity import format_amount
from ledger.eligibility.rules import OfferFacts
from ledger.matching.explain import Because, Explanation, PairRow
from ledger.matching.pairs import Pair, brief
from ledger.usecases.matching.context import Scene


def explain_offer(scene: Scene, code: str, pairs: Sequence[Pair]) -> Explanation:
    """Explain what an offer gives in today's proposal, and why not more."""
    facts = scene.picture.offer_facts[code]
    rows = scene.rows(pairs, by_offer=False)
    supply = scene.outcome.supply_of.get(code)
    if supply is None:
        outcome, sentence = _takes_no_part(scene, facts)
        left = facts.balance.free
    else:
        left = scene.outcome.free_left[supply]
        outcome, sentence = _gives(facts, left, rows)
    places = facts.balance.unit.decimals
    return Explanation(
        kind="offer",
        code=code,
        day=scene.picture.day,
        outcome=outcome,
        sentence=sentence,
        because=() if supply is None or not left else tuple(_why_left(facts, rows)),
        rows=rows,
        proven=scene.proven,
        facts={
            "provider": facts.provider.code,
            "provider_name": facts.provider.name,
            "factor": facts.offer.factor.value,
            "unit": facts.balance.unit.code,
            "available": format_amount(facts.balance.free, places),
            "gives": format_amount(facts.balance.free - left, places),
            "stays_with_offer": format_amount(left, places),
        },
    )


def _takes_no_part(scene: Scene, facts: OfferFacts) -> tuple[str, str]:
    offer, day = facts.offer, scene.picture.day
    if offer.withdrawn:
        return "withdrawn", f"{offer.code} was withdrawn: it has nothing to give."
    if offer.has_expired(day):
        return "over", f"{offer.code} was valid until {offer.valid_until}: it is over."
    if offer.valid_from is not None and day < offer.valid_from:
        return "not-yet", f"{offer.code} is valid from {offer.valid_from}: not yet."
    return "nothing-available", f"Nothing of {offer.code} is available any more."


def _gives(facts: OfferFacts, left: int, rows: Sequence[PairRow]) -> tuple[str, str]:
    code, unit, free = facts.offer.code, facts.balance.unit, facts.balance.free
    needs = [row for row in rows if row.gives]
    to = f"{len(needs)} needs" if len(needs) != 1 else needs[0].pair.need.need.code
    if not needs:
        return "nothing", f"{code} gives nothing of its {brief(free, unit)}."
    if not left:
        return "all", f"{code} gives all of its {brief(free, unit)} to {to}."
    gives = f"{brief(free - left, unit)} of its {brief(free, unit)} to {to}"
    return "part", f"{code} gives {gives}; {brief(left, unit)} stay with it."


def _why_left(facts: OfferFacts, rows: Sequence[PairRow]) -> list[Because]:
    code = facts.offer.code
    fitting = [row for row in rows if not row.failures]
    if not fitting:
        if not rows:
            words = f"No need of {facts.offer.factor} is open."
            return [Because("eligible", words)]
        told = [Because("eligible", f"It fits none of the {len(rows)} needs of its factor.")]
        if rows[0].changes:
            need, change = rows[0].pair.need.need.code, rows[0].changes[0].words
            words = f"The nearest is {need}; {code} would fit with: {change}."
            told.append(Because("near-miss", words))
        return told
    counted: dict[str, int] = {}
    for row in fitting:
        counted[row.reason] = counted.get(row.reason, 0) + 1
    return [
        Because(reason, _LEFT[reason].format(count=_counted(count)))
        for reason, count in sorted(counted.items(), key=lambda one: (-one[1], one[0]))
        if reason in _LEFT
    ]


_LEFT = {
    "placed": "{count} it fits want nothing more.",
    "condition": "{count} it fits belong to projects that do not end complete, its condition.",
    "largest": "{count} got the largest part its ticket or share allows.",
    "smallest": "{count} could take no part of what is left that its smallest ticket allows.",
    "whole": "{count} cannot be divided, and want more than is left of it.",
    "spare": "{count} could take more: this proposal is not proven the best.",
    "apart": "{count} take no part in this matching.",
}


def _counted(count: int) -> str:
    return f"{count} need{'' if count == 1 else 's'}"
