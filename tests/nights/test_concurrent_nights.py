"""Ten runs of one night are started at once: one works, the others leave with the busy code."""

from __future__ import annotations

import pytest
from hands import DONE, Job, broken_checks, hands, sizes, tell
from ledgers import Ledgers
from nights_world import Nights, days_from_now

from ledger.core.errors import ExitCode

RUNS = 10


class Runner(Nights):
    """One of ten: a process with a line of its own."""

    def run(self) -> tuple[int, bool]:
        done = self.night()
        return done.run.id, done.changed


@pytest.mark.parametrize("rounds", sizes(1, 50))
def test_one_works_and_the_others_are_told_who(ledgers: Ledgers, rounds: int) -> None:
    together = 0
    for number in range(rounds):
        url = ledgers.new()
        fund = Nights(url)
        fund.need("1000 EUR")
        fund.offer("1000 EUR", valid_until=days_from_now(-400))
        fund.ledger.engine.dispose()
        with hands(RUNS, lambda url=url: Runner(url)) as runners:
            endings = runners.all_at_once([Job("run")] * RUNS)
        done = [one for one in endings if one.name == DONE]
        told = [one for one in endings if one.name != DONE]
        assert {(one.name, one.code) for one in told} <= {("NightUnderWay", ExitCode.BUSY)}
        assert sum(changed for _, changed in (one.answer for one in done)) == 1, number
        assert all(
            "night (cron) on office" in one.words or "not recorded who" in one.words for one in told
        )
        together += len(told)
        assert fund.count("night_run") == len(done)
        assert fund.stages("offer", "O-0001") == {"expired": 100_000}
    assert broken_checks(url) == []
    tell(f"ten at once: {rounds} rounds, {together} of {rounds * RUNS} found the lock taken")
    assert together > rounds
