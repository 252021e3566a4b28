"""The matching problem of a ledger: who takes part, and who may serve whom.

The eligibility rules are evaluated once per kind of need and mandate (see `classes`), never pair by
pair; the rules on quantities become the limits of a pair (see `problem`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from ledger.eligibility.counts import OutstandingByNeed
from ledger.eligibility.index import RateOf
from ledger.eligibility.rules import NeedFacts, OfferFacts, Outstanding
from ledger.gaps.completeness import need_is_placed
from ledger.matching.classes import EligibilityClasses, PausedProviders
from ledger.matching.limits import NO_LIMITS, CapBuilder, GivenLimits
from ledger.matching.problem import (
    NO_OFFER,
    MatchingCap,
    MatchingGoal,
    MatchingNeed,
    MatchingOffer,
    MatchingProblem,
    MatchingProject,
)
from ledger.matching.sequence import indices_before
from ledger.registers.records import ACTIVE_STATUSES
from ledger.registers.table import CONDITION_COMPLETE

_NONE_OUTSTANDING: OutstandingByNeed = MappingProxyType({})

_NOBODY_PAUSED: PausedProviders = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class BuiltProblem:
    """A problem, and the pairs of units (of the need, of the offer) left out without a rate."""

    problem: MatchingProblem
    without_rate: tuple[tuple[str, str], ...]


def build(
    needs: Iterable[NeedFacts],
    offers: Iterable[OfferFacts],
    day: date,
    rate_of: RateOf,
    outstanding: OutstandingByNeed = _NONE_OUTSTANDING,
    *,
    selected: Collection[str] | None = None,
    paused: PausedProviders = _NOBODY_PAUSED,
    limits: GivenLimits = NO_LIMITS,
) -> BuiltProblem:
    """Build the problem of a day from all needs and offers of a ledger, in any order.

    `selected` names the needs that may be served (None: all); the others still count for the
    completeness of their projects. `rate_of(need unit, offer unit)` is the number of offer units
    per need unit, or None. `outstanding` is by need, then by offer. `paused` names the providers
    whose offers are not proposed for a need, `limits` the limits across pairs.
    """
    all_needs = sorted(needs, key=lambda facts: (facts.project.code, facts.need.code))
    open_needs = [facts for facts in all_needs if _is_open(facts, selected)]
    every_offer = [*offers]
    available = [facts for facts in every_offer if _is_available(facts, day)]
    available_offers = sorted(available, key=lambda facts: facts.offer.code)
    classes = EligibilityClasses(open_needs, available_offers, day, rate_of, paused)
    places = {facts.offer.code: place for place, facts in enumerate(available_offers)}
    projects = _projects(all_needs, open_needs)
    project_index = {need: place for place, one in enumerate(projects) for need in one.needs}
    before = _needs_before(open_needs, all_needs)
    # A need that waits for what cannot be placed is of a class that no offer serves.
    links = [*classes.links, *([{}] if None in before else [])]
    matching_needs = tuple(
        _need(
            facts,
            project_index[place],
            len(links) - 1 if before[place] is None else classes.class_of_need[place],
            outstanding,
            places,
            before[place],
        )
        for place, facts in enumerate(open_needs)
    )
    matching_offers = tuple(
        _offer(facts, offer_class)
        for facts, offer_class in zip(available_offers, classes.class_of_offer, strict=True)
    )
    caps: tuple[MatchingCap, ...] = ()
    goals: tuple[MatchingGoal, ...] = ()
    if limits.limits:
        sides, every = (open_needs, available_offers), (all_needs, every_offer)
        builder = CapBuilder(limits, sides, every, day, rate_of)
        projects = tuple(
            replace(one, floors=builder.floors(one.code, one.needs)) for one in projects
        )
        index_of = {one.code: at for at, one in enumerate(projects)}
        caps = builder.caps(index_of)
        asked = [one for one in all_needs if _is_asked(one, selected)]
        goals = builder.goals(asked, index_of)
    problem = MatchingProblem(
        projects,
        matching_needs,
        matching_offers,
        tuple(links),
        _outstanding(open_needs, outstanding, places),
        caps,
        goals,
    )
    return BuiltProblem(problem, tuple(sorted(classes.without_rate)))


def _needs_before(
    open_needs: list[NeedFacts], all_needs: list[NeedFacts]
) -> list[tuple[int, ...] | None]:
    """Return for each open need those that have to end placed first; None if one cannot."""
    if not any(facts.need.after for facts in open_needs):
        return [()] * len(open_needs)
    index_of = {facts.need.code: place for place, facts in enumerate(open_needs)}
    by_code = {facts.need.code: facts for facts in all_needs}
    return [indices_before(facts, index_of, by_code) for facts in open_needs]


def _is_open(facts: NeedFacts, selected: Collection[str] | None) -> bool:
    asked = _is_asked(facts, selected)
    return asked and facts.balance.quantified and facts.balance.free > 0


def _is_asked(facts: NeedFacts, selected: Collection[str] | None) -> bool:
    is_selected = selected is None or facts.need.code in selected
    return is_selected and facts.project.status in ACTIVE_STATUSES


def _is_available(facts: OfferFacts, day: date) -> bool:
    has_begun = facts.offer.valid_from is None or facts.offer.valid_from <= day
    lasts = not facts.offer.is_over(day) and not facts.provider.withdrawn
    return has_begun and lasts and facts.balance.free > 0


def _projects(
    all_needs: list[NeedFacts], open_needs: list[NeedFacts]
) -> tuple[MatchingProject, ...]:
    """Group the needs by project; a project with an open need outside cannot end complete."""
    participating = {facts.need.code for facts in open_needs}
    incomplete = {
        facts.project.code
        for facts in all_needs
        if not need_is_placed(facts.balance) and facts.need.code not in participating
    }
    needs: dict[str, list[int]] = {}
    weights: dict[str, int] = {}
    for place, facts in enumerate(open_needs):
        needs.setdefault(facts.project.code, []).append(place)
        weights[facts.project.code] = facts.project.weight
    return tuple(
        MatchingProject(code, weights[code], tuple(places), code not in incomplete)
        for code, places in needs.items()
    )


def _need(
    facts: NeedFacts,
    project: int,
    need_class: int,
    outstanding: OutstandingByNeed,
    places: Mapping[str, int],
    after: tuple[int, ...] | None,
) -> MatchingNeed:
    return MatchingNeed(
        code=facts.need.code,
        project=project,
        need_class=need_class,
        open=facts.balance.free,
        net=facts.balance.net,
        divisible=facts.need.divisible,
        sole_offer=None
        if facts.need.divisible
        else _sole_offer(outstanding.get(facts.need.code, {}), places),
        after=after or (),
        blocked=after is None,
    )


def _sole_offer(outstanding: Mapping[str, Outstanding], places: Mapping[str, int]) -> int | None:
    """Return the one offer that may take the rest of an indivisible need, if any is outstanding."""
    codes = [code for code, between in outstanding.items() if between.need > 0 or between.offer > 0]
    if not codes:
        return None
    return places.get(codes[0], NO_OFFER) if len(codes) == 1 else NO_OFFER


def _offer(facts: OfferFacts, offer_class: int) -> MatchingOffer:
    offer = facts.offer
    return MatchingOffer(
        code=offer.code,
        offer_class=offer_class,
        free=facts.balance.free,
        min_ticket=offer.min_ticket,
        max_ticket=offer.max_ticket,
        max_share=offer.max_share,
        conditional=offer.condition == CONDITION_COMPLETE,
        cost=offer.rate,
    )


def _outstanding(
    open_needs: list[NeedFacts], outstanding: OutstandingByNeed, places: Mapping[str, int]
) -> dict[tuple[int, int], Outstanding]:
    return {
        (place, places[code]): amounts
        for place, facts in enumerate(open_needs)
        for code, amounts in outstanding.get(facts.need.code, {}).items()
        if code in places
    }
