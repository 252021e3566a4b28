"""Whether any offer fits a need, where the largest of equal terms is judged for all of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from eligibility_worlds import DAY, needing, offering

from ledger.core.factors import Factor
from ledger.eligibility.counts import OffersAlike
from ledger.eligibility.fits import Fit, OffersByTerms


def fit(*alike: OffersAlike, **terms: Any) -> Fit:
    """Say how offers fit a metro in Mashhad that requires five cents."""
    return OffersByTerms(alike, DAY, lambda *_: None).fit(needing(5, **terms))


def three(code: str = "O-1", **terms: Any) -> OffersAlike:
    """Give three offers of equal terms, of which each has less than the need requires."""
    return OffersAlike(offering(4, code=code, **terms), [2, 3, 4])


def test_every_offer_of_fitting_terms_is_certain() -> None:
    assert fit(three()) == Fit(possible=True, certain=3)
    two_more = OffersAlike(offering(8, code="O-2", valid_until=DAY), [7, 8])
    assert fit(three(), two_more) == Fit(possible=True, certain=5)


def test_without_an_offer_of_the_factor_nothing_fits() -> None:
    assert fit() == Fit(possible=False, certain=0)
    assert fit(three(), factor=Factor.EXPERTISE) == Fit(possible=False, certain=0)


def test_where_every_offer_fails_a_term_nothing_fits() -> None:
    elsewhere, for_health = three("O-1", countries=("PK",)), three("O-2", sectors=("health",))
    assert fit(elsewhere, for_health) == Fit(possible=False, certain=0)
    assert fit(elsewhere, for_health, three("O-3")) == Fit(possible=True, certain=3)


@pytest.mark.parametrize(
    "limit", [{"min_ticket": 1}, {"max_ticket": 9}, {"max_share": Decimal("0.5")}]
)
def test_offers_with_a_limit_on_quantity_may_fit_but_are_not_certain(limit: dict[str, Any]) -> None:
    assert fit(three(**limit)) == Fit(possible=True, certain=0)


def test_no_offer_is_certain_for_an_indivisible_need() -> None:
    assert fit(three(), divisible=False) == Fit(possible=True, certain=0)
