"""Two officers each add an instalment of which only one fits into the deal."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hands import DONE, Hand, Job, broken_checks, hands
from ledgers import Ledgers
from world import asked

from ledger.store.registers import load_all
from ledger.store.session.execute import execute
from ledger.usecases.registers import records
from ledger.usecases.registers.parse import TypedTerms

ROUNDS = 3


class Planner(Hand):
    """An officer who agrees on instalments."""

    def plan(self, deal: str, day: str) -> Any:
        typed = TypedTerms({"deal": deal, "due_on": day, "quantity": "600 EUR"})
        request = asked("instalment add")
        return execute(self.ledger, request, lambda uow: records.add(uow, "instalment", typed))


def test_one_is_recorded_and_the_other_officer_hears_of_it(ledgers: Ledgers) -> None:
    url = ledgers.new()
    first = Planner(url)
    first.need("10000 EUR")
    deals = []
    for number in range(1, ROUNDS + 1):
        first.offer("1000 EUR", f"O-{number}")
        deals.append(str(first.introduce("1000 EUR", f"O-{number}", directly=True)["deal"]))
    first.ledger.engine.dispose()

    with hands(2, lambda: Planner(url)) as planners:
        for deal in deals:
            jobs = [Job("plan", (deal, f"2027-0{month}-01")) for month in (1, 2)]
            endings = planners.all_at_once(jobs)
            assert Counter(one.name for one in endings) == {DONE: 1, "InstalmentsExceed": 1}

    with first.ledger.read() as connection:
        assert len(load_all(connection, "instalment")) == ROUNDS
    first.ledger.engine.dispose()
    assert broken_checks(url) == []
