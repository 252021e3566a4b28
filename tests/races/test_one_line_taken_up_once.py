"""Officers take the same line of a proposal up at once: one of them does, the others hear."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from hands import DONE, Hand, Job, broken_checks, days_on, hands
from ledgers import Ledgers

TAKERS = 4
ROUNDS = 5


class Taker(Hand):
    """An officer who takes the first line of a proposal up."""

    def take_it(self, proposal: str) -> Any:
        return self.accept("1", days_on(30), proposal=proposal)


def test_a_line_is_taken_up_by_one(ledgers: Ledgers) -> None:
    url = ledgers.new()
    first = Hand(url)
    today = datetime.now(UTC).date()
    projects = [f"PRJ-{number:04}" for number in range(1, ROUNDS + 1)]
    for number, project in enumerate(projects, start=1):
        first.need("10 EUR", f"N-{number:04}", project=project, declared_on=today)
    first.offer("1000 EUR", declared_on=today)
    codes = [first.save(f"project={project}")["proposal"] for project in projects]
    first.ledger.engine.dispose()

    with hands(TAKERS, lambda: Taker(url)) as takers:
        for code in codes:
            endings = takers.all_at_once([Job("take_it", (code,))] * TAKERS)
            names = Counter(ending.name for ending in endings)
            assert names == {DONE: 1, "LineTakenUp": TAKERS - 1}, endings

    assert first.stages("offer", "O-0001") == {"available": 95000, "held": 5000}
    assert broken_checks(url) == []
