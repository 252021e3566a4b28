"""A disk without room: every command says so, none calls it a bug."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from forked import within_room

pytestmark = pytest.mark.migrates


@pytest.mark.skipif(sys.platform == "win32", reason="files have no limit to set there")
@pytest.mark.parametrize("room", [0, 100, 4096, 100_000])
def test_a_ledger_that_finds_no_room_is_not_made(tmp_path: Path, room: int) -> None:
    line = ["init", "--db", f"sqlite:///{tmp_path}/ledger.db"]
    ended = within_room(room, line)
    assert ended.returncode == 74, ended.stderr
    assert "bug" not in ended.stderr
    ended = within_room(room, [*line, "--json"])
    assert json.loads(ended.stderr)["code"] in {"disk-full", "disk-trouble"}
    assert within_room(10**9, line).returncode == 0
