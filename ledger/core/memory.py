"""Work on very many values at once, without the garbage collector between."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def garbage_collection_paused() -> Iterator[None]:
    """Pause the garbage collector during an import, a comparison or a report.

    It would go through all rows again and again, a third of the time, and find no garbage: none of
    them is in a cycle, and all are wanted to the end. Afterwards they are old, as if it had.
    What a caller has frozen stays frozen.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            if not anything_is_frozen():
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def anything_is_frozen() -> bool:
    """Say whether a caller has frozen anything; the collector counts all of it to tell."""
    return gc.get_freeze_count() > 0
