"""`cityfund` over the sample words: run as a program, or in process through `say`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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
    """Run the sample program in a pipe."""
    return subprocess.run(
        [*PROGRAM, *words],
        env=environment(home, **more),
        input=typed,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


if __name__ == "__main__":
    sys.exit(run(build_root(COMMAND_TABLE), sys.argv[1:]))
