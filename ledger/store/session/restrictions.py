"""The restrictions of a ledger, and the test of a request against them before it is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from ledger.core.factors import Side
from ledger.journal.entries import Draft
from ledger.registers.records import Provider
from ledger.restrictions.acts import Restricted, days_raised
from ledger.restrictions.bars import PairRecords, describe, pair_terms
from ledger.store.session.unit_of_work import UnitOfWork


def require_unbarred(uow: UnitOfWork) -> None:
    """Refuse a request that raises what a barred pair has, on the day of the act that does.

    Tested by what is known now, of all that the request posted. Raises `Restricted`.
    """
    posted = [draft for draft in uow.drafts if draft.deal is not None]
    for (need, offer, instrument), drafts in _by_pair(uow, posted).items():
        _require_unbarred_pair(uow, need, offer, instrument, drafts)


_Pair = tuple[str, str, str | None]


def _by_pair(uow: UnitOfWork, drafts: Iterable[Draft]) -> dict[_Pair, list[Draft]]:
    pairs: dict[_Pair, list[Draft]] = defaultdict(list)
    for draft in drafts:
        assert draft.deal is not None
        deal = uow.accounts.deal(draft.deal).record
        pairs[deal.need, deal.offer, deal.instrument].append(draft)
    return pairs


def _require_unbarred_pair(
    uow: UnitOfWork, need: str, offer: str, instrument: str | None, drafts: list[Draft]
) -> None:
    days = days_raised(drafts)
    if not days:
        return
    records = _records(uow, need, offer)
    pair = pair_terms(records, country_of(uow, records.provider), instrument)
    for day in days:
        bars = uow.restrictions.judge(pair, day).bars
        if bars:
            raise Restricted(
                f"Offer {offer} and need {need} are barred on {day}.",
                why=f"{'; '.join(map(describe, bars))}.",
            )


def _records(uow: UnitOfWork, need: str, offer: str) -> PairRecords:
    needed = uow.accounts.account(Side.NEED, need).record
    offered = uow.accounts.account(Side.OFFER, offer).record
    project = uow.record("project", needed.project)
    city = uow.record("city", project.city)
    return PairRecords(needed, project, city, offered, uow.record("provider", offered.provider))


def country_of(uow: UnitOfWork, provider: Provider) -> str | None:
    """Give the country of a provider: its own, else that of its city; None where neither is."""
    if provider.country is not None or provider.city is None:
        return provider.country
    country: str = uow.record("city", provider.city).country
    return country
