"""Command lines at the same moment: the shell is told 0 by some and 4 by all others."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from attack_figures import count_cases
from forked import Forked
from grabbing import OFFICERS, PART, Shop
from hands import broken_checks, tell

from cli.main import main

FITS = 5


def all_say(url: str, code: str, officers: int) -> list[tuple[int, str]]:
    """Start all processes, let them go together, and give what each told the shell."""
    environment = {**os.environ, "CITYFUND_DB": url, "CITYFUND_ACTOR": "officer"}
    more = ("1000 EUR", "--until", "2099-01-31")
    processes = [
        Forked(main, ["deal", "introduce", code, f"N-{at:04}", *more], environment, waits=True)
        for at in range(officers)
    ]
    for process in processes:
        process.go()
    ends = [process.ends() for process in processes]
    return [(end.returncode, end.stderr) for end in ends]


@pytest.mark.long
@pytest.mark.parametrize(
    ("officers", "rounds"), [(8, 1), pytest.param(OFFICERS, 10, marks=pytest.mark.soak)]
)
def test_many_command_lines_grab_the_last_of_one_offer(new_ledger, officers, rounds):
    url = new_ledger()
    shop = Shop(url)
    shop.open_up()
    for number in range(1, rounds + 1):
        code = shop.put_up(number, FITS * PART)
        told = all_say(url, code, officers)

        assert Counter(exit_code for exit_code, _ in told) == {0: FITS, 4: officers - FITS}, told
        assert not any("Traceback" in words or "bug" in words for _, words in told), told
        assert shop.balance(code) == {"held": FITS * PART}
    count_cases(rounds * officers)
    tell(f"command lines: {rounds} rounds of {officers} processes, exit codes 0 and 4 alone")

    assert broken_checks(url) == []
