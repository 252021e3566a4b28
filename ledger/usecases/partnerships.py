"""Partnerships on a day, as known at a moment: their status, their outcome, and their openings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from ledger.core.dates import day_of
from ledger.core.factors import Side, Stage
from ledger.core.memory import garbage_collection_paused
from ledger.core.quantity import Unit
from ledger.core.text import text_key
from ledger.eligibility.counts import outstanding_by_need
from ledger.eligibility.rules import NeedFacts
from ledger.exchanges.standing import TopicStanding, standings_by_topic
from ledger.journal.entries import Stages
from ledger.origins.links import Origin
from ledger.partnerships.events import Key, events_by_record, events_of
from ledger.partnerships.openings import Exchange, Opening, asks_for_evidence, is_open
from ledger.partnerships.records import PARTNERSHIP, UNDERTAKING, Partnership, Undertaking
from ledger.partnerships.rows import Counts, PartnershipRow, Quantities, count_undertakings
from ledger.partnerships.status import Event, Outcome, newest_trace, outcome_by, status_on
from ledger.rates.rates import plain_rates
from ledger.registers.records import City, Provider
from ledger.store.db.queries import read_units
from ledger.store.journal.balances import deal_stages
from ledger.store.origins import read_links
from ledger.store.partnerships import read_deal_acts
from ledger.store.registers import StoredRecord, load_all, load_where
from ledger.store.session.snapshot import Reader, Snapshot
from ledger.usecases.city_standing import bars_of_city, evidence_of, own_providers

_DEAL: Final = "deal"
GIVING: Final = (TopicStanding.PROVEN, TopicStanding.CREDENTIALED)
"""The standings in a topic by which a city could give expertise before it offers any."""

Stored = Mapping[str, StoredRecord]

_NOTHING: Final = Counts()
"""What came of a partnership of which nothing came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnershipReport:
    """The partnerships that there were on the day, by code, with the openings of the idle ones."""

    as_of: date
    known_at: datetime | None
    months: int
    rows: list[PartnershipRow]
    openings: list[Opening]


@garbage_collection_paused()
def report_partnerships(
    reader: Reader, months: int | None = None, *, list_openings: bool = False
) -> PartnershipReport:
    """Report every partnership at the reader's times, with its openings counted or listed."""
    months = reader.settings.sleeping_months if months is None else months
    known_at = reader.times.known_at
    rows = _judge(reader, load_all(reader.connection, PARTNERSHIP, known_at), months, whole=True)
    idle = [row.partnership for row in rows if row.is_idle]
    exchange = _exchange(reader, idle)
    asked = [] if exchange is None else [one for one in idle if not exchange.asks_nothing(one)]
    counts = {one.code: exchange.count(one) for one in asked} if exchange is not None else {}
    found = asked if list_openings else ()
    return PartnershipReport(
        as_of=reader.day,
        known_at=reader.known_at,
        months=months,
        rows=[
            replace(row, openings=count) if (count := counts.get(row.partnership.code)) else row
            for row in rows
        ],
        openings=[opening for one in found for opening in exchange.openings(one)]
        if exchange is not None
        else [],
    )


def partnerships_of(
    reader: Reader, *, cities: Collection[str] = (), codes: Collection[str] = ()
) -> list[PartnershipRow]:
    """Judge the partnerships of some cities, or some partnerships, without their openings."""
    connection, known_at = reader.connection, reader.times.known_at
    ties = load_where(connection, PARTNERSHIP, "code", codes, known_at)
    if cities:
        ids = [one.id for one in load_where(connection, "city", "code", cities, known_at).values()]
        for side in ("city", "with_city"):
            ties |= load_where(connection, PARTNERSHIP, side, ids, known_at)
    return _judge(reader, ties, reader.settings.sleeping_months)


def undertakings_of(reader: Reader, code: str) -> list[Undertaking]:
    """Give the undertakings of one partnership that there were on the day, by code."""
    found = _undertakings(reader, [code]).get(code, ())
    return [one.record for one in found if one.record.is_known_by(reader.day)]


def _exchange(reader: Reader, partnerships: Sequence[Partnership]) -> Exchange | None:
    """Read what the cities of partnerships need and could give; None where nothing is needed.

    Credentials are read only where an open need of expertise has a topic.
    """
    if not partnerships:
        return None
    ties = {city for one in partnerships for city in one.cities}
    needs = reader.having("city", "code", ties, "project", "need").need_facts.values()
    open_ = [one for one in needs if is_open(one)]
    asking = {one.city.code for one in open_}
    if not asking:
        return None
    tied = {city for one in partnerships if asking & {*one.cities} for city in one.cities}
    evidence = any(asks_for_evidence(one) for one in open_)
    snapshot = reader.around_cities(tied, credentials=evidence)
    standings = standings_by_topic(snapshot.day, evidence_of(snapshot)) if evidence else {}
    own = own_providers(snapshot.records("provider").values()) if evidence else {}
    return Exchange(
        snapshot.need_facts.values(),
        snapshot.offer_facts.values(),
        snapshot.day,
        plain_rates(snapshot.rate_of),
        outstanding_by_need(snapshot.deals.values()),
        lambda need, city: _evidence_of(snapshot, standings, own.get(city, ()), need, city),
    )


def _evidence_of(
    snapshot: Snapshot,
    standings: Mapping[tuple[str, str], TopicStanding],
    own: Sequence[Provider],
    need: NeedFacts,
    city: str,
) -> str | None:
    """Say by what a city could give expertise that it is not barred from giving; else None."""
    standing = standings.get((city, text_key(need.need.topic or "")))
    record = snapshot.records("city")[city]
    if standing not in GIVING or bars_of_city(snapshot, need, record, own):
        return None
    return standing.value


def _judge(
    reader: Reader, ties: Stored, months: int, *, whole: bool = False
) -> list[PartnershipRow]:
    """Judge the partnerships that had begun by the day, by code."""
    begun = {code: ties[code] for code in sorted(ties) if ties[code].record.has_begun(reader.day)}
    if not begun:
        return []
    below = _Below(reader, begun, months, whole=whole)
    cities = _records(
        reader, "city", {city for one in begun.values() for city in one.record.cities}
    )
    return [_row(reader.day, one.record, below, cities, months) for one in begun.values()]


def _row(
    day: date, one: Partnership, below: _Below, cities: Mapping[str, City], months: int
) -> PartnershipRow:
    events = below.events(one.code)
    trace = newest_trace(events, day)
    return PartnershipRow(
        partnership=one,
        cities=(cities[one.city], cities[one.with_city]),
        status=status_on(one.period, trace, day, months),
        outcome=outcome_by(events, day) if events else Outcome.NONE,
        trace=trace,
        counts=below.counts(one.code, events),
        quantities=below.quantities(one.code),
    )


class _Below:
    """All that came of some partnerships by a day: records, events, and quantities of deals."""

    def __init__(self, reader: Reader, ties: Stored, months: int, *, whole: bool) -> None:
        links = read_links(reader.connection, reader.times.known_at)
        self._day = reader.day
        self._came_of = {
            code: links.came_of(Origin(PARTNERSHIP, code))
            for code in links.named(PARTNERSHIP)
            if code in ties
        }
        codes: defaultdict[str, set[str]] = defaultdict(set, {PARTNERSHIP: {*ties}})
        for record in (one for below in self._came_of.values() for one in below):
            codes[record.kind].add(record.code)
        known = None if whole else codes[PARTNERSHIP]
        self._undertakings = _undertakings(reader, known)
        self._approaches = _records(reader, "approach", codes["approach"])
        self._meetings = _records(reader, "meeting", codes["meeting"])
        self._deals = _stored(reader, _DEAL, codes[_DEAL])
        self._stages = _need_stages(reader, self._deals)
        self._units = _units(reader, self._deals)
        self._events = self._dated(reader, months)

    def _dated(self, reader: Reader, months: int) -> dict[Key, list[Event]]:
        ids = [one.id for one in self._deals.values()]
        return events_by_record(
            (
                (stored.record, day_of(stored.recorded_at, reader.zone))
                for undertakings in self._undertakings.values()
                for stored in undertakings
            ),
            self._approaches.values(),
            self._meetings.values(),
            read_deal_acts(reader.connection, reader.times, reader.day, ids) if ids else (),
            months,
        )

    def events(self, code: str) -> Sequence[Event]:
        """Give the events of a partnership that decide, those after the day included."""
        if code not in self._came_of:
            return self._events.get((PARTNERSHIP, code), ())
        return [*events_of(code, self._came_of[code], self._events)]

    def counts(self, code: str, events: Iterable[Event]) -> Counts:
        """Count what came of a partnership by the day."""
        came_of = self._came_of.get(code)
        if came_of is None:
            own = self._undertakings.get(code)
            return _NOTHING if own is None else count_undertakings(_records_of(own), self._day)
        happened = Counter(event.what for event in events if event.day <= self._day)
        return replace(
            count_undertakings(self._all_undertakings(code), self._day),
            approaches=happened["approach sent"],
            interested=happened["approach interested"],
            declined=happened["approach declined"],
            meetings=happened["meeting"],
            deals=sum(one.kind == _DEAL and one.code in self._stages for one in came_of),
        )

    def _all_undertakings(self, code: str) -> list[Undertaking]:
        """Give the undertakings of a partnership, and of partnerships that came of it."""
        ties = [code, *(one.code for one in self._came_of[code] if one.kind == PARTNERSHIP)]
        return [one for tie in ties for one in _records_of(self._undertakings.get(tie, ()))]

    def quantities(self, code: str) -> tuple[Quantities, ...]:
        """Sum what is held, committed and delivered of the deals that came of it, by unit."""
        if code not in self._came_of or not self._stages:
            return ()
        sums: dict[str, Quantities] = {}
        for one in self._came_of[code]:
            if one.kind != _DEAL or one.code not in self._stages:
                continue
            unit, stages = self._units[one.code], self._stages[one.code]
            before = sums.get(unit.code, Quantities(unit))
            sums[unit.code] = Quantities(
                unit,
                before.held + stages[Stage.HELD],
                before.committed + stages[Stage.COMMITTED],
                before.delivered + stages[Stage.DELIVERED],
            )
        return tuple(sums[name] for name in sorted(sums))


def _records_of(stored: Iterable[StoredRecord]) -> list[Any]:
    return [one.record for one in stored]


def _undertakings(reader: Reader, codes: Collection[str] | None) -> dict[str, list[StoredRecord]]:
    """Read the undertakings of some partnerships, or all, by partnership, in the order of codes."""
    connection, known_at = reader.connection, reader.times.known_at
    if codes is None:
        stored = load_all(connection, UNDERTAKING, known_at)
    else:
        ids = [one.id for one in _stored(reader, PARTNERSHIP, codes).values()]
        stored = load_where(connection, UNDERTAKING, PARTNERSHIP, ids, known_at)
    found: defaultdict[str, list[StoredRecord]] = defaultdict(list)
    for code in sorted(stored):
        found[stored[code].record.partnership].append(stored[code])
    return dict(found)


def _stored(reader: Reader, kind: str, codes: Collection[str]) -> dict[str, StoredRecord]:
    return load_where(reader.connection, kind, "code", codes, reader.times.known_at)


def _records(reader: Reader, kind: str, codes: Collection[str]) -> dict[str, Any]:
    return {code: one.record for code, one in _stored(reader, kind, codes).items()}


def _need_stages(reader: Reader, deals: Stored) -> dict[str, Stages]:
    """Read where the need's side of deals stood, by deal; none without an act by then."""
    ids = [one.id for one in deals.values()]
    stages = deal_stages(reader.connection, reader.times, ids) if ids else {}
    return {
        code: stages[one.id, Side.NEED]
        for code, one in deals.items()
        if (one.id, Side.NEED) in stages
    }


def _units(reader: Reader, deals: Stored) -> dict[str, Unit]:
    """Give the unit that each deal is counted in: its need's."""
    needs = _records(reader, Side.NEED, {one.record.need for one in deals.values()})
    units = read_units(reader.connection, {one.unit for one in needs.values()})
    return {code: units[needs[one.record.need].unit] for code, one in deals.items()}
