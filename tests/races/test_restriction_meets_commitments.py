"""A restriction is recorded while others commit: the second sees the first, or the night does.

Writers in a file come one after another, so no commitment is recorded after the bar. On a server
two that do not see each other may both be recorded: the check knows that neither could see the
other, and the night lists what is barred.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from attack_figures import count_cases
from bars import a_restriction
from hands import DONE, Ending, Hand, Job, broken_checks, days_on, hands, sizes, tell

from ledger.journal.entries import Act
from ledger.usecases.night_step import NightOptions, Operator
from ledger.usecases.nights.run import reconcile

REFUSED = "Restricted"
JOBS = 3


class Party(Hand):
    """An authority that bars a firm, and officers who commit its part."""

    def open_up(self) -> None:
        self.need("900000000 EUR")

    def hold_it(self, number: int) -> str:
        """Hold a part of another firm's offer; give the deal."""
        self.offer("1000 EUR", f"O-{number}", provider=f"FIRM-{number}")
        return str(self.introduce("1000 EUR", f"O-{number}", until=days_on(7))["deal"])

    def bar_it(self, number: int) -> Any:
        record = a_restriction(f"RS-{number}", providers=(f"FIRM-{number}",))
        return self.do(lambda uow: uow.add("restriction", record))

    def commit_it(self, deal: str) -> Any:
        return self.commit("400 EUR", deal)


def meet(url: str, rounds: int) -> tuple[list[str], set[str]]:
    """Run the race; give what went wrong, and the deals that have committed something."""
    party, wrong, committed = Party(url), [], set()
    with hands(JOBS, lambda: Party(url)) as parties:
        for number in range(1, rounds + 1):
            deal = party.hold_it(number)
            jobs = [Job("bar_it", (number,)), Job("commit_it", (deal,)), Job("commit_it", (deal,))]
            first = number % JOBS  # each process takes each part in turn
            endings = parties.all_at_once([*jobs[first:], *jobs[:first]])
            bar, *others = [*endings[JOBS - first :], *endings[: JOBS - first]]
            wrong += _faults(number, bar, others)
            if any(one.name == DONE for one in others):
                committed.add(deal)
    party.ledger.engine.dispose()
    return wrong, committed


def _faults(number: int, bar: Ending, others: list[Ending]) -> list[str]:
    faults = [] if bar.name == DONE else [f"round {number}: the bar: {bar.words}"]
    names = {one.name for one in others}
    return faults + [f"round {number}: {others}"] * (not names <= {DONE, REFUSED})


def recorded_in_order(url: str) -> list[str]:
    """Name the commitments that were recorded after the bar of their firm."""
    party = Party(url)
    with party.ledger.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT restriction.number, restriction_version.recorded_at FROM restriction"
            " JOIN restriction_version ON restriction_version.restriction_id = restriction.id"
        ).all()
    barred = {f"FIRM-{number}": moment for number, moment in rows}
    late = []
    for one in party.entries():
        if one.act is Act.COMMIT:
            offer = party.record("deal", str(one.deal)).offer
            moment = int(one.recorded_at.timestamp() * 1_000_000)
            late += [str(one.number)] * (moment > barred[party.record("offer", offer).provider])
    party.ledger.engine.dispose()
    return late


def listed(url: str) -> set[str]:
    """Give the deals whose commitment the night lists as barred."""
    party = Party(url)
    who = Operator(actor="night", system_user="cron", host="office")
    options = NightOptions(only=("restrictions",))
    done = reconcile(party.ledger, who, options, lambda _: None)
    party.ledger.engine.dispose()
    found = done.last.findings
    return {str(one["subject"]) for one in found if one["kind"] == "barred-commitment"}


@pytest.fixture
def party_url(new_ledger: Callable[[], str]) -> str:
    url = new_ledger()
    party = Party(url)
    party.open_up()
    party.ledger.engine.dispose()
    return url


@pytest.mark.parametrize("rounds", sizes(2, 300))
def test_who_comes_second_sees_the_other_or_the_night_says_so(
    party_url: str, rounds: int, engine_name: str
) -> None:
    wrong, committed = meet(party_url, rounds)
    count_cases(rounds * JOBS, lost=len(wrong))
    tell(f"bars and commitments: {rounds} rounds, {len(committed)} committed, wrong {len(wrong)}")
    assert wrong == []
    assert broken_checks(party_url) == []
    assert listed(party_url) == committed
    if engine_name == "sqlite":
        assert recorded_in_order(party_url) == []
