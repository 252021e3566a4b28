"""Which projects are near one another: those that could use the same scarce stores."""

from __future__ import annotations

import numpy as np

from ledger.solving.large.arcs import Floats, Places
from ledger.solving.large.book import Book
from ledger.solving.large.guide import Guide

_STORES = 8
"""Stores of a demand that count: those it would turn to first."""
_SCARCE = 1e-6


class Vicinity:
    """The projects that could use each scarce store, and the scarce stores each could use.

    `gain` is what each project's weight exceeds its cost by, at the relaxation's prices: those
    with much or little to gain are what they are, and less worth a second look.
    """

    def __init__(self, book: Book, guide: Guide, gain: Floats, ventures: list[int]) -> None:
        self._stores: dict[int, list[int]] = {}
        users: dict[int, list[int]] = {}
        for venture in ventures:
            found = dict.fromkeys(
                store
                for demand in book.problem.ventures[venture].demands
                for store, _, price in guide.stores(demand)[:_STORES]
                if price > _SCARCE
            )
            self._stores[venture] = list(found)
            for store in found:
                users.setdefault(store, []).append(venture)
        self._users = {store: np.array(some, np.int64) for store, some in users.items()}
        self._doubt = np.zeros(len(gain))
        self._doubt[ventures] = 1 / (1 + np.abs(gain[ventures]))

    def around(self, venture: int, most: int) -> list[int]:
        """Give a project and up to so many others, one by one the nearest to those before."""
        score = np.zeros(len(self._doubt))
        free = np.ones(len(score), dtype=bool)
        found, seen = [venture], set[int]()
        free[venture] = False
        while len(found) < most:
            for store in self._stores[found[-1]]:
                if store not in seen:
                    seen.add(store)
                    users: Places = self._users[store]
                    score[users] += 1 / len(users)
            next_ = int(np.argmax(score * self._doubt * free))
            if score[next_] <= 0 or not free[next_]:
                break
            found.append(next_)
            free[next_] = False
        return found
