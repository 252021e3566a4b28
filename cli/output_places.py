"""Where a report may be written, looked at before the work that it will tell of is begun."""

from __future__ import annotations

import os
from errno import ENOENT
from pathlib import Path

from cli.usage import OutputIsDirectory


def require_place_for(path: Path) -> None:
    """Refuse a file that cannot be written to in the end, before long work is begun for it."""
    if path.is_dir():
        raise OutputIsDirectory(f"{path} is a directory.")
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(ENOENT, os.strerror(ENOENT), str(path.parent))
