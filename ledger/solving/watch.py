"""Watching the solver while it searches, and stopping it at a limit of counted work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Heed = Callable[[float, float], None]
"""Told the value and the bound of a run as they come nearer to each other."""


_STEPS_AT_THE_ROOT, _STEPS_IN_THE_TREE = 20, 3
"""What is counted of a check: before the first branching, much work lies between two of them."""


class Watch:
    """Watches HiGHS while it searches, and stops it at a number of checks or of steps."""

    def __init__(self, checks: int | None, heed: Heed | None, steps: int | None = None) -> None:
        self._left, self._heed, self._most = checks, heed, steps
        self.interrupted = False
        self.made = 0
        self._steps = 0

    def check(self, event: Any) -> None:
        """Count, tell, and stop if that was enough; nothing may be raised through HiGHS."""
        try:
            self._tell(event)
        except KeyboardInterrupt:
            self.interrupted = True
        over = self._most is not None and self._steps >= self._most
        if self.interrupted or self._left == 0 or over:
            event.interrupt()

    def _tell(self, event: Any) -> None:
        self.made += 1
        at_the_root = event.data_out.mip_node_count <= 1
        self._steps += _STEPS_AT_THE_ROOT if at_the_root else _STEPS_IN_THE_TREE
        if self._left:
            self._left -= 1
        if self._heed is not None:
            self._heed(event.data_out.mip_primal_bound, event.data_out.mip_dual_bound)
