"""A disk without room: every command says so, none calls it a bug."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.migrates

WITHOUT_ROOM = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
from cli.main import main
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="files have no limit to set there")
@pytest.mark.parametrize("room", [0, 100, 4096, 100_000])
def test_a_ledger_that_finds_no_room_is_not_made(tmp_path: Path, room: int) -> None:
    line = ["init", "--db", f"sqlite:///{tmp_path}/ledger.db"]
    command = [sys.executable, "-c", WITHOUT_ROOM, str(room), *line]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 74, ended.stderr
    assert "bug" not in ended.stderr
    ended = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
    assert json.loads(ended.stderr)["code"] in {"disk-full", "disk-trouble"}
    command[3] = str(10**9)
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
