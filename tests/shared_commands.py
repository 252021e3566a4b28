"""Build each command once per process, however often the tests say it.

The program builds the command that it runs, once in its life: from signatures and annotations,
which takes a third of the time of a short command. Tests run thousands of them in one process.
"""

from __future__ import annotations

from functools import cache

import cli.main
from cli.framework import app


def share() -> None:
    """Let command lines that are said from now on use the commands that earlier ones built."""
    app.load = cache(app.load)
    cli.main.build_root = cache(app.build_root)  # type: ignore[attr-defined]
