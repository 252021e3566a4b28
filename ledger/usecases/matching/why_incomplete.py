"""Why a project does not end complete in today's proposal, proven by solving other problems."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ledger.core.factors import Factor
from ledger.eligibility.rules import NeedFacts
from ledger.gaps.completeness import need_is_placed
from ledger.matching.explain import Because, Outcome
from ledger.matching.pairs import brief
from ledger.matching.plan import completed
from ledger.matching.problem import Problem
from ledger.matching.variants import Contest, alone, before_all_others, contest, served_elsewhere
from ledger.registers.records import ACTIVE_STATUSES
from ledger.usecases.matching.context import Scene

_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """What keeps a project from ending complete.

    `binding` are the needs that do, `alone` the most that each of its needs could get if nobody
    else asked. `contest` is there where the project could end complete at others' cost.
    """

    because: tuple[Because, ...]
    binding: tuple[str, ...] = ()
    alone: dict[str, int] = field(default_factory=dict)
    contest: Contest | None = None


def why_incomplete(scene: Scene, project: str) -> Finding:
    """Find why a project of today's problem does not end complete in today's proposal."""
    venture = scene.problem.ventures[scene.outcome.venture_of[project]]
    stuck = [facts for facts in scene.needs_of(project) if _stuck(scene, facts)]
    short = _short_of_supply(scene, venture.demands)
    if stuck or short.binding:
        told = tuple(_why_stuck(facts) for facts in stuck)
        codes = (*(facts.need.code for facts in stuck), *short.binding)
        return Finding((*told, *short.because), codes, short.alone)
    place = scene.outcome.venture_of[project]
    forced = scene.solve(before_all_others(scene.problem, place))
    found = contest(scene.problem, scene.today, place, forced)
    return Finding(_contest_told(scene, place, found), (), short.alone, found)


def completes_if_served(scene: Scene, project: str, demands: Iterable[int]) -> bool | None:
    """Say whether a project ends complete where these of its needs are served from elsewhere.

    None where the search ended without a proof.
    """
    place = scene.outcome.venture_of[project]
    served = set(demands)
    if served >= set(scene.problem.ventures[place].demands):
        return scene.problem.ventures[place].completable
    solution = scene.solve(served_elsewhere(scene.problem, served))
    if solution.complete.value > scene.today.complete.bound:
        return True
    return False if solution.complete.bound <= scene.today.complete.value else None


def _stuck(scene: Scene, facts: NeedFacts) -> bool:
    """Say whether a need stays open whatever is matched: it takes no part."""
    return not need_is_placed(facts.balance) and facts.need.code not in scene.outcome.demand_of


def _why_stuck(facts: NeedFacts) -> Because:
    code = facts.need.code
    if not facts.balance.quantified:
        return Because("quantified", f"The amount of {code} is not known.")
    if facts.project.status not in ACTIVE_STATUSES:
        status = facts.project.status
        return Because("status", f"{code} takes no new deals: its project is in status {status}.")
    return Because("selection", f"{code} is open, but not among what was selected.")


def _short_of_supply(scene: Scene, demands: tuple[int, ...]) -> Finding:
    """Find the needs that stay open even where nobody else asks for anything."""
    problem = scene.problem
    together = alone(problem, demands)
    solution = scene.solve(together)
    if completed(together, solution.gives):
        return Finding(
            (), (), {problem.demands[one].code: problem.demands[one].open for one in demands}
        )
    most = {one: most_alone(scene, one) for one in demands}
    short = [one for one in demands if most[one] < problem.demands[one].open]
    because = [_why_short(scene, one, most[one]) for one in short]
    if not short:
        short, because = _short_together(scene, demands)
    return Finding(
        tuple(because),
        tuple(problem.demands[one].code for one in short),
        {problem.demands[one].code: most[one] for one in demands},
    )


def most_alone(scene: Scene, demand: int) -> int:
    """Find the most that a need could get where nobody else asks for anything."""
    problem = alone(scene.problem, [demand])
    return problem.demands[0].open - Outcome(problem, scene.solve(problem).gives).open_left[0]


def _why_short(scene: Scene, demand: int, most: int) -> Because:
    problem = scene.problem
    need = problem.demands[demand]
    facts = scene.picture.need_facts[need.code]
    unit, factor = facts.balance.unit, facts.need.factor.value
    partners = list(problem.partners(demand))
    if not partners:
        return Because("eligible", f"No offer of {factor} fits {need.code}.")
    has = f"{brief(most, unit)} of its {brief(need.open, unit)}"
    fit = "offer that fits" if len(partners) == 1 else f"{len(partners)} offers that fit"
    capacity = sum(_holds(problem, demand, supply) for supply, _ in partners)
    if capacity < need.open:
        words = f"{need.code}: all that the {fit} could give it, with nobody else asking, is {has}."
        return Because("supply", words)
    if not need.divisible:
        words = f"{need.code} is indivisible, and the {fit} cannot take it whole."
        return Because("terms", words)
    words = f"{need.code}: by their tickets and shares the {fit} could give it no more than {has}."
    return Because("terms", words)


def _holds(problem: Problem, demand: int, supply: int) -> int:
    """Give what an offer could hold of a need, were there no tickets and shares."""
    ratio = problem.ratio(demand, supply)
    assert ratio is not None
    return ratio.to_need(problem.supplies[supply].free)


def _short_together(scene: Scene, demands: tuple[int, ...]) -> tuple[list[int], list[Because]]:
    """Find the factors of which the needs can be placed one by one, but not together."""
    problem = scene.problem
    by_factor: dict[Factor, list[int]] = {}
    for one in demands:
        factor = scene.picture.need_facts[problem.demands[one].code].need.factor
        by_factor.setdefault(factor, []).append(one)
    found: list[int] = []
    because = []
    for factor, own in by_factor.items():
        part = alone(problem, own)
        if len(own) > 1 and not completed(part, scene.solve(part).gives):
            found += own
            codes = listed([problem.demands[one].code for one in own])
            words = f"{codes} could each be placed, but not together: they want the same {factor}."
            because.append(Because("together", words))
    return found, because


def _contest_told(scene: Scene, place: int, found: Contest) -> tuple[Because, ...]:
    venture = scene.problem.ventures[place]
    today = scene.today.complete.value
    if found.possible is None:
        words = f"Whether {venture.code} can end complete was not settled in the time given."
        return (Because("unproven", words),)
    if not found.possible:
        words = f"{venture.code} cannot end complete, even before all others."
        return (Because("supply", words),)
    cost = sum(scene.problem.ventures[one].weight for one in found.loses)
    names = named(scene, found.loses)
    then = f"{names} would not"
    if found.gains:
        then += f" (but {named(scene, found.gains)} would)"
    if found.fall.most == 0:
        words = (
            f"{venture.code} could end complete instead of {names}, of the same weight; "
            "the proposal covers at least as much without it."
        )
        return (Because("coverage", words),)
    heavier = len(found.loses) == 1 and cost > venture.weight
    reason = "weight" if heavier else "capacity"
    weighs = f"they weigh {cost} together" if len(found.loses) > 1 else f"it weighs {cost}"
    words = f"{venture.code} (weight {venture.weight}) could end complete, but {then}: {weighs}."
    fall = found.fall
    if fall.exact:
        proof = f"Level 1 would fall from {today} to {today - fall.most}."
    else:
        proof = f"Level 1 would fall by {fall.least} to {fall.most}, as far as is proven."
    return Because(reason, words), Because("proof", proof)


def named(scene: Scene, ventures: Iterable[int]) -> str:
    """Name projects with their weights, a few of many."""
    every = [scene.problem.ventures[one] for one in ventures]
    every.sort(key=lambda one: (-one.weight, one.code))
    words = [f"{one.code} (weight {one.weight})" for one in every[:_MOST_NAMED]]
    more = len(every) - len(words)
    return listed([*words, f"{more} more"] if more else words)


def listed(words: Sequence[str]) -> str:
    """Join words as people do: A, B and C."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
