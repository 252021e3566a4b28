"""A ledger with something of every kind of leaf in it, sealed several times."""

from __future__ import annotations

from typing import NamedTuple

from copying import furnish
from ledgers import Ledgers
from world import World

from ledger.evidence.tree_head import TreeHead, parse_tree_head
from ledger.store.evidence.seals import read_seals


class Sealed(NamedTuple):
    """Where it is, and its seals as somebody keeps them elsewhere, the oldest first."""

    url: str
    marks: tuple[TreeHead, ...]


def furnish_and_seal(ledgers: Ledgers) -> Sealed:
    """Make it on an engine."""
    url = ledgers.new()
    world = World(url)
    furnish(world)
    found = marks(world)
    world.ledger.engine.dispose()
    ledgers.settle(url)
    return Sealed(url, found)


def marks(world: World) -> tuple[TreeHead, ...]:
    """Give the seals of a ledger, as they are kept elsewhere."""
    with world.ledger.read() as connection:
        return tuple(parse_tree_head(str(seal.tree_head)) for seal in read_seals(connection))
