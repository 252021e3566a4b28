"""Leaving margins in the rows of a program, for what whole numbers lose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ledger.solving.highs import Floats, Kind, Model, Places

_LEAST = 1e-7


def sparing(model: Model, rows: Places, back: Floats) -> Model:
    """Give a model in fractions that leaves so much in these rows, or as much of it as it can.

    What it spares are columns of its own, after those of the model.
    """
    found = replace(
        model,
        costs=[*model.costs],
        lowers=[*model.lowers],
        uppers=[*model.uppers],
        kinds=[np.full(model.columns, Kind.CONTINUOUS, np.uint8)],
        entries=[*model.entries],
    )
    spared = found.add_columns(1.0, 0.0, 1.0, count=len(rows))
    found.put(rows, spared, np.maximum(_LEAST, back))
    return found
