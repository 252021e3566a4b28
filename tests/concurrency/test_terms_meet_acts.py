"""Terms and quantities of one thing changed at once: the second sees what the first left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from world import World, deal_act, introduction

from ledger.core.errors import LedgerError
from ledger.core.factors import Side
from ledger.journal.entries import Act
from ledger.journal.receipts import Receipt
from ledger.usecases.check import run_checks
from ledger.usecases.deals import acts
from ledger.usecases.registers.identity import edit_identity
from ledger.usecases.registers.rules import require_one_offer

pytestmark = pytest.mark.only_on("postgresql")


@pytest.fixture
def pair(world: World) -> World:
    world.need("1000 EUR")
    world.offer("5000 EUR")
    world.offer("5000 EUR", code="O-0002")
    return world


def while_somebody(meddles: Callable[[World], object], world: World, work: Callable[..., Any]):
    """Carry work out, with somebody else's whole act between its questions and its writing."""
    tried = []

    def working(uow: Any) -> Receipt:
        receipt = work(uow)
        tried.append(1)
        if len(tried) == 1:
            meddles(World(world.url))
        return receipt

    try:
        world.do(working)
    except LedgerError as refusal:
        return len(tried), type(refusal).__name__
    return len(tried), "done"


def holds(offer: str, quantity: str = "100 EUR") -> Callable[[Any], Receipt]:
    return lambda uow: acts.introduce(uow, introduction(uow, offer, "N-0001", quantity))


def makes_indivisible(uow: Any) -> Receipt:
    require_one_offer(uow, uow.accounts.account(Side.NEED, "N-0001"))
    uow.edit_account(Side.NEED, "N-0001", divisible=False)
    return uow.receipt()


def test_a_need_is_not_made_indivisible_while_a_second_offer_comes_in(pair):
    pair.introduce("100 EUR")

    ended = while_somebody(
        lambda other: other.introduce("100 EUR", offer="O-0002"), pair, makes_indivisible
    )

    assert ended[1] == "SharedAlready"
    assert pair.record("need", "N-0001").divisible


def test_a_second_offer_does_not_come_in_while_a_need_is_made_indivisible(pair):
    pair.introduce("100 EUR")

    ended = while_somebody(lambda other: other.do(makes_indivisible), pair, holds("O-0002"))

    assert ended[1] == "NotEligible"


def test_a_hold_is_judged_by_the_mandate_that_was_narrowed_meanwhile(pair):
    def narrows(other: World) -> None:
        other.edit("offer", "O-0001", max_ticket=5_000)

    assert while_somebody(narrows, pair, holds("O-0001")) == (1, "OutsideMandate")
    assert all(result.ok for result in run_checks(pair.ledger))


def test_what_comes_back_to_an_offer_that_ends_meanwhile_passes_on(pair):
    pair.need("5000 EUR", code="N-0002")
    pair.introduce("5000 EUR", need="N-0002")

    def releases(uow: Any) -> Receipt:
        return acts.act_on(uow, deal_act(uow, "D-0001", Act.RELEASE))

    ended = while_somebody(lambda other: other.withdraw("offer", "O-0001"), pair, releases)

    assert ended == (2, "done")
    assert pair.stages("offer", "O-0001") == {"withdrawn": 500_000}


def test_acts_on_different_things_do_not_meet(pair):
    pair.need("1000 EUR", code="N-0002")

    def works_beside(other: World) -> None:
        other.revise("need", "N-0002", "900 EUR")
        other.edit("offer", "O-0002", note="a note")
        other.city("SMP", country="BR", office="americas")

    assert while_somebody(works_beside, pair, holds("O-0001")) == (1, "done")


def renames(kind: str, code: str) -> Callable[[Any], Receipt]:
    def work(uow: Any) -> Receipt:
        stored = uow.find_record(kind, code)
        edit_identity(uow, kind, stored, replace(stored.record, code="OTHER"))
        return uow.receipt()

    return work


RENAMED = [("project", "PRJ-0001"), ("provider", "BANK"), ("city", "MHD")]


@pytest.mark.parametrize(("kind", "code"), RENAMED)
def test_a_code_is_not_changed_while_an_act_comes_in(pair, kind, code):
    ended = while_somebody(lambda other: other.introduce("100 EUR"), pair, renames(kind, code))

    assert ended[1] == "ActsRestOnRecord"
    assert pair.record(kind, code).code == code


@pytest.mark.parametrize(("kind", "code"), RENAMED)
def test_an_act_that_meets_a_change_of_code_comes_after_it(pair, kind, code):
    ended = while_somebody(lambda other: other.do(renames(kind, code)), pair, holds("O-0001"))

    assert ended == (2, "done")
    assert pair.record(kind, "OTHER").code == "OTHER"
    assert [one.failures for one in run_checks(pair.ledger) if one.failures] == []
