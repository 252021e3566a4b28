"""Connections that a command closed in good order and that wait for the next one of the process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Generic, Protocol, TypeVar


class Closable(Protocol):
    """A connection."""

    def close(self) -> None:
        """End it."""


class Kept(Protocol):
    """A connection that waits, with what tells whether it is the one that is asked for."""

    @property
    def line(self) -> Closable:
        """The connection."""


_Kept = TypeVar("_Kept", bound=Kept)


class WaitingLines(Generic[_Kept]):
    """The connections of one kind that wait, at most so many; the oldest is closed for another.

    Threads take turns. A process that was forked neither uses nor closes what its parent has.
    """

    def __init__(self, most: int) -> None:
        self.sharing = False
        self._most = most
        self._kept: list[_Kept] = []
        self._of_a_parent: list[_Kept] = []
        self._turn = Lock()

    def share(self) -> None:
        """Let connections wait from now on, in this process and in those it forks."""
        self.sharing = True
        os.register_at_fork(after_in_child=self._leave_to_parent)

    @contextmanager
    def not_shared(self) -> Iterator[None]:
        """Let none wait in the block, and none from before it."""
        self.forget()
        before, self.sharing = self.sharing, False
        try:
            yield
        finally:
            self.sharing = before

    def keep(self, one: _Kept) -> None:
        """Let a connection wait; it may be closed twice."""
        with self._turn:
            if all(other.line is not one.line for other in self._kept):
                self._kept.append(one)
            oldest = self._kept.pop(0) if len(self._kept) > self._most else None
        if oldest is not None:
            oldest.line.close()

    def take(self, is_meant: Callable[[_Kept], bool], *, newest: bool = False) -> _Kept | None:
        """Take the connection that waits longest, or the `newest`, of those that are meant."""
        with self._turn:
            waiting = reversed(self._kept) if newest else iter(self._kept)
            found = next(filter(is_meant, waiting), None)
            if found is not None:
                self._kept.remove(found)
        return found

    def forget(self, is_meant: Callable[[_Kept], bool] = lambda _: True) -> None:
        """Close those that wait, or those that are meant."""
        with self._turn:
            gone = [one for one in self._kept if is_meant(one)]
            for one in gone:
                self._kept.remove(one)
        for one in gone:
            one.line.close()

    def all(self) -> list[_Kept]:
        """Give those that wait."""
        with self._turn:
            return [*self._kept]

    def _leave_to_parent(self) -> None:
        self._turn = Lock()  # its holder is not here
        self._of_a_parent.extend(self._kept)
        self._kept.clear()
