"""Why a project does not end complete in today's proposal, proven by solving variants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ledger.core.factors import Factor
from ledger.core.text import joined_words
from ledger.eligibility.rules import NeedFacts, brief
from ledger.gaps.completeness import need_is_placed
from ledger.matching.explain import Because
from ledger.matching.plan import PlanIndex, completed, unmet_floors
from ledger.matching.problem import MatchingProblem, MatchingProject
from ledger.matching.variants import (
    ForcedCompletion,
    compare_forced_completion,
    only_needs,
    with_priority,
    without_needs,
)
from ledger.registers.records import ACTIVE_STATUSES
from ledger.usecases.matching.context import ExplanationContext

_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Incompleteness:
    """The causes that keep a project from ending complete.

    `binding` are the needs that cannot be placed, `served_alone` the most that each need could get
    without competition. `forced_completion` exists where the project could end complete at the
    expense of others.
    """

    because: tuple[Because, ...]
    binding: tuple[str, ...] = ()
    served_alone: dict[str, int] = field(default_factory=dict)
    forced_completion: ForcedCompletion | None = None


def why_incomplete(context: ExplanationContext, project: str) -> Incompleteness:
    """Return why a project does not end complete in today's proposal."""
    matching_project = context.problem.projects[context.plan.project_index[project]]
    not_participating = [
        facts for facts in context.needs_of(project) if _takes_no_part(context, facts)
    ]
    insufficient = _insufficient_offers(context, matching_project.needs)
    if not_participating or insufficient.binding:
        reasons = (
            *_floor_reasons(context, matching_project),
            *map(_reason_not_participating, not_participating),
        )
        codes = (*(facts.need.code for facts in not_participating), *insufficient.binding)
        return Incompleteness((*reasons, *insufficient.because), codes, insufficient.served_alone)
    index = context.plan.project_index[project]
    forced_solution = context.solve(with_priority(context.problem, index))
    forced = compare_forced_completion(context.problem, context.today, index, forced_solution)
    because = (
        *_floor_reasons(context, matching_project),
        *_forced_completion_reasons(context, index, forced),
    )
    return Incompleteness(because, (), insufficient.served_alone, forced)


def _floor_reasons(context: ExplanationContext, project: MatchingProject) -> tuple[Because, ...]:
    """Name the floors of a project that today's proposal does not meet."""
    unmet = unmet_floors(project, context.plan.allocations)
    return tuple(
        Because(
            "limit",
            f"Limit {one.code} asks for more from its offers before {project.code} counts as "
            f"complete.",
        )
        for one in unmet
    )


def completes_without(
    context: ExplanationContext, project: str, needs: Iterable[int]
) -> bool | None:
    """Return whether a project ends complete with these of its needs served elsewhere.

    None without a proof.
    """
    index = context.plan.project_index[project]
    removed = set(needs)
    if removed >= set(context.problem.projects[index].needs):
        return context.problem.projects[index].completable
    solution = context.solve(without_needs(context.problem, removed))
    if solution.complete.value > context.today.complete.bound:
        return True
    return False if solution.complete.bound <= context.today.complete.value else None


def _takes_no_part(context: ExplanationContext, facts: NeedFacts) -> bool:
    """Return whether a need takes no part, and so stays open in every plan."""
    return not need_is_placed(facts.balance) and facts.need.code not in context.plan.need_index


def _reason_not_participating(facts: NeedFacts) -> Because:
    code = facts.need.code
    if not facts.balance.quantified:
        return Because("quantified", f"The amount of {code} is not known.")
    if facts.project.status not in ACTIVE_STATUSES:
        status = facts.project.status
        return Because("status", f"{code} takes no new deals: its project is in status {status}.")
    return Because("selection", f"{code} is open, but not among what was selected.")


def _insufficient_offers(context: ExplanationContext, needs: tuple[int, ...]) -> Incompleteness:
    """Find the needs that stay open even without competition."""
    problem = context.problem
    joint_problem = only_needs(problem, needs)
    solution = context.solve(joint_problem)
    if completed(joint_problem, solution.allocations):
        return Incompleteness(
            (), (), {problem.needs[one].code: problem.needs[one].open for one in needs}
        )
    max_served = {one: max_served_alone(context, one) for one in needs}
    insufficient = [one for one in needs if max_served[one] < problem.needs[one].open]
    because = [_reason_insufficient(context, one, max_served[one]) for one in insufficient]
    if not insufficient:
        insufficient, because = _insufficient_together(context, needs)
    return Incompleteness(
        tuple(because),
        tuple(problem.needs[one].code for one in insufficient),
        {problem.needs[one].code: max_served[one] for one in needs},
    )


def max_served_alone(context: ExplanationContext, need: int) -> int:
    """Return the most that a need could get without competition."""
    problem = only_needs(context.problem, [need])
    return (
        problem.needs[0].open
        - PlanIndex(problem, context.solve(problem).allocations).open_amounts[0]
    )


def _reason_insufficient(context: ExplanationContext, need: int, max_served: int) -> Because:
    problem = context.problem
    matching_need = problem.needs[need]
    facts = context.snapshot.need_facts[matching_need.code]
    unit, factor = facts.balance.unit, facts.need.factor.value
    eligible_offers = list(problem.eligible_offers(need))
    if not eligible_offers:
        return Because("eligible", f"No offer of {factor} fits {matching_need.code}.")
    has = f"{brief(max_served, unit)} of its {brief(matching_need.open, unit)}"
    count = len(eligible_offers)
    fit = "offer that fits" if count == 1 else f"{count} offers that fit"
    capacity = sum(_capacity(problem, need, offer) for offer, _ in eligible_offers)
    if capacity < matching_need.open:
        sentence = (
            f"{matching_need.code}: all that the {fit} could give it, "
            f"without competing needs, is {has}."
        )
        return Because("supply", sentence)
    if not matching_need.divisible:
        sentence = f"{matching_need.code} is indivisible, and the {fit} cannot take it whole."
        return Because("terms", sentence)
    sentence = (
        f"{matching_need.code}: by their tickets and shares the {fit} could give it "
        f"no more than {has}."
    )
    return Because("terms", sentence)


def _capacity(problem: MatchingProblem, need: int, offer: int) -> int:
    """Return what an offer could give a need without tickets and shares."""
    ratio = problem.ratio(need, offer)
    assert ratio is not None
    return ratio.to_need(problem.offers[offer].free)


def _insufficient_together(
    context: ExplanationContext, needs: tuple[int, ...]
) -> tuple[list[int], list[Because]]:
    """Find the factors whose needs can be placed one by one, but not together."""
    problem = context.problem
    by_factor: dict[Factor, list[int]] = {}
    for one in needs:
        factor = context.snapshot.need_facts[problem.needs[one].code].need.factor
        by_factor.setdefault(factor, []).append(one)
    insufficient: list[int] = []
    because = []
    for factor, own in by_factor.items():
        joint_problem = only_needs(problem, own)
        if len(own) > 1 and not completed(joint_problem, context.solve(joint_problem).allocations):
            insufficient += own
            codes = joined_words([problem.needs[one].code for one in own])
            sentence = (
                f"{codes} could each be placed, but not together: they want the same {factor}."
            )
            because.append(Because("together", sentence))
    return insufficient, because


def _forced_completion_reasons(
    context: ExplanationContext, index: int, forced: ForcedCompletion
) -> tuple[Because, ...]:
    project = context.problem.projects[index]
    today = context.today.complete.value
    if forced.possible is None:
        sentence = f"Whether {project.code} can end complete was not settled in the time given."
        return (Because("unproven", sentence),)
    if not forced.possible:
        sentence = f"{project.code} cannot end complete, even before all others."
        return (Because("supply", sentence),)
    cost = sum(context.problem.projects[one].weight for one in forced.lost)
    names = named(context, forced.lost)
    consequence = f"{names} would not"
    if forced.gained:
        consequence += f" (but {named(context, forced.gained)} would)"
    if forced.regret.upper == 0:
        sentence = (
            f"{project.code} could end complete instead of {names}, of the same weight; "
            "the proposal covers at least as much without it."
        )
        return (Because("coverage", sentence),)
    heavier = len(forced.lost) == 1 and cost > project.weight
    reason = "weight" if heavier else "capacity"
    weights_text = f"they weigh {cost} together" if len(forced.lost) > 1 else f"it weighs {cost}"
    sentence = (
        f"{project.code} (weight {project.weight}) could end complete, "
        f"but {consequence}: {weights_text}."
    )
    regret = forced.regret
    if regret.exact:
        proof = f"Level 1 would fall from {today} to {today - regret.upper}."
    else:
        proof = f"Level 1 would fall by {regret.lower} to {regret.upper}, as far as is proven."
    return Because(reason, sentence), Because("proof", proof)


def named(context: ExplanationContext, projects: Iterable[int]) -> str:
    """Name projects with their weights, a few of many."""
    every = [context.problem.projects[one] for one in projects]
    every.sort(key=lambda one: (-one.weight, one.code))
    names = [f"{one.code} (weight {one.weight})" for one in every[:_MOST_NAMED]]
    more = len(every) - len(names)
    return joined_words([*names, f"{more} more"] if more else names)
