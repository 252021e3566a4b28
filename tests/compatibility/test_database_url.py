"""`pytest tests/compatibility --database-url URL`: the named database is asked, and it alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from compatibility_checks import (
    ON_A_SERVER,
    ON_A_SERVERS_LEDGER,
    ON_ANY_DATABASE,
    ON_ANY_LEDGER,
)
from test_scratch_places import left_behind
from world import World

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]


def test_every_check_passes_and_a_ledger_at_the_url_is_not_touched(world: World) -> None:
    world.need("5 EUR")
    world.ledger.engine.dispose()
    checks = len(ON_ANY_DATABASE) + len(ON_ANY_LEDGER)
    if not world.url.startswith("sqlite"):
        checks += len(ON_A_SERVER) + len(ON_A_SERVERS_LEDGER)
    with world.unchanged():
        line = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "0"]
        ran = subprocess.run(
            [*line, FOLDER, "--database-url", world.url],
            capture_output=True, text=True, check=False, cwd=ROOT,
        )  # fmt: skip

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"{checks} passed" in ran.stdout
    assert "skipped" not in ran.stdout
    assert left_behind(world.url) == []
