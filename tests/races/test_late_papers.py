"""Several officers date acts in the past at once: no day is overdrawn, whoever is first."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from hands import DONE, Hand, Job, broken_checks, hands, sizes

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


@pytest.mark.parametrize("rounds", sizes(3, 100))
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
    assert broken_checks(url) == []
