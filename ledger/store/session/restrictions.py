"""The restrictions of a ledger, and the test of a request against them before it is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from ledger.core.factors import Side
from ledger.registers.records import Exemption, Provider
from ledger.registers.records import country_of as country_by
from ledger.restrictions.acts import Change, Restricted, change_by, day_tested, raising
from ledger.restrictions.bars import Judgement, PairRecords, PairTerms, is_leave, pair_terms
from ledger.store.session.unit_of_work import UnitOfWork


def require_unbarred(uow: UnitOfWork) -> None:
    """Refuse a request that raises what a barred pair has, on the day of the act that does.

    Tested by what is known now, of all that the request posted; an act that is recorded under an
    exemption names it. Raises `Restricted`.
    """
    for (need, offer, instrument), posted in _by_pair(uow).items():
        changes = [change for _, change in posted]
        places = [(posted[at][0], day_tested(changes, at)) for at in raising(changes)]
        if places:
            records = _records(uow, need, offer)
            pair = pair_terms(records, country_of(uow, records.provider), instrument)
            _require_unbarred_pair(uow, places, pair)


_Pair = tuple[str, str, str | None]


def _by_pair(uow: UnitOfWork) -> dict[_Pair, list[tuple[int, Change]]]:
    """Give what the request changes of each pair, each with its place among what it posted."""
    pairs: dict[_Pair, list[tuple[int, Change]]] = defaultdict(list)
    for place, draft in enumerate(uow.drafts):
        if draft.deal is not None:
            deal = uow.accounts.deal(draft.deal).record
            pairs[deal.need, deal.offer, deal.instrument].append((place, change_by(draft)))
    return pairs


def _require_unbarred_pair(
    uow: UnitOfWork, places: Iterable[tuple[int, date]], pair: PairTerms
) -> None:
    judged: dict[date, Judgement] = {}
    for place, day in places:
        if day not in judged:
            judged[day] = uow.restrictions.recording.judge(pair, day)
        bars, exemptions = judged[day]
        if bars:
            deal = uow.accounts.deal(str(uow.drafts[place].deal)).record
            raise Restricted.by(bars, f"Offer {deal.offer} and need {deal.need}", day)
        if exemptions:
            codes = sorted({one.code for one in exemptions})
            uow.rest_on(place, codes)
            uow.note("rests-on-exemption", _rests_on(exemptions))


def _rests_on(exemptions: Iterable[Exemption]) -> str:
    """Say by which leave an act is allowed, or which exemptions say that nobody gave any."""
    given = sorted({one.code for one in exemptions if is_leave(one)})
    none = sorted({one.code for one in exemptions if not is_leave(one)})
    parts = []
    if given:
        parts.append(f"allowed by {', '.join(given)}, without which the pair is barred")
    if none:
        says = "says" if len(none) == 1 else "say"
        text = f"recorded under {', '.join(none)}, which {says} that nobody gave leave"
        parts.append(f"{text}: the pair stays barred")
    return "; ".join(parts)


def _records(uow: UnitOfWork, need: str, offer: str) -> PairRecords:
    needed = uow.accounts.account(Side.NEED, need).record
    offered = uow.accounts.account(Side.OFFER, offer).record
    project = uow.record("project", needed.project)
    city = uow.record("city", project.city)
    return PairRecords(needed, project, city, offered, uow.record("provider", offered.provider))


def country_of(uow: UnitOfWork, provider: Provider) -> str | None:
    """Give the country of a provider, as the request leaves it."""
    return country_by(provider, lambda city: str(uow.record("city", city).country))
