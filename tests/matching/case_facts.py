"""A Case as the records that the matcher is fed with, and what it answers as a document."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from judge import floors_met, line_given, written
from match_cases import DECIMALS, MONEY, Case, CaseCap, CaseDeal, CaseNeed, CaseOffer, up

from ledger.core.factors import Factor, Side, Stage
from ledger.core.quantity import Unit
from ledger.deals.deal import Deal
from ledger.eligibility.counts import outstanding_by_need
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.journal.balance import Balance, DealBalance
from ledger.matching.build import BuiltProblem, build
from ledger.matching.limits import NO_LIMITS, GivenLimits
from ledger.matching.plan import Level, Solution
from ledger.registers.records import City, Limit, Need, Offer, Project, Provider

UNITS = {
    code: Unit(code, decimals, "money" if code in MONEY else "work", code)
    for code, decimals in DECIMALS.items()
}
NEW_YEAR = date(2026, 1, 1)
FUND = Provider(code="FUND", name="Fund", kind="fund")


class Facts(NamedTuple):
    """All that the matcher looks at."""

    needs: list[NeedFacts]
    offers: list[OfferFacts]
    deals: list[DealBalance]


def facts_of(case: Case) -> Facts:
    """Turn a Case into records, in the Case's own order."""
    cities = {
        one.code: City(code=one.code, name=one.code.title(), country=one.country, office="asia")
        for one in case.cities
    }
    needs = [_need_facts(case, need, cities) for need in case.needs]
    offers = [_offer_facts(case, offer) for offer in case.offers]
    return Facts(needs, offers, [_deal_standing(deal) for deal in case.deals])


def problem_of(case: Case, facts: Facts | None = None) -> BuiltProblem:
    """Build the matcher's problem of a Case, or of its records in another order."""
    facts = facts or facts_of(case)
    return build(
        facts.needs,
        facts.offers,
        case.day,
        case.rate,
        outstanding_by_need(facts.deals),
        selected=case.selection,
        limits=limits_of(case, facts),
    )


_MEASURES = {"floor": "share", "goal": "quantity", "goal-number": "number"}


def limits_of(case: Case, facts: Facts) -> GivenLimits:
    """Give the caps of a Case as records of limits."""
    limits = tuple(
        Limit(
            code=cap.code,
            measure=_MEASURES.get(cap.measure, cap.measure),
            kind="floor" if cap.measure in _MEASURES else "cap",
            value=_value(cap),
            unit=cap.unit if cap.measure in {"quantity", "goal"} else None,
            offers=f"offer={','.join(sorted(cap.offers))}",
            projects=f"project={','.join(sorted(cap.projects))}",
        )
        for cap in case.caps
    )
    return GivenLimits(limits, tuple(facts.deals), UNITS, UNITS["EUR"]) if limits else NO_LIMITS


def _value(cap: CaseCap) -> Decimal:
    value = Decimal(cap.value.numerator) / Decimal(cap.value.denominator)
    in_parts = cap.measure in {"quantity", "goal"}
    return value.scaleb(-DECIMALS[cap.unit]) if in_parts else value


def document_of(case: Case, built: BuiltProblem, solution: Solution) -> dict[str, Any]:
    """Write a solution as `cityfund match --format json` does."""
    needs, offers = built.problem.needs, built.problem.offers
    lines = [
        line_of(case, needs[allocation.need].code, offers[allocation.offer].code, allocation.amount)
        for allocation in solution.allocations
    ]
    return a_document(case, lines, solution.complete, solution.coverage)


def line_of(case: Case, need: str, offer: str, amount: int) -> dict[str, str]:
    """Write one line of a proposal, its offer's side worked out by the rules."""
    one, other = case.need[need], case.offer[offer]
    worth, rate = case.worth(need, offer), case.rate(one.unit, other.unit) or Fraction(1)
    return {
        "offer": offer,
        "need": need,
        "project": one.project,
        "factor": one.factor,
        "quantity": written(amount, one.unit),
        "unit": one.unit,
        "offer_quantity": written(amount if worth is None else up(amount * worth), other.unit),
        "offer_unit": other.unit,
        "rate_exact": "/".join(map(str, rate.as_integer_ratio())),
    }


def a_document(
    case: Case, lines: Iterable[dict[str, str]], complete: Level, coverage: Level
) -> dict[str, Any]:
    """Write lines and levels as a document; the projects it completes are worked out here."""
    lines = list(lines)
    given = _given(case, lines)
    understood = [line_given(case, line) for line in lines]
    levels = (("complete", complete, 0), ("coverage", coverage, 12))
    return {
        "schema": "cityfund.match/1",
        "levels": [_level(name, level, places) for name, level, places in levels],
        "complete": [
            one.code
            for one in case.projects
            if _ends_complete(case, one.code, given) and floors_met(case, one.code, understood)
        ],
        "lines": lines,
    }


def _given(case: Case, lines: list[dict[str, str]]) -> dict[str, Decimal]:
    given: dict[str, Decimal] = {}
    for line in lines:
        given[line["need"]] = given.get(line["need"], Decimal(0)) + Decimal(line["quantity"])
    return given


def _ends_complete(case: Case, project: str, given: dict[str, Decimal]) -> bool:
    needs = case.needs_of[project]
    known = bool(needs) and all(need.required is not None for need in needs)
    wanting = [need for need in needs if case.open[need.code] > 0]
    return known and bool(wanting) and all(_filled(case, need, given) for need in wanting)


def _filled(case: Case, need: CaseNeed, given: dict[str, Decimal]) -> bool:
    return given.get(need.code, Decimal(0)).scaleb(DECIMALS[need.unit]) == case.open[need.code]


def _level(name: str, level: Level, places: int) -> dict[str, str]:
    value, bound = (_decimal(number, places) for number in (level.value, level.bound))
    return {"name": name, "value": value, "bound": bound, "gap": _decimal(level.gap, 12)}


def _decimal(number: Any, places: int) -> str:
    return str(Decimal(round(number * 10**places)).scaleb(-places))


def _need_facts(case: Case, need: CaseNeed, cities: dict[str, City]) -> NeedFacts:
    project = case.project[need.project]
    return NeedFacts(
        need=Need(
            code=need.code,
            project=need.project,
            factor=Factor(need.factor),
            unit=need.unit,
            declared_on=NEW_YEAR,
            topic=need.topic,
            needed_by=need.needed_by,
            divisible=need.divisible,
            instruments=need.instruments,
            after=need.after,
        ),
        project=Project(
            code=project.code,
            title=project.code.title(),
            city=project.city,
            sector=project.sector,
            status=project.status,
            weight=project.weight,
        ),
        city=cities[project.city],
        balance=_need_standing(case, need),
        region_chain=case.city[project.city].regions,
    )


def _need_standing(case: Case, need: CaseNeed) -> Balance:
    stages = _living_stages([deal for deal in case.deals if deal.need == need.code], 0)
    stages |= {Stage.OPEN: case.open[need.code], Stage.WITHDRAWN: need.withdrawn}
    return Balance(Side.NEED, need.code, UNITS[need.unit], stages)


def _offer_facts(case: Case, offer: CaseOffer) -> OfferFacts:
    terms = (
        *("code", "unit", "topics", "valid_from", "valid_until", "available_from", "sectors"),
        *("countries", "regions", "cities", "excluded_countries", "instruments"),
        *("min_ticket", "max_ticket", "max_share"),
    )
    stages = _living_stages([deal for deal in case.deals if deal.offer == offer.code], 1)
    stages |= {Stage.AVAILABLE: case.available[offer.code], Stage.WITHDRAWN: offer.withdrawn}
    return OfferFacts(
        offer=Offer(
            **{term: getattr(offer, term) for term in terms},
            factor=Factor(offer.factor),
            provider=FUND.code,
            declared_on=NEW_YEAR,
            condition="complete" if offer.only_complete else None,
            rate=offer.cost,
        ),
        provider=FUND,
        balance=Balance(Side.OFFER, offer.code, UNITS[offer.unit], stages),
    )


def _living_stages(deals: list[CaseDeal], side: int) -> dict[Stage, int]:
    return {
        Stage.HELD: sum(deal.held[side] for deal in deals),
        Stage.COMMITTED: sum(deal.committed[side] for deal in deals),
        Stage.DELIVERED: sum(deal.delivered[side] for deal in deals),
    }


def _deal_standing(deal: CaseDeal) -> DealBalance:
    record = Deal(code=deal.code, offer=deal.offer, need=deal.need, rate=deal.rate)
    sides = [
        {stage: getattr(deal, stage.value)[side] for stage in (Stage.HELD, Stage.COMMITTED)}
        | {Stage.DELIVERED: deal.delivered[side]}
        for side in (0, 1)
    ]
    return DealBalance(record, *sides)
