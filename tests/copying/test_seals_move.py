"""Seals move with the ledger: what was kept of them elsewhere holds for every copy of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from copying import broken, quietly
from ledgers import Ledgers
from world import World

from ledger.evidence.tree_head import TreeHead
from ledger.store.evidence.seals import read_seals
from ledger.usecases.admin.backup import back_up, restore
from ledger.usecases.admin.copy import copy_ledger
from ledger.usecases.check import run_checks

Move = Callable[[str, str, Path], None]


def _copy(source: str, target: str, folder: Path) -> None:
    del folder
    copy_ledger(source, target, quietly)


def _restore(source: str, target: str, folder: Path) -> None:
    back_up(source, folder / "kept.db", quietly)
    restore(folder / "kept.db", target, quietly)


def marks(world: World) -> list[TreeHead]:
    with world.ledger.read() as connection:
        return [seal.tree_head for seal in read_seals(connection)]


@pytest.mark.parametrize("move", [_copy, _restore])
def test_a_seal_holds_wherever_its_ledger_goes(
    furnished: World, elsewhere: Ledgers, tmp_path: Path, move: Move
) -> None:
    kept = marks(furnished)
    url = elsewhere.empty()
    move(furnished.url, url, tmp_path)
    world = World(url)
    assert marks(world) == kept
    (result,) = run_checks(world.ledger, ["seals"], kept)
    assert (result.ok, result.failures) == (True, ())
    world.revise("need", "N-0001", "9101 EUR")
    furnished.revise("need", "N-0001", "9101 EUR")
    made = (world.seal(), furnished.seal())
    assert [one and one["size"] for one in made] == [kept[-1].size + 3] * 2
    assert broken(url) == []
    world.ledger.engine.dispose()
