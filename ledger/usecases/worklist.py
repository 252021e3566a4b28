"""What waits for somebody's hand on a day: the worklist of an office, or of all.

It is computed from the snapshot of the status when it is asked for, and stored nowhere. Each row
names its record, the day it is due, and the command that shows more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from ledger.approaches.states import State, state_on
from ledger.core.dates import days_after
from ledger.core.factors import Stage
from ledger.core.quantity import Unit, format_amount
from ledger.deals.instalments import overdue
from ledger.eligibility.offices import OfficesAdmitted
from ledger.eligibility.rules import NeedFacts
from ledger.gaps.completeness import need_is_missing
from ledger.registers.activity import Reminder
from ledger.registers.pairs import Approach
from ledger.registers.records import ACTIVE_STATUSES, City
from ledger.reports.table import grouped
from ledger.store.acts import RecordedAct
from ledger.store.needs_alike import OpenNeed
from ledger.store.session.snapshot import Reader, Snapshot
from ledger.store.statements.stored_findings import StoredFinding
from ledger.usecases.activity import LogQuery, read_log, records_of
from ledger.usecases.due import parts_by_deal
from ledger.usecases.status_data import StatusData
from ledger.usecases.unserved import unserved


class WorkKind(StrEnum):
    """What a row asks to be done, in the order in which they are listed."""

    REMINDER_DUE = "reminder-due"
    DELIVERY_OVERDUE = "delivery-overdue"
    DELIVERY_DUE = "delivery-due"
    HOLD_ENDING = "hold-ending"
    OFFER_ENDING = "offer-ending"
    APPROACH_UNANSWERED = "approach-unanswered"
    FOLLOW_UP = "follow-up"
    NEEDED_BY_PASSED = "needed-by-passed"
    FINDING_OPEN = "finding-open"
    NEED_UNSERVED = "need-unserved"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRow:
    """One thing to be done about the record `code` of the register `record`.

    `offices` are those that it concerns: that of the need's city, those that an offer is open to;
    none where no office can be told, which all of them see. `about` names further records.
    """

    kind: WorkKind
    record: str
    code: str
    sentence: str
    command: str
    due: date | None = None
    offices: tuple[str, ...] = ()
    city: str | None = None
    project: str | None = None
    about: frozenset[tuple[str, str]] = frozenset()

    def concerns(self, office: str) -> bool:
        """Say whether an office is to see it."""
        return not self.offices or office in self.offices

    def is_of(self, records: frozenset[tuple[str, str]]) -> bool:
        """Say whether it is about one of these records."""
        return (self.record, self.code) in records or not self.about.isdisjoint(records)


def read_worklist(
    reader: Reader,
    data: StatusData,
    days: int,
    *,
    office: str | None = None,
    mine: str | None = None,
) -> list[WorkRow]:
    """Return what is to be done, kept for an office and for the records of one actor.

    `data` is that of the status, for as many days. What ends within `days` is on the list. A record
    is of the actor who recorded, edited or moved it, or who owns it, its project, its city or its
    provider.
    """
    snapshot = data.snapshot
    last = days_after(snapshot.day, days)
    is_wanted = _selection(reader, office, mine)
    rows = [
        row
        for rows in (
            _reminders(snapshot, data.reminders),
            _deals(snapshot, last),
            _offers(snapshot, last),
            _approaches(snapshot, last),
            _late_needs(snapshot),
            _findings(snapshot, data.findings),
        )
        for row in rows
        if is_wanted(row)
    ]
    rows += _unserved_rows(data, is_wanted)
    kinds = [*WorkKind]
    return sorted(rows, key=lambda row: (kinds.index(row.kind), row.due or date.max, row.code))


def _unserved_rows(data: StatusData, is_wanted: Callable[[WorkRow], bool]) -> list[WorkRow]:
    """Give a row for each need that no offer fits, of those that are wanted."""
    snapshot, found = data.snapshot, data.unserved
    if found is not None:
        return [row for one in found if is_wanted(row := _unserved(snapshot, one))]
    open_needs = map(_open_need, filter(_is_open, snapshot.need_facts.values()))
    rows = [row for one in open_needs if is_wanted(row := _unserved(snapshot, one))]
    without = {*unserved(snapshot, [snapshot.need_facts[row.code] for row in rows])}
    return [row for row in rows if row.code in without]


def _selection(reader: Reader, office: str | None, mine: str | None) -> Callable[[WorkRow], bool]:
    records: frozenset[tuple[str, str]] = frozenset()
    if mine is not None:
        acts = read_log(reader, LogQuery(actor=mine))
        moved = {(one.kind, one.code) for act in acts for one in records_of(act)}
        owners = reader.snapshot("owner").records("owner").values()
        owned = {
            (one.kind, one.record) for one in owners if one.actor == mine and not one.withdrawn
        }
        records = frozenset(moved | owned)

    def is_wanted(row: WorkRow) -> bool:
        return (office is None or row.concerns(office)) and (mine is None or row.is_of(records))

    return is_wanted


class _Place(NamedTuple):
    """A need with its project and city."""

    need: str
    project: str
    city: City


def _of_need(
    facts: NeedFacts,
    kind: WorkKind,
    record: str,
    code: str,
    sentence: str,
    *,
    due: date | None = None,
    about: Iterable[tuple[str, str]] = (),
) -> WorkRow:
    place = _Place(facts.need.code, facts.project.code, facts.city)
    return _of_place(place, kind, record, code, sentence, due=due, about=about)


def _of_place(
    place: _Place,
    kind: WorkKind,
    record: str,
    code: str,
    sentence: str,
    *,
    due: date | None = None,
    about: Iterable[tuple[str, str]] = (),
) -> WorkRow:
    city = place.city
    own = ("need", place.need), ("project", place.project), ("city", city.code)
    return WorkRow(
        kind=kind,
        record=record,
        code=code,
        sentence=sentence,
        command=f"cityfund {record} show {code}",
        due=due,
        offices=(city.office,),
        city=city.code,
        project=place.project,
        about=frozenset({*own, *about}),
    )


def _quantity(amount: int, unit: Unit) -> str:
    return f"{grouped(format_amount(amount, unit.decimals))} {unit.code}"


def _deals(snapshot: Snapshot, last: date) -> Iterator[WorkRow]:
    parts = parts_by_deal(snapshot)
    for code, balance in snapshot.deals.items():
        deal, facts = balance.deal, snapshot.need_facts[balance.deal.need]
        unit = facts.balance.unit
        offered_by = snapshot.offer_facts[deal.offer].provider
        provider = offered_by.name
        about = [("offer", deal.offer), ("provider", offered_by.code)]
        held = balance.need.get(Stage.HELD)
        late = [one for one in parts[code] if one.is_overdue(snapshot.day)]
        if late:
            quantity = _quantity(overdue(late, snapshot.day), unit)
            text = f"{provider} was to deliver {quantity} for {facts.project.title}."
            kind = WorkKind.DELIVERY_OVERDUE
            yield _of_need(facts, kind, "deal", code, text, due=late[0].due_on, about=about)
        for one in parts[code]:
            if one.committed and one.due_on is not None and snapshot.day <= one.due_on <= last:
                quantity = _quantity(one.committed, unit)
                text = f"{provider} is to deliver {quantity} for {facts.project.title}."
                kind = WorkKind.DELIVERY_DUE
                yield _of_need(facts, kind, "deal", code, text, due=one.due_on, about=about)
        if held and deal.held_until is not None and deal.held_until <= last:
            ends = "ends" if deal.held_until >= snapshot.day else "has ended"
            held_text = f"{_quantity(held, unit)} from {provider} for {facts.project.title}"
            text = f"The hold of {held_text} {ends}."
            kind = WorkKind.HOLD_ENDING
            yield _of_need(facts, kind, "deal", code, text, due=deal.held_until, about=about)


def _reminders(snapshot: Snapshot, reminders: Iterable[Reminder]) -> Iterator[WorkRow]:
    """Give the reminders whose day has come; those of a need's record concern its office."""
    for one in reminders:
        if one.date > snapshot.day or (one.done_on is not None and one.done_on <= snapshot.day):
            continue
        place = _place_of(snapshot, one.kind, one.record)
        yield WorkRow(
            kind=WorkKind.REMINDER_DUE,
            record="reminder",
            code=one.code,
            sentence=f"{one.text} ({one.record})",
            command=f"cityfund done {one.code}",
            due=one.date,
            offices=() if place is None else (place.office,),
            city=None if place is None else place.code,
            about=frozenset({(one.kind, one.record)}),
        )


def _place_of(snapshot: Snapshot, kind: str, code: str) -> City | None:
    """Return the city whose office looks after a record, where there is one."""
    cities = snapshot.records("city")
    if kind == "deal" and code in snapshot.deals:
        kind, code = "need", snapshot.deals[code].deal.need
    if kind == "need" and code in snapshot.need_facts:
        return snapshot.need_facts[code].city
    if kind == "project" and code in snapshot.records("project"):
        return cities.get(snapshot.records("project")[code].city)
    return cities.get(code) if kind == "city" else None


def _offers(snapshot: Snapshot, last: date) -> Iterator[WorkRow]:
    offices_of = OfficesAdmitted(snapshot.records("city").values())
    for code, facts in snapshot.offer_facts.items():
        until = facts.offer.valid_until
        if until is None or until > last or not facts.balance.free:
            continue
        ends = "ends" if until >= snapshot.day else "has ended"
        left = _quantity(facts.balance.free, facts.balance.unit)
        yield WorkRow(
            kind=WorkKind.OFFER_ENDING,
            record="offer",
            code=code,
            sentence=f"The offer of {facts.provider.name} {ends} with {left} available.",
            command=f"cityfund offer candidates {code}",
            due=until,
            offices=tuple(offices_of(facts.offer)),
            about=frozenset({("provider", facts.provider.code)}),
        )


def _approaches(snapshot: Snapshot, last: date) -> Iterator[WorkRow]:
    providers = snapshot.records("provider")
    busy = {
        (one.deal.need, snapshot.offer_facts[one.deal.offer].provider.code)
        for one in snapshot.deals.values()
    }
    approaches: Iterable[Approach] = snapshot.records("approach").values()
    for one in approaches:
        facts = snapshot.need_facts[one.need]
        name, about = providers[one.provider].name, [("provider", one.provider)]
        state = state_on(one, snapshot.day)
        if state is State.SILENT or (state is State.WAITING and one.answer_by <= last):
            late = "was" if state is State.SILENT else "is"
            text = f"{name}, asked for {facts.project.title} on {one.sent_on}, {late} to answer."
            kind = WorkKind.APPROACH_UNANSWERED
            yield _of_need(facts, kind, "approach", one.code, text, due=one.answer_by, about=about)
        elif state is State.INTERESTED and _is_open(facts) and (one.need, one.provider) not in busy:
            text = f"{name} is interested in {facts.project.title}, and there is no deal yet."
            due, kind = one.interested_on, WorkKind.FOLLOW_UP
            yield _of_need(facts, kind, "approach", one.code, text, due=due, about=about)


def _is_open(facts: NeedFacts) -> bool:
    return facts.balance.free > 0 and facts.project.status in ACTIVE_STATUSES


def _late_needs(snapshot: Snapshot) -> Iterator[WorkRow]:
    for code, facts in snapshot.need_facts.items():
        by, balance = facts.need.needed_by, facts.balance
        if by is None or by >= snapshot.day or facts.project.status not in ACTIVE_STATUSES:
            continue
        if not need_is_missing(balance):
            continue
        what = (
            _quantity(balance.gap, balance.unit) if balance.quantified else facts.need.factor.value
        )
        text = f"{what} was needed for {facts.project.title} and is still missing."
        yield _of_need(facts, WorkKind.NEEDED_BY_PASSED, "need", code, text, due=by)


def _open_need(facts: NeedFacts) -> OpenNeed:
    need, project, balance = facts.need, facts.project, facts.balance
    place = need.code, project.code, project.title, facts.city.code
    return OpenNeed(*place, balance.free, balance.unit.code, need.needed_by)


def _unserved(snapshot: Snapshot, need: OpenNeed) -> WorkRow:
    missing = _quantity(need.free, snapshot.units[need.unit])
    text = f"No offer fits the {missing} that {need.title} needs."
    place = _Place(need.code, need.project, snapshot.records("city")[need.city])
    return _of_place(place, WorkKind.NEED_UNSERVED, "need", need.code, text, due=need.needed_by)


def _findings(snapshot: Snapshot, findings: Iterable[StoredFinding]) -> Iterator[WorkRow]:
    for one in findings:
        if not one.last.event.leaves_open:
            continue
        deal = snapshot.deals.get(one.deal or "")
        need = None if deal is None else snapshot.need_facts[deal.deal.need]
        office = one.office or (None if need is None else need.city.office)
        records = {("deal", one.deal), ("provider", one.provider)}
        yield WorkRow(
            kind=WorkKind.FINDING_OPEN,
            record="finding",
            code=one.code,
            sentence=one.sentence,
            command=f"cityfund finding show {one.code}",
            offices=() if office is None else (office,),
            city=None if need is None else need.city.code,
            project=None if need is None else need.project.code,
            about=frozenset((kind, code) for kind, code in records if code is not None),
        )


def read_others(
    reader: Reader, since: datetime, actor: str, office: str | None = None
) -> Iterator[RecordedAct]:
    """Give what others than an actor recorded since a moment, about an office or any."""
    acts = read_log(reader, LogQuery(since=since, office=office))
    return (one for one in acts if one.actor != actor)
