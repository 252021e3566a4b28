"""A reversal mirrors an entry, and still may not break what holds for every deal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from world import World

from ledger.usecases.check import run_checks
from ledger.usecases.journal.reversal import CannotReverse

UNTIL = date(2027, 12, 31)


def failures(world: World) -> list[str]:
    return [told for result in run_checks(world.ledger) for told in result.failures]


def test_what_passed_on_once_does_not_pass_on_twice_when_its_reversal_is_reversed(
    world: World,
) -> None:
    world.need("1000 EUR")
    world.offer("500 EUR", valid_until=date(2026, 6, 30))
    world.introduce("200 EUR", until=UNTIL, on=date(2026, 5, 1))
    released = world.release(on=date(2026, 7, 2))["entry"]
    undone = world.reverse(released)["entry"]
    # The other 300 stand available until the night lapses them; the mirror must not take them.
    world.reverse(undone)
    assert world.stages("offer", "O-0001") == {"available": 30000, "expired": 20000}
    assert failures(world) == []


def test_a_reversal_never_strands_the_offer_s_side_of_a_deal(world: World) -> None:
    world.need("1000 JPY")
    world.offer("1000 JPY", unit="JPY")
    world.need("10 EUR", "N-0002")
    world.offer("10 JPY", "O-0002")
    world.introduce("0.03 EUR", "O-0002", "N-0002", until=UNTIL, rate=Decimal(30))
    committed = world.commit("0.01 EUR")["entry"]
    world.commit("0.02 EUR")
    world.deliver("0.02 EUR")
    assert world.deal_stages(side="offer") == {"committed": 1}
    # Taking the first commitment back would leave one yen committed against nothing, for ever.
    with world.refuses(CannotReverse, "D-0001", "1 JPY", "committed"):
        world.reverse(committed)
    world.deliver()
    assert world.deal_stages() == {"delivered": 3}
    assert failures(world) == []


def test_a_reversal_never_brings_a_second_offer_into_an_indivisible_need(world: World) -> None:
    world.need("10 EUR", divisible=False)
    world.offer("100 EUR", "O-0001")
    world.offer("100 EUR", "O-0002")
    first = world.introduce("10 EUR", "O-0001", until=UNTIL)["entry"]
    undone = world.reverse(first)["entry"]
    world.introduce("10 EUR", "O-0002", until=UNTIL)
    world.revise("need", "N-0001", "20 EUR")
    with world.refuses(CannotReverse, "indivisible", "O-0002"):
        world.reverse(undone)
