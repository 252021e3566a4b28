"""What is proposed over a real ledger is sound, and the journal takes it whole."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from case_maker import small_case
from conftest import Opened
from judge import faults
from match_cases import DAY, Case
from world import asked

from ledger.core.factors import Side
from ledger.core.quantity import Quantity, parse_amount
from ledger.journal.entries import ActDetails
from ledger.store.session.execute import execute
from ledger.store.session.ledger import open_ledger
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.deals.acts import Introduction, hold

DAILY, ALL, BATCH = 20, 300, 10
UNTIL = date(2027, 1, 31)


def as_opened(seed: int) -> Case:
    """Make a small case that a new ledger can hold, asked about as a whole.

    What is indivisible begins to live as a whole, so what lives in part is made divisible.
    """
    case = small_case(seed)
    needs = tuple(
        replace(need, divisible=need.divisible or case.open[need.code] not in {0, need.net})
        for need in case.needs
    )
    return replace(case, needs=needs, selection=None)


def proposed(office: Any) -> dict[str, Any]:
    """Ask for a proposal; the seconds it took are the one float it has."""
    answer = office.run("match", "--format", "json")
    assert answer.code == 0, answer
    document: dict[str, Any] = json.loads(answer.out)
    return document


def take_whole(url: str, document: dict[str, Any]) -> None:
    """Hold every line of a proposal in one entry-writing act."""

    def working(uow: UnitOfWork) -> Any:
        for line in document["lines"]:
            need = uow.accounts.account(Side.NEED, line["need"])
            offer = uow.accounts.account(Side.OFFER, line["offer"])
            amount = parse_amount(line["quantity"], need.balance.unit)
            before = offer.balance.free
            introduction = Introduction(
                offer=offer.code,
                need=need.code,
                quantity=Quantity(amount, need.unit),
                details=ActDetails(effective_on=DAY),
                until=UNTIL,
            )
            hold(uow, introduction)
            taken = before - uow.accounts.account(Side.OFFER, line["offer"]).balance.free
            assert taken == parse_amount(line["offer_quantity"], offer.balance.unit), line
        return uow.receipt()

    execute(open_ledger(url), asked("take whole"), working)


def check(opened: Opened, seed: int) -> None:
    """Propose over a ledger filled with a case, judge it, and let the journal take it."""
    case = as_opened(seed)
    office = opened(case)
    document = proposed(office)
    assert [str(fault) for fault in faults(case, document)] == [], case.name
    take_whole(office.url, document)
    after = proposed(office)
    assert after["complete"] == [], case.name
    still_open = [row["need"] for row in office.do("gaps")["rows"] if row["gap"] != row["held"]]
    finished = {need.code for need in case.needs if need.project in document["complete"]}
    # A gap that is not held is open; what was committed or delivered is no gap.
    assert finished.isdisjoint(still_open), case.name


@pytest.mark.parametrize("first", range(0, DAILY, BATCH))
def test_the_journal_takes_proposals_whole(opened: Opened, first: int):
    for seed in range(first, first + BATCH):
        check(opened, seed)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(DAILY, ALL, BATCH))
def test_the_journal_takes_many_more_proposals_whole(opened: Opened, first: int):
    for seed in range(first, first + BATCH):
        check(opened, seed)
