"""A brief: all that an officer who takes something over has to know of it, on one page.

It is about one record with all that stands under it, an office, or what one officer looks after.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any, Final, NamedTuple

from ledger.approaches.states import OPEN, State, state_on
from ledger.core.errors import NotFound
from ledger.core.factors import Side, Stage
from ledger.core.quantity import Unit, format_quantity
from ledger.registers.activity import CONTACT, DATED_NOTE, OWNER, REMINDER
from ledger.registers.pairs import INSTALMENT
from ledger.registers.table import IDENTIFIED_TABLES, IDENTIFIER
from ledger.store.acts import referenced_or_reversing
from ledger.store.named_records import about, all_under, code_of, codes_by_id, find_named
from ledger.store.origins import Key
from ledger.store.registers import find_id, load_where
from ledger.store.session.snapshot import Reader, Snapshot
from ledger.usecases.due import parts_by_deal

_SIDES: Final = {side.value: side for side in Side}
_TITLES: Final = ("title", "name", "text", "what")
_Row = dict[str, Any]


class NothingOwned(NotFound, code="nothing-owned"):
    """An officer who looks after nothing asked for a brief of it."""

    default_why = "A brief of --mine is about the records that you are the owner of."
    default_next = "Name an owner with: cityfund owner add CODE OFFICER"


class NextStep(NamedTuple):
    """Something that is due: on which day, of which record, and what it is."""

    day: date
    record: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What a brief has, section by section; amounts are written with their unit.

    `under` has the ids of the subjects and of all that stands under them, by register.
    """

    title: str
    since: date | None
    under: Mapping[str, set[int]]
    subjects: Sequence[_Row]
    needs: Sequence[_Row]
    offers: Sequence[_Row]
    deals: Sequence[_Row]
    approaches: Sequence[_Row]
    people: Sequence[_Row]
    owners: Sequence[_Row]
    references: Sequence[_Row]
    identifiers: Sequence[_Row]
    notes: Sequence[_Row]
    next_steps: Sequence[NextStep]


def brief_of_record(reader: Reader, typed: str, since: date | None) -> Brief:
    """Make the brief of a record, typed as CODE or KIND:CODE.

    Raises `UnknownCode` and `AmbiguousCode`.
    """
    key = find_named(reader.connection, typed)
    return _Making(reader, [key], since).brief(f"{key.kind} {code_of(reader.connection, key)}")


def brief_of_office(reader: Reader, typed: str, since: date | None) -> Brief:
    """Make the brief of an office, with its cities and all that stands under them."""
    key = find_named(reader.connection, typed, ["office"])
    return _Making(reader, [key], since).brief(f"office {code_of(reader.connection, key)}")


def brief_of_owner(reader: Reader, actor: str, since: date | None) -> Brief:
    """Make the brief of all that an officer looks after. Raises `NothingOwned`."""
    owned = [
        find_named(reader.connection, f"{one.kind}:{one.record}")
        for one in reader.snapshot(OWNER.name).records(OWNER.name).values()
        if one.actor == actor and not one.withdrawn
    ]
    if not owned:
        raise NothingOwned(f"{actor} looks after nothing.")
    return _Making(reader, owned, since).brief(f"what {actor} looks after")


class _Making:
    """A brief in the making: the records under its subjects, read register by register."""

    def __init__(self, reader: Reader, subjects: Sequence[Key], since: date | None) -> None:
        self._reader = reader
        self._subjects = subjects
        self._since = since
        self._under = all_under(reader.connection, subjects)
        self._next: list[NextStep] = []
        self._parties: dict[str, set[str]] = {"city": set(), "provider": set()}

    def brief(self, title: str) -> Brief:
        """Read every section. Those of parties come last, when all parties are known."""
        subjects = [*self._subject_rows()]
        needs, offers = [*self._needs()], [*self._offers()]
        deals, approaches = [*self._deals()], [*self._approaches()]
        self._next += self._reminders()
        return Brief(
            title=title,
            since=self._since,
            under=self._under,
            subjects=subjects,
            needs=needs,
            offers=offers,
            deals=deals,
            approaches=approaches,
            people=[*self._people()],
            owners=[*self._owners()],
            references=[*self._references()],
            identifiers=[*self._identifiers()],
            notes=[*self._notes()],
            next_steps=sorted(self._next),
        )

    def _read(self, kind: str, ids: Collection[int] | None = None) -> Snapshot:
        """Read records of a register by their ids, with all that they refer to."""
        return self._reader.some(kind, self._codes(kind, ids))

    def _codes(self, kind: str, ids: Collection[int] | None = None) -> list[str]:
        wanted = self._under.get(kind, ()) if ids is None else ids
        return codes_by_id(self._reader.connection, kind, wanted)

    def _records(self, kind: str, *below: str) -> tuple[Snapshot, dict[str, Any]]:
        """Give the records of a register under the subjects, with what they refer to.

        `below` are registers of which what hangs under the records is read with them.
        """
        codes = self._codes(kind)
        snapshot = self._reader.having(kind, "code", codes, *below)
        there = snapshot.records(kind)
        return snapshot, {code: there[code] for code in codes if code in there}

    def _subject_rows(self) -> Iterator[_Row]:
        for kind in dict.fromkeys(key.kind for key in self._subjects):
            ids = {key.id for key in self._subjects if key.kind == kind}
            codes = self._codes(kind, ids)
            snapshot = self._reader.some(kind, codes)
            for code in codes:
                record = snapshot.records(kind).get(code)
                if record is None:  # it did not exist yet
                    continue
                self._note_parties(snapshot, kind, record)
                yield {"kind": kind, "code": code, "title": title_of(record), **_terms(record)}

    def _note_parties(self, snapshot: Snapshot, kind: str, record: Any) -> None:
        """Remember the cities and providers that a record is of, whose people are named.

        What did not exist yet on the day of the brief has none.
        """
        if kind in self._parties:
            self._parties[kind].add(record.code)
        for column in self._parties:
            if isinstance(code := getattr(record, column, None), str):
                self._parties[column].add(code)
        for column in ("project", "need", "offer"):
            above = getattr(record, column, None)
            if isinstance(above, str) and above in snapshot.registers.get(column, {}):
                self._note_parties(snapshot, column, snapshot.records(column)[above])

    def _needs(self) -> Iterator[_Row]:
        snapshot, records = self._records("need")
        for code, need in records.items():
            balance = snapshot.balances(Side.NEED).get(code)
            if balance is None:
                continue
            unit, gap = balance.unit, balance.gap
            project = snapshot.records("project")[need.project]
            if gap and need.needed_by is not None:
                self._next.append(NextStep(need.needed_by, code, "needed by this day"))
            yield {
                "code": code,
                "project": need.project,
                "title": project.title,
                "factor": need.factor.value,
                "topic": need.topic,
                "required": format_quantity(balance.required, unit)
                if balance.quantified
                else f"unknown, in {unit.code}",
                "held": _amount(balance.held, unit),
                "committed": _amount(balance.committed, unit),
                "delivered": _amount(balance.delivered, unit),
                "gap": format_quantity(gap, unit) if balance.quantified else None,
                "needed_by": need.needed_by,
            }

    def _offers(self) -> Iterator[_Row]:
        snapshot, records = self._records("offer")
        for code, offer in records.items():
            balance = snapshot.balances(Side.OFFER).get(code)
            if balance is None or offer.withdrawn:
                continue
            if balance.free and offer.valid_until is not None:
                self._next.append(NextStep(offer.valid_until, code, "last day of the offer"))
            yield {
                "code": code,
                "provider": offer.provider,
                "name": snapshot.records("provider")[offer.provider].name,
                "factor": offer.factor.value,
                "available": _amount(balance.free, balance.unit),
                "held": _amount(balance.held, balance.unit),
                "committed": _amount(balance.committed, balance.unit),
                "valid_until": offer.valid_until,
            }

    def _deals(self) -> Iterator[_Row]:
        snapshot, records = self._records("deal", INSTALMENT.name)
        parts = parts_by_deal(snapshot)
        for code, deal in records.items():
            self._note_parties(snapshot, "deal", deal)
            need = snapshot.records("need")[deal.need]
            offer = snapshot.records("offer")[deal.offer]
            unit, stages = snapshot.units[need.unit], snapshot.deals[code].need
            held, committed = stages.get(Stage.HELD, 0), stages.get(Stage.COMMITTED, 0)
            if held and deal.held_until is not None:
                self._next.append(NextStep(deal.held_until, code, "last day of the hold"))
            for part in parts[code]:
                if part.committed and part.due_on is not None:
                    of_it = f" of {format_quantity(part.committed, unit)}"
                    words = f"delivery{of_it if part.instalment else ''} due"
                    self._next.append(NextStep(part.due_on, code, words))
            yield {
                "code": code,
                "provider": offer.provider,
                "name": snapshot.records("provider")[offer.provider].name,
                "project": need.project,
                "title": snapshot.records("project")[need.project].title,
                "held": _amount(held, unit),
                "committed": _amount(committed, unit),
                "delivered": _amount(stages.get(Stage.DELIVERED, 0), unit),
                "held_until": deal.held_until if held else None,
                "due_on": deal.due_on,
            }

    def _approaches(self) -> Iterator[_Row]:
        snapshot, records = self._records("approach")
        for code, approach in records.items():
            self._note_parties(snapshot, "approach", approach)
            state = state_on(approach, snapshot.day)
            if state in OPEN | {State.SILENT} and state is not State.INTERESTED:
                words = "answer due" if state is State.WAITING else "no answer came"
                self._next.append(NextStep(approach.answer_by, code, words))
            yield {
                "code": code,
                "need": approach.need,
                "provider": approach.provider,
                "name": snapshot.records("provider")[approach.provider].name,
                "sent_on": approach.sent_on,
                "state": state.value,
                "answer_by": approach.answer_by,
                "reference": approach.reference,
            }

    def _reminders(self) -> Iterator[NextStep]:
        """Give what is to be remembered of the records and is not done on the day."""
        for one in self._read(REMINDER.name).records(REMINDER.name).values():
            if one.done_on is None or one.done_on > self._reader.day:
                yield NextStep(one.date, one.record, one.text)

    def _people(self) -> Iterator[_Row]:
        connection = self._reader.connection
        ids = about(
            self._reader.connection,
            {
                kind: {find_id(connection, kind, code) for code in codes}
                for kind, codes in self._parties.items()
            },
        ).get(CONTACT.name, set())
        for one in self._read(CONTACT.name, ids).records(CONTACT.name).values():
            if not one.withdrawn:
                terms = {name: getattr(one, name) for name in ("name", "role", "email", "phone")}
                yield {"kind": one.kind, "record": one.record, **terms}

    def _owners(self) -> Iterator[_Row]:
        for one in self._read(OWNER.name).records(OWNER.name).values():
            if not one.withdrawn:
                yield {"kind": one.kind, "record": one.record, "owner": one.actor}

    def _references(self) -> Iterator[_Row]:
        """Give the references of acts that count on the day: what was reversed by then does not."""
        connection = self._reader.connection
        known_at = self._reader.times.known_at
        entries = [
            one
            for one in referenced_or_reversing(connection, self._under.get("deal", ()))
            if one.effective_on <= self._reader.day
            and (known_at is None or one.recorded_at <= known_at)
        ]
        reversed_: set[int] = set()
        for one in sorted(entries, key=attrgetter("number"), reverse=True):
            if one.reverses is not None and one.number not in reversed_:
                reversed_.add(one.reverses)
        for one in entries:
            if one.reference is not None and one.number not in reversed_:
                named = {"date": one.effective_on, "record": one.deal, "act": one.act.value}
                yield {**named, "reference": one.reference}

    def _identifiers(self) -> Iterator[_Row]:
        """Give what the records under the subjects are called elsewhere."""
        for table, kind in IDENTIFIED_TABLES.items():
            codes, times = self._codes(kind), self._reader.times
            stored = load_where(
                self._reader.connection, IDENTIFIER.name, "record", codes, times.known_at
            )
            for one in (each.record for each in stored.values()):
                if one.table == table and not one.withdrawn:
                    yield {"kind": kind, "record": one.record, "scheme": one.scheme, "id": one.id}

    def _notes(self) -> Iterator[_Row]:
        found = self._read(DATED_NOTE.name).records(DATED_NOTE.name).values()
        for one in sorted(found, key=lambda note: (note.date, note.code)):
            if self._since is None or one.date >= self._since:
                named = {"date": one.date, "kind": one.kind, "record": one.record}
                yield {**named, "text": one.text, "code": one.code}


def title_of(record: Any) -> str | None:
    """Give what a record is called, if its register has a name for it."""
    found = (getattr(record, name, None) for name in _TITLES)
    return next((str(one) for one in found if one), None)


def _terms(record: Any) -> Mapping[str, Any]:
    """Give the terms of a subject that a brief begins with."""
    names = ("name_local", "city", "country", "office", "status", "sector")
    found = ((name, getattr(record, name, None)) for name in names)
    return {name: value for name, value in found if value}


def _amount(amount: int, unit: Unit) -> str | None:
    return format_quantity(amount, unit) if amount else None
