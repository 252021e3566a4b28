"""Looking on while the solver searches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Heed = Callable[[float, float], None]
"""Told the value and the bound of a run as they come nearer to each other."""


class Watch:
    """Looks on while HiGHS searches, and stops it when enough checks were made."""

    def __init__(self, checks: int | None, heed: Heed | None) -> None:
        self._left, self._heed = checks, heed
        self.interrupted = False
        self.made = 0

    def check(self, event: Any) -> None:
        """Count, tell, and stop if that was enough; nothing may be raised through HiGHS."""
        try:
            self._tell(event)
        except KeyboardInterrupt:
            self.interrupted = True
        if self.interrupted or self._left == 0:
            event.interrupt()

    def _tell(self, event: Any) -> None:
        self.made += 1
        if self._left:
            self._left -= 1
        if self._heed is not None:
            self._heed(event.data_out.mip_primal_bound, event.data_out.mip_dual_bound)
