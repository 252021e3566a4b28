"""Settling at once, exactly, what diving leaves undecided.

Diving decides one thing after the other, and what it decides last costs the most: there is little
left to turn to. So it stops while some projects are undecided, and those are decided together,
by a block in the state where diving stopped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ledger.solving.highs import Deadline
from ledger.solving.large.block import Block
from ledger.solving.large.book import Book
from ledger.solving.large.choices import Choices, Few, State
from ledger.solving.large.dive import FLOWS, TINY, undecided
from ledger.solving.large.relaxation import Relaxed

CHOICES = Few(divisible=8, indivisible=12)
_NODES = 300


@dataclass(frozen=True, slots=True)
class Settling:
    """How many projects diving may leave to settle, and the work on them, in columns times checks.

    Where diving leaves none, nothing is settled.
    """

    left: int
    work: int


def settle(
    choices: Choices, book: Book, end: Relaxed, settling: Settling, deadline: Deadline
) -> None:
    """Decide what is undecided where diving ended; keep it where it completes more than the book.

    `end` is over all arcs of the choices.
    """
    open_ = undecided(choices.arcs, choices.piece, end) & choices.may
    state = State((end.part > 1 - TINY) & ~open_, np.where(end.flow > FLOWS, end.flow, 0.0))
    block = Block(choices, book, np.flatnonzero(open_).tolist(), state)
    block.improve(settling.work, _NODES, deadline)
