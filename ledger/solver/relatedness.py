"""Which projects are near one another: those that could use the same scarce stores.

Which projects belong in one block: those that could use the same scarce supplies.
"""

from __future__ import annotations

import numpy as np

from ledger.solver.arc_choice import Choices
from ledger.solver.arcs import Floats, Places
from ledger.solver.assignment import Book
from ledger.solver.candidates import Guide

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


class Nearness:
    """The scarce supplies that each project could use, and the projects that could use each.

    `gain` is what each project's weight exceeds its cost by, at the relaxation's prices: those
    with much or little to gain are what they are, and less worth a second look.
    """

    def __init__(self, choices: Choices, prices: Floats, gain: Floats) -> None:
        piece = choices.piece
        at = np.flatnonzero(choices.near & (prices[piece.store] > _SCARCE))
        ventures = choices.arcs.venture[piece.demand[at]]
        pairs = np.unique(np.column_stack([ventures, piece.store[at]]), axis=0)
        self._stores: dict[int, list[int]] = {}
        self._users: dict[int, list[int]] = {}
        for venture, store in pairs.tolist():
            self._stores.setdefault(venture, []).append(store)
            self._users.setdefault(store, []).append(venture)
        self._doubt = np.where(choices.may, 1 / (1 + np.abs(gain)), 0.0)

    def around(self, venture: int, most: int) -> list[int]:
        """Give a project and up to so many others, one by one the nearest to those before."""
        score = np.zeros(len(self._doubt))
        free = np.ones(len(score), dtype=bool)
        found, seen = [venture], set[int]()
        free[venture] = False
        while len(found) < most:
            for store in self._stores.get(found[-1], ()):
                if store not in seen:
                    seen.add(store)
                    users = self._users[store]
                    score[users] += 1 / len(users)
            next_ = int(np.argmax(score * self._doubt * free))
            if score[next_] * self._doubt[next_] <= 0 or not free[next_]:
                break
            found.append(next_)
            free[next_] = False
        return found
