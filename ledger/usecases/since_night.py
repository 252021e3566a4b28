"""What is new since the last night, by the office of the need's city.

Two snapshots are compared: the ledger now, and as it was known at the last finished night. What
a day brings (an offer begins or ends, an answer is due) is new on that day, what was recorded is
new from its recording on. Nothing is stored for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from ledger.approaches.states import OPEN, State, state_on
from ledger.core.factors import Factor, Stage
from ledger.eligibility.counts import OutstandingByNeed, eligible_offers, outstanding_by_need
from ledger.eligibility.index import OfferIndex
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.rates.rates import plain_rates
from ledger.registers.pairs import Approach
from ledger.restrictions.bars import PairRecords, describe, pair_terms
from ledger.store.journal.balances import Times
from ledger.store.nights.stored_runs import StoredRun, last_complete_run
from ledger.store.proposals import latest_pairs
from ledger.store.session.snapshot import RATES, Reader, Snapshot

MOST_OFFERS: Final = 20
"""The number of offers that one row names; all of them are counted."""

_MOST_NAMED: Final = 3
"""The number of offers that a sentence names."""

_PARTS: Final = ("office", "deal", "approach", RATES)
_UNANSWERED: Final = frozenset({State.WAITING, State.SILENT})
_BARRED_STAGES: Final = (Stage.HELD, Stage.COMMITTED)
_PROPOSED: Final = "proposed"


class NewKind(StrEnum):
    """What a row says: the kinds in the order in which they are listed."""

    OFFER_FITS = "offer-fits"
    OFFER_LAPSED = "offer-lapsed"
    ANSWER_DUE = "answer-due"
    NEWLY_BARRED = "newly-barred"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """One thing that is new, and the command that shows more.

    `subject` is the need, approach, deal or proposal that it is about. `offers` are the offers
    concerned, at most `MOST_OFFERS` of `offers_counted`.
    """

    kind: NewKind
    office: str
    city: str
    project: str
    need: str
    subject: str
    sentence: str
    command: str
    offers: tuple[str, ...] = ()
    offers_counted: int = 0
    restriction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """From when on something is new: a finished night, the moment known and the day of facts."""

    run: StoredRun
    known_at: datetime
    as_of: date
    day: date


@dataclass(frozen=True, slots=True)
class NewSince:
    """What is new since a night, by office and kind; `since` is None where no night was done."""

    since: Since | None
    rows: tuple[NewRow, ...] = ()

    def counts(self) -> dict[str, dict[str, int]]:
        """Count the rows by office and kind."""
        counts: dict[str, dict[str, int]] = {}
        for row in self.rows:
            own = counts.setdefault(row.office, {})
            name = row.kind.replace("-", "_")
            own[name] = own.get(name, 0) + 1
        return counts

    def of_office(self, office: str | None) -> NewSince:
        """Keep the rows of one office; None keeps all."""
        if office is None:
            return self
        return replace(self, rows=tuple(row for row in self.rows if row.office == office))


def since_start(run: StoredRun) -> Since:
    """Count from the start of a night: what it did itself, and what its day brought, are new."""
    return Since(run=run, known_at=run.started_at, as_of=run.day, day=run.day - timedelta(days=1))


def since_end(run: StoredRun) -> Since:
    """Count from the end of a night, for the report of the next one."""
    return Since(run=run, known_at=run.ended_at, as_of=run.day, day=run.day)


def read_new_since_last_night(reader: Reader) -> NewSince:
    """Return what is new since the last night that was finished by the reader's times."""
    run = last_complete_run(reader.connection, reader.day, reader.times.known_at)
    return read_new(reader, None if run is None else since_start(run))


def read_new(reader: Reader, since: Since | None) -> NewSince:
    """Compare the ledger at the reader's times with that at a night."""
    if since is None:
        return NewSince(None)
    before = reader.at(Times(as_of=since.as_of, known_at=since.known_at))
    then = replace(before.snapshot(*_PARTS), day=since.day)
    now = reader.snapshot(*_PARTS)
    rows = [
        *_changed_offers(now, then),
        *_answers_due(now, then),
        *_newly_barred(now, then, latest_pairs(reader.connection, reader.times.known_at)),
        *_newly_barred_approaches(now, then),
    ]
    kinds = [*NewKind]
    rows.sort(key=lambda row: (row.office, kinds.index(row.kind), row.need, row.subject))
    return NewSince(since, tuple(rows))


def _row(need: NeedFacts, kind: NewKind, subject: str, sentence: str, command: str) -> NewRow:
    return NewRow(
        kind=kind,
        office=need.city.office,
        city=need.city.code,
        project=need.project.code,
        need=need.need.code,
        subject=subject,
        sentence=sentence,
        command=f"cityfund {command}",
    )


@dataclass(frozen=True)
class _Fits:
    """Which offers fit the needs of a snapshot; the offers of a factor are indexed once."""

    snapshot: Snapshot
    outstanding: OutstandingByNeed
    indexes: dict[Factor, OfferIndex] = field(default_factory=dict)

    def of(self, need: NeedFacts) -> AbstractSet[str]:
        """Return the codes of the offers that fit a need."""
        factor = need.need.factor
        if factor not in self.indexes:
            self.indexes[factor] = self._index(factor)
        between = self.outstanding.get(need.need.code, {})
        fitting = eligible_offers(need, self.indexes[factor], between)
        return {facts.offer.code for facts in fitting}

    def _index(self, factor: Factor) -> OfferIndex:
        snapshot = self.snapshot
        offers = (one for one in snapshot.offer_facts.values() if one.offer.factor is factor)
        free = [one for one in offers if one.balance.free > 0]
        return OfferIndex(free, snapshot.day, plain_rates(snapshot.rate_of))


def _changed_offers(now: Snapshot, then: Snapshot) -> Iterator[NewRow]:
    """Give the open needs that an offer fits now and did not, or fitted and has lapsed since."""
    fits_now = _Fits(now, outstanding_by_need(now.deals.values()))
    fitted = _Fits(then, outstanding_by_need(then.deals.values()))
    lapsed = {code for code, facts in now.offer_facts.items() if _has_lapsed(facts, then)}
    for code, need in now.need_facts.items():
        if need.balance.free <= 0:
            continue
        before = then.need_facts.get(code)
        offers_now, offers_then = fits_now.of(need), fitted.of(before) if before else frozenset()
        if fitting := sorted(offers_now - offers_then):
            yield _of_offers(need, NewKind.OFFER_FITS, fitting, "now fits", "now fit")
        if ended := sorted((offers_then - offers_now) & lapsed):
            yield _of_offers(
                need, NewKind.OFFER_LAPSED, ended, "fitted and has lapsed", "fitted and have lapsed"
            )


def _has_lapsed(facts: OfferFacts, then: Snapshot) -> bool:
    before = then.offer_facts.get(facts.offer.code)
    expired = 0 if before is None else before.balance.stages.get(Stage.EXPIRED, 0)
    return facts.balance.stages.get(Stage.EXPIRED, 0) > expired


def _of_offers(
    need: NeedFacts, kind: NewKind, offers: Sequence[str], one: str, several: str
) -> NewRow:
    others = len(offers) - _MOST_NAMED
    named = ", ".join(offers[:_MOST_NAMED]) + (f" and {others:,} more" if others > 0 else "")
    what = f"Offer {named} {one}" if len(offers) == 1 else f"Offers {named} {several}"
    code = need.need.code
    sentence = f"{what} need {code} of {need.project.code}."
    # The offers that have lapsed are among the candidates only where all are asked for.
    command = f"need candidates {code}" + (" --all" if kind is NewKind.OFFER_LAPSED else "")
    return replace(
        _row(need, kind, code, sentence, command),
        offers=tuple(offers[:MOST_OFFERS]),
        offers_counted=len(offers),
    )


def _answers_due(now: Snapshot, then: Snapshot) -> Iterator[NewRow]:
    """Give the approaches whose last day to answer has come without an answer."""
    before = then.records("approach")
    for code, approach in now.records("approach").items():
        if not _is_due(approach, now.day):
            continue
        earlier = before.get(code)
        if earlier is not None and _is_due(earlier, then.day):
            continue
        sentence = (
            f"{approach.provider}, asked for need {approach.need} on {approach.sent_on}, was to "
            f"answer by {approach.answer_by}."
        )
        need = now.need_facts[approach.need]
        yield _row(need, NewKind.ANSWER_DUE, code, sentence, f"approach show {code}")


def _is_due(approach: Approach, day: date) -> bool:
    return state_on(approach, day) in _UNANSWERED and approach.answer_by <= day


class _Caught(NamedTuple):
    """What a restriction may catch: of a pair, on a deal or a line of the newest proposal."""

    what: str
    subject: str
    offer: str
    need: str
    instrument: str | None = None


def _newly_barred(
    now: Snapshot, then: Snapshot, proposed: tuple[str, Sequence[tuple[str, str]]] | None
) -> Iterator[NewRow]:
    """Give the holds, commitments and proposed pairs that are barred now and were not."""
    if not now.restrictions.restrictions:
        return
    lines = []
    if proposed is not None:
        code, pairs = proposed
        lines = [_Caught(_PROPOSED, code, offer, need) for offer, need in pairs]
    outstanding_then = {(one.what, one.subject): one for one in _outstanding(then)}
    for one in (*_outstanding(now), *lines):
        was = one if one.what == _PROPOSED else outstanding_then.get((one.what, one.subject))
        barred_then = {} if was is None else _bars(then, was)
        for restriction, words in _bars(now, one).items():
            if restriction not in barred_then:
                yield _barred_row(now.need_facts[one.need], one, restriction, words)


def _newly_barred_approaches(now: Snapshot, then: Snapshot) -> Iterator[NewRow]:
    """Give the open approaches whose pair is barred now and was not."""
    if not now.restrictions.restrictions:
        return
    before = then.records("approach")
    for code, approach in now.records("approach").items():
        if state_on(approach, now.day) not in OPEN:
            continue
        barred_then = _bars_of_approach(then, approach) if code in before else {}
        for restriction, words in _bars_of_approach(now, approach).items():
            if restriction in barred_then:
                continue
            need = now.need_facts[approach.need]
            sentence = (
                f"What approach {code} asked of {approach.provider} for need {approach.need} is "
                f"now barred by {words}."
            )
            row = _row(need, NewKind.NEWLY_BARRED, code, sentence, f"approach show {code}")
            yield replace(row, restriction=restriction)


def _bars_of_approach(snapshot: Snapshot, approach: Approach) -> Mapping[str, str]:
    """Return the restrictions that bar a pair whatever the instrument, on the snapshot's day."""
    provider = snapshot.records("provider")[approach.provider]
    terms = snapshot.terms_of_parties(snapshot.need_facts[approach.need], provider)
    bars = snapshot.restrictions.judge(terms, snapshot.day).bars
    return {bar.code: describe(bar) for bar in bars}


def _outstanding(snapshot: Snapshot) -> Iterator[_Caught]:
    """Give the deals that have something held or committed, once for each."""
    for code, balance in snapshot.deals.items():
        deal = balance.deal
        for stage in _BARRED_STAGES:
            if balance.need.get(stage):
                yield _Caught(stage.value, code, deal.offer, deal.need, deal.instrument)


def _bars(snapshot: Snapshot, one: _Caught) -> Mapping[str, str]:
    """Return the restrictions that bar a pair on the snapshot's day, each with its description."""
    need, offer = snapshot.need_facts.get(one.need), snapshot.offer_facts.get(one.offer)
    if need is None or offer is None:
        return {}
    records = PairRecords(need.need, need.project, need.city, offer.offer, offer.provider)
    terms = pair_terms(records, offer.country, one.instrument)
    bars = snapshot.restrictions.judge(terms, snapshot.day).bars
    return {bar.code: describe(bar) for bar in bars}


def _barred_row(need: NeedFacts, one: _Caught, restriction: str, words: str) -> NewRow:
    pair = f"offer {one.offer} for need {one.need}"
    if one.what == _PROPOSED:
        what, command = f"proposal {one.subject} proposes", f"match show {one.subject}"
    else:
        what, command = f"deal {one.subject} has {one.what}", f"deal show {one.subject}"
    sentence = f"What {what} of {pair} is now barred by {words}."
    row = _row(need, NewKind.NEWLY_BARRED, one.subject, sentence, command)
    return replace(row, offers=(one.offer,), offers_counted=1, restriction=restriction)
