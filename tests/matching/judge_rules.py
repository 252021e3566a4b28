"""Which offers may serve which needs, and how much: section 4's rules for the judge, written anew.

Every rule is a plain sentence over a Case; the judge shares nothing with the program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from match_cases import ACTIVE, Case, CaseNeed, CaseOffer, down, up

Test = Callable[[Case, CaseNeed, CaseOffer], bool]


def same_factor(_: Case, need: CaseNeed, offer: CaseOffer) -> bool:
    return need.factor == offer.factor


def units_meet(case: Case, need: CaseNeed, offer: CaseOffer) -> bool:
    return case.rate(need.unit, offer.unit) is not None


def amount_known(_: Case, need: CaseNeed, __: CaseOffer) -> bool:
    return need.required is not None


def topic_fits(_: Case, need: CaseNeed, offer: CaseOffer) -> bool:
    return not offer.topics or need.topic in offer.topics


def sector_fits(case: Case, need: CaseNeed, offer: CaseOffer) -> bool:
    steps = case.project[need.project].sector.split(".")
    above = {".".join(steps[:size]) for size in range(1, len(steps) + 1)}
    return not offer.sectors or bool(above & set(offer.sectors))


def place_fits(case: Case, need: CaseNeed, offer: CaseOffer) -> bool:
    city = case.city[case.project[need.project].city]
    if city.country in offer.excluded_countries:
        return False
    anywhere = not (offer.countries or offer.regions or offer.cities)
    return (
        anywhere
        or city.country in offer.countries
        or city.code in offer.cities
        or any(region in offer.regions for region in city.regions)
    )


def instrument_fits(_: Case, need: CaseNeed, offer: CaseOffer) -> bool:
    either_any = not need.instruments or not offer.instruments
    return either_any or any(word in offer.instruments for word in need.instruments)


def within_window(case: Case, _: CaseNeed, offer: CaseOffer) -> bool:
    begun = offer.valid_from is None or offer.valid_from <= case.day
    return begun and (offer.valid_until is None or case.day <= offer.valid_until)


def starts_in_time(_: Case, need: CaseNeed, offer: CaseOffer) -> bool:
    if offer.available_from is None or need.needed_by is None:
        return True
    return offer.available_from <= need.needed_by


def project_takes_deals(case: Case, need: CaseNeed, _: CaseOffer) -> bool:
    return case.project[need.project].status in ACTIVE


RULES: dict[str, Test] = {
    "factor": same_factor,
    "unit": units_meet,
    "quantified": amount_known,
    "topic": topic_fits,
    "sector": sector_fits,
    "geography": place_fits,
    "instrument": instrument_fits,
    "window": within_window,
    "start": starts_in_time,
    "project status": project_takes_deals,
}
"""The rules that look at terms alone, by the names of section 4."""


def broken_rules(case: Case, need: str, offer: str) -> list[str]:
    """Name the rules that a pair fails whatever the quantity."""
    sides = case.need[need], case.offer[offer]
    return [name for name, holds in RULES.items() if not holds(case, *sides)]


def broken_limits(case: Case, need_code: str, offer_code: str, amount: int) -> list[str]:
    """Say which of ticket, share and indivisible a quantity breaks beside what already lives."""
    need, offer = case.need[need_code], case.offer[offer_code]
    worth = case.worth(need_code, offer_code)
    if worth is None:
        return []
    mine = case.living.get((need_code, offer_code), (0, 0))
    ticket = mine[1] + up(amount * worth)
    broken = []
    if offer.min_ticket is not None and ticket < offer.min_ticket:
        broken.append(f"ticket: {ticket} is less than the smallest ticket {offer.min_ticket}")
    if offer.max_ticket is not None and ticket > offer.max_ticket:
        broken.append(f"ticket: {ticket} is more than the largest ticket {offer.max_ticket}")
    if offer.max_share is not None:
        most = down(Fraction(offer.max_share) * need.net)
        if mine[0] + amount > most:
            broken.append(f"share: {mine[0] + amount} is more than the share's {most}")
    return broken + list(_split(case, need, offer_code, amount))


def _split(case: Case, need: CaseNeed, offer: str, amount: int) -> Iterator[str]:
    if need.divisible:
        return
    if amount != case.open[need.code]:
        yield f"indivisible: {amount} is not all of the {case.open[need.code]} open"
    others = sorted(o for n, o in case.living if n == need.code and o != offer)
    if others:
        yield f"indivisible: {', '.join(others)} already lives in it"


def complete_before(case: Case, project: str) -> bool:
    """Say whether a project is complete before anything is proposed."""
    return complete_after(case, project, {})


def complete_after(case: Case, project: str, given: dict[str, int]) -> bool:
    """Say whether all needs of a project are placed once `given` is added, by need."""
    needs = case.needs_of[project]
    if not needs or any(need.required is None for need in needs):
        return False
    if all(need.net == 0 for need in needs):
        return False
    return all(case.open[need.code] == given.get(need.code, 0) for need in needs)
