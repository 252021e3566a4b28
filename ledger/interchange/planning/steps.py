"""Steps of an import, and the holdings of the ledger they are planned against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from itertools import islice
from typing import Any, NamedTuple, Protocol

from ledger.core.factors import Side, Stage
from ledger.core.quantity import Unit, format_quantity
from ledger.core.text import cell_text
from ledger.deals.deal import Deal
from ledger.interchange.canonical import TABLES
from ledger.interchange.problems import ImportProblem, Place
from ledger.interchange.records import ActKey, ChangeKey, ChangeRow, DealActRow
from ledger.interchange.repeats.preview import Change, Gone, LeftOutRow, Retained
from ledger.interchange.repeats.room import Room
from ledger.interchange.repeats.state import SourceState
from ledger.journal.receipts import Note
from ledger.rates.rates import Rate
from ledger.registers.records import Phase
from ledger.registers.table import REGISTERS

RateKey = tuple[date, str, str]
"""Day, base and quote of a rate."""


class Stated(Protocol):
    """What the source of an import has said at its imports so far."""

    def repeats(self, table: str, code: str, column: str, value: object) -> bool:
        """Say whether it said this of a column of a record the last time."""

    def total(self, side: Side, code: str) -> int | None:
        """Give the total of a need or an offer that it has said."""

    def rate(self, day: date, base: str, quote: str) -> Rate | None:
        """Give the rate of a day and pair that it has said."""

    @property
    def state(self) -> SourceState:
        """Give all that it has said, as far as that was kept."""


class NothingStated:
    """A source that is imported for the first time."""

    state = SourceState()

    def repeats(self, _table: str, _code: str, _column: str, _value: object) -> bool:
        """Say no."""
        return False

    def total(self, _side: Side, _code: str) -> None:
        """Give no total."""

    def rate(self, _day: date, _base: str, _quote: str) -> None:
        """Give no rate."""


_NOTHING_STATED = NothingStated()


class PostedAct(NamedTuple):
    """An act of a deal in the ledger: its number, and that of the entry that reversed it."""

    number: int
    key: ActKey
    from_stage: Stage
    amount: int
    reversed_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What the ledger holds now, as far as an import asks.

    `registers` gives the records of each register's table by code, `aliases` the former codes of
    each, with the code of now. `required` gives all that a
    need requires or an offer has in total, in smallest parts; a need of unknown quantity is absent
    from it. `required_on` gives the same for a past day on which the import takes effect, if any.
    `deal_versions` holds every deal's terms, past ones too. `deal_acts` and `changes`
    give the amounts already posted under each identity, in recorded order (those of a revision
    down are negative); `posted` has the acts of each deal one by one, and `rooms` the totals
    of needs and offers and what is placed, where acts may give more than is required. `implied`
    gives the one phase of each project without a recorded one. `stated` tells what a source
    repeats from what it says anew.
    """

    registers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    required: Mapping[tuple[Side, str], int] = field(default_factory=dict)
    required_on: Mapping[tuple[Side, str], int] | None = None
    deals: Mapping[str, Deal] = field(default_factory=dict)
    deal_versions: Mapping[str, Sequence[Deal]] = field(default_factory=dict)
    deal_acts: Mapping[ActKey, tuple[int, ...]] = field(default_factory=dict)
    posted: Mapping[str, Sequence[PostedAct]] = field(default_factory=dict)
    rooms: Mapping[tuple[Side, str], Room] = field(default_factory=dict)
    changes: Mapping[ChangeKey, tuple[int, ...]] = field(default_factory=dict)
    rates: Mapping[RateKey, Rate] = field(default_factory=dict)
    implied: Mapping[str, Phase] = field(default_factory=dict)
    stated: Stated = _NOTHING_STATED

    def of(self, table: str) -> Mapping[str, Any]:
        """Give the records of a register's table by code."""
        return self.registers.get(table, {})


class Add(NamedTuple):
    """Put a new record into a register, and declare its quantity if it has one here."""

    kind: str
    record: Any
    quantity: int | None
    place: Place


class Edit(NamedTuple):
    """Add a version of a record; `fields` are the ones that differ."""

    kind: str
    before: Any
    after: Any
    fields: tuple[str, ...]
    place: Place


class Revise(NamedTuple):
    """Revise the total of a need or an offer from one amount to another, dated `--on`.

    `old_total` is None for a need of unknown quantity: then it is declared now.
    """

    side: Side
    code: str
    unit: Unit
    old_total: int | None
    new_total: int
    place: Place
    spares_placed: bool = False
    """Whether it goes no lower than what is placed: acts are kept that its source has no more."""


class RaiseTotal(NamedTuple):
    """Let a total be on a day what is given by then, or no more than that and is stated.

    That is what a need requires, or what an offer of the source has for the acts of its deals.
    From `until` on the old total stays, where as much is given only then.
    """

    side: Side
    code: str
    unit: Unit
    effective_on: date
    old_total: int
    new_total: int
    place: Place
    until: date | None = None


class AddRate(NamedTuple):
    """Record a rate; `replaces` is the former one of the same day and pair, if it differs."""

    rate: Rate
    replaces: Rate | None
    place: Place


class AddAlias(NamedTuple):
    """Give a new record a code that it had before the one of its row."""

    table: str
    alias: str
    code: str
    place: Place


class Restate(NamedTuple):
    """Post what a new edition of a source adds to an act of a deal, or takes from it."""

    row: DealActRow

    @property
    def code(self) -> str:
        """Give the deal."""
        return self.row.code

    @property
    def place(self) -> Place:
        """Give the place of the row that says so."""
        return self.row.place


class CorrectDeclaration(NamedTuple):
    """Correct the day of a declaration that a new edition of a source dates earlier."""

    side: Side
    code: str
    effective_on: date
    reason: str
    place: Place


class CorrectDate(NamedTuple):
    """Correct the day of an act that a new edition of a source dates otherwise."""

    code: str
    entry: int
    effective_on: date
    reason: str
    place: Place


class Same(NamedTuple):
    """Nothing to do: the ledger has this row as it is."""

    kind: str


@cache
def same(kind: str) -> Same:
    """Give the step of each row of a table that the ledger has: there may be very many."""
    return Same(kind)


ImportStep = (
    Add
    | AddAlias
    | Edit
    | Revise
    | ChangeRow
    | DealActRow
    | AddRate
    | Restate
    | CorrectDate
    | CorrectDeclaration
    | RaiseTotal
    | Same
)
"""One step; a row of changes or deals is an act to post."""


class Tally(NamedTuple):
    """The preview of one table: rows new, changed (of them in quantity), and unchanged."""

    table: str
    new: int
    changed: int
    quantities: int
    same: int

    def counts(self) -> dict[str, int]:
        """Give the counts by name, without the table."""
        return dict(zip(self._fields[1:], self[1:], strict=True))

    def __str__(self) -> str:
        """Give the preview's line, e.g. `needs: 12 new, 3 changed (quantity 1), 500 unchanged`."""
        quantity = f" (quantity {self.quantities:,})" if self.quantities else ""
        return (
            f"{self.table}: {self.new:,} new, {self.changed:,} changed{quantity}, "
            f"{self.same:,} unchanged"
        )


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """The steps of an import in the order in which they can be done, and what forbids it."""

    steps: tuple[ImportStep, ...]
    problems: tuple[ImportProblem, ...]
    notes: tuple[Note, ...] = ()
    """What is new, much like something else, or kept as corrected, for a person to look at."""
    retained: tuple[Retained, ...] = ()
    gone: tuple[Gone, ...] = ()
    others: Mapping[tuple[str, str, str], tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """What other sources said of what changes, by table, record and column."""
    state: str = ""
    """What the source will have said after the import, packed as it is kept, if it is kept."""
    restated: tuple[Change, ...] = ()
    """What a new edition of the source says of acts of deals, before and after."""
    units: Mapping[str, Unit] = field(default_factory=dict, compare=False, repr=False)
    """The units that amounts are shown in."""
    says_more: bool = False
    """Whether that is more than it had stated earlier."""
    left_out: tuple[LeftOutRow, ...] = ()
    """Rows of acts that are left out or cut down, since their needs require no more."""

    @property
    def changes_nothing(self) -> bool:
        """Say whether the ledger has every row already."""
        return all(isinstance(step, Same) for step in self.steps)

    def abridged(self) -> ImportPlan:
        """Give the plan with one of its steps at most: enough to say whether it changes anything.

        Tens of thousands of steps and their records need not be kept while they are written.
        """
        changes = (step for step in self.steps if not isinstance(step, Same))
        return replace(self, steps=tuple(islice(changes, 1)))

    def highlights(self) -> list[str]:
        """Name what changes, before and after, then what else is to be looked at; a few of each."""
        changed = [one for one in self.steps if isinstance(one, AddRate) and one.replaces]
        rates = [(one.rate, f"{one.replaces.rate:f}") for one in changed if one.replaces]
        edits = [str(one) for one in self.changes() if one.table != "rates"]
        notes = [note.text for note in self.notes]
        return [*changed_rates(rates), *few(edits, MOST_EDITS_SHOWN), *few(notes), *self.missed()]

    def missed(self) -> list[str]:
        """Name the records of the source that its file no longer has."""
        if not self.gone:
            return []
        head = f"{len(self.gone):,} of this source that the file no longer has:"
        return [head, *few([str(one) for one in self.gone])]

    def changes(self) -> Iterator[Change]:
        """Give each column that changes, before and after, with what other sources say of it."""
        for one in self._own_changes():
            said = self.others.get(one[:3], ())
            yield one._replace(
                others=tuple((name, text) for name, text in said if text != one.after)
            )

    def _own_changes(self) -> Iterator[Change]:
        yield from self.restated
        for step in self.steps:
            if isinstance(step, (Add, Same)):  # nearly all of most imports
                continue
            if isinstance(step, Edit):
                code, place = step.after.code, step.place
                for name in step.fields:
                    old, new = (self._text(one, name) for one in (step.before, step.after))
                    yield Change(step.kind, code, name, old, new, place)
            elif isinstance(step, Revise):
                unit, total = step.unit, step.old_total
                old = None if total is None else format_quantity(total, unit)
                new = format_quantity(step.new_total, unit)
                yield Change(TABLE_OF[step.side], step.code, "quantity", old, new, step.place)
            elif isinstance(step, RaiseTotal):
                old, new = (format_quantity(one, step.unit) for one in step[4:6])
                why = "given above required" if step.side is Side.NEED else "given by its deals"
                end = "on" if step.until is None else f"until {step.until}"
                column = f"quantity {why}, from {step.effective_on} {end}"
                yield Change(TABLE_OF[step.side], step.code, column, old, new, step.place)
            elif isinstance(step, AddRate) and step.replaces is not None:
                rate = step.rate
                code = f"{rate.day} {rate.base} {rate.quote}"
                old, new = f"{step.replaces.rate:f}", f"{rate.rate:f}"
                yield Change("rates", code, "rate", old, new, step.place)

    def _text(self, record: Any, name: str) -> str | None:
        """Give a term as text, an amount in the unit of its record."""
        value = getattr(record, name)
        unit = self.units.get(getattr(record, "unit", "")) if name in _AMOUNTS else None
        return cell_text(value) if unit is None or value is None else format_quantity(value, unit)

    def document(self) -> dict[str, Any]:
        """Give the whole preview as a part of a JSON document."""
        return {
            "new": [
                {"table": subject[0], "record": subject[1], **step.place.document()}
                for step in self.steps
                if not isinstance(step, Same)
                for subject in [_subject(step)]
                if subject[2]
            ],
            "changes": [one.document() for one in self.changes()],
            "kept": [one.document() for one in self.retained],
            "gone": [one.document() for one in self.gone],
        }

    def tallies(self) -> list[Tally]:
        """Count the steps by table, for the preview; tables without rows are left out."""
        # Nearly all of most imports are counted at once.
        new = Counter([step.kind for step in self.steps if step.__class__ is Add])
        unchanged = Counter([step.kind for step in self.steps if step.__class__ is Same])
        changed: dict[str, set[str]] = {}
        quantities: Counter[str] = Counter()
        for step in self.steps:
            if step.__class__ is Add or step.__class__ is Same:
                continue
            table, code, fresh = _subject(step)
            if fresh:
                new[table] += 1
            else:
                changed.setdefault(table, set()).add(code)
                quantities[table] += isinstance(step, Revise)
        tables = dict.fromkeys((*unchanged, *new, *changed))
        return [
            Tally(name, new[name], len(changed.get(name, ())), quantities[name], unchanged[name])
            for name in sorted(tables, key=_TABLE_ORDER.index)
        ]


_AMOUNTS = {name for spec in REGISTERS.values() for name in spec.amounts}
MOST_CHANGES_SHOWN = 10
MOST_EDITS_SHOWN = 20


def changed_rates(changed: Sequence[tuple[Rate, str]]) -> list[str]:
    """Say of rates, each with the figure before, what they become; many are counted."""
    return few(
        [f"{one.day} {one.base}/{one.quote}: {before} → {one.rate:f}" for one, before in changed]
    )


def few(texts: Sequence[str], most: int = MOST_CHANGES_SHOWN) -> list[str]:
    """Return texts as lines, of many only the first and the number of others."""
    lines = [f"  {text}" for text in texts[:most]]
    more = len(texts) - len(lines)
    return [*lines, f"  and {more:,} more"] if more else lines


_TABLE_ORDER = tuple(TABLES)
TABLE_OF = {side: REGISTERS[side].plural for side in Side}


def _subject(step: ImportStep) -> tuple[str, str, bool]:  # noqa: PLR0911 - one a step
    """Give a step's table, the code it is about, and whether it adds a row."""
    match step:
        case Same():
            return step.kind, "", False
        case Add():
            return step.kind, step.record.code, True
        case Edit():
            return step.kind, step.after.code, False
        case Revise():
            return TABLE_OF[step.side], step.code, False
        case Restate() | CorrectDate():
            return "deals", step.code, False
        case RaiseTotal() | CorrectDeclaration():
            return TABLE_OF[step.side], step.code, False
        case AddRate():
            name = f"{step.rate.day} {step.rate.base}{step.rate.quote}"
            return "rates", name, step.replaces is None
        case _:
            table = {ChangeRow: "changes", AddAlias: "aliases"}.get(type(step), "deals")
            return table, step.code, True
