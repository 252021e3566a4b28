"""What a plan is made on."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.solving.large.arcs import Flags, Floats, Piece


@dataclass(frozen=True, slots=True)
class Ground:
    """What a plan is made on: arcs, which projects may end complete, and prices of the stores.

    `part` of the projects and `flow` of the arcs are what is known of the relaxation's optimum.
    """

    piece: Piece
    may: Flags
    prices: Floats
    part: Floats
    flow: Floats
