"""The pipeline, counted again by a second reading of its definition on drawn ledgers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from asks import an_approach
from hypothesis import given
from hypothesis import strategies as st

from ledger.approaches.pipeline import (
    Case,
    PipelineStage,
    days_made,
    days_reached,
    lower_median,
    need_counts,
    share,
    stage_rows,
)
from ledger.approaches.states import state_on
from ledger.core.factors import Stage
from ledger.journal.entries import Act
from ledger.journal.reached import DealEntry, first_days
from ledger.origins.links import Links, Origin, parse_origin
from ledger.registers.pairs import Approach

FIRST = date(2026, 1, 1)
DAYS = st.integers(0, 60).map(lambda number: FIRST + timedelta(days=number))
FURTHER = (Act.INTRODUCE, Act.COMMIT, Act.DELIVER)
STAGES = (Stage.HELD, Stage.COMMITTED, Stage.DELIVERED)


@dataclass
class Told:
    """A drawn ledger: approaches, and offers and deals with their origins, days and entries."""

    approaches: list[Approach]
    offers: dict[str, tuple[str | None, date]] = field(default_factory=dict)
    deals: dict[str, tuple[str | None, list[DealEntry]]] = field(default_factory=dict)

    @property
    def links(self) -> Links:
        named: dict[Origin, str | None] = {
            Origin("approach", one.code): one.origin for one in self.approaches
        }
        named |= {Origin("offer", code): origin for code, (origin, _) in self.offers.items()}
        named |= {Origin("deal", code): origin for code, (origin, _) in self.deals.items()}
        return Links({one: parse_origin(text) for one, text in named.items() if text})

    def cases(self, day: date) -> list[Case]:
        steps = [one for _, every in self.deals.values() for one in every if one.day <= day]
        made = days_made(
            self.links,
            offers={code: declared for code, (_, declared) in self.offers.items()},
            deals=first_days(steps),
            day=day,
        )
        return [
            Case(
                code=one.code,
                need=one.need,
                state=state_on(one, day),
                row={"provider": one.provider, "topic": None},
                days=days_reached(one, made.get(one.code, {}), day),
            )
            for one in self.approaches
            if one.sent_on <= day and not one.withdrawn
        ]


@st.composite
def approaches(draw: st.DrawFn) -> list[Approach]:
    made: list[Approach] = []
    for number in range(draw(st.integers(0, 5))):
        sent = draw(DAYS)
        earlier = [None, *(f"approach:{one.code}" for one in made)]
        interested = draw(st.none() | st.integers(0, 30))
        declined = draw(st.none() | st.integers(interested or 0, 40))
        made.append(
            replace(
                an_approach(f"AP-{number}", sent, origin=draw(st.sampled_from(earlier))),
                need=draw(st.sampled_from(("N-1", "N-2"))),
                provider=draw(st.sampled_from(("BANK", "DONOR"))),
                answer_by=sent + timedelta(days=draw(st.integers(0, 20))),
                interested_on=None if interested is None else sent + timedelta(days=interested),
                declined_on=None if declined is None else sent + timedelta(days=declined),
                withdrawn=draw(st.booleans()) and draw(st.booleans()),
            )
        )
    return made


@st.composite
def ledgers(draw: st.DrawFn) -> Told:
    told = Told(draw(approaches()))
    origins = st.sampled_from([None, *(f"approach:{one.code}" for one in told.approaches)])
    for number in range(draw(st.integers(0, 3))):
        told.offers[f"O-{number}"] = draw(origins), draw(DAYS)
    number = 0
    for deal in range(draw(st.integers(0, 3))):
        steps: list[DealEntry] = []
        for _ in range(draw(st.integers(1, 4))):
            number += 1
            day = max([draw(DAYS), *(one.day for one in steps)])
            reverses = draw(st.sampled_from([None, *(one.number for one in steps)]))
            act = draw(st.sampled_from(FURTHER)) if reverses is None else Act.REVERSE
            steps.append(DealEntry(number, f"D-{deal}", act, day, reverses))
        told.deals[f"D-{deal}"] = draw(origins), steps
    return told


def stands(step: DealEntry, steps: list[DealEntry], day: date) -> bool:
    """Say whether an entry counts on a day: no reversal of it does, in turn."""
    later = (one for one in steps if one.reverses == step.number and one.day <= day)
    return not any(stands(one, steps, day) for one in later)


def came_of(told: Told, code: str, origin: str | None) -> bool:
    """Say whether an origin leads to an approach."""
    named = {f"approach:{one.code}": one for one in told.approaches}
    while origin is not None:
        if origin == f"approach:{code}":
            return True
        origin = named[origin].origin
    return False


def reached(told: Told, one: Approach, day: date) -> dict[str, date]:
    """Give the first day of each stage, each looked up by itself."""
    found: dict[str, list[date]] = {"sent": [one.sent_on]}
    for stage, on in (("interested", one.interested_on), ("declined", one.declined_on)):
        if on is not None and on <= day:
            found.setdefault("answered", []).append(on)
            found.setdefault(stage, []).append(on)
    for origin, declared in told.offers.values():
        if came_of(told, one.code, origin) and declared <= day:
            found.setdefault("offered", []).append(declared)
    for origin, steps in told.deals.values():
        if not came_of(told, one.code, origin):
            continue
        for step in steps:
            if step.act in FURTHER and step.day <= day and stands(step, steps, day):
                found.setdefault("offered", []).append(step.day)
                for stage in STAGES[: FURTHER.index(step.act) + 1]:
                    found.setdefault(stage.value, []).append(step.day)
    return {stage: min(days) for stage, days in found.items()}


def naive_rows(told: Told, day: date) -> Iterator[tuple[Any, ...]]:
    """Count each stage of all approaches, by the words of the definition."""
    cohort = [one for one in told.approaches if one.sent_on <= day and not one.withdrawn]
    facts = [reached(told, one, day) for one in cohort]
    before: str | None = None
    for stage in (*("sent", "answered", "interested", "offered"), *map(str, STAGES)):
        count = sum(stage in one for one in facts)
        spans = sorted(
            (one[stage] - one[before]).days for one in facts if {stage, before} <= one.keys()
        )
        yield stage, count, ratio(count, len(cohort)), middle(spans), len(spans)
        before = stage


def ratio(part: int, whole: int) -> Decimal | None:
    if not whole:
        return None
    exact = Decimal(part) / Decimal(whole)
    return exact.quantize(Decimal("0.0001"), rounding=ROUND_FLOOR)


def middle(ordered: list[int]) -> int | None:
    while len(ordered) > 2:
        ordered = ordered[1:-1]
    return ordered[0] if ordered else None


@given(ledgers(), DAYS)
def test_the_report_is_what_its_definition_says(told: Told, day: date) -> None:
    rows = [one for one in stage_rows(told.cases(day)) if one.stage in list(PipelineStage)]
    counted = [(one.stage, one.approaches, one.of_sent, one.days, one.days_of) for one in rows]
    assert counted == [*naive_rows(told, day)]


@given(ledgers(), DAYS)
def test_groups_add_up_to_the_whole(told: Told, day: date) -> None:
    cases = told.cases(day)
    whole = {one.stage: one.approaches for one in stage_rows(cases)}
    groups = list(stage_rows(cases, ["provider"]))
    for stage, count in whole.items():
        assert sum(one.approaches for one in groups if one.stage == stage) == count


@given(ledgers(), DAYS)
def test_needs_are_counted_once(told: Told, day: date) -> None:
    cases = told.cases(day)
    counts = need_counts(["N-1", "N-2", "N-3"], cases)
    assert counts.without == 3 - len({one.need for one in cases})
    assert counts.asked + counts.without == 3
    interested = {one.need for one in cases if PipelineStage.INTERESTED in one.days}
    assert counts.interested == len(interested)


def test_shares_are_rounded_down_and_unknown_without_a_divisor() -> None:
    assert share(2, 3) == Decimal("0.6666")
    assert share(0, 0) is None
    assert lower_median([9, 1, 5, 3]) == 3
    assert lower_median([]) is None


def test_a_return_takes_back_no_stage_and_a_reversal_does() -> None:
    steps = [
        DealEntry(1, "D-1", Act.COMMIT, FIRST),
        DealEntry(2, "D-1", Act.DELIVER, FIRST + timedelta(days=2)),
        DealEntry(3, "D-1", Act.RETURN, FIRST + timedelta(days=3)),
    ]
    assert first_days(steps)["D-1"][Stage.DELIVERED] == FIRST + timedelta(days=2)
    undone = [*steps, DealEntry(4, "D-1", Act.REVERSE, FIRST + timedelta(days=4), reverses=2)]
    assert first_days(undone)["D-1"] == {Stage.HELD: FIRST, Stage.COMMITTED: FIRST}
    again = [*undone, DealEntry(5, "D-1", Act.REVERSE, FIRST + timedelta(days=5), reverses=4)]
    assert Stage.DELIVERED in first_days(again)["D-1"]
    assert first_days([*steps[:1], DealEntry(6, "D-1", Act.REVERSE, FIRST, reverses=1)]) == {}
