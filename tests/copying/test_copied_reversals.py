"""An entry that was reversed several times arrives, wherever a ledger is copied or restored."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from copying import broken, leaves, quietly
from ledgers import Ledgers
from world import World

from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.admin.backup import back_up, restore
from ledger.usecases.admin.copy import copy_ledger
from ledger.usecases.journal import reversal


@pytest.fixture
def ledger_url(ledgers: Ledgers) -> str:
    return ledgers.new()


@pytest.fixture
def reversed_often(world: World) -> World:
    """Give a ledger with a hold and a withdrawal that were reversed and restored repeatedly."""
    world.need("100 EUR")
    world.offer("100 EUR")
    held = world.introduce("10 EUR", until=date(2099, 12, 31))["entry"]
    withdrawn = world.withdraw("need", "N-0001", "5 EUR")["entries"][0]
    reverse_often(world, held)
    reverse_often(world, withdrawn)
    other = world.withdraw("need", "N-0001", "1 EUR")["entries"][0]
    world.do(lambda uow: reverse_often_in_one(uow, other), reason="a slip")
    return world


def reverse_often(world: World, entry: int) -> None:
    """Reverse an entry four times, each after its last reversal was reversed itself.

    The second of these reversals is reversed twice, and the fourth stands.
    """

    def reverse(number: int) -> int:
        answer = world.reverse(number)
        return int(answer["entries"][0])

    reverse(reverse(entry))
    second = reverse(entry)
    restored = reverse(second)
    reverse(restored)
    reverse(second)
    reverse(reverse(entry))
    reverse(entry)


def reverse_often_in_one(uow: UnitOfWork, entry: int) -> None:
    """Reverse an entry, its reversal and the entry again within one request."""
    reversal.reverse(uow, entry)
    reversal.reverse_posted(uow, uow.last_posted, uow.details(), {})
    reversal.reverse(uow, entry)


def arrived(source: World, target: str) -> None:
    """Compare what arrived with the source, and let it be reversed further."""
    assert leaves(target) == leaves(source.url)
    assert broken(target) == []
    there = World(target)
    last = there.entries()[-1]
    assert last.reverses is not None
    there.reverse(last.number)
    there.ledger.engine.dispose()
    assert broken(target) == []


def test_reversals_of_one_entry_are_copied(reversed_often: World, elsewhere: Ledgers) -> None:
    copy_ledger(reversed_often.url, target := elsewhere.empty(), quietly)
    arrived(reversed_often, target)


def test_reversals_of_one_entry_are_restored(
    reversed_often: World, elsewhere: Ledgers, tmp_path: Path
) -> None:
    back_up(reversed_often.url, file := tmp_path / "ledger.backup", quietly)
    restore(file, target := elsewhere.empty(), quietly)
    arrived(reversed_often, target)
