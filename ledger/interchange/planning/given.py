"""Plan acts that give more than is required: by the policy of the rule they raise it, or less."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from ledger.core.factors import Side
from ledger.core.quantity import format_quantity
from ledger.interchange.planning.context import Planning
from ledger.interchange.planning.steps import (
    Add,
    CorrectDate,
    ImportStep,
    RaiseTotal,
    Restate,
    Revise,
)
from ledger.interchange.problems import Place
from ledger.interchange.records import DealActRow
from ledger.interchange.repeats.preview import LeftOutRow
from ledger.interchange.repeats.room import Room
from ledger.journal.receipts import Note

_NOTE = "given-above-required"


class Given(NamedTuple):
    """The acts and revisions of an import under its policy, and what raises and lowers totals."""

    acts: list[ImportStep]
    revisions: list[Revise]
    ups: list[RaiseTotal]
    downs: list[RaiseTotal]


def apply_over(
    planning: Planning,
    registers: Iterable[ImportStep],
    revisions: Sequence[Revise],
    acts: Sequence[ImportStep],
) -> Given:
    """Apply what the rule says of acts that give more than is required."""
    over = planning.terms_of_source.over
    revisions = [
        one._replace(spares_placed=one.side is Side.OFFER and one.code in planning.offers_spared)
        for one in revisions
    ]
    for (side, code), (day, _) in planning.redeclared.items():
        room = planning.room_of(code, side)
        first = min(room.totals, default=None)
        room.totals += [] if first is None else [first._replace(day=day)]
    given = Given([*acts], [*revisions], [], [])
    if over != "refuse":
        _state_totals(planning, registers, revisions)
        if over == "raise":
            given = _raised(planning, revisions, acts)
        else:
            given = given._replace(acts=_within(planning, acts))
    return given._replace(ups=[*given.ups, *_offers_of_their_day(planning, given)])


def _offers_of_their_day(planning: Planning, given: Given) -> Iterator[RaiseTotal]:
    """Let the higher total of an offer count from the day of the acts on that it is stated for."""
    day = planning.terms_of_source.edition_on
    raised = {one.code: one for one in given.revisions if one.side is Side.OFFER}
    if day is None or planning.terms_of_source.edition == "refuse" or not raised:
        return
    for step in given.acts:
        row = _row_of(step)
        if row is not None and row.offer in raised and row.unit == raised[row.offer].unit.code:
            planning.room_of(row.offer, Side.OFFER).place(row)
    for code, one in raised.items():
        room = planning.room_of(code, Side.OFFER)
        for when in room.days():
            before, wanted = room.required_on(when), room.placed_on(when)
            if before < wanted <= one.new_total and when < day:
                room.state(when, wanted, is_raise=True)
                yield RaiseTotal(Side.OFFER, code, one.unit, when, before, wanted, one.place)


def _state_totals(
    planning: Planning, registers: Iterable[ImportStep], revisions: Iterable[Revise]
) -> None:
    """Add to the rooms of needs what the import states of them."""
    day = planning.terms_of_source.edition_on
    for step in registers:
        if isinstance(step, Add) and step.kind == "needs" and step.quantity is not None:
            planning.room_of(step.record.code).state(step.record.declared_on, step.quantity)
    for revision in revisions:
        if revision.side is Side.NEED and day is not None:
            is_entered = planning.terms_of_source.over != "raise"  # else once it is seen to hold
            room = planning.room_of(revision.code)
            room.state(day, revision.new_total, is_entered=is_entered)


def _raised(planning: Planning, revisions: Sequence[Revise], acts: Sequence[ImportStep]) -> Given:
    """Raise what is required to what is given, from the day of each act on, and lower it again."""
    day = planning.terms_of_source.edition_on
    assert day is not None
    needs = (key[1] for key in planning.totals if key[0] is Side.NEED)
    places = {code: planning.totals[Side.NEED, code][1] for code in needs}
    for step in acts:
        for need, place in _placed_by(planning, step):
            places.setdefault(need, place)
    plain = [
        one
        for one in revisions
        if one.side is Side.OFFER or planning.room_of(one.code).needed_on(day) == one.new_total
    ]
    for one in plain:
        if one.side is Side.NEED:
            planning.room_of(one.code).state(day, one.new_total)
    ups: list[RaiseTotal] = []
    downs: list[RaiseTotal] = []
    for need, place in places.items():
        room = planning.room_of(need)
        unit = _unit(planning, need)
        for steps, sign in ((ups, 1), (downs, -1)):
            for when in room.days():
                before, wanted = room.required_on(when), room.needed_on(when)
                if (wanted - before) * sign > 0:
                    room.state(when, wanted, is_raise=True)
                    until = _lacking_after(room, when) if sign < 0 else None
                    if until is not None:
                        room.state(until, before, is_raise=True)
                    steps.append(
                        RaiseTotal(Side.NEED, need, unit, when, before, wanted, place, until)
                    )
    return Given([*acts], plain, ups, downs)


def _lacking_after(room: Room, day: date) -> date | None:
    """Give the first later day on which more is to be required than a lower total leaves."""
    later = (one for one in room.days() if one > day)
    return next((one for one in later if room.required_on(one) < room.needed_on(one)), None)


def _placed_by(planning: Planning, step: ImportStep) -> Iterator[tuple[str, Place]]:
    """Place what a step gives to a need; name the need, and where the step stands."""
    row = _row_of(step)
    if row is not None:
        planning.room_of(row.need).place(row)
        yield row.need, row.place
    elif isinstance(step, CorrectDate):
        need = planning.holdings.deals[step.code].need
        room = planning.room_of(need)
        day, change = room.by_entry.get(step.entry, (step.effective_on, 0))
        room.placed += [(day, -change), (step.effective_on, change)]
        yield need, step.place


def _unit(planning: Planning, need: str) -> Any:
    terms = planning.terms_of(Side.NEED, need)
    return planning.holdings.of("units")[terms.unit] if terms is not None else None


def _row_of(step: ImportStep) -> DealActRow | None:
    """Give the act of a deal that a step posts, if it is no history of another ledger."""
    if isinstance(step, Restate):
        return step.row
    return step if isinstance(step, DealActRow) and step.sequence is None else None


def _within(planning: Planning, acts: Sequence[ImportStep]) -> list[ImportStep]:
    """Give the acts with no more than there is room for: cut down, or left out with their row."""
    caps = planning.terms_of_source.over == "cap"
    left_out: set[Place] = set()
    result: list[ImportStep] = []
    for step in acts:
        row = _row_of(step)
        if row is None:
            result.append(step)
            continue
        room = planning.room_of(row.need)
        possible = 0 if row.place in left_out else min(row.amount, room.possible(row))
        if possible == row.amount or (caps and possible):
            fitting = row._replace(amount=possible)
            room.place(fitting)
            result.append(step._replace(row=fitting) if isinstance(step, Restate) else fitting)
        if possible < row.amount:
            _note(planning, row, possible if caps else 0)
            if not caps:
                left_out.add(row.place)
    if left_out:
        planning.own.leave_out_acts(left_out)
    return result


def _note(planning: Planning, row: DealActRow, posted: int) -> None:
    unit = planning.holdings.of("units")[row.unit]
    amount = format_quantity(row.amount, unit)
    became = f"cut down to {format_quantity(posted, unit)}" if posted else "left out"
    reason = f"{row.act} of {amount} for deal {row.code} {became}: need {row.need} requires no more"
    planning.notes.append(Note(_NOTE, f"{row.place.file}:{row.place.line}: {reason}"))
    records = (f"deals/{row.code}", f"needs/{row.need}", f"offers/{row.offer}")
    planning.left_out.append(LeftOutRow(row.place.file, row.place.line, reason, records))
