"""Amounts are exact at any size: up to 4*10^18 smallest parts each, and beyond 64 bits in sum."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world import NEW_YEAR, World

from ledger.core.factors import FREE_STAGE, Side, Stage
from ledger.core.quantity import MAX_AMOUNT, Quantity, Unit
from ledger.deals.deal import Deal
from ledger.journal import moves
from ledger.journal.balance import Balance, DealBalance
from ledger.journal.entries import Act, ActDetails, Movement, Stages
from ledger.store.journal import balances
from ledger.store.journal.balances import Times
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.check import run_checks
from ledger.usecases.deals.acts import DealAct, Introduction, advance, hold

MOST = "40000000000000000.00 EUR"
"""4*10^18 cents."""

JPY = Unit("JPY", 0, "money", "Yen")
EUR = Unit("EUR", 2, "money", "Euro")
KWD = Unit("KWD", 3, "money", "Kuwaiti dinar")


def test_the_largest_amount_goes_all_the_way(world: World) -> None:
    world.need(MOST)
    world.offer(MOST)
    world.introduce(MOST, until=date(2027, 1, 1))
    world.commit("0.01 EUR")
    world.commit()
    world.deliver()
    assert world.stages("need", "N-0001") == {"delivered": MAX_AMOUNT}
    assert world.stages("offer", "O-0001") == {"delivered": MAX_AMOUNT}
    assert all(result.ok for result in run_checks(world.ledger))


def test_one_part_more_than_the_largest_is_refused(world: World) -> None:
    world.need(MOST)
    with pytest.raises((moves.QuantityTooLarge, ValueError, Exception)) as caught:
        world.revise("need", "N-0001", "40000000000000000.01 EUR")
    assert "QuantityTooLarge" in type(caught.value).__name__


@pytest.mark.parametrize("asked", [Times(), Times(as_of=date(2026, 11, 23))])
def test_sums_beyond_64_bits_are_right(world: World, asked: Times) -> None:
    """Held and released a hundred times in one import: 4*10^20 parts go through one stage.

    Then a hold dated before another makes the guards add the offer's timeline up.
    """
    world.need(MOST)
    world.offer(MOST)

    def to_and_fro(uow: UnitOfWork) -> None:
        need, offer = (
            uow.accounts.account(Side.NEED, "N-0001"),
            uow.accounts.account(Side.OFFER, "O-0001"),
        )
        day = date(2026, 6, 1)
        details = ActDetails(effective_on=day)
        whole = Introduction(
            offer=offer.code,
            need=need.code,
            quantity=Quantity(MAX_AMOUNT, need.unit),
            details=details,
            until=day,
        )
        for _ in range(100):
            deal = hold(uow, whole)
            advance(uow, DealAct(deal=deal.code, act=Act.RELEASE, details=details))
        hold(uow, replace(whole, quantity=Quantity(1, need.unit)))

    world.do(to_and_fro)
    for need, day in (("N-0002", date(2026, 8, 1)), ("N-0003", date(2026, 7, 1))):
        world.need("5 EUR", need)
        world.introduce("0.01 EUR", need=need, until=date(2027, 1, 1), on=day)
    assert world.stages("need", "N-0001", asked) == {"open": MAX_AMOUNT - 1, "held": 1}
    assert world.stages("offer", "O-0001", asked) == {"available": MAX_AMOUNT - 3, "held": 3}
    with world.ledger.read() as connection:
        deals = balances.deal_stages(connection, asked)
    assert {sides[Stage.HELD] for sides in deals.values()} == {1}
    assert all(result.ok for result in run_checks(world.ledger))


UNITS = st.sampled_from([JPY, EUR, KWD])
RATES = st.decimals("0.000000000001", "5000", places=12, allow_nan=False)


class Holder(NamedTuple):
    """Whose stages: a need's, an offer's, or one side of a deal (then `deal` is set)."""

    side: Side
    code: str
    deal: str | None = None


def fold(movements: Iterable[Movement]) -> dict[Holder, Stages]:
    """Add movements up into what stands in each stage of every need, offer and deal side."""
    balances: dict[Holder, Stages] = {}
    for movement in movements:
        _apply(balances.setdefault(Holder(movement.side, movement.account), {}), movement)
        if movement.deal is not None:
            key = Holder(movement.side, movement.account, movement.deal)
            _apply(balances.setdefault(key, {}), movement)
    return balances


def _apply(stages: Stages, movement: Movement) -> None:
    stages[movement.from_stage] = stages.get(movement.from_stage, 0) - movement.amount
    stages[movement.to_stage] = stages.get(movement.to_stage, 0) + movement.amount


class TwoSides:
    """One deal in memory: every movement folded, nothing allowed below zero."""

    def __init__(self, units: tuple[Unit, Unit], rate: Decimal, total: int) -> None:
        self.units = dict(zip(Side, units, strict=True))
        self.deal = Deal(code="D", offer="O", need="N", rate=rate)
        self.stages: dict[Holder, Stages] = {
            Holder(Side.NEED, "N"): {Stage.OPEN: total},
            Holder(Side.OFFER, "O"): {Stage.AVAILABLE: 10**30},
        }

    def pair(self) -> moves.DealSides:
        need, offer = (self.balance(side, code) for side, code in zip(Side, "NO", strict=True))
        here = DealBalance(self.deal, self.of_deal(Side.NEED), self.of_deal(Side.OFFER))
        return moves.DealSides(here, need, offer)

    def balance(self, side: Side, code: str) -> Balance:
        return Balance(side, code, self.units[side], self.stages[Holder(side, code)])

    def of_deal(self, side: Side) -> Stages:
        code = {Side.NEED: "N", Side.OFFER: "O"}[side]
        return self.stages.get(Holder(side, code, "D"), {})

    def make(self, movements: tuple[Movement, ...]) -> None:
        for account, change in fold(movements).items():
            stages = self.stages.setdefault(account, {})
            for stage, amount in change.items():
                stages[stage] = stages.get(stage, 0) + amount
                free = account.deal is not None and stage is FREE_STAGE[account.side]
                assert stages[stage] >= 0 or free, f"{account} {stage} below zero"


@given(
    units=st.tuples(UNITS, UNITS),
    rate=RATES,
    cuts=st.lists(st.integers(1, MAX_AMOUNT - 1), min_size=1, max_size=12, unique=True),
    data=st.data(),
)
def test_odd_parts_across_currencies_end_at_exactly_zero_on_both_sides(
    units: tuple[Unit, Unit], rate: Decimal, cuts: list[int], data: st.DataObject
) -> None:
    edges = [0, *sorted(cuts)]
    total = edges[-1]
    sides = TwoSides(units, rate, total)
    for start, end in pairwise(edges):
        part = end - start
        offer = moves.offer_amount_to_hold(
            part, Fraction(rate), units[0].decimals, units[1].decimals
        )
        if offer > MAX_AMOUNT:
            return
        sides.make(moves.hold_movements(sides.pair(), part, Stage.HELD))
    held = sides.of_deal(Side.OFFER)[Stage.HELD]
    for source, target in ((Stage.HELD, Stage.COMMITTED), (Stage.COMMITTED, Stage.DELIVERED)):
        for _ in range(data.draw(st.integers(0, 5))):
            left = sides.of_deal(Side.NEED)[source]
            if left > 1:
                part = data.draw(st.integers(1, left - 1))
                sides.make(moves.advance_movements(sides.pair(), source, target, part))
        sides.make(moves.advance_movements(sides.pair(), source, target, None))
        assert sides.of_deal(Side.NEED)[source] == sides.of_deal(Side.OFFER)[source] == 0
    assert sides.of_deal(Side.NEED)[Stage.DELIVERED] == total
    assert sides.of_deal(Side.OFFER)[Stage.DELIVERED] == held


def test_as_of_any_day_and_known_at_any_moment_is_the_fold_of_the_entries_by_then(
    world: World,
) -> None:
    world.need("1000 EUR")
    world.offer("9 KWD", valid_until=date(2026, 9, 1))
    held = {"until": date(2027, 1, 1), "rate": Decimal("0.345")}
    first = world.introduce("7.77 EUR", **held, on=date(2026, 3, 1))["entry"]
    world.commit("0.01 EUR", on=date(2026, 4, 1))
    world.withdraw("need", "N-0001", "100 EUR", on=date(2026, 2, 1))
    world.release("0.76 EUR", on=date(2026, 10, 1))
    world.revise("need", "N-0001", "800 EUR", on=date(2026, 8, 8))
    again = world.introduce("1 EUR", **held, override="agreed", on=date(2026, 10, 1))["entry"]
    world.reverse(again)
    assert first < again
    entries = world.entries()
    days = sorted({entry.effective_on for entry in entries} | {NEW_YEAR, date(2026, 11, 23)})
    moments = [entry.recorded_at for entry in entries]
    for as_of in (None, *days):
        for known_at in (None, *moments):
            by_then = fold(
                movement
                for entry in entries
                if (as_of is None or entry.effective_on <= as_of)
                and (known_at is None or entry.recorded_at <= known_at)
                for movement in entry.movements
            )
            for side, code in ((Side.NEED, "N-0001"), (Side.OFFER, "O-0001")):
                due = by_then.get(Holder(side, code), {})
                got = world.stages(side, code, Times(as_of, known_at))
                assert got == {
                    stage.value: amount
                    for stage, amount in due.items()
                    if amount and stage is not Stage.UNDECLARED
                }, f"{side} {code} as of {as_of}, known at {known_at}"
