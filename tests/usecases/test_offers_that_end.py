"""Offers that end and come back, quantities that are revised, entries that are undone."""

from __future__ import annotations

from datetime import date

import pytest
from world import World

from ledger.core.dates import BeforeReversed
from ledger.journal import moves
from ledger.journal.timeline import OverdrawnLater
from ledger.store.journal.entries import UnknownEntry
from ledger.usecases.journal.reversal import AlreadyReversed, CannotReverse, ReasonMissing
from ledger.usecases.registers.quantities import NoLongerValid, StillValid

MARCH, APRIL, MAY, JUNE = (date(2026, month, 1) for month in (3, 4, 5, 6))


@pytest.fixture
def metro(world: World) -> World:
    """A need of 100 EUR and an offer of 80 EUR valid through 31 May, 50 of them held in March."""
    world.need("100 EUR")
    world.offer("80 EUR", valid_until=date(2026, 5, 31))
    world.introduce("50 EUR", on=MARCH)
    return world


def test_what_returns_to_a_withdrawn_offer_passes_on(metro):
    metro.withdraw("offer", "O-0001", on=MAY)
    metro.release("20 EUR", on=MAY)

    assert metro.stages("offer", "O-0001") == {"held": 3000, "withdrawn": 5000}
    assert metro.stages("need", "N-0001") == {"open": 7000, "held": 3000}


def test_what_returns_to_an_expired_offer_passes_on(metro):
    metro.expire(on=JUNE)
    metro.release(on=JUNE)

    assert metro.stages("offer", "O-0001") == {"expired": 8000}


def test_what_returns_on_the_last_day_is_available(metro):
    metro.release(on=date(2026, 5, 31))

    assert metro.stages("offer", "O-0001") == {"available": 8000}


def test_an_offer_does_not_lapse_on_its_last_day(metro):
    with metro.refuses(StillValid, "through 2026-05-31"):
        metro.expire(on=date(2026, 5, 31))
    metro.offer("10 EUR", code="O-0002")
    with metro.refuses(StillValid, "without an end"):
        metro.expire("O-0002")


def test_what_has_expired_comes_back_once_the_validity_is_extended(metro):
    metro.expire(on=JUNE)
    with metro.refuses(NoLongerValid, "2026-05-31"):
        metro.reinstate("offer", "O-0001")
    metro.edit("offer", "O-0001", valid_until=date(2027, 12, 31))
    metro.reinstate("offer", "O-0001")

    assert metro.stages("offer", "O-0001") == {"available": 3000, "held": 5000}


def test_a_withdrawn_offer_comes_back_and_takes_returns_in_again(metro):
    metro.withdraw("offer", "O-0001", on=APRIL)
    metro.reinstate("offer", "O-0001", on=APRIL)
    metro.release(on=MAY)

    assert metro.stages("offer", "O-0001") == {"available": 8000}
    assert not metro.record("offer", "O-0001").withdrawn


def test_an_offer_that_is_wholly_held_can_be_ended_all_the_same(metro):
    metro.introduce("30 EUR", on=MARCH)
    assert metro.withdraw("offer", "O-0001", on=APRIL)["entry"] is None
    metro.release(on=MAY)

    assert metro.stages("offer", "O-0001") == {"withdrawn": 8000}


def test_a_part_withdrawn_does_not_end_the_offer(metro):
    metro.withdraw("offer", "O-0001", "10 EUR", on=APRIL)
    metro.release(on=MAY)

    assert metro.stages("offer", "O-0001") == {"available": 7000, "withdrawn": 1000}


def test_a_need_withdrawn_comes_back(metro):
    metro.withdraw("need", "N-0001")
    assert metro.stages("need", "N-0001") == {"held": 5000, "withdrawn": 5000}
    metro.reinstate("need", "N-0001", "20 EUR")
    assert metro.stages("need", "N-0001") == {"open": 2000, "held": 5000, "withdrawn": 3000}
    with metro.refuses(moves.NotEnoughWithdrawn):
        metro.reinstate("need", "N-0001", "31 EUR")


def test_nothing_held_is_withdrawn(metro):
    with metro.refuses(moves.NotEnoughOpen, "50.00 EUR open"):
        metro.withdraw("need", "N-0001", "50.01 EUR")


def test_a_quantity_is_revised_both_ways_but_never_below_what_is_taken(metro):
    metro.revise("need", "N-0001", "120 EUR")
    metro.revise("need", "N-0001", "50 EUR")
    assert metro.stages("need", "N-0001") == {"held": 5000}
    with metro.refuses(moves.BelowQuantityInUse, "50.00 EUR"):
        metro.revise("need", "N-0001", "49.99 EUR")


def test_a_revision_to_the_same_quantity_writes_no_entry(metro):
    assert metro.revise("need", "N-0001", "100 EUR")["entry"] is None


def test_an_entry_is_undone_by_its_mirror(metro):
    before = metro.stages("need", "N-0001"), metro.stages("offer", "O-0001")
    committed = metro.commit("20 EUR")["entry"]
    answer = metro.reverse(committed, "typed the wrong deal")

    assert (metro.stages("need", "N-0001"), metro.stages("offer", "O-0001")) == before
    undone = metro.entries()[-1]
    assert (undone.number, undone.reverses, undone.reason) == (
        answer["entry"],
        committed,
        "typed the wrong deal",
    )


def test_an_entry_is_undone_once_and_the_undoing_can_be_undone(metro):
    committed = metro.commit("20 EUR")["entry"]
    undone = metro.reverse(committed)["entry"]
    with metro.refuses(AlreadyReversed, f"entry {undone}"):
        metro.reverse(committed)
    metro.reverse(undone)

    assert metro.deal_stages() == {"held": 3000, "committed": 2000}


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_a_correction_says_why(metro, reason):
    with metro.refuses(ReasonMissing, "--reason"):
        metro.reverse(3, reason)


def test_what_was_moved_on_cannot_be_undone_from_under_it(metro):
    metro.commit("20 EUR")
    with metro.refuses(CannotReverse, "Entry 3", "30.00 EUR held"):
        metro.reverse(3)


def test_one_deal_is_not_undone_with_what_another_holds(metro):
    metro.introduce("30 EUR", instrument="loan", on=MARCH)
    metro.release("20 EUR", on=MARCH)
    with metro.refuses(CannotReverse, "deal D-0001"):
        metro.reverse(3)


def test_an_undoing_is_never_dated_before_what_it_undoes(metro):
    with metro.refuses(BeforeReversed, "2026-03-01"):
        metro.reverse(3, on=date(2026, 2, 28))


def test_an_entry_that_is_not_there_cannot_be_undone(metro):
    with metro.refuses(UnknownEntry, "The last entry is 3"):
        metro.reverse(17)


def test_a_release_to_an_expired_offer_is_undone_whole(metro):
    metro.expire(on=JUNE)
    released = metro.release("20 EUR", on=JUNE)["entry"]
    metro.reverse(released)

    assert metro.stages("offer", "O-0001") == {"held": 5000, "expired": 3000}


def test_a_hold_undone_on_an_expired_offer_passes_on(metro):
    metro.expire(on=JUNE)
    metro.reverse(3)

    assert metro.stages("offer", "O-0001") == {"expired": 8000}


def test_an_ending_undone_reopens_the_offer(metro):
    ended = metro.withdraw("offer", "O-0001", on=APRIL)["entry"]
    metro.reverse(ended, on=APRIL)
    metro.release(on=MAY)

    assert metro.stages("offer", "O-0001") == {"available": 8000}


def test_an_ending_undone_and_done_again_ends_the_offer(metro):
    ended = metro.withdraw("offer", "O-0001", on=APRIL)["entry"]
    reopened = metro.reverse(ended, on=APRIL)["entry"]
    metro.reverse(reopened, on=APRIL)
    metro.release(on=MAY)

    assert metro.stages("offer", "O-0001") == {"withdrawn": 8000}


def test_a_reinstatement_undone_ends_the_offer_again(metro):
    metro.withdraw("offer", "O-0001", on=APRIL)
    reinstated = metro.reinstate("offer", "O-0001", on=APRIL)["entry"]
    metro.reverse(reinstated, on=APRIL)
    metro.release(on=MAY)

    assert metro.stages("offer", "O-0001") == {"withdrawn": 8000}


def test_a_declaration_undone_before_what_was_taken_from_it_is_refused(world):
    declared = world.need("100 EUR")["entry"]
    world.offer("100 EUR")
    world.introduce("50 EUR", on=MARCH)
    world.release(on=APRIL)
    with world.refuses(OverdrawnLater, "Need N-0001"):
        world.reverse(declared, on=date(2026, 2, 1))
    world.reverse(declared)

    assert world.stages("need", "N-0001") == {}
