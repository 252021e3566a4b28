"""`cityfund` over the sample words: run as a program, in a fork by `say`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from forked import Forked

from cli.framework.app import DAILY, REGISTERS, CommandEntry, build_root
from cli.main import run

COMMAND_TABLE = (
    CommandEntry("offer", "Sample offers.", DAILY, "sample_noun"),
    CommandEntry("gaps", "Sample gaps.", DAILY, "sample_gaps"),
    CommandEntry("status", "Sample status.", REGISTERS, "sample_gaps", "status"),
)
PROGRAM = [sys.executable, str(Path(__file__).resolve())]


def environment(home: Path, **more: str) -> dict[str, str]:
    """Give an environment that no setting of the person running the tests leaks into."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CITYFUND_", "XDG_", "NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS"))
    }
    return {**clean, "HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path), **more}


def say(home: Path, *words: str, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """Run the sample program in a pipe; with variables for Python, in a Python of its own."""
    if not any(name.startswith("PYTHON") for name in more):
        return Forked(sample, words, environment(home, **more)).ends(typed)
    return subprocess.run(
        [*PROGRAM, *words],
        env=environment(home, **more),
        input=typed,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def sample(words: list[str]) -> int:
    """Run the sample program in this process."""
    return run(build_root(COMMAND_TABLE), words)


if __name__ == "__main__":
    sys.exit(sample(sys.argv[1:]))
