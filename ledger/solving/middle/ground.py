"""What blocks are cut from: all arcs of a problem, and the few of each demand worth a look."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ledger.solving.large.arcs import Arcs, Flags, Floats, Piece, Places
from ledger.solving.large.book import Book
from ledger.solving.large.bound import FULL
from ledger.solving.large.guide import hashed
from ledger.solving.large.neighbourhood import SMALLEST_TICKET
from ledger.solving.large.relaxation import TOLERANCE, Relaxed

_DIVISIBLE, _INDIVISIBLE = 4, 10
"""Of a demand that only one supply may fill, more arcs are looked at: it has fewer choices."""


@dataclass(frozen=True)
class Ground:
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
    def made(arcs: Arcs, piece: Piece, may: Flags, best: Relaxed, book: Book) -> Ground:
        """Choose the arcs that are near: those the relaxation uses, and the cheapest others."""
        near = _near(arcs, piece, best)
        low = np.zeros(len(near))
        for place in np.flatnonzero(near & arcs.divisible[piece.demand]).tolist():
            (supply,) = arcs.stores.members[piece.store[place]]
            low[place] = least(book, int(piece.demand[place]), supply)
        tight = (piece.share < FULL) & (best.flow > TOLERANCE)
        return Ground(arcs, piece, may, near, low, tight)

    def used(self, book: Book) -> Floats:
        """Give what part of what is open in a demand each arc gives by the book."""
        found = np.zeros(len(self.near))
        for demand, given in enumerate(book.given):
            for supply, amount in given.items():
                place = self.place[demand, supply]
                found[place] = amount / book.problem.demands[demand].open
                if not self.near[place] and self.arcs.divisible[demand]:
                    self.low[place] = least(book, demand, supply)
        return found

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


def _near(arcs: Arcs, piece: Piece, best: Relaxed) -> Flags:
    price = np.round(piece.load * best.prices[piece.store], 9)
    ties = hashed(piece.demand * 1_000_003 + piece.store)
    order: Places = np.lexsort((ties, price, piece.demand))
    starts = np.flatnonzero(np.diff(piece.demand[order], prepend=-1))
    rank = np.zeros(len(order), np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    few = np.where(arcs.divisible[piece.demand], _DIVISIBLE, _INDIVISIBLE)
    found: Flags = (rank < few) | (best.flow > TOLERANCE)
    return found
