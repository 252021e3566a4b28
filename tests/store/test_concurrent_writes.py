"""Many officers at once: what one has taken another cannot take."""

from __future__ import annotations

import os

import pytest
from world import World

from ledger.core.errors import LedgerError


def all_at_once(url: str, count: int, quantity: str) -> list[str]:
    """Let as many processes hold the same offer together; give how each ended."""
    start, go = os.pipe()
    answers = []
    for number in range(count):
        reader, writer = os.pipe()
        if os.fork() == 0:
            os.read(start, 1)
            os.write(writer, try_to_hold(url, f"N-{number:04}", quantity).encode())
            os._exit(0)
        os.close(writer)
        answers.append(reader)
    os.write(go, b"x" * count)
    told = []
    for answer in answers:
        with os.fdopen(answer) as ended:
            told.append(ended.read())
    for _ in range(count):
        os.wait()
    return told


def try_to_hold(url: str, need: str, quantity: str) -> str:
    try:
        World(url).introduce(quantity, need=need)
    except LedgerError as refusal:
        return type(refusal).__name__
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent is told
        return repr(error)
    return "held"


@pytest.fixture
def busy(world: World) -> World:
    world.offer("5000 EUR")
    for number in range(8):
        world.need("1000 EUR", code=f"N-{number:04}")
    world.ledger.engine.dispose()
    return world


def test_of_eight_holds_of_a_thousand_five_fit_into_five_thousand(busy):
    told = all_at_once(busy.url, 8, "1000 EUR")

    assert sorted(told) == ["NotEnoughAvailable"] * 3 + ["held"] * 5
    assert busy.stages("offer", "O-0001") == {"held": 500_000}
    numbers = [entry.number for entry in busy.entries()]
    assert len(numbers) == len(set(numbers)) == 14
    if busy.engine == "sqlite":  # a server's numbers may have holes where two met
        assert sorted(numbers) == list(range(1, 15))


def test_one_request_said_by_all_at_once_is_done_once(world):
    world.need("1000 EUR")
    world.offer("5000 EUR")
    world.ledger.engine.dispose()
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            World(world.url).introduce("10 EUR", key="letter-7", given={"quantity": "10 EUR"})
            os._exit(0)
        children.append(child)
    ended = [os.waitpid(child, 0)[1] for child in children]

    assert ended == [0] * 4
    assert world.deal_stages() == {"held": 1000}
