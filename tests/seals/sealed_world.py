"""A ledger with something of every kind of leaf in it, sealed several times."""

from __future__ import annotations

from typing import NamedTuple

from house import furnish
from ledgers import Ledgers
from world import World

from ledger.evidence.tree_head import SealMark, parse_mark
from ledger.store.evidence.seals import read_seals


class Sealed(NamedTuple):
    """Where it is, and its seals as somebody keeps them elsewhere, the oldest first."""

    url: str
    marks: tuple[SealMark, ...]


def furnish_and_seal(ledgers: Ledgers) -> Sealed:
    """Make it on an engine."""
    url = ledgers.new()
    world = World(url)
    furnish(world)
    found = marks(world)
    world.ledger.engine.dispose()
    ledgers.settle(url)
    return Sealed(url, found)


def marks(world: World) -> tuple[SealMark, ...]:
    """Give the seals of a ledger, as they are kept elsewhere."""
    with world.ledger.read() as connection:
        return tuple(parse_mark(str(seal.mark)) for seal in read_seals(connection))
