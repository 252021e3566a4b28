"""A command is short: it looks for garbage seldom, and not when its process ends."""

from __future__ import annotations

import gc
import inspect
import json
import os
import subprocess
import sys

import pytest
from officer import Officer

from ledger.core import memory
from ledger.core.memory import garbage_collection_paused

SCRIPT = """
import atexit, gc, json, sys
atexit.register(lambda: print(json.dumps(gc.get_freeze_count()), file=sys.stderr))
from cli.entry import main
before = [one["collections"] for one in gc.get_stats()]
assert main() == 0
after = [one["collections"] for one in gc.get_stats()]
print(json.dumps([b - a for a, b in zip(before, after)]), file=sys.stderr)
"""


def test_a_command_looks_for_garbage_seldom_and_not_at_its_end(officer: Officer) -> None:
    words = [sys.executable, "-c", SCRIPT, "--db", officer.world.url, "need", "list"]
    ran = subprocess.run(words, capture_output=True, text=True, check=True, env=os.environ)
    (young, middle, old), frozen = map(json.loads, ran.stderr.splitlines()[-2:])
    assert young < 40
    assert middle < 3
    assert old == 0
    assert frozen > 50_000


def test_work_on_many_values_leaves_frozen_what_was_frozen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted = inspect.unwrap(memory.anything_is_frozen)  # the tests of a run count once
    monkeypatch.setattr(memory, "anything_is_frozen", counted)
    gc.freeze()
    before = gc.get_freeze_count()
    with garbage_collection_paused():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before - 1_000  # what was deleted meanwhile
