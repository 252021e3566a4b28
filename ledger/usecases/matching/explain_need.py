"""Explaining a need: which offers it could turn to, what they do instead, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.core.quantity import format_amount
from ledger.eligibility.rules import NeedFacts
from ledger.matching.explain import Because, Explanation, PairRow
from ledger.matching.pairs import Pair, brief
from ledger.registers.records import ACTIVE_STATUSES
from ledger.usecases.matching.context import Scene
from ledger.usecases.matching.why_incomplete import most_alone, why_incomplete


def explain_need(scene: Scene, code: str, pairs: Sequence[Pair]) -> Explanation:
    """Explain what a need gets in today's proposal, and why not more."""
    facts = scene.picture.need_facts[code]
    rows = scene.rows(pairs, by_offer=True)
    demand = scene.outcome.demand_of.get(code)
    if demand is None:
        outcome, sentence = takes_no_part(facts)
        because: tuple[Because, ...] = ()
    else:
        outcome, sentence = _gets(scene, facts, demand, rows)
        because = () if outcome == "placed" else _why_not(scene, facts, demand, rows)
    return Explanation(
        kind="need",
        code=code,
        day=scene.picture.day,
        outcome=outcome,
        sentence=sentence,
        because=because,
        rows=rows,
        proven=scene.proven,
        facts=_facts(scene, facts, demand),
    )


def takes_no_part(facts: NeedFacts) -> tuple[str, str]:
    """Say why a need has no part in matching."""
    code = facts.need.code
    if not facts.balance.quantified:
        return "unknown", f"The amount of {code} is not known, so it takes no part in matching."
    if facts.balance.free <= 0:
        return "nothing-open", f"Nothing of {code} is open: matching has nothing to do for it."
    if facts.project.status not in ACTIVE_STATUSES:
        status = facts.project.status
        return "inactive", f"{code} takes no new deals: its project is in status {status}."
    return "not-selected", f"{code} is not among the needs that were selected."


def _gets(scene: Scene, facts: NeedFacts, demand: int, rows: Sequence[PairRow]) -> tuple[str, str]:
    code, unit = facts.need.code, facts.balance.unit
    whole = scene.problem.demands[demand].open
    left = scene.outcome.open_left[demand]
    givers = [row.pair.offer.offer.code for row in rows if row.gives]
    if not left:
        return "placed", f"{code} ends placed: {brief(whole, unit)} from {_listed(givers)}."
    if left < whole:
        gets = f"{brief(whole - left, unit)} of {brief(whole, unit)} from {_listed(givers)}"
        return "part", f"{code} gets {gets}; {brief(left, unit)} stay open."
    return "nothing", f"{code} gets nothing of the {brief(whole, unit)} it wants."


def _why_not(
    scene: Scene, facts: NeedFacts, demand: int, rows: Sequence[PairRow]
) -> tuple[Because, ...]:
    code, unit, factor = facts.need.code, facts.balance.unit, facts.need.factor.value
    fitting = [row for row in rows if not row.failures]
    if not fitting:
        return _nobody_fits(code, factor, rows)
    whole = scene.problem.demands[demand].open
    most = most_alone(scene, demand)
    project = facts.project.code
    if most < whole:
        has = f"{brief(most, unit)} of {brief(whole, unit)}"
        words = f"Even with nobody else asking, the offers that fit could give it {has} only."
        return (Because("supply", words), *_nearest(rows))
    finding = why_incomplete(scene, project)
    if finding.contest is None:
        words = (
            f"{project} cannot end complete whoever gets what, so its offers go where they "
            "complete a project or cover more:"
        )
        return (Because("completeness", words), *finding.because)
    return finding.because


def _nobody_fits(code: str, factor: str, rows: Sequence[PairRow]) -> tuple[Because, ...]:
    if not rows:
        return (Because("eligible", f"There is no offer of {factor} at all."),)
    count = "The only offer" if len(rows) == 1 else f"None of the {len(rows)} offers"
    fits = "does not fit" if len(rows) == 1 else "fits"
    told = [Because("eligible", f"{count} of {factor} {fits} {code}.")]
    return (*told, *_nearest(rows))


def _nearest(rows: Sequence[PairRow]) -> tuple[Because, ...]:
    """Name the nearest of the offers that do not fit, if one change would do."""
    for row in rows:
        if row.changes:
            offer, change = row.pair.offer.offer.code, row.changes[0].words
            words = f"The nearest that does not fit is {offer}; it would with: {change}."
            return (Because("near-miss", words),)
    return ()


def _facts(scene: Scene, facts: NeedFacts, demand: int | None) -> dict[str, Any]:
    balance = facts.balance
    known = balance.quantified
    gets = 0
    if demand is not None:
        gets = scene.problem.demands[demand].open - scene.outcome.open_left[demand]
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
        "project_complete": demand is not None and scene.outcome.ends_complete(demand),
    }


def _listed(codes: Sequence[str], most: int = 3) -> str:
    more = len(codes) - most
    return ", ".join(codes[:most]) + (f" and {more} more" if more > 0 else "")
