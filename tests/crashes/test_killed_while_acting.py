"""An officer's process is killed -9 at any moment: what was acknowledged is there, nothing half.

Repeating the same request returns the first receipt, or records it then, once.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from attack_figures import count_cases
from hands import DONE, Job, broken_checks, sizes, tell
from kill import killed_while, span_of
from officers import Officer, a_plan

ACTS_IN_A_LIFE = 40
UNDISTURBED = 6
"""A life has done at most so many acts when the moment of its death is drawn, within the next."""


@pytest.mark.long
@pytest.mark.parametrize("kills", sizes(1, 200))
def test_nothing_acknowledged_is_lost_and_nothing_is_left_half(new_ledger, kills, seed):
    url = new_ledger()
    Officer(url).open_up()
    longest = 2 * span_of(Officer(url).add_need)
    chance = random.Random(seed)
    acknowledged = lost_answers = 0
    for life in range(kills):
        plan = a_plan(f"life-{life}", ACTS_IN_A_LIFE, chance)
        died = killed_while(
            url,
            lambda say, plan=plan: Officer(url).live(plan, say),
            chance.uniform(0, longest),
            sayings=chance.randint(0, UNDISTURBED),
        )
        assert broken_checks(url) == []
        lost_answers += held_to(Officer(url), f"life-{life}", plan, died.said)
        acknowledged += len(died.said)
    count_cases(kills)
    tell(
        f"killed while acting: {kills} kills, {acknowledged} acts acknowledged, none lost; "
        f"{lost_answers} answers lost on the way and given again, seed {seed}"
    )

    assert broken_checks(url) == []


def held_to(officer: Officer, life: str, plan: list[Job], said: list[Any]) -> bool:
    """Hold the ledger to what was acknowledged; say whether an answer had been lost on the way."""
    for job, (name, answer) in zip(plan, said, strict=False):
        officer.hold_to(job, name, answer)
    done = sum(name == DONE for name, _ in said)
    was_done = False
    if len(said) < len(plan):
        was_done = officer.say_again(plan[len(said)])
        done += officer.kept(plan[len(said)].terms["key"])
    assert officer.kept(f"{life}-%") == done, "something was done that nobody had come to"
    return was_done
