"""Bringing back an amount that was never taken back is refused, even where an offer has ended."""

from __future__ import annotations

from world import World

from ledger.core.factors import Stage
from ledger.journal.moves import NotEnoughWithdrawn


def test_an_ended_offer_with_nothing_withdrawn_gives_no_amount_back(world: World) -> None:
    world.need("100 EUR")
    world.offer("100 EUR")
    world.introduce("100 EUR", directly=True)
    world.withdraw("offer", "O-0001")
    with world.refuses(NotEnoughWithdrawn, "O-0001", "5.00 EUR"):
        world.reinstate("offer", "O-0001", "5 EUR")
    world.reinstate("offer", "O-0001")
    world.release("40 EUR", from_stage=Stage.COMMITTED)
    assert world.stages("offer", "O-0001") == {"available": 4000, "committed": 6000}
