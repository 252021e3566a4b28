"""Work done at once: several threads that start together, each with its own connection."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Generic, NamedTuple, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from ledger.core.errors import LedgerError
from ledger.store.db.engine import on_server

_Answer = TypeVar("_Answer")

Refusal = (LedgerError, DBAPIError)
"""What the ledger or the database raises where it refuses."""


class Ending(NamedTuple, Generic[_Answer]):
    """How one piece of work ended: with an answer, or with the error that stopped it."""

    answer: _Answer | None
    error: Exception | None = None

    @property
    def name(self) -> str:
        """Name how it ended."""
        return "done" if self.error is None else type(self.error).__name__


def attempt(work: Callable[[], _Answer]) -> Ending[_Answer]:
    """Do some work; give its answer, or the refusal of the ledger or the database."""
    try:
        return Ending(work())
    except Refusal as error:
        return Ending(None, error)


def at_once(count: int, work: Callable[[int], _Answer]) -> list[Ending[_Answer]]:
    """Do the work `count` times at once; it gets the number of its thread."""
    start = Barrier(count)

    def one(number: int) -> Ending[_Answer]:
        start.wait()
        return attempt(lambda: work(number))

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def meeting_seconds(engine: Engine) -> float:
    """Give how long one writer waits in the middle of its work for another to get as far.

    On a server the other one gets there; SQLite keeps it out, and a long wait is of no use.
    """
    return 10 if on_server(engine) else 0.5
