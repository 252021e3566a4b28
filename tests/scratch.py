"""Where the tests keep their ledgers and their server: in memory where there is room for them.

Every test makes a ledger and throws it away. On a disk, making one on a server costs ten times as
much as the test itself.
"""

from __future__ import annotations

import os
from pathlib import Path

DISK = Path("/tmp")
MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3
"""Bytes that a run may need: a server's files, and the ledgers of the tests that run just now."""


def folder() -> Path:
    """Give the folder for what tests throw away: in memory, or the usual one of the machine."""
    return MEMORY if _usable(MEMORY) else DISK


def _usable(place: Path) -> bool:
    """Say whether programs can be run from a folder, and there is room in it."""
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        return False
    facts = os.statvfs(place)
    return not facts.f_flag & os.ST_NOEXEC and facts.f_bavail * facts.f_frsize >= ROOM
