"""What an exact search may choose from: all arcs, and the few of each demand worth a look."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ledger.solver.arcs import Arcs, Flags, Floats, Ground, Piece, Places
from ledger.solver.assignment import Book
from ledger.solver.bounds import FULL
from ledger.solver.candidates import hashed
from ledger.solver.neighbourhood import SMALLEST_TICKET
from ledger.solver.relaxation import TOLERANCE, Relaxed


class Few(NamedTuple):
    """How many arcs of a demand are looked at.

    Of one that only one supply may fill, more are: it has fewer choices.
    """

    divisible: int
    indivisible: int


@dataclass(frozen=True)
class State:
    """How far a plan is: which projects end complete, and what part of a demand each arc gives."""

    done: Flags
    used: Floats


@dataclass(frozen=True)
class Choices:
    """All arcs, in order of demand; which of them are `near`, and the least each may give.

    `low` is a part of what is open in the demand, 0 where there is no smallest amount; it is
    known of the arcs that are near or used, and of no others.
    """

    arcs: Arcs
    piece: Piece
    may: Flags
    near: Flags
    low: Floats
    tight: Flags

    @staticmethod
    def made(ground: Ground, arcs: Arcs, best: Relaxed, book: Book, few: Few) -> Choices:
        """Choose the arcs that are near: those the relaxation uses, and the cheapest others."""
        piece = ground.piece
        near = _near(arcs, piece, best, few)
        low = np.zeros(len(near))
        for place in np.flatnonzero(near & arcs.divisible[piece.demand]).tolist():
            (supply,) = arcs.stores.members[piece.store[place]]
            low[place] = least(book, int(piece.demand[place]), supply)
        tight = (piece.share < FULL) & (best.flow > TOLERANCE)
        return Choices(arcs, piece, ground.may, near, low, tight)

    def written(self, book: Book) -> State:
        """Give the state of the plan in a book."""
        done = [book.is_complete(place) for place in range(len(self.may))]
        found = np.zeros(len(self.near))
        for demand, given in enumerate(book.given):
            for supply, amount in given.items():
                place = self.place[demand, supply]
                found[place] = amount / book.problem.demands[demand].open
                if not self.near[place] and self.arcs.divisible[demand]:
                    self.low[place] = least(book, demand, supply)
        return State(np.array(done, dtype=bool), found)

    @cached_property
    def place(self) -> dict[tuple[int, int], int]:
        """The place of each arc by its demand and supply."""
        keys = zip(self.piece.demand.tolist(), self.supply.tolist(), strict=True)
        return {key: place for place, key in enumerate(keys)}

    @cached_property
    def supply(self) -> Places:
        """The supply of each arc: every store has one member."""
        members = np.array([some[0] for some in self.arcs.stores.members], np.int64)
        found: Places = members[self.piece.store]
        return found


def least(book: Book, demand: int, supply: int) -> float:
    """Give the least part of a demand that a supply may give, 0 where it is any."""
    limits = book.limits(demand, supply)
    low = 0.0 if limits is None else limits.low / book.problem.demands[demand].open
    return low if low > SMALLEST_TICKET else 0.0


def _near(arcs: Arcs, piece: Piece, best: Relaxed, few: Few) -> Flags:
    price = np.round(piece.load * best.prices[piece.store], 9)
    ties = hashed(piece.demand * 1_000_003 + piece.store)
    order: Places = np.lexsort((ties, price, piece.demand))
    starts = np.flatnonzero(np.diff(piece.demand[order], prepend=-1))
    rank = np.zeros(len(order), np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    most = np.where(arcs.divisible[piece.demand], few.divisible, few.indivisible)
    found: Flags = (rank < most) | (best.flow > TOLERANCE)
    return found
