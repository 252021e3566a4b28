"""Which supplies to try first for a demand: those the relaxation chose, then the cheapest."""

from __future__ import annotations

import numpy as np

from ledger.solver.arcs import Arcs, Floats, Piece, Places

_FLOWS = 1e-7
_ENOUGH = 40
"""Supplies of a demand that rerouting looks at."""


class Guide:
    """The stores of each demand in order of preference, with the amounts the relaxation chose."""

    def __init__(self, arcs: Arcs, piece: Piece, flow: Floats, prices: Floats) -> None:
        self.members = arcs.stores.members
        self._store_of = arcs.stores.of_supply.tolist()
        self._by_supply: dict[int, dict[int, float]] = {}
        price = piece.load * prices[piece.store]
        ties = hashed(piece.demand * 1_000_003 + piece.store)
        flows = np.where(flow > _FLOWS, flow, 0.0)
        order = np.lexsort((ties, price, -flows, piece.demand))
        self._stores = piece.store[order].tolist()
        self._prices = price[order].tolist()
        amounts = flows[order] * arcs.open[piece.demand[order]]
        self._amounts = amounts.tolist()
        self._starts = np.searchsorted(piece.demand[order], np.arange(len(arcs.open) + 1)).tolist()

    def store_of(self, supply: int) -> int:
        """Give the store that a supply is in."""
        found: int = self._store_of[supply]
        return found

    def stores(self, demand: int) -> list[tuple[int, float, float]]:
        """Give (store, amount chosen, price of the whole demand from it), best first."""
        start, end = self._starts[demand], self._starts[demand + 1]
        return list(
            zip(
                self._stores[start:end],
                self._amounts[start:end],
                self._prices[start:end],
                strict=True,
            )
        )

    def prices(self, demand: int) -> dict[int, float]:
        """Give the supplies of a demand, best first, each with its price of the whole demand."""
        found: dict[int, float] | None = self._by_supply.get(demand)
        if found is None:
            found = {}
            for store, _, price in self.stores(demand):
                found.update(dict.fromkeys(self.members[store], price))
                if len(found) >= _ENOUGH:
                    break
            self._by_supply[demand] = found
        return found


def hashed(values: Places) -> Places:
    """Scatter whole numbers, always the same way: ties are broken without regard to order."""
    mixed = (values.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(
        0xBF58476D1CE4E5B9
    )
    mixed ^= mixed >> np.uint64(31)
    return (mixed * np.uint64(0x94D049BB133111EB) >> np.uint64(1)).astype(np.int64)
