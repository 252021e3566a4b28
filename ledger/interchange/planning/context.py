"""State shared by the parts of planning an import: holdings, known codes, terms, problems."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from ledger.core.factors import Side
from ledger.core.suggest import did_you_mean
from ledger.interchange.planning.steps import Holdings
from ledger.interchange.problems import SUGGESTIONS, Codes, ImportProblem, Place
from ledger.interchange.records import RegisterRow
from ledger.interchange.repeats.preview import Change, LeftOutRow, Retained
from ledger.interchange.repeats.room import Room, TotalOn
from ledger.interchange.repeats.state import OwnRows, SourceTerms, StatedRow
from ledger.interchange.rows import Tables
from ledger.journal.receipts import Note
from ledger.origins.links import parse_origin
from ledger.registers.records import Need, Offer
from ledger.registers.table import REGISTERS, by_plural

REGISTER_OF_TABLE = {plural: spec.name for plural, spec in by_plural().items()}
"""What one row of each register is called, in the order in which they depend on one another."""

REFERENCES = {
    plural: tuple((column, REGISTERS[name].plural) for column, name in spec.references.items())
    for plural, spec in by_plural().items()
}
"""Columns that name a row of another table."""

_NAMES = {spec.plural: name for name, spec in REGISTERS.items()}

SIDE_OF_TABLE = {
    plural: Side(spec.name) for plural, spec in by_plural().items() if spec.has_quantity
}
"""The tables of needs and offers, whose rows have a quantity."""


@dataclass(slots=True)
class Planning:
    """What the planning of one import shares: holdings, known codes, and problems so far."""

    tables: Tables
    holdings: Holdings
    codes: dict[str, Codes]
    own: OwnRows
    """What the import says, row by row, with the codes of the ledger."""
    problems: list[ImportProblem] = field(default_factory=list)
    terms: dict[tuple[Side, str], Need | Offer] = field(default_factory=dict)
    totals: dict[tuple[Side, str], tuple[int | None, Place]] = field(default_factory=dict)
    cancelled: frozenset[int] = frozenset()
    """The sequences of acts that were reversed on their own day, and of their reversals."""
    suggested: int = 0
    notes: list[Note] = field(default_factory=list)
    terms_of_source: SourceTerms = field(default_factory=SourceTerms)
    retained: list[Retained] = field(default_factory=list)
    offers_spared: set[str] = field(default_factory=set)
    """Offers with acts that are gone and kept: their totals do not fall below what is placed."""
    redeclared: dict[tuple[Side, str], tuple[date, Place]] = field(default_factory=dict)
    """Needs and offers that a new edition says to be declared earlier than they were."""
    rooms: dict[tuple[Side, str], Room] = field(default_factory=dict)
    uncoded: dict[str, dict[tuple[str, ...], str]] = field(default_factory=dict)
    """The codes of records that rows without one name, by table and by what such rows say."""
    restated: list[Change] = field(default_factory=list)
    superseded: list[StatedRow] = field(default_factory=list)
    released: list[StatedRow] = field(default_factory=list)
    left_out: list[LeftOutRow] = field(default_factory=list)

    def retain(self, retained: Retained) -> None:
        """Note a value that stays as it was corrected: the source says nothing new of it."""
        self.retained.append(retained)
        self.notes.append(Note("correction-kept", str(retained)))

    def redeclare(self, table: str, held: Any, day: date, place: Place) -> None:
        """Note a declaration that the source dates otherwise now: earlier it is corrected."""
        texts = held.declared_on.isoformat(), day.isoformat()
        if day < held.declared_on:
            self.redeclared[SIDE_OF_TABLE[table], held.code] = day, place
            self.restated.append(Change(table, held.code, "declared_on", *texts, place))
        else:
            why = "now, and what was done since its declaration stays within it"
            self.retain(Retained(table, held.code, "declared_on", *texts, place, why))

    @property
    def raises(self) -> bool:
        """Say whether what is given raises what is required."""
        return self.terms_of_source.over == "raise"

    def room_of(self, code: str, side: Side = Side.NEED) -> Room:
        """Give the room of a need or an offer as far as it is planned; a new one has none yet."""
        key = side, code
        if key not in self.rooms:
            held = self.holdings.rooms.get(key, Room())
            room = Room(
                [*held.totals],
                [*held.placed],
                {**held.held},
                {**held.committed},
                {**held.delivered},
                held.by_entry,
            )
            if side is Side.NEED:
                self._state_last(code, room)
            self.rooms[key] = room
        return self.rooms[key]

    def _state_last(self, need: str, room: Room) -> None:
        """Add what the source stated last, where what was given by then stood above it."""
        state = self.holdings.stated.state
        day, total = (state.cell("needs", need, name) for name in ("quantity_on", "quantity"))
        if day is None or total is None or not room.totals:
            return
        stated_on = date.fromisoformat(day)
        if not any(one.day == stated_on and not one.is_raise for one in room.totals):
            room.totals.append(TotalOn(stated_on, -1, int(total), is_entered=False))

    def repeats(self, table: str, code: str, column: str, value: object) -> bool:
        """Say whether the source says no more than the last time, so that an edit since stays."""
        if self.terms_of_source.overwrite:
            return False
        return self.holdings.stated.repeats(table, code, column, value)

    def problem(
        self, place: Place, column: str | None, code: str, what: str, next_step: str = ""
    ) -> None:
        """Note one thing that forbids the import."""
        self.problems.append(place.problem(column, code, what, next_step))

    def find(self, table: str, code: str, place: Place, column: str) -> str:
        """Give the code meant in a table; an unknown one is a problem and comes back as it was."""
        match = self.codes[table].find(code)
        if match is not None or table in self.tables.unread:
            return match or code
        self.suggested += 1
        # A large register is gone through for each suggestion, so only the first ones get one.
        with_suggestion = self.suggested <= SUGGESTIONS
        hint = did_you_mean(code, self.codes[table]) if with_suggestion else ""
        register = _NAMES[table]
        what = f"There is no {register} {code!r}, neither in the ledger nor in this import."
        self.problem(place, column, "unknown-code", what, hint)
        return code

    def find_origin(self, text: str | None, place: Place) -> str | None:
        """Give an origin with its code as the ledger spells it; an unknown one is a problem."""
        if not text:
            return None
        origin = parse_origin(text)
        table = REGISTERS[origin.kind].plural
        return origin._replace(code=self.find(table, origin.code, place, "origin")).text

    def is_unknown(self, table: str, column: str, value: object) -> bool:
        """Say whether a value is a code that names nothing, which is noted as such already."""
        references = dict(REFERENCES.get(table, ()))
        return column in references and value not in self.codes[references[column]]

    def remember_terms(self, table: str, record: Any, row: RegisterRow[Any]) -> None:
        """Remember a need's or offer's terms and stated total, for the acts that rest on them."""
        side = SIDE_OF_TABLE.get(table)
        if side is not None and (side is Side.OFFER or self._has_acts):
            if (side, record.code) in self.redeclared:
                record = replace(record, declared_on=self.redeclared[side, record.code][0])
            self.terms[side, record.code] = record
            self.totals[side, record.code] = (row.quantity, row.place)

    @property
    def _has_acts(self) -> bool:
        """Say whether acts can rest on a need: else nothing is remembered of one."""
        tables = self.tables
        return bool(tables.deals or tables.changes) or self.terms_of_source.asks_for_room

    def terms_of(self, side: Side, code: str) -> Need | Offer | None:
        """Give a need's or offer's terms as they will stand, by its exact code."""
        match = self.terms.get((side, code))
        if match is not None:
            return match
        return self.holdings.of(REGISTERS[side].plural).get(code)
