"""The first step: release holds past their date, then expire offers past their validity.

Each is one act with its own request key. The act checks again what an officer may have changed
since the reading, and leaves out what is no longer due.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from ledger.core.dates import (
    BeforeDeclaration,
    ClockSteppedBack,
    days_after,
)
from ledger.core.errors import Busy, InvalidInput, LedgerError, RefusedByRule
from ledger.core.factors import Side, Stage
from ledger.journal.entries import LAPSE_REASON, Act, ActDetails
from ledger.journal.receipts import Receipt
from ledger.journal.timeline import OverdrawnLater
from ledger.store.journal.accounts import DealAccount
from ledger.store.nights.expiry import HoldExpiry, OfferExpiry, holds_due_by, offers_due_by
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.deals import acts
from ledger.usecases.deals.acts import DealAct
from ledger.usecases.night_step import (
    Night,
    NightFinding,
    NothingToDo,
    StepResult,
    execute_anew,
    listed,
)
from ledger.usecases.registers import quantities

_AT_ANOTHER_DATE = (BeforeDeclaration, OverdrawnLater)


@dataclass(slots=True)
class _LapseResult:
    """The results of the things that were to lapse."""

    lapsed: list[str] = field(default_factory=list)
    left: int = 0
    findings: list[NightFinding] = field(default_factory=list)


def lapse_step(night: Night) -> StepResult:
    """Lapse what has ended before the night's day, and warn of what ends soon."""
    before = night.day - timedelta(days=1)
    with night.ledger.read() as connection:
        holds = holds_due_by(connection, before)
    holds_result = _lapse_all(night, "deal", [one.deal for one in holds], _release)
    with night.ledger.read() as connection:
        offers = offers_due_by(connection, before)
    offers_result = _lapse_all(night, "offer", [one.offer for one in offers], _expire)
    return _result(night, holds, holds_result, offers_result)


def _lapse_all(
    night: Night, kind: str, codes: Sequence[str], work: Callable[..., Receipt]
) -> _LapseResult:
    """Lapse things one by one; those that others were in the way of once more at the end."""
    outcome, busy = _LapseResult(), []
    for code in codes:
        try:
            _lapse_one(night, kind, code, work, outcome)
        except Busy:
            busy.append(code)
        night.advance(1)
    for code in busy:
        _lapse_one(night, kind, code, work, outcome)
    return outcome


def _lapse_one(
    night: Night, kind: str, code: str, work: Callable[..., Receipt], outcome: _LapseResult
) -> None:
    try:
        execute_anew(night, f"lapse:{code}", lambda uow: work(uow, code, night.day), LAPSE_REASON)
    except NothingToDo:
        outcome.left += 1
    except ClockSteppedBack:
        raise
    except (RefusedByRule, InvalidInput) as error:
        outcome.findings.append(_finding(kind, code, error))
    else:
        outcome.lapsed.append(code)


def _finding(kind: str, code: str, error: LedgerError) -> NightFinding:
    return NightFinding(
        kind="lapse-refused",
        subject=code,
        sentence=f"{kind.capitalize()} {code} should have lapsed: {error.what} {error.why}",
        command=f"cityfund {kind} show {code}",
    )


def _release(uow: UnitOfWork, code: str, day: date) -> Receipt:
    """Release all that a deal holds past its date."""
    deal = uow.accounts.deal(code)
    until = deal.record.held_until
    if until is None or until >= day or not deal.stages[Side.NEED].get(Stage.HELD):
        raise NothingToDo
    _on_day_or_latest(lambda on: _release_on(uow, deal, on), day, _latest(uow, deal))
    return acts.receipt(uow, deal)


def _release_on(uow: UnitOfWork, deal: DealAccount, day: date) -> None:
    details = ActDetails(effective_on=day, reason=uow.request.reason)
    acts.advance(uow, DealAct(deal=deal.code, act=Act.RELEASE, details=details))


def _latest(uow: UnitOfWork, deal: DealAccount) -> date | None:
    sides = ((Side.NEED, deal.record.need), (Side.OFFER, deal.record.offer))
    days = [deal.last_on, *(uow.accounts.account(side, code).last_on for side, code in sides)]
    return max((day for day in days if day is not None), default=None)


def _expire(uow: UnitOfWork, code: str, day: date) -> Receipt:
    """Expire what is still available of an offer past its last day."""
    offer = uow.accounts.account(Side.OFFER, code)
    if not offer.record.has_expired(day) or not offer.balance.free:
        raise NothingToDo
    _on_day_or_latest(lambda on: quantities.expire_offer(uow, offer, on), day, offer.last_on)
    return uow.receipt(offer=offer.balance)


def _on_day_or_latest(act: Callable[[date], None], day: date, latest: date | None) -> None:
    """Do an act on the night's day or, where something later stands in its way, the day of that."""
    try:
        act(day)
    except _AT_ANOTHER_DATE:
        if latest is None or latest <= day:
            raise
        act(latest)


def _result(
    night: Night,
    holds: Iterable[HoldExpiry],
    holds_result: _LapseResult,
    offers_result: _LapseResult,
) -> StepResult:
    soon = days_after(night.day, night.options.warn_days)
    with night.ledger.read() as connection:
        holds_soon = [one for one in holds_due_by(connection, soon) if one.until >= night.day]
        offers_soon = [one for one in offers_due_by(connection, soon) if one.until >= night.day]
    return StepResult(
        figures={
            "holds_lapsed": len(holds_result.lapsed),
            "offers_lapsed": len(offers_result.lapsed),
            "left_alone": holds_result.left + offers_result.left,
            "days_ahead": night.options.warn_days,
            "holds_lapsing": len(holds_soon),
            "offers_lapsing": len(offers_soon),
        },
        findings=(*holds_result.findings, *offers_result.findings),
        lines=(
            *listed("Lapsed", [f"deal {code}" for code in holds_result.lapsed]),
            *listed("Lapsed", [f"offer {code}" for code in offers_result.lapsed]),
            *listed("Lapses soon", map(_describe_hold, holds_soon)),
            *listed("Lapses soon", map(_describe_offer, offers_soon)),
        ),
        offices=_by_office(holds, holds_result, holds_soon),
        changed=bool(holds_result.lapsed or offers_result.lapsed) and not night.dry_run,
    )


def _describe_hold(hold: HoldExpiry) -> str:
    return f"deal {hold.deal} (offer {hold.offer} for need {hold.need}) holds until {hold.until}"


def _describe_offer(offer: OfferExpiry) -> str:
    return f"offer {offer.offer} of {offer.provider} is valid until {offer.until}"


def _by_office(
    holds: Iterable[HoldExpiry], holds_result: _LapseResult, soon: Iterable[HoldExpiry]
) -> dict[str, dict[str, int]]:
    by_office: dict[str, Counter[str]] = {}
    lapsed_codes = set(holds_result.lapsed)
    for name, ones in (
        ("holds_lapsed", [one for one in holds if one.deal in lapsed_codes]),
        ("holds_lapsing", soon),
    ):
        for one in ones:
            by_office.setdefault(one.office, Counter())[name] += 1
    return {office: dict(by_office[office]) for office in sorted(by_office)}
