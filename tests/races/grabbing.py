"""Sixteen officers grab the last of one offer: the race, whoever keeps the shelf."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any, Final, Protocol

from hands import DONE, Ending, Hand, Job, hands

OFFICERS: Final = 16
PART: Final = 100_000
"""What each of them wants, in cents."""


class Shelf(Protocol):
    """What offers are put up on and taken from; every officer opens one of his own."""

    def put_up(self, number: int, amount: int) -> str: ...

    def balance(self, code: str) -> dict[str, int]: ...

    def take(self, code: str, number: int, amount: int) -> Any: ...


class Shop(Hand):
    """The ledger as a shelf: sixteen wide needs, and a new offer for each round."""

    def open_up(self) -> None:
        """Declare a need for each officer."""
        for number in range(OFFICERS):
            self.need("900000000 EUR", f"N-{number:04}")

    def put_up(self, number: int, amount: int) -> str:
        code = f"O-{number:04}"
        self.offer(_euros(amount), code)
        return code

    def balance(self, code: str) -> dict[str, int]:
        return self.stages("offer", code)

    def take(self, code: str, number: int, amount: int) -> Any:
        return self.introduce(_euros(amount), code, f"N-{number:04}")


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02} EUR"


def grab_the_last(shelf: Shelf, opened: Callable[[], Shelf], rounds: int, seed: int) -> list[str]:
    """Run the race; give what went wrong in each round, if anything did."""
    chance = random.Random(seed)
    wrong: list[str] = []
    with hands(OFFICERS, opened) as officers:
        for number in range(1, rounds + 1):
            fits = chance.randint(1, 5)
            left_over = chance.randrange(PART)
            code = shelf.put_up(number, fits * PART + left_over)
            endings = officers.all_at_once(
                [Job("take", (code, officer, PART)) for officer in range(OFFICERS)]
            )
            wrong += _faults(number, endings, fits, left_over, shelf.balance(code))
    return wrong


def _faults(
    number: int, endings: list[Ending], fits: int, left_over: int, balance: dict[str, int]
) -> list[str]:
    told = Counter(ending.name for ending in endings)
    due = Counter({DONE: fits, "NotEnoughAvailable": OFFICERS - fits})
    faults = []
    if told != due:
        words = {ending.name: ending.words for ending in endings}
        faults.append(f"round {number}: {dict(told)}, not {dict(due)}: {words}")
    kept = {"held": fits * PART, "available": left_over}
    if balance != {stage: amount for stage, amount in kept.items() if amount}:
        faults.append(f"round {number}: the offer stands at {balance}, not {kept}")
    return faults
