"""What the acts of a deal say of its partnership or approach: as by reading the whole journal.

The reports read the newest act, the one that reached furthest, and the first of each kind. Here all
entries are read, and judged one by one, on ledgers with random acts, reversals, and reversals of
these.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pytest
import time_machine
from hands import seeds
from world import NOON, World

from ledger.core.errors import LedgerError
from ledger.core.factors import Side, Stage
from ledger.journal.entries import Act, Entry
from ledger.partnerships.records import Partnership
from ledger.partnerships.status import Outcome
from ledger.store.journal.balances import Times
from ledger.store.journal.reached import stages_reached
from ledger.usecases.partnerships import report_partnerships

DEALS = "D-0001", "D-0002"
FURTHEST = (
    ("delivered", Outcome.DELIVERED),
    ("committed", Outcome.COMMITTED),
    ("held", Outcome.HELD),
)


class Reading(NamedTuple):
    """What came of the partnership, by the acts of its deals."""

    outcome: str
    trace: tuple[date, str, str] | None


def standing_by(entries: list[Entry], day: date, known_at: datetime | None) -> list[Entry]:
    """Give the acts that there were by then and that no reversal took back."""
    there = [
        one
        for one in entries
        if one.effective_on <= day and (known_at is None or one.recorded_at <= known_at)
    ]
    return [one for one in there if one.reverses is None and stands(one, there)]


def read_naively(standing: list[Entry]) -> Reading:
    """Judge every act that stands."""
    acts = [(one, move.to_stage.value) for one in standing for move in of_need(one)]
    ranked = [outcome for stage, outcome in FURTHEST if any(stage == to for _, to in acts)]
    ranks = [*Outcome]
    traces = [
        (one.effective_on, ranks.index(dict(FURTHEST).get(to, Outcome.NONE)), one)
        for one, to in acts
    ]
    last = max(traces, key=lambda it: (*it[:2], it[2].deal or "", it[2].act), default=None)
    trace = None if last is None else (last[0], f"deal {last[2].act}", str(last[2].deal))
    return Reading(ranked[0] if ranked else Outcome.NONE, trace)


def reached_naively(standing: list[Entry]) -> dict[str, dict[Stage, date]]:
    """Give the first day on which each deal was as far as each stage, or further."""
    steps = (Act.INTRODUCE, Act.COMMIT, Act.DELIVER)
    stages = (Stage.HELD, Stage.COMMITTED, Stage.DELIVERED)
    found: dict[str, dict[Stage, date]] = {}
    for at, stage in enumerate(stages):
        for one in standing:
            if one.deal is not None and one.act in steps[at:]:
                days = found.setdefault(one.deal, {})
                days[stage] = min(one.effective_on, days.get(stage, one.effective_on))
    return found


def of_need(one: Entry) -> Iterable:
    return [move for move in one.movements if move.deal and move.side is Side.NEED]


def stands(one: Entry, entries: list[Entry]) -> bool:
    return not any(other.reverses == one.number and stands(other, entries) for other in entries)


def tied(world: World) -> World:
    """Give a partnership with two deals that came of it."""
    world.city("MHD")
    world.city("LHE", country="PK")
    world.do(lambda uow: uow.add("partnership", Partnership("PA-0001", "LHE", "MHD", "twinning")))
    world.need("100 EUR", "N-0001")
    world.offer("100 EUR", "O-0001", origin="partnership:PA-0001")
    world.offer("100 EUR", "O-0002", origin="partnership:PA-0001")
    for offer in ("O-0001", "O-0002"):
        terms = {"until": date(2099, 1, 1), "origin": "partnership:PA-0001"}
        world.introduce("20 EUR", offer, on=date(2026, 2, 1), **terms)
    return world


def act_at_random(world: World, chance: random.Random) -> None:
    on = date(2026, 2, 1) + timedelta(days=chance.randrange(6))
    try:
        if chance.random() < 0.5:
            entries = [one for one in world.entries() if one.deal]
            recent = entries[-3:] if chance.random() < 0.7 else entries
            world.reverse(chance.choice(recent).number, on=on)
        else:
            act = chance.choice([Act.COMMIT, Act.DELIVER, Act.RETURN, Act.RELEASE])
            world.act(act, chance.choice(DEALS), "3 EUR", on=on)
    except LedgerError:
        pass


@pytest.mark.every_engine
@pytest.mark.parametrize("seed", seeds(1, 3))
def test_the_acts_that_are_read_say_what_all_of_them_do(world: World, seed: int) -> None:
    chance = random.Random(seed)
    tied(world)
    moments = [None]
    for step in range(24):
        with time_machine.travel(NOON + timedelta(minutes=step + 1)):
            act_at_random(world, chance)
        if step % 6 == 0:
            moments.append(NOON.astimezone(UTC) + timedelta(minutes=step + 1, seconds=30))
    entries = world.entries()
    reversals = {one.number for one in entries if one.reverses is not None}
    assert any(one.reverses in reversals for one in entries), "a reversal was reversed"
    with time_machine.travel(NOON + timedelta(hours=1)):
        for known_at in moments:
            for day in (None, *(date(2026, 1, 31) + timedelta(days=at) for at in range(0, 8, 2))):
                with world.ledger.reader(Times(day, known_at)) as reader:
                    (row,) = report_partnerships(reader).rows
                    reached = stages_reached(reader.connection, DEALS, reader.times, reader.day)
                trace = None if row.trace is None else row.trace[:3]
                standing = standing_by(entries, day or date(2026, 11, 23), known_at)
                assert Reading(row.outcome, trace) == read_naively(standing), (day, known_at)
                assert reached == reached_naively(standing), (day, known_at)


def test_a_reversal_that_is_reversed_again_and_again_takes_back_or_does_not(world: World) -> None:
    tied(world)
    world.commit("10 EUR", on=date(2026, 2, 2))
    entry = world.deliver("5 EUR", on=date(2026, 2, 3))["entry"]
    for stands_again in (True, False, True, False, True):
        entries = world.entries()
        with world.ledger.reader() as reader:
            (row,) = report_partnerships(reader).rows
            reached = stages_reached(reader.connection, DEALS, reader.times, reader.day)
        standing = standing_by(entries, date(2026, 11, 23), None)
        assert (row.outcome is Outcome.DELIVERED) is stands_again
        assert Reading(row.outcome, None if row.trace is None else row.trace[:3]) == read_naively(
            standing
        )
        assert reached == reached_naively(standing)
        entry = world.reverse(entry)["entry"]
