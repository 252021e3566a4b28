"""The terms two sides meet on: rate, instrument, and whether the mandate admits the pair."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from ledger.core.errors import RefusedByRule
from ledger.core.factors import Side
from ledger.deals.deal import Deal, offer_amount_to_hold, recorded_rate
from ledger.eligibility.rules import (
    RETIRED,
    Failure,
    NeedFacts,
    OfferFacts,
    Pairing,
    bars_of,
    verdict,
)
from ledger.journal.entries import ActDetails
from ledger.journal.moves import WrongUnit
from ledger.rates.rates import UnusableRate, find_rate, is_rate
from ledger.reference.places import region_chain
from ledger.registers.pairs import LIMIT
from ledger.restrictions.acts import Restricted
from ledger.restrictions.bars import NO_RESTRICTIONS, Restrictions
from ledger.store.journal.accounts import Account, DealAccount
from ledger.store.session.restrictions import country_of
from ledger.store.session.unit_of_work import UnitOfWork

NEVER_OVERRIDDEN = ("factor", "unit", "quantified", "indivisible")
"""Rules about what a need is, not about what a provider is willing to do."""


RESTRICTED = "restricted"
"""The rule that is somebody else's: no agreement of the two sides overrides it."""


class NotEligible(RefusedByRule, code="not-eligible"):
    """The offer cannot serve the need at all, even if its provider agreed."""


class OutsideMandate(RefusedByRule, code="outside-mandate"):
    """The offer's mandate does not admit this need, this quantity or this day."""


class ProviderRetired(RefusedByRule, code="provider-retired"):
    """A new introduction from an offer whose provider is retired."""

    default_why = "Its offers are proposed no longer; deals that it has already go on."


class NoRate(RefusedByRule, code="no-rate"):
    """Two currencies meet, and no rate between them is known on the day."""

    default_why = "There is no rate on or before that day in the ledger, and none was given."
    default_next = "Give the rate with --rate (offer units per need unit), or import rates."


class InstrumentNotOffered(RefusedByRule, code="instrument-not-offered"):
    """The instrument of the deal is not one that both sides accept."""

    default_next = "Choose one that both accept, or leave --instrument out."


class AgreedRate(NamedTuple):
    """The rate of a deal as recorded, its source, and the day of its oldest quote."""

    rate: Decimal
    rate_exact: Fraction | None = None
    rate_source: str | None = None
    day: date | None = None


def agreed_rate(
    uow: UnitOfWork, need: Account, offer: Account, day: date, given: Decimal | Fraction | None
) -> AgreedRate:
    """Give the offer units that one need unit costs: one within a unit, else as given or found.

    Raises `WrongUnit` where the two are no currencies, `NoRate` and `UnusableRate`.
    """
    if given is not None and not is_rate(given):
        raise UnusableRate(f"{given} cannot be a rate.")
    if need.unit.code == offer.unit.code:
        if given is not None and given != 1:
            raise UnusableRate(
                f"Both sides are counted in {need.unit.code}; no rate applies.",
                next_step="Leave --rate out.",
            )
        return AgreedRate(Decimal(1))
    if need.unit.kind != "money" or offer.unit.kind != "money":
        raise WrongUnit(
            f"Need {need.code} is counted in {need.unit.code}, "
            f"offer {offer.code} in {offer.unit.code}.",
            next_step="Look for an offer in the need's unit.",
        )
    if given is not None:
        return AgreedRate(*recorded_rate(given), "given")
    rate = find_rate(uow.rates, need.unit.code, offer.unit.code, day)
    if rate is None:
        raise NoRate(f"No rate from {need.unit.code} to {offer.unit.code} is known on {day}.")
    return AgreedRate(*recorded_rate(rate.rate), rate.rate_source, rate.day)


def agreed_instrument(need: Account, offer: Account, given: str | None) -> str | None:
    """Give the deal's instrument: the one given, or the only one that both sides accept."""
    lists = [set(side.record.instruments) for side in (need, offer) if side.record.instruments]
    accepted = set.intersection(*lists) if lists else set()
    if given is None:
        return next(iter(accepted)) if len(accepted) == 1 else None
    if lists and given not in accepted:
        raise InstrumentNotOffered(
            f"{given} is not an instrument that both sides accept.",
            why=f"Both accept: {', '.join(sorted(accepted)) or 'none in common'}.",
        )
    return given


def deal_at(uow: UnitOfWork, terms: Deal) -> DealAccount | None:
    """Give the pair's deal at the same rate and instrument, of the code that is named, if any."""
    for deal in uow.accounts.deals_of_need(terms.need):
        there = deal.record
        if terms.code not in ("", deal.code) or there.offer != terms.offer:
            continue
        if (there.exact_rate, there.instrument) == (terms.exact_rate, terms.instrument):
            return deal
    return None


def require_admitted(
    uow: UnitOfWork,
    need: Account,
    offer: Account,
    amount: int,
    rate: Fraction,
    details: ActDetails,
) -> ActDetails:
    """Test the pair on the quantity that is about to be held, and the limits across pairs.

    Gives what is recorded of the act. Raises what `require_eligible` and limits raise.
    """
    kept = require_eligible(uow, need, offer, amount, rate, details)
    if uow.start.has_limits or uow.changes.counts[LIMIT.name]:
        from ledger.store.session.limits import require_within_limits  # noqa: PLC0415 - few have

        kept = require_within_limits(uow, (offer, need), amount, kept, details)
    return kept


def require_eligible(
    uow: UnitOfWork,
    need: Account,
    offer: Account,
    amount: int,
    rate: Fraction,
    details: ActDetails,
) -> ActDetails:
    """Test the pair on the quantity that is about to be held; give what is recorded of the act.

    A reason to leave the mandate is recorded only where it is needed. Raises `NotEligible`, or
    `OutsideMandate` and `ProviderRetired` where no reason overrides the mandate.
    """
    on_record = uow.restrictions
    if on_record is not NO_RESTRICTIONS:
        # What took place without leave can be recorded under an exemption that says so.
        on_record = on_record.recording
    pairing = pairing_of(
        uow, need, offer, amount, rate, details.effective_on, restrictions=on_record
    )
    failures = verdict(pairing)
    if any(failure.rule == RESTRICTED for failure in failures):
        if not uow.drafts:
            pair = f"Offer {offer.code} and need {need.code}"
            raise Restricted.by(
                bars_of(pairing), pair, details.effective_on, why=_sentences(failures)
            )
        # What raises nothing in all may pass: the request as a whole is tested at its end.
        failures = tuple(failure for failure in failures if failure.rule != RESTRICTED)
    if not failures:
        return details.without_override()
    what = f"Offer {offer.code} cannot serve need {need.code}."
    elsewhere = f"Look for another offer (cityfund need candidates {need.code})"
    if any(failure.rule in NEVER_OVERRIDDEN for failure in failures):
        raise NotEligible(what, why=_sentences(failures), next_step=f"{elsewhere}.")
    if details.override is None and all(failure.rule == RETIRED for failure in failures):
        provider = offer.record.provider
        raise ProviderRetired(
            f"Provider {provider} of offer {offer.code} is retired.",
            next_step=f"{elsewhere}, restore the provider (cityfund provider restore {provider}), "
            "or, where it gives all the same, say why: --override REASON",
        )
    if details.override is None:
        agreed = "or, where the provider agreed, say why: --override REASON"
        raise OutsideMandate(what, why=_sentences(failures), next_step=f"{elsewhere}, {agreed}")
    return details


def _sentences(failures: tuple[Failure, ...]) -> str:
    return "; ".join(f"{failure.rule}: {failure.sentence}" for failure in failures) + "."


def pairing_of(
    uow: UnitOfWork,
    need: Account,
    offer: Account,
    amount: int,
    rate: Fraction,
    day: date,
    *,
    restrictions: Restrictions | None = None,
) -> Pairing:
    """Gather what the rules ask of a pair, with the quantity that is about to be held.

    Without other `restrictions`, it is judged by the leave that was given.
    """
    outstanding_need, outstanding_offer = uow.accounts.outstanding_between(offer.code, need.code)
    return Pairing(
        need=need_facts(uow, need, day, with_regions=bool(offer.record.regions)),
        offer=offer_facts(uow, offer, restrictions or uow.restrictions),
        day=day,
        need_amount=amount,
        offer_amount=offer_amount_to_hold(amount, rate, need.unit.decimals, offer.unit.decimals),
        outstanding_need=outstanding_need,
        outstanding_offer=outstanding_offer,
        outstanding_elsewhere=uow.accounts.outstanding_elsewhere(offer.code, need.code),
    )


def need_facts(uow: UnitOfWork, need: Account, day: date, *, with_regions: bool) -> NeedFacts:
    """Gather what the rules ask of a need's side, the status of its project that of the day.

    The regions of its city are looked up only where the other side's mandate names any.
    """
    assert need.side is Side.NEED
    project = uow.record("project", need.record.project)
    if day < uow.today:
        from ledger.store.session.phases import project_on  # noqa: PLC0415 - late acts only

        project = project_on(uow, project, day)
    city = uow.record("city", project.city)
    chain = region_chain(city.country) if with_regions else ()
    return NeedFacts(need.record, project, city, need.balance, chain)


def offer_facts(uow: UnitOfWork, offer: Account, restrictions: Restrictions) -> OfferFacts:
    """Gather what the rules ask of an offer's side."""
    assert offer.side is Side.OFFER
    provider = uow.record("provider", offer.record.provider)
    country = None if restrictions is NO_RESTRICTIONS else country_of(uow, provider)
    return OfferFacts(offer.record, provider, offer.balance, country, restrictions)
