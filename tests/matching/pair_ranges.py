"""Who may give to whom in a Case, and between which whole amounts, ticket and share included."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from judge_rules import broken_limits, broken_rules
from match_cases import Case, CaseNeed, CaseOffer, down, up


class Pair(NamedTuple):
    """An offer that may give a need nothing, or from `low` to `high` of it.

    `worth` is what one smallest part of the need costs in smallest parts of the offer.
    """

    need: str
    offer: str
    low: int
    high: int
    worth: Fraction

    def cost(self, amount: int) -> int:
        """Give the offer's side of an amount, rounded up."""
        return up(amount * self.worth)


def pairs_of(case: Case) -> list[Pair]:
    """Give every pair that may be given something today, by need and offer."""
    found = []
    for need in case.needs:
        if not case.asked(need.code) or need.required is None or case.open[need.code] <= 0:
            continue
        for offer in case.offers:
            pair = _pair(case, need, offer)
            if pair is not None:
                found.append(pair)
    return sorted(found)


def _pair(case: Case, need: CaseNeed, offer: CaseOffer) -> Pair | None:
    if case.available[offer.code] <= 0 or broken_rules(case, need.code, offer.code):
        return None
    worth = case.worth(need.code, offer.code)
    assert worth is not None
    mine = case.living.get((need.code, offer.code), (0, 0))
    most = [case.open[need.code], down(case.available[offer.code] / worth)]
    if offer.max_ticket is not None:
        most.append(down((offer.max_ticket - mine[1]) / worth))
    if offer.max_share is not None:
        most.append(down(Fraction(offer.max_share) * need.net) - mine[0])
    low, high = 1, min(most)
    if offer.min_ticket is not None and offer.min_ticket > mine[1]:
        # The least amount whose cost, rounded up, is more than one less than the ticket.
        low = max(1, down((offer.min_ticket - mine[1] - 1) / worth) + 1)
    if not need.divisible:
        low = max(low, case.open[need.code])
    if low > high:
        return None
    # The bounds were worked out backwards; the rules themselves must agree with both.
    ends = [broken_limits(case, need.code, offer.code, amount) for amount in (low, high)]
    if any("lives in it" in text for text in ends[0]):
        return None
    assert ends == [[], []], (need, offer, low, high, ends)
    return Pair(need.code, offer.code, low, high, worth)


def may_end_complete(case: Case, pairs: list[Pair]) -> list[str]:
    """Name the projects that are not complete and whose every open need somebody may give to."""
    served = {pair.need for pair in pairs}
    found = []
    for project in case.projects:
        needs = case.needs_of[project.code]
        wanting = [need.code for need in needs if case.open[need.code] > 0]
        known = all(need.required is not None for need in needs)
        if wanting and known and served.issuperset(wanting):
            found.append(project.code)
    return found
