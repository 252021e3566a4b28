"""The report of restrictions: which are in force, ending or due for review, and what each bars."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, NamedTuple

from ledger.core.dates import day_of, days_after
from ledger.core.quantity import Unit, quantity_text
from ledger.core.text import counted
from ledger.eligibility.index import OfferIndex
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.rates.rates import plain_rates
from ledger.registers.records import ACTIVE_STATUSES, Restriction
from ledger.restrictions.bars import in_force, need_lies_in_scope, review_day
from ledger.store.journal.balances import NOW, Times
from ledger.store.session.ledger import Ledger
from ledger.store.session.snapshot import RATES, Snapshot
from ledger.usecases.restrictions.pairs import UnknownCountry, providers_without_country

RULE: Final = (
    "pairs: an offer with something available and a need with something open, kept apart on the "
    "day by this restriction without an exemption, and by no other rule but those on quantity; "
    "needs: those of such a pair; gap: what these needs lack, by unit"
)
"""The formula of what a restriction bars."""

DAYS: Final = 30
"""How many days before its last one a restriction counts as ending."""


class RestrictionRow(NamedTuple):
    """A restriction on the day, and the pairs, needs and quantities of gap that it bars."""

    restriction: Restriction
    standing: str
    review_on: date
    review_due: bool
    exemptions: tuple[str, ...]
    pairs: int
    needs: int
    gap: tuple[str, ...]


class NotCounted(NamedTuple):
    """What the report could not count, and how many there are."""

    what: str
    number: int

    @property
    def text(self) -> str:
        """Say how many there are, and of what."""
        noun, rest = self.what.split(" ", 1)
        return f"{counted(self.number, noun.removesuffix('s'), noun)} {rest}"


@dataclass(slots=True)
class _Barred:
    """What a restriction bars, counted need by need."""

    pairs: int = 0
    needs: int = 0
    gap: Counter[str] = field(default_factory=Counter)

    def count(self, need: NeedFacts, pairs: int) -> None:
        """Count a need with some of its pairs."""
        self.pairs += pairs
        self.needs += 1
        self.gap[need.balance.unit.code] += need.balance.gap


@dataclass(frozen=True, slots=True)
class RestrictionReport:
    """The rows in the order of codes, and what could not be counted.

    `unknown_needs` are those of a quantity that is not known, `unknown_providers` those of a
    country that is not.
    """

    as_of: date
    known_at: datetime | None
    rows: tuple[RestrictionRow, ...]
    unknown_needs: tuple[NeedFacts, ...]
    unknown_providers: tuple[UnknownCountry, ...]

    def not_counted(self, shown: Sequence[Restriction] | None = None) -> list[NotCounted]:
        """Count what could not be counted, in all or in what some restrictions concern."""
        needs, providers = len(self.unknown_needs), len(self.unknown_providers)
        if shown is not None:
            codes = {one.code for one in shown}
            needs = sum(any(_concerns(one, need) for one in shown) for need in self.unknown_needs)
            providers = sum(
                not codes.isdisjoint(one.restrictions) for one in self.unknown_providers
            )
        return [
            NotCounted("needs of a quantity that is not known", needs),
            NotCounted("providers of a country that is not known", providers),
        ]


def report_restrictions(
    ledger: Ledger, times: Times = NOW, *, days: int = DAYS, every: bool = False
) -> RestrictionReport:
    """Report the restrictions at the asked times; ended ones only if `every` is asked for."""
    with ledger.reader(times) as reader:
        snapshot = reader.snapshot("need", "offer", RATES)
    recorded = {
        code: day_of(moment, snapshot.zone)
        for code, moment in snapshot.restrictions.recorded_at.items()
    }
    barred = _barred(snapshot)
    rows = [
        _row(snapshot, one, barred.get(one.code, _Barred()), recorded[one.code], days)
        for one in snapshot.restrictions.restrictions
    ]
    return RestrictionReport(
        as_of=snapshot.day,
        known_at=snapshot.known_at,
        rows=tuple(row for row in rows if every or row.standing != "ended"),
        unknown_needs=tuple(_unknown_needs(snapshot)),
        unknown_providers=tuple(providers_without_country(snapshot)),
    )


def _row(
    snapshot: Snapshot, one: Restriction, barred: _Barred, recorded_on: date, days: int
) -> RestrictionRow:
    day = snapshot.day
    review = review_day(one, recorded_on)
    exemptions = snapshot.restrictions.exemptions_from(one.code, day)
    return RestrictionRow(
        restriction=one,
        standing=state_on(one, day, days),
        review_on=review,
        review_due=in_force(one, day) and review <= day,
        exemptions=tuple(leave.code for leave in exemptions),
        pairs=barred.pairs,
        needs=barred.needs,
        gap=tuple(_gaps(barred.gap, snapshot.units)),
    )


def state_on(one: Restriction, day: date, days: int) -> str:
    """Say whether a restriction is to come, in force, ending within some days, or ended."""
    if one.from_ is not None and day < one.from_:
        return "to come"
    if one.until is None or days_after(day, days) < one.until:
        return "in force"
    return "ended" if one.until < day else "ending"


def _barred(snapshot: Snapshot) -> Mapping[str, _Barred]:
    """Count what each restriction bars on the day of a snapshot."""
    offers: defaultdict[str, list[OfferFacts]] = defaultdict(list)
    for offer in snapshot.offer_facts.values():
        if offer.balance.free > 0:
            offers[offer.offer.factor].append(offer)
    rate_of = plain_rates(snapshot.rate_of)
    indexes = {factor: OfferIndex(some, snapshot.day, rate_of) for factor, some in offers.items()}
    barred: defaultdict[str, _Barred] = defaultdict(_Barred)
    for need in snapshot.need_facts.values() if snapshot.restrictions.restrictions else ():
        index = indexes.get(need.need.factor) if need.balance.free > 0 else None
        for code, pairs in index.barred_by_restriction(need) if index is not None else ():
            barred[code].count(need, pairs)
    return barred


def _gaps(gap: Counter[str], units: Mapping[str, Unit]) -> Iterator[str]:
    for unit in sorted(gap):
        yield quantity_text(gap[unit], units[unit])


def _concerns(one: Restriction, need: NeedFacts) -> bool:
    terms = need.need
    return need_lies_in_scope(one, terms.factor, need.project.sector, terms.topic)


def _unknown_needs(snapshot: Snapshot) -> Iterator[NeedFacts]:
    for need in snapshot.need_facts.values():
        if not need.balance.quantified and need.project.status in ACTIVE_STATUSES:
            yield need
