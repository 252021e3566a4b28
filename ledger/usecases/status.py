"""The status of the ledger: counts by kind, and what needs attention."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from ledger.approaches.states import State, state_on
from ledger.core.dates import days_after, zone_name
from ledger.core.errors import InvalidInput
from ledger.core.factors import Stage
from ledger.core.numbers import whole_numeral
from ledger.core.quantity import Unit
from ledger.core.time_zones import ZonePeriod, zone_to_come
from ledger.journal.entries import Entry
from ledger.registers.pairs import Approach
from ledger.registers.records import City
from ledger.store.journal.entries import last_entry
from ledger.store.nights.stored_runs import StoredRun, StoredStep, last_run_through
from ledger.store.session.snapshot import Reader, Snapshot
from ledger.store.statements.stored_findings import resolved_findings
from ledger.store.status_counts import DealTally, NeedTally
from ledger.usecases.due import DeliveryDue, deliveries_due
from ledger.usecases.status_data import StatusData, read_status_data

_DAYS_RANGE = range(3651)


class DaysOutOfRange(InvalidInput, code="days-out-of-range"):
    """The days to look ahead are no whole number, or reach too far."""

    default_why = f"Looking ahead takes a whole number of days, 0 to {_DAYS_RANGE[-1]}."
    default_next = "Give it a number such as 30."


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeStatus:
    """The counts of one office, by its cities. `unknown` counts needs without an amount.

    Cities that are no members are `others`.
    """

    code: str
    name: str
    cities: int
    projects: int
    complete: int
    covered: int
    needs: int
    unknown: int
    deals: int
    others: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldDue:
    """What a deal holds of its need, through a day, in the smallest part of the unit."""

    deal: str
    offer: str
    need: str
    project: str
    amount: int
    unit: Unit
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDue:
    """What an offer still has available as its last day comes near or has passed."""

    offer: str
    provider_name: str
    amount: int
    unit: Unit
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Counts by kind and then by what is counted; what lapses soon, and what should have.

    `waiting` are the approaches that wait for an answer, `silent` those whose time to answer has
    passed, both as they were sent. `overdue` is what is committed past the day on which it is due,
    `due_soon` what is due from the day on. `night` is the last that began by then, finished or not;
    `time_zone` the one in force and `zone_to_come` a change of it that was recorded and is still to
    come.
    """

    day: date
    days: int
    time_zone: str
    zone_to_come: ZonePeriod | None
    base_currency: str
    counts: Mapping[str, Mapping[str, int]]
    offices: Sequence[OfficeStatus]
    holds_soon: Sequence[HoldDue]
    holds_past: Sequence[HoldDue]
    offers_soon: Sequence[OfferDue]
    offers_past: Sequence[OfferDue]
    last: Entry | None
    waiting: Sequence[Approach] = ()
    silent: Sequence[Approach] = ()
    overdue: Sequence[DeliveryDue] = ()
    due_soon: Sequence[DeliveryDue] = ()
    night: StoredRun | None = None


def parse_days(text: str, option: str = "--days") -> int:
    """Read how many days to look ahead. Raises `DaysOutOfRange`."""
    example = f"Give {option} a number such as 30."
    days = whole_numeral(text)
    if days is None:
        raise DaysOutOfRange(f"{text!r} is no number of days.", next_step=example)
    if days not in _DAYS_RANGE:
        raise DaysOutOfRange(f"{text} days is too far ahead.", next_step=example)
    return days


def read_status(
    reader: Reader, days: int, data: StatusData | None = None, *, office: str | None = None
) -> Status:
    """Return the state of a ledger; what ends within `days` of the reader's day ends soon.

    `data` is what `read_status_data` gave for as many days, where it was read already. Of one
    `office`, its cities and their projects, needs and deals are counted; providers and offers are
    those of all offices.
    """
    data = data or read_status_data(reader, days)
    snapshot = data.snapshot
    last_day = days_after(snapshot.day, days)
    holds, offers_due = _holds_due(snapshot), _offers_due(snapshot)
    due = deliveries_due(snapshot)
    return Status(
        day=snapshot.day,
        days=days,
        time_zone=zone_name(reader.zone, reader.moment),
        zone_to_come=zone_to_come(reader.zone, reader.moment),
        base_currency=snapshot.base_unit.code,
        counts=_counts(data, office),
        offices=_offices(data),
        holds_soon=[one for one in holds if one.until and snapshot.day <= one.until <= last_day],
        holds_past=[one for one in holds if one.until and one.until < snapshot.day],
        offers_soon=[one for one in offers_due if snapshot.day <= one.until <= last_day],
        offers_past=[one for one in offers_due if one.until < snapshot.day],
        waiting=_in_state(snapshot, State.WAITING),
        silent=_in_state(snapshot, State.SILENT),
        overdue=[one for one in due if one.due_on < snapshot.day],
        due_soon=[one for one in due if snapshot.day <= one.due_on <= last_day],
        last=last_entry(reader.connection, snapshot.times),
        night=_last_night(reader.connection, snapshot.day, snapshot.times.known_at),
    )


def _in_state(snapshot: Snapshot, state: State) -> list[Approach]:
    """Return the approaches that stand so on the day, those sent first ahead."""
    every = snapshot.records("approach").values()
    chosen = [one for one in every if state_on(one, snapshot.day) is state]
    return sorted(chosen, key=lambda one: (one.sent_on, one.code))


def _last_night(connection: Connection, day: date, known_at: datetime | None) -> StoredRun | None:
    """Return the last run, without the findings that were resolved since."""
    run = last_run_through(connection, day, known_at)
    if run is None:
        return None
    resolved = resolved_findings(connection, known_at)
    return replace(run, steps=tuple(_open_findings(step, resolved) for step in run.steps))


def _open_findings(step: StoredStep, resolved: Collection[str]) -> StoredStep:
    left = [one for one in step.findings if one.get("code") not in resolved]
    gone = len(step.findings) - len(left)
    if not gone:
        return step
    figures = {**step.figures, "open": int(step.figures.get("open", gone)) - gone}
    return replace(step, findings=left, figures=figures)


def _counts(data: StatusData, office: str | None) -> dict[str, dict[str, int]]:
    snapshot = data.snapshot
    providers = snapshot.records("provider")
    cities = {
        code: city
        for code, city in snapshot.records("city").items()
        if office is None or city.office == office
    }
    needs = [one for one in data.needs if one.city in cities]
    return {
        "cities": _count_cities(snapshot, cities.values()),
        "providers": {
            **_in_use(providers.values()),
            "sample": sum(one.sample and not one.withdrawn for one in providers.values()),
        },
        "projects": {
            "total": sum(one.projects for one in needs),
            "complete": sum(one.complete for one in needs),
            "covered": sum(one.covered for one in needs),
        },
        "needs": _count_needs(needs),
        "offers": data.offers._asdict(),
        "deals": _count_deals([one for one in data.deals if one.city in cities]),
    }


def _count_cities(snapshot: Snapshot, cities: Iterable[City]) -> dict[str, int]:
    """Count the members in use, and apart from them the other cities."""
    counts = _in_use(cities)
    others = sum(not one.withdrawn and not snapshot.is_member(one) for one in cities)
    return {**counts, "total": counts["total"] - others, "others": others}


def _in_use(records: Iterable[object]) -> dict[str, int]:
    ended = [bool(getattr(record, "withdrawn", False)) for record in records]
    return {"total": len(ended) - sum(ended), "withdrawn": sum(ended)}


def _count_needs(tallies: Sequence[NeedTally]) -> dict[str, int]:
    needs = sum(one.needs for one in tallies)
    quantified = sum(one.quantified for one in tallies)
    wanted = sum(one.wanted for one in tallies)
    open_, missing = sum(one.open for one in tallies), sum(one.missing for one in tallies)
    return {
        "total": needs - quantified + wanted,
        "open": open_,
        "placed": wanted - open_,
        "covered": wanted - missing,
        "unknown": needs - quantified,
        "withdrawn": quantified - wanted,
    }


def _count_deals(tallies: Sequence[DealTally]) -> dict[str, int]:
    going_on = sum(one.going_on for one in tallies)
    delivered = sum(one.delivered for one in tallies)
    total = sum(one.deals for one in tallies)
    return {
        "total": total,
        "going_on": going_on,
        "held": sum(one.held for one in tallies),
        "committed": sum(one.committed for one in tallies),
        "delivered": delivered,
        "ended": total - going_on - delivered,
    }


def _offices(data: StatusData) -> list[OfficeStatus]:
    snapshot = data.snapshot
    cities = snapshot.records("city")
    offices = snapshot.records("office")
    needs: dict[str, list[NeedTally]] = {code: [] for code in offices}
    for tally in data.needs:
        needs[cities[tally.city].office].append(tally)
    deals: Counter[str] = Counter()
    for one in data.deals:
        deals[cities[one.city].office] += one.deals
    in_use: dict[str, list[City]] = {code: [] for code in offices}
    for city in cities.values():
        if not city.withdrawn:
            in_use[city.office].append(city)
    members = {code: sum(map(snapshot.is_member, own)) for code, own in in_use.items()}
    return [
        OfficeStatus(
            code=office.code,
            name=office.name,
            cities=members[code],
            others=len(in_use[code]) - members[code],
            projects=sum(one.projects for one in needs[code]),
            complete=sum(one.complete for one in needs[code]),
            covered=sum(one.covered for one in needs[code]),
            needs=sum(one.needs - one.quantified + one.wanted for one in needs[code]),
            unknown=sum(one.needs - one.quantified for one in needs[code]),
            deals=deals[code],
        )
        for code, office in offices.items()
    ]


def _holds_due(snapshot: Snapshot) -> list[HoldDue]:
    holds = [
        HoldDue(
            deal=one.deal.code,
            offer=one.deal.offer,
            need=one.deal.need,
            project=snapshot.need_facts[one.deal.need].project.code,
            amount=one.need[Stage.HELD],
            unit=snapshot.need_facts[one.deal.need].balance.unit,
            until=one.deal.held_until,
        )
        for one in snapshot.deals.values()
        if one.need.get(Stage.HELD)
    ]
    return sorted(holds, key=lambda hold: (hold.until or date.max, hold.deal))


def _offers_due(snapshot: Snapshot) -> list[OfferDue]:
    offers_due = [
        OfferDue(
            offer=facts.offer.code,
            provider_name=facts.provider.name,
            amount=facts.balance.free,
            unit=facts.balance.unit,
            until=facts.offer.valid_until,
        )
        for facts in snapshot.offer_facts.values()
        if facts.offer.valid_until is not None and facts.balance.free
    ]
    return sorted(offers_due, key=lambda ending: (ending.until, ending.offer))
