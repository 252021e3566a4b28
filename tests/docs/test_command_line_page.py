"""The page of the forty rules names a test for each, and each of these tests is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "cli" / "docs" / "command-line.md"
_ROW = re.compile(r"^\| (\d+) \| (.+) \| `(tests/[\w/]+\.py)::(test_\w+)` \|$")


def test_every_rule_is_held_by_a_test_that_is_there() -> None:
    found = [_ROW.match(line) for line in PAGE.read_text("utf-8").splitlines()]
    rows = [one.groups() for one in found if one is not None]
    assert [int(number) for number, *_ in rows] == [*range(1, 41)]
    for number, _, file, name in rows:
        assert f"\ndef {name}(" in (ROOT / file).read_text("utf-8"), (number, name)
    assert len({(file, name) for _, _, file, name in rows}) == 40
