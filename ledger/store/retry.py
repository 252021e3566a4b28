"""Trying a write again where others came between, for as long as a writer waits and no longer."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from ledger.store.database_errors import BUSY_SECONDS, WriteConflict

_MOST_TRIES: Final = 60
_FIRST_WAIT_MS: Final = 4
_LONGEST_WAIT_MS: Final = 250

_Answer = TypeVar("_Answer")


def retried(attempt: Callable[[int], _Answer]) -> _Answer:
    """Do what may raise `WriteConflict` until it does not; the last conflict is raised.

    `attempt` is told how often it was tried before. What it does leaves no trace when it raises.
    Each wait is drawn by chance, so that those who met once do not meet again.
    """
    end = time.monotonic() + BUSY_SECONDS
    tries = 0
    while True:
        try:
            return attempt(tries)
        except WriteConflict:
            tries += 1
            if tries >= _MOST_TRIES or time.monotonic() >= end:
                raise
        time.sleep(_wait_ms(tries) / 1000)


def _wait_ms(tries: int) -> int:
    longest = min(_LONGEST_WAIT_MS, _FIRST_WAIT_MS << min(tries, _MOST_TRIES))
    return random.randrange(1, longest + 1)  # noqa: S311 (who waits how long is no secret)
