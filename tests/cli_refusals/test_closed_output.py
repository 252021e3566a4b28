"""A report whose standard output is closed is refused in one line, on either engine."""

from __future__ import annotations

import subprocess
import sys

from world import World


def test_a_report_on_a_closed_standard_output_is_told_in_one_line(world: World) -> None:
    program = [sys.executable, "-m", "cli.main", "gaps", "--db", world.url]
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" >&-', "sh", *program],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 74
    assert done.stderr.count("error:") == 1
    assert "error: standard output: Bad file descriptor.\n" in done.stderr
