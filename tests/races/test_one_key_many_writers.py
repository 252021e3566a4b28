"""Sixteen processes say the same request: it is done once, and all are given the same receipt."""

from __future__ import annotations

import pytest
from attack_figures import count_cases
from hands import DONE, Hand, Job, broken_checks, hands, sizes, tell

MOUTHS = 16


class Clerk(Hand):
    """Somebody with the same letter on the desk as fifteen others."""

    def say(self, number: int):
        said = {"quantity": "10 EUR", "letter": number}
        return self.introduce("10 EUR", key=f"letter-{number}", given=said)


def without_mark(receipt):
    return {name: value for name, value in receipt.items() if name != "replayed"}


@pytest.mark.parametrize("rounds", sizes(2, 200))
def test_one_request_said_by_sixteen_is_done_once(new_ledger, rounds):
    url = new_ledger()
    clerk = Clerk(url)
    clerk.need("900000000 EUR")
    clerk.offer("900000000 EUR")
    with hands(MOUTHS, lambda: Clerk(url)) as clerks:
        for number in range(1, rounds + 1):
            endings = clerks.all_at_once([Job("say", (number,))] * MOUTHS)
            assert {ending.name for ending in endings} == {DONE}, endings
            first, *others = sorted((one.answer for one in endings), key=lambda a: a["replayed"])
            assert not first["replayed"]
            assert all(other["replayed"] for other in others)
            assert all(without_mark(other) == without_mark(first) for other in others)
            assert clerk.deal_stages() == {"held": 1000 * number}
    count_cases(rounds * MOUTHS)
    tell(f"one key: {rounds} rounds of {MOUTHS} processes, each done once")

    assert broken_checks(url) == []
