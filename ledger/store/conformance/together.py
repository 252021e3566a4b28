"""Doing things at once: several threads that start together, each with its own connection."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Generic, NamedTuple, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from ledger.errors import LedgerError
from ledger.store.engine import on_server

_Answer = TypeVar("_Answer")


class Ended(NamedTuple, Generic[_Answer]):
    """How one of several ended: with an answer, or with the error that stopped it."""

    answer: _Answer | None
    error: Exception | None = None

    @property
    def word(self) -> str:
        """Say in a word how it ended."""
        return "done" if self.error is None else type(self.error).__name__


def attempted(work: Callable[[], _Answer]) -> Ended[_Answer]:
    """Do some work; give its answer, or the refusal of the ledger or the database."""
    try:
        return Ended(work())
    except (LedgerError, DBAPIError) as error:
        return Ended(None, error)


def together(count: int, work: Callable[[int], _Answer]) -> list[Ended[_Answer]]:
    """Do the work `count` times at once; it is told which one it is."""
    start = Barrier(count)

    def one(number: int) -> Ended[_Answer]:
        start.wait()
        return attempted(lambda: work(number))

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def meeting_seconds(engine: Engine) -> int:
    """Say how long one writer waits for another to come as far, in the middle of its work.

    On a server the other comes; in a file it is kept out, and there is no use in waiting long.
    """
    return 10 if on_server(engine) else 1
