"""What an act moves, decided from where both sides stand; and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world import says_enough

from ledger.core.errors import LedgerError
from ledger.core.factors import Side, Stage
from ledger.core.quantity import MAX_AMOUNT, Unit
from ledger.core.quantity_errors import QuantityTooLarge
from ledger.deals.deal import Deal
from ledger.journal import moves as acts
from ledger.journal.balance import Balance, DealBalance
from ledger.journal.entries import Movement
from ledger.journal.timeline import Timeline, TimelinePosting

EUR = Unit("EUR", 2, "money", "Euro")
USD = Unit("USD", 2, "money", "US dollar")
Moves = list[tuple[str, str, str, int]]
MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)


def need(**stages: int) -> Balance:
    return Balance(Side.NEED, "N-0001", EUR, by_stage(stages))


def offer(unit: Unit = EUR, **stages: int) -> Balance:
    return Balance(Side.OFFER, "O-0001", unit, by_stage(stages))


def by_stage(stages: dict[str, int]) -> dict[Stage, int]:
    return {Stage(name): amount for name, amount in stages.items()}


def pair(of_need: Balance, of_offer: Balance, rate: str = "1", **deal: tuple[int, int]):
    """Join two sides by a deal; `deal` gives its stages as (need's amount, offer's amount)."""
    terms = Deal(code="D-0001", offer="O-0001", need="N-0001", rate=Decimal(rate))
    sides = [by_stage({name: both[i] for name, both in deal.items()}) for i in (0, 1)]
    return acts.DealSides(DealBalance(terms, *sides), of_need, of_offer)


def told(movements: acts.Movements) -> Moves:
    return [(one.side, one.from_stage, one.to_stage, one.amount) for one in movements]


@contextmanager
def refused(refusal: type[LedgerError], *words: str) -> Iterator[None]:
    with pytest.raises(refusal) as caught:
        yield
    says_enough(caught.value, *words)


def test_a_declaration_puts_up_the_first_quantity():
    assert told(acts.declaration_movements(Side.NEED, "N-0001", EUR, 500)) == [
        ("need", "undeclared", "open", 500)
    ]
    assert told(acts.declaration_movements(Side.OFFER, "O-0001", EUR, 500)) == [
        ("offer", "undeclared", "available", 500)
    ]


def test_a_quantity_above_the_ledgers_bound_is_refused():
    with refused(QuantityTooLarge):
        acts.declaration_movements(Side.NEED, "N-0001", EUR, MAX_AMOUNT + 1)
    with refused(QuantityTooLarge):
        acts.revision_movements(need(open=1), MAX_AMOUNT + 1)


def test_a_revision_moves_the_difference():
    assert told(acts.revision_movements(need(open=60, held=40), 130)) == [
        ("need", "undeclared", "open", 30)
    ]
    assert told(acts.revision_movements(need(open=60, held=40), 70)) == [
        ("need", "open", "undeclared", 30)
    ]
    assert acts.revision_movements(need(open=60, held=40), 100) == ()


def test_one_part_may_move_alone():
    both = pair(need(held=9), offer(held=9), held=(9, 9))

    assert told(acts.withdrawal_movements(need(open=5), 1)) == [("need", "open", "withdrawn", 1)]
    assert told(acts.advance_movements(both, Stage.HELD, Stage.COMMITTED, 1)) == [
        ("need", "held", "committed", 1),
        ("offer", "held", "committed", 1),
    ]


@pytest.mark.parametrize(
    ("total", "moved"),
    [
        (101, ("need", "undeclared", "open", 1)),
        (99, ("need", "open", "undeclared", 1)),
        (40, ("need", "open", "undeclared", 60)),
    ],
)
def test_a_revision_may_be_of_one_part_or_of_all_that_is_free(total, moved):
    assert told(acts.revision_movements(need(open=60, held=40), total)) == [moved]


def test_a_revision_down_takes_only_what_no_deal_has():
    with refused(acts.BelowQuantityInUse, "0.40 EUR", "0.60 EUR is open"):
        acts.revision_movements(need(open=60, held=40), 39)


def test_a_withdrawal_and_its_return():
    assert told(acts.withdrawal_movements(need(open=60), None)) == [
        ("need", "open", "withdrawn", 60)
    ]
    assert told(acts.withdrawal_movements(offer(available=60), 20)) == [
        ("offer", "available", "withdrawn", 20)
    ]
    assert told(acts.reinstatement_movements(offer(withdrawn=60), Stage.WITHDRAWN, 20)) == [
        ("offer", "withdrawn", "available", 20)
    ]
    assert told(acts.expiry_movements(offer(available=7))) == [("offer", "available", "expired", 7)]


@pytest.mark.parametrize(
    ("refusal", "act"),
    [
        (acts.NotEnoughOpen, lambda: acts.withdrawal_movements(need(open=5), 6)),
        (acts.NotEnoughOpen, lambda: acts.withdrawal_movements(need(held=5), 1)),
        (acts.NotEnoughAvailable, lambda: acts.withdrawal_movements(offer(available=5), 6)),
        (
            acts.NotEnoughWithdrawn,
            lambda: acts.reinstatement_movements(need(withdrawn=5), Stage.WITHDRAWN, 6),
        ),
        (acts.NothingToMove, lambda: acts.withdrawal_movements(need(open=0), None)),
        (acts.NothingToMove, lambda: acts.withdrawal_movements(need(held=5), None)),
        (
            acts.NothingToMove,
            lambda: acts.advance_movements(
                pair(need(), offer()), Stage.HELD, Stage.COMMITTED, None
            ),
        ),
        (acts.NothingToMove, lambda: acts.expiry_movements(offer(available=0))),
    ],
)
def test_no_more_is_taken_back_than_there_is(refusal, act):
    with refused(refusal):
        act()


def test_a_hold_moves_both_sides_and_rounds_the_offers_up():
    both = pair(need(open=10000), offer(USD, available=20000), "1.085")

    assert told(acts.hold_movements(both, 3333, Stage.HELD)) == [
        ("need", "open", "held", 3333),
        ("offer", "available", "held", 3617),
    ]
    assert told(acts.hold_movements(both, 3333, Stage.COMMITTED))[0] == (
        "need",
        "open",
        "committed",
        3333,
    )


def test_a_hold_of_more_than_is_open_or_available_is_refused():
    with refused(acts.NotEnoughOpen, "Need N-0001", "0.99 EUR open"):
        acts.hold_movements(pair(need(open=99), offer(available=200)), 100, Stage.HELD)
    with refused(acts.NotEnoughAvailable, "Offer O-0001", "1.08 USD available", "not 1.09 USD"):
        acts.hold_movements(
            pair(need(open=100), offer(USD, available=108), "1.085"), 100, Stage.HELD
        )


def test_an_onward_part_splits_the_offers_side_in_proportion():
    both = pair(need(held=3), offer(USD, held=100), held=(3, 100))

    assert told(acts.advance_movements(both, Stage.HELD, Stage.COMMITTED, 1)) == [
        ("need", "held", "committed", 1),
        ("offer", "held", "committed", 33),
    ]
    assert told(acts.advance_movements(both, Stage.HELD, Stage.COMMITTED, None))[1][3] == 100


def test_a_side_that_would_be_zero_writes_no_movement():
    both = pair(need(held=1000), offer(USD, held=1), held=(1000, 1))

    assert told(acts.advance_movements(both, Stage.HELD, Stage.COMMITTED, 999)) == [
        ("need", "held", "committed", 999)
    ]


@pytest.mark.parametrize(
    ("refusal", "source", "target"),
    [
        (acts.NotEnoughHeld, Stage.HELD, Stage.COMMITTED),
        (acts.NotEnoughCommitted, Stage.COMMITTED, Stage.DELIVERED),
        (acts.NotEnoughDelivered, Stage.DELIVERED, Stage.COMMITTED),
    ],
)
def test_a_deal_gives_no_more_than_it_has_even_where_its_need_has_more(refusal, source, target):
    much = {source.value: 1000}
    both = pair(need(**much), offer(**much), **{source.value: (5, 5)})

    with refused(refusal, "Deal D-0001", "0.05 EUR"):
        acts.advance_movements(both, source, target, 6)


def test_what_was_committed_without_any_of_the_offer_is_delivered_without():
    both = pair(need(committed=999), offer(USD))
    both = both._replace(deal=DealBalance(both.deal.deal, {Stage.COMMITTED: 999}, {}))

    for part in (1, None):
        assert told(acts.advance_movements(both, Stage.COMMITTED, Stage.DELIVERED, part)) == [
            ("need", "committed", "delivered", part or 999)
        ]


HELD_LATER = Timeline(
    MONDAY,
    {Stage.HELD: 3},
    (TimelinePosting(FRIDAY, 9, 1, Stage.AVAILABLE, Stage.HELD, 5),),
)
"""An offer's side of a deal that has 3 held from Monday on, and 8 from Friday on."""


@pytest.mark.parametrize(("part", "of_offer"), [(1, 2), (2, 3), (3, 3)])
def test_a_late_part_takes_no_more_of_the_offer_than_it_always_has(part, of_offer):
    both = pair(need(held=4), offer(USD, held=8), held=(4, 8))
    moves = acts.advance_movements(both, Stage.HELD, Stage.COMMITTED, part, HELD_LATER)

    assert told(moves) == [
        ("need", "held", "committed", part),
        ("offer", "held", "committed", of_offer),
    ]


def test_a_late_last_part_leaves_no_remainder_of_the_offer():
    both = pair(need(held=4), offer(USD, held=8), held=(4, 8))
    with refused(
        acts.OfferRemainder,
        "Deal D-0001 has only 0.03 USD held of its offer from 2026-11-23 on",
        "with the last part of its need goes 0.08 USD",
        "Date the act 2026-11-27 or later",
        "cityfund deal show D-0001",
    ):
        acts.advance_movements(both, Stage.HELD, Stage.COMMITTED, None, HELD_LATER)
    enough = HELD_LATER.later[0]._replace(amount=1)
    both = pair(need(held=4), offer(USD, held=3), held=(4, 3))
    late = Timeline(MONDAY, {Stage.HELD: 3}, (enough,))
    assert told(acts.advance_movements(both, Stage.HELD, Stage.COMMITTED, None, late)) == [
        ("need", "held", "committed", 4),
        ("offer", "held", "committed", 3),
    ]


def test_a_quantity_in_another_unit_is_refused():
    acts.require_unit(need(open=5), EUR)
    with refused(acts.WrongUnit, "Need N-0001 is in EUR, not USD", "Give the quantity in EUR"):
        acts.require_unit(need(open=5), USD)


def test_a_refusal_names_the_command_that_shows_the_stages():
    with refused(acts.NotEnoughOpen, "cityfund need show N-0001"):
        acts.withdrawal_movements(need(open=5), 6)
    with refused(acts.NothingToMove, "cityfund offer show O-0001"):
        acts.expiry_movements(offer(available=0))


def test_a_deal_with_nothing_there_has_nothing_to_move():
    with refused(acts.NothingToMove, "Deal D-0001", "nothing held"):
        acts.advance_movements(pair(need(held=9), offer(held=9)), Stage.HELD, Stage.COMMITTED, None)


def test_what_returns_to_an_offer_that_is_over_passes_on():
    both = pair(need(held=10), offer(held=10), held=(10, 10))
    moves = acts.release_movements(both, Stage.HELD, 4, Stage.EXPIRED)

    assert told(moves) == [
        ("need", "held", "open", 4),
        ("offer", "held", "available", 4),
        ("offer", "available", "expired", 4),
    ]
    assert [move.deal for move in moves] == ["D-0001", "D-0001", None]


def test_a_release_to_a_living_offer_ends_there():
    both = pair(need(held=10), offer(held=10), held=(10, 10))

    assert told(acts.release_movements(both, Stage.HELD, None, None)) == [
        ("need", "held", "open", 10),
        ("offer", "held", "available", 10),
    ]


def test_an_entry_undone_gives_back_in_the_opposite_order():
    released = acts.release_movements(
        pair(need(held=9), offer(held=9), held=(9, 9)), Stage.HELD, None, Stage.WITHDRAWN
    )

    assert told(acts.reversal_movements(released, {})) == [
        ("offer", "withdrawn", "available", 9),
        ("offer", "available", "held", 9),
        ("need", "open", "held", 9),
    ]


def test_a_hold_undone_on_an_offer_that_is_over_passes_on():
    held = acts.hold_movements(pair(need(open=9), offer(available=9)), 9, Stage.HELD)

    assert told(acts.reversal_movements(held, {"O-0001": Stage.EXPIRED})) == [
        ("offer", "held", "available", 9),
        ("offer", "available", "expired", 9),
        ("need", "held", "open", 9),
    ]


def test_only_what_a_deal_gives_back_to_an_offer_that_is_over_passes_on():
    over = {"O-0001": Stage.EXPIRED}
    both = pair(need(held=9), offer(held=9), held=(9, 9))
    committed = acts.advance_movements(both, Stage.HELD, Stage.COMMITTED, 9)
    expired = acts.expiry_movements(offer(available=7))

    assert told(acts.reversal_movements(committed, over)) == [
        ("offer", "committed", "held", 9),
        ("need", "committed", "held", 9),
    ]
    assert told(acts.reversal_movements(expired, over)) == [("offer", "expired", "available", 7)]


movements = st.builds(
    Movement,
    side=st.sampled_from(Side),
    account=st.sampled_from(["N-0001", "O-0001", "O-0002"]),
    unit=st.just("EUR"),
    from_stage=st.sampled_from([Stage.HELD, Stage.AVAILABLE]),
    to_stage=st.sampled_from([Stage.COMMITTED, Stage.EXPIRED]),
    amount=st.integers(1, MAX_AMOUNT),
    deal=st.sampled_from([None, "D-0001"]),
)


@given(st.lists(movements, max_size=6).map(tuple))
def test_undone_twice_an_entry_is_itself(entry):
    assert acts.reversal_movements(acts.reversal_movements(entry, {}), {}) == entry
