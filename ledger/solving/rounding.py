"""Amounts rounded up across currencies, as a line the solver can see."""

from __future__ import annotations

import numpy as np

from ledger.unit_offers import Ratio

_LARGEST_LINE = 10**4


def steepest(ratio: Ratio, high: int) -> float:
    """Give the steepest line from zero that no rounded up amount lies below, up to `high`.

    A rate with twelve places may cost a trace more than a whole number, and so one part more; the
    solver can't see a trace, but it sees this slope.
    """
    if high > _LARGEST_LINE or ratio.under * high >= 2**62:
        return ratio.under / ratio.over
    amounts = np.arange(1, high + 1)
    return float(np.min(-(-amounts * ratio.under // ratio.over) / amounts))
