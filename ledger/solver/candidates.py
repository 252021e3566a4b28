"""Which supplies to try first for a demand: those the relaxation chose, then the cheapest."""

from __future__ import annotations

import numpy as np

from ledger.solver.arcs import ArcBlock, Arcs, FloatArray, IndexArray

_MIN_FLOW = 1e-7
_MAX_OFFERS = 40
"""Supplies of a demand that rerouting looks at."""


class CandidateList:
    """The stores of each demand in order of preference, with the amounts the relaxation chose."""

    def __init__(self, arcs: Arcs, block: ArcBlock, flow: FloatArray, prices: FloatArray) -> None:
        self.members = arcs.groups.members
        self._group_of = arcs.groups.group_of_offer.tolist()
        self._by_supply: dict[int, dict[int, float]] = {}
        price = block.load * prices[block.group]
        ties = tie_break_hash(block.need * 1_000_003 + block.group)
        flows = np.where(flow > _MIN_FLOW, flow, 0.0)
        order = np.lexsort((ties, price, -flows, block.need))
        self._groups = block.group[order].tolist()
        self._prices = price[order].tolist()
        amounts = flows[order] * arcs.open[block.need[order]]
        self._amounts = amounts.tolist()
        self._starts = np.searchsorted(block.need[order], np.arange(len(arcs.open) + 1)).tolist()

    def group_of(self, offer: int) -> int:
        """Give the store that a supply is in."""
        group: int = self._group_of[offer]
        return group

    def groups(self, need: int) -> list[tuple[int, float, float]]:
        """Give (store, amount chosen, price of the whole demand from it), best first."""
        start, end = self._starts[need], self._starts[need + 1]
        return list(
            zip(
                self._groups[start:end],
                self._amounts[start:end],
                self._prices[start:end],
                strict=True,
            )
        )

    def prices(self, need: int) -> dict[int, float]:
        """Give the supplies of a demand, best first, each with its price of the whole demand."""
        offer_prices: dict[int, float] | None = self._by_supply.get(need)
        if offer_prices is None:
            offer_prices = {}
            for group, _, price in self.groups(need):
                offer_prices.update(dict.fromkeys(self.members[group], price))
                if len(offer_prices) >= _MAX_OFFERS:
                    break
            self._by_supply[need] = offer_prices
        return offer_prices


def tie_break_hash(values: IndexArray) -> IndexArray:
    """Scatter whole numbers, always the same way: ties are broken without regard to order."""
    mixed = (values.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(
        0xBF58476D1CE4E5B9
    )
    mixed ^= mixed >> np.uint64(31)
    return (mixed * np.uint64(0x94D049BB133111EB) >> np.uint64(1)).astype(np.int64)
