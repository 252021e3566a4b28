"""Everything that is due: needs, holds, offers, deliveries, instalments and answers, day by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from ledger.approaches.states import State, state_on
from ledger.core.factors import Side, Stage
from ledger.core.quantity import format_quantity
from ledger.gaps.completeness import need_is_missing
from ledger.registers.pairs import INSTALMENT
from ledger.registers.records import ACTIVE_STATUSES
from ledger.reports.ics import CalendarEvent, calendar_text
from ledger.store.db.queries import first_request_digest
from ledger.store.session.snapshot import Reader, Snapshot
from ledger.usecases.due import deliveries_due

KINDS: Final = (
    "needed-by",
    "hold-ends",
    "offer-ends",
    "delivery-due",
    "instalment-due",
    "answer-due",
)
"""What a day can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDay:
    """One thing that is due or ends on a day, with those whom it concerns, where it does.

    `code` is of the need, the deal, the offer, the approach or the instalment; `command` shows it.
    """

    day: date
    kind: str
    code: str
    summary: str
    command: str
    project: str | None = None
    project_title: str | None = None
    city: str | None = None
    city_name: str | None = None
    office: str | None = None
    provider: str | None = None
    provider_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned:
    """Whose days are asked for; None is everybody's.

    An offer is of the city that its provider is, if it is one. One of a provider that is no city
    concerns every office, and no city.
    """

    office: str | None = None
    city: str | None = None
    provider: str | None = None

    def includes(self, due: DueDay) -> bool:
        """Say whether a day is one of those asked for."""
        everywhere = due.kind == "offer-ends" and due.city is None
        return (
            (self.office is None or due.office == self.office or everywhere)
            and self.city in (None, due.city)
            and self.provider in (None, due.provider)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCalendar:
    """What is due, by day, and what the calendar says of itself."""

    day: date
    rows: list[DueDay]
    ledger: str
    text: str


def read_calendar(reader: Reader, concerned: Concerned, name: str) -> DueCalendar:
    """Return what is due on any day as the ledger stands on the reader's day."""
    snapshot = reader.snapshot("offer", "deal", "approach", INSTALMENT.name)
    rows = [one for one in _every(snapshot) if concerned.includes(one)]
    rows.sort(key=lambda one: (one.day, KINDS.index(one.kind), one.code))
    ledger = first_request_digest(reader.connection)
    events = [_event(one, ledger, snapshot.day) for one in rows]
    text = calendar_text(events, name, reader.moment)
    return DueCalendar(day=snapshot.day, rows=rows, ledger=ledger, text=text)


def _event(due: DueDay, ledger: str, day: date) -> CalendarEvent:
    where = [due.project_title, due.city_name]
    lines = [due.summary, ", ".join(one for one in where if one), due.provider_name, due.command]
    late = f"Since {due.day}: " if due.day < day else ""
    return CalendarEvent(
        uid=f"{due.kind}-{due.code}@{ledger}.cityfund",
        day=due.day,
        kind=due.kind,
        summary=f"{late}{due.summary}",
        description="\n".join(one for one in lines if one),
    )


def _every(snapshot: Snapshot) -> Iterator[DueDay]:
    yield from _needs(snapshot)
    yield from _holds(snapshot)
    yield from _offers(snapshot)
    yield from _deliveries(snapshot)
    yield from _answers(snapshot)


def _of_need(snapshot: Snapshot, code: str) -> dict[str, Any]:
    facts = snapshot.need_facts[code]
    return {
        "project": facts.project.code,
        "project_title": facts.project.title,
        "city": facts.city.code,
        "city_name": facts.city.name,
        "office": facts.city.office,
    }


def _needs(snapshot: Snapshot) -> Iterable[DueDay]:
    for code, facts in snapshot.need_facts.items():
        balance, needed_by = facts.balance, facts.need.needed_by
        if needed_by is None or facts.project.status not in ACTIVE_STATUSES:
            continue
        if not need_is_missing(balance):
            continue
        gap = format_quantity(balance.gap, balance.unit) if balance.quantified else "an amount"
        yield DueDay(
            day=needed_by,
            kind="needed-by",
            code=code,
            summary=f"Need {code} is needed by now: {gap} of {facts.need.factor} missing",
            command=f"cityfund need show {code}",
            **_of_need(snapshot, code),
        )


def _holds(snapshot: Snapshot) -> Iterable[DueDay]:
    for code, balance in snapshot.deals.items():
        held, until = balance.need.get(Stage.HELD), balance.deal.held_until
        if not held or until is None:
            continue
        provider = snapshot.offer_facts[balance.deal.offer].provider
        unit = snapshot.balances(Side.NEED)[balance.deal.need].unit
        yield DueDay(
            day=until,
            kind="hold-ends",
            code=code,
            summary=f"Last day of the hold of deal {code}: {format_quantity(held, unit)}",
            command=f"cityfund deal show {code}",
            provider=provider.code,
            provider_name=provider.name,
            **_of_need(snapshot, balance.deal.need),
        )


def _offers(snapshot: Snapshot) -> Iterable[DueDay]:
    cities = snapshot.records("city")
    for code, facts in snapshot.offer_facts.items():
        if facts.offer.valid_until is None or not facts.balance.free:
            continue
        city = cities.get(facts.provider.city or "")
        free = format_quantity(facts.balance.free, facts.balance.unit)
        yield DueDay(
            day=facts.offer.valid_until,
            kind="offer-ends",
            code=code,
            summary=f"Last day of offer {code}: {free} available",
            command=f"cityfund offer show {code}",
            provider=facts.provider.code,
            provider_name=facts.provider.name,
            city=None if city is None else city.code,
            city_name=None if city is None else city.name,
            office=None if city is None else city.office,
        )


def _deliveries(snapshot: Snapshot) -> Iterable[DueDay]:
    for one in deliveries_due(snapshot):
        what = "Delivery" if one.instalment is None else "Instalment"
        quantity = format_quantity(one.amount, one.unit)
        yield DueDay(
            day=one.due_on,
            kind=f"{what.lower()}-due",
            code=one.instalment or one.deal,
            summary=f"{what} of deal {one.deal} due: {quantity}",
            command=f"cityfund deal show {one.deal}",
            provider=one.provider,
            provider_name=one.provider_name,
            **_of_need(snapshot, one.need),
        )


def _answers(snapshot: Snapshot) -> Iterable[DueDay]:
    for code, approach in snapshot.records("approach").items():
        if state_on(approach, snapshot.day) not in {State.WAITING, State.SILENT}:
            continue
        yield DueDay(
            day=approach.answer_by,
            kind="answer-due",
            code=code,
            summary=f"Answer to approach {code} due, about need {approach.need}",
            command=f"cityfund approach show {code}",
            provider=approach.provider,
            provider_name=snapshot.records("provider")[approach.provider].name,
            **_of_need(snapshot, approach.need),
        )
