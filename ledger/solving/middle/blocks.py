"""Which blocks of a plan are solved again, and how hard each is tried.

A block grows from a project that is not complete through those that could use the same scarce
stores. The search ends when some in a row win nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ledger.solving.highs import Deadline
from ledger.solving.large.arcs import Floats
from ledger.solving.large.block import Block
from ledger.solving.large.book import Book
from ledger.solving.large.choices import Choices
from ledger.solving.middle.nearness import Nearness

_HOPELESS = -1.5
"""Projects that would cost this much more than their weight begin no block."""


@dataclass(frozen=True, slots=True)
class Stage:
    """How many projects a block has, the work on each, and what ends the stage.

    That is so many blocks in vain, or so much work in all.
    """

    ventures: int
    work: int
    in_vain: int = 1
    in_all: int = 600_000


STAGES = (Stage(200, 600_000),)
BEGINNING = (Stage(80, 200_000),)
"""Where another search goes on from the plan."""
_NODES = 500


class Blocks:
    """The blocks of a plan, one after the other."""

    def __init__(
        self, choices: Choices, book: Book, prices: Floats, gain: Floats, deadline: Deadline
    ) -> None:
        self._choices, self._book = choices, book
        self._deadline = deadline
        order = np.argsort(-gain, kind="stable").tolist()
        self._seeds = [one for one in order if np.isfinite(gain[one]) and gain[one] > _HOPELESS]
        self._near = Nearness(choices, prices, gain)

    def rounds(self, stages: tuple[Stage, ...] = STAGES) -> Iterator[int]:
        """Solve one block after the other, and give what each has won."""
        for stage in stages:
            vain = work = 0
            for ventures in self._around(stage.ventures):
                if self._deadline.passed or vain == stage.in_vain or work >= stage.in_all:
                    break
                block = Block(self._choices, self._book, ventures)
                result = block.improve(stage.work, _NODES, self._deadline)
                vain = 0 if result.won else vain + 1
                work += result.work
                yield result.won

    def _around(self, size: int) -> Iterator[list[int]]:
        """Give the block round each project that is not complete and was in none before."""
        seen: set[int] = set()
        for venture in self._seeds:
            if venture not in seen and not self._book.is_complete(venture):
                found = self._near.around(venture, size)
                seen.update(found)
                yield found
