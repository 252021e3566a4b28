"""Several officers date acts in the past, correct and undo them at once.

No day is overdrawn and nothing is corrected twice, whoever is first.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from attack_figures import count_cases
from hands import DONE, Ending, Hand, Job, broken_checks, hands, sizes

from ledger.usecases.deals.correction import Correction, correct
from ledger.usecases.undo import undo

OFFICERS = 6
FITTING = 2
FEBRUARY, MARCH, JUNE = date(2026, 2, 1), date(2026, 3, 1), date(2026, 6, 1)


class LatePapers(Hand):
    """Officers with letters of March about deals that had less in March than they have now."""

    def open_up(self) -> None:
        self.need("900000000 EUR", declared_on=date(2026, 1, 1))
        self.offer("900000000 EUR", declared_on=date(2026, 1, 1))

    def commit_twice(self) -> str:
        """Commit enough for two letters in February, and for all the others in June."""
        self.introduce("500 EUR", directly=True, on=FEBRUARY)
        answer = self.introduce("5000 EUR", directly=True, on=JUNE)
        return str(answer["deal"])

    def deliver_late(self, deal: str) -> Any:
        return self.deliver("250 EUR", deal=deal, on=MARCH)

    def deliver_much(self, deal: str) -> Any:
        return self.deliver("450 EUR", deal=deal, on=MARCH)

    def correct(self, entry: int, quantity: str) -> Any:
        meant = Correction(quantity=quantity)
        return self.do(lambda uow: correct(uow, entry, meant), reason="a slip")

    def undo(self, key: str) -> Any:
        return self.do(lambda uow: undo(uow, key), reason="a slip")


@pytest.mark.parametrize("rounds", sizes(2, 100))
def test_late_deliveries_take_what_was_there_on_their_day(new_ledger, rounds):
    url = new_ledger()
    papers = LatePapers(url)
    papers.open_up()
    with hands(OFFICERS, lambda: LatePapers(url)) as officers:
        for number in range(1, rounds + 1):
            deal = papers.commit_twice()
            endings = officers.all_at_once([Job("deliver_late", (deal,))] * OFFICERS)
            told = Counter(ending.name for ending in endings)

            assert told == {DONE: FITTING, "OverdrawnLater": OFFICERS - FITTING}, endings
            assert papers.deal_stages(deal)["delivered"] == number * FITTING * 25000
    count_cases(rounds * OFFICERS)
    assert broken_checks(url) == []


@pytest.mark.parametrize("rounds", sizes(2, 100))
def test_of_all_who_correct_or_undo_an_entry_one_does(new_ledger, rounds):
    url = new_ledger()
    papers = LatePapers(url)
    papers.open_up()
    with hands(OFFICERS, lambda: LatePapers(url)) as officers:
        for _ in range(rounds):
            deal = papers.commit_twice()
            before = papers.deal_stages(deal).get("delivered", 0)
            late = papers.deliver_late(deal)
            endings = officers.all_at_once(
                [Job("correct", (late["entry"], f"{place + 1} EUR")) for place in range(3)]
                + [Job("undo", (late["key"],))] * 3
            )

            (winner,) = (place for place, ending in enumerate(endings) if ending.name == DONE)
            assert {one.name for one in endings} <= {DONE, "AlreadyReversed", "CannotUndo"}, endings
            right = (winner + 1) * 100 if winner < 3 else 0
            assert papers.deal_stages(deal).get("delivered", 0) == before + right
    count_cases(rounds * 6)
    assert broken_checks(url) == []


@pytest.mark.parametrize("rounds", sizes(2, 100))
def test_a_commitment_corrected_while_a_late_act_uses_it(new_ledger, rounds):
    url = new_ledger()
    papers = LatePapers(url)
    papers.open_up()
    with hands(2, lambda: LatePapers(url)) as officers:
        for _ in range(rounds):
            committed = papers.introduce("500 EUR", directly=True, on=FEBRUARY)
            deal, entry = str(committed["deal"]), committed["entry"]
            endings = officers.all_at_once(
                [Job("correct", (entry, "300 EUR")), Job("deliver_much", (deal,))]
            )

            assert won(endings) in ({"correct"}, {"deliver_much"}), endings
            left = 30000 if won(endings) == {"correct"} else 5000
            assert papers.deal_stages(deal)["committed"] == left
            papers.undo(next(one.answer["key"] for one in endings if one.name == DONE))
            papers.undo(committed["key"])
    count_cases(rounds * 2)
    assert broken_checks(url) == []


def won(endings: list[Ending]) -> set[str]:
    """Name the acts that were done: of a correction and a late delivery."""
    acts = ("correct", "deliver_much")
    return {act for act, one in zip(acts, endings, strict=True) if one.name == DONE}
