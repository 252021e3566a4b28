"""Two overlapping seats recorded at the same moment: one is recorded, the other is refused."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from bodies import a_body, a_seat
from world import World

from ledger.core.errors import LedgerError
from ledger.registers.records import Seat
from ledger.store.session.unit_of_work import UnitOfWork

PATIENCE_S = 20
HELD_S = 0.3


def added_while_another_waits(world: World, first: Seat, second: Seat) -> list[str]:
    """Add a seat, and another one before the first is committed; tell how each ended."""
    has_written = Event()

    def slowly(uow: UnitOfWork) -> None:
        uow.add("seat", first)
        uow.flush_registers()
        has_written.set()
        time.sleep(HELD_S)

    def ending(place: str, seat: Seat) -> str:
        other = World(world.url)
        try:
            if place == "first":
                other.do(slowly)
            else:
                assert has_written.wait(PATIENCE_S)
                other.do(lambda uow: uow.add("seat", seat))
        except LedgerError as error:
            return error.code
        finally:
            other.ledger.engine.dispose()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(ending, *one) for one in (("first", first), ("second", second))]
        return [one.result(PATIENCE_S) for one in running]


@pytest.mark.parametrize(
    ("first", "second", "refusal"),
    [
        (a_seat("ST-1"), a_seat("ST-2"), "seat-overlaps"),
        (
            a_seat("ST-1", office="asia", role="host"),
            a_seat("ST-2", "PAR", office="asia", role="host"),
            "already-hosted",
        ),
        (a_seat("ST-1"), a_seat("ST-2", "PAR"), "done"),
    ],
)
def test_whoever_comes_second_sees_the_first(
    world: World, first: Seat, second: Seat, refusal: str
) -> None:
    world.city("MHD")
    world.city("PAR", country="FR", office="hq")
    world.do(lambda uow: uow.add("body", a_body()))
    assert added_while_another_waits(world, first, second) == ["done", refusal]
