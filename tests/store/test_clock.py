"""The machine's clock: a small step back is evened out, a large one stops every write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from world import World

from ledger.core.dates import ClockSteppedBack
from ledger.store.journal.entries import read_entries

LATER = datetime(2026, 12, 1, 12, tzinfo=UTC)


def recorded(world: World) -> list[datetime]:
    with world.ledger.read() as connection:
        return [entry.recorded_at for entry in read_entries(connection)]


def test_a_small_step_back_never_records_before_the_last_write(world: World) -> None:
    with time_machine.travel(LATER, tick=False):
        world.need("1000 EUR")
    with time_machine.travel(LATER - timedelta(minutes=4), tick=False):
        world.revise("need", "N-0001", "900 EUR")
    with time_machine.travel(LATER + timedelta(minutes=1), tick=False):
        world.revise("need", "N-0001", "800 EUR")
    assert recorded(world) == [LATER, LATER, LATER + timedelta(minutes=1)]


def test_a_large_step_back_is_refused_with_what_to_do(world: World) -> None:
    with time_machine.travel(LATER, tick=False):
        world.need("1000 EUR")
    with (
        time_machine.travel(LATER - timedelta(minutes=6), tick=False),
        pytest.raises(ClockSteppedBack, match="2026-12-01 12:00 UTC") as refused,
    ):
        world.revise("need", "N-0001", "900 EUR")
    assert "Correct the machine's clock" in refused.value.next_step
    assert recorded(world) == [LATER]
