"""The candidate list of each need: offers that the relaxation uses, then those of least cost."""

from __future__ import annotations

import numpy as np

from ledger.solver.arcs import ArcBlock, Arcs, FloatArray

_MIN_FLOW = 1e-7
_MAX_OFFERS = 40
"""The number of offers of a need from which others are moved, or to which they move."""


class CandidateList:
    """The supply groups of each need in order of preference, with the amounts of the relaxation."""

    def __init__(self, arcs: Arcs, block: ArcBlock, flow: FloatArray, prices: FloatArray) -> None:
        self.members = arcs.groups.members
        self._by_supply: dict[int, dict[int, float]] = {}
        price = block.load * prices[block.group]
        flows = np.where(flow > _MIN_FLOW, flow, 0.0)
        order = np.lexsort((block.ties, price, -flows, block.need))
        self._groups = block.group[order].tolist()
        self._prices = price[order].tolist()
        amounts = flows[order] * arcs.open[block.need[order]]
        self._amounts = amounts.tolist()
        self._starts = np.searchsorted(block.need[order], np.arange(len(arcs.open) + 1)).tolist()

    def groups(self, need: int) -> list[tuple[int, float, float]]:
        """Return (group, chosen amount, price of filling the need from it), best first."""
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
        """Return the offers of a need, best first, each with the price of filling the need."""
        offer_prices: dict[int, float] | None = self._by_supply.get(need)
        if offer_prices is None:
            offer_prices = {}
            for group, _, price in self.groups(need):
                offer_prices.update(dict.fromkeys(self.members[group], price))
                if len(offer_prices) >= _MAX_OFFERS:
                    break
            self._by_supply[need] = offer_prices
        return offer_prices
