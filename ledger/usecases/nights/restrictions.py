"""The second step: list what restrictions catch, which exemptions end, and which bars are due.

Nothing is stored, reversed or ended here: a finding is listed for as long as its cause lasts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from ledger.approaches.states import OPEN, State, state_on
from ledger.core.dates import day_of, days_after
from ledger.core.factors import Stage
from ledger.core.quantity import format_quantity
from ledger.eligibility.rules import terms_of_pair
from ledger.journal.balance import DealBalance
from ledger.registers.records import Exemption, Restriction
from ledger.restrictions.bars import (
    NO_RESTRICTIONS,
    PairTerms,
    Restrictions,
    covers,
    describe,
    in_force,
    is_leave,
    review_day,
    year_after,
)
from ledger.store.nights.deliveries import Delivery, counted_deliveries
from ledger.store.session.snapshot import Snapshot
from ledger.usecases.night_step import Night, NightFinding, StepResult

KINDS: Final = (
    "barred-hold",
    "barred-commitment",
    "barred-delivery",
    "barred-approach",
    "exemption-ends",
    "review-due",
)
"""The kinds of the step's findings, in their order."""

_BARRED_STAGES: Final = ((Stage.HELD, "barred-hold"), (Stage.COMMITTED, "barred-commitment"))


@dataclass(frozen=True, slots=True)
class _Pair:
    """A deal with what restrictions ask of its pair."""

    balance: DealBalance
    terms: PairTerms
    office: str

    @property
    def has_outstanding(self) -> bool:
        return any(self.balance.need.get(stage) for stage, _ in _BARRED_STAGES)


def restrictions_step(night: Night) -> StepResult:
    """List what is barred on the night's day; without a restriction nothing else is read."""
    with night.ledger.reader() as reader:
        restrictions = reader.restrictions
    findings: list[NightFinding] = []
    if restrictions is not NO_RESTRICTIONS:
        findings = list(_findings(night, restrictions))
    counts = Counter(finding.kind for finding in findings)
    return StepResult(
        figures={
            "restrictions": sum(in_force(one, night.day) for one in restrictions.restrictions),
            **{kind.replace("-", "_"): counts[kind] for kind in KINDS},
        },
        findings=tuple(findings),
    )


def _findings(night: Night, restrictions: Restrictions) -> Iterator[NightFinding]:
    with night.ledger.reader() as reader:
        snapshot = reader.snapshot("deal", "approach")
        deliveries = counted_deliveries(reader.connection)
    pairs = {code: _pair(snapshot, balance) for code, balance in snapshot.deals.items()}
    outstanding = [pair for pair in pairs.values() if pair.has_outstanding]
    for stage, kind in _BARRED_STAGES:
        for pair in outstanding:
            yield from _barred(snapshot, restrictions, pair, stage, kind, night.day)
    yield from _barred_deliveries(snapshot, restrictions, pairs, deliveries)
    yield from _barred_approaches(snapshot, restrictions, night.day)
    last = days_after(night.day, night.options.warn_days)
    for exemption in filter(is_leave, restrictions.exemptions):
        if in_force(exemption, night.day) and exemption.until <= last:
            yield from _ending(restrictions, exemption, outstanding)
    for restriction in restrictions.restrictions:
        if not in_force(restriction, night.day):
            continue
        recorded_on = day_of(restrictions.recorded_at[restriction.code], snapshot.zone)
        review = review_day(restriction, recorded_on)
        if review <= night.day:
            yield _review_due(restriction, review, night.day)


def _pair(snapshot: Snapshot, balance: DealBalance) -> _Pair:
    deal = balance.deal
    need, offer = snapshot.need_facts[deal.need], snapshot.offer_facts[deal.offer]
    return _Pair(balance, terms_of_pair(need, offer, deal.instrument), need.city.office)


def _quantity(snapshot: Snapshot, pair: _Pair, amount: int) -> str:
    need = snapshot.records("need")[pair.balance.deal.need]
    return format_quantity(amount, snapshot.units[need.unit])


def _barred(
    snapshot: Snapshot,
    restrictions: Restrictions,
    pair: _Pair,
    stage: Stage,
    kind: str,
    day: date,
) -> Iterator[NightFinding]:
    amount, deal = pair.balance.need.get(stage, 0), pair.balance.deal
    if not amount:
        return
    for bar in restrictions.judge(pair.terms, day).bars:
        quantity = _quantity(snapshot, pair, amount)
        yield NightFinding(
            kind=kind,
            subject=deal.code,
            sentence=(
                f"Deal {deal.code} has {quantity} {stage.value} of offer {deal.offer} for need "
                f"{deal.need}, a pair that is barred by {describe(bar)}."
            ),
            ours=quantity,
            command=f"cityfund deal show {deal.code}",
            office=pair.office,
        )


def _barred_deliveries(
    snapshot: Snapshot,
    restrictions: Restrictions,
    pairs: dict[str, _Pair],
    deliveries: Iterable[Delivery],
) -> Iterator[NightFinding]:
    targeted = {
        code: pair
        for code, pair in pairs.items()
        if pair.balance.need.get(Stage.DELIVERED)  # else all of it was given back
        and restrictions.targeting(pair.terms)
    }
    for one in deliveries:
        pair = targeted.get(one.deal)
        if pair is None:
            continue
        for bar in restrictions.judge(pair.terms, one.day).bars:
            quantity = _quantity(snapshot, pair, one.amount)
            yield NightFinding(
                kind="barred-delivery",
                subject=one.deal,
                sentence=(
                    f"Entry {one.entry} delivered {quantity} of deal {one.deal} on {one.day}, "
                    f"when its pair was barred by {describe(bar)}."
                ),
                ours=quantity,
                command=f"cityfund deal show {one.deal}",
                office=pair.office,
            )


def _barred_approaches(
    snapshot: Snapshot, restrictions: Restrictions, day: date
) -> Iterator[NightFinding]:
    """Find the approaches that were sent while their pair was barred, and open ones barred now.

    One that was sent into a bar stays a finding whatever was answered; only withdrawing it, or
    correcting the restriction, removes the cause.
    """
    for approach in snapshot.records("approach").values():
        state = state_on(approach, day)
        if state is State.WITHDRAWN:
            continue
        need = snapshot.need_facts[approach.need]
        provider = snapshot.records("provider")[approach.provider]
        terms = snapshot.terms_of_parties(need, provider)
        days = (approach.sent_on, day) if state in OPEN else (approach.sent_on,)
        for barred_on in dict.fromkeys(days):
            for bar in restrictions.judge(terms, barred_on).bars:
                yield NightFinding(
                    kind="barred-approach",
                    subject=approach.code,
                    sentence=(
                        f"Approach {approach.code} asked {provider.code} for need "
                        f"{approach.need}, a pair that was barred on {barred_on} by "
                        f"{describe(bar)}."
                    ),
                    command=f"cityfund approach show {approach.code}",
                    office=need.city.office,
                )


def _ending(
    restrictions: Restrictions, exemption: Exemption, outstanding: Iterable[_Pair]
) -> Iterator[NightFinding]:
    """Find the deals that an exemption's end bars; another leave or the bar's end prevents it."""
    after = exemption.until + timedelta(days=1)
    resting = [
        pair.balance.deal.code
        for pair in outstanding
        if covers(exemption, pair.terms)
        and any(
            bar.code == exemption.restriction for bar in restrictions.judge(pair.terms, after).bars
        )
    ]
    if resting:
        yield NightFinding(
            kind="exemption-ends",
            subject=exemption.code,
            sentence=(
                f"Exemption {exemption.code} from {exemption.restriction} ends on "
                f"{exemption.until}; these deals rest on it: {', '.join(resting)}."
            ),
            command=f"cityfund exemption show {exemption.code}",
        )


def _review_due(restriction: Restriction, review: date, day: date) -> NightFinding:
    return NightFinding(
        kind="review-due",
        subject=restriction.code,
        sentence=f"A review was due on {review} of restriction {describe(restriction)}.",
        command=f"cityfund restriction confirm {restriction.code} --review {year_after(day)}",
    )
