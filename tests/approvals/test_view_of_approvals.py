"""The view of approvals says what the program's own list says."""

from __future__ import annotations

from contextlib import closing

import pytest
from people import Person
from refusals import refusal
from world import World

pytestmark = pytest.mark.every_engine


def test_the_view_agrees_with_the_list(sara: Person, lea: Person, world: World) -> None:
    sara.says("approval rule add commit")
    for key in ("LETTER-1", "LETTER-2", "LETTER-3", "LETTER-4"):
        refusal(sara, f'deal commit D-0001 "2M EUR" --key {key}')
    lea.says("approval refuse APR-0001 --reason 'not agreed'")
    for code in ("APR-0002", "APR-0003"):
        lea.says(f"approval give {code}")
    sara.says('deal commit D-0001 "2M EUR" --key LETTER-2')
    listed = {one["approval"]: one for one in sara.asks("approval list --all")["rows"]}
    with closing(world.raw()) as raw:
        seen = raw.rows("SELECT * FROM v_approval ORDER BY approval")
    assert [one["status"] for one in seen] == ["refused", "used", "given", "waiting"]
    for one in seen:
        row = listed[str(one["approval"])]
        assert {name: row[name] for name in ("command", "key", "asked_by", "answered_by")} == {
            name: one[name] for name in ("command", "key", "asked_by", "answered_by")
        }
        assert (row["status"], row["rules"]) == (one["status"], one["rules"])
    assert (seen[0]["reason"], seen[3]["answered_at_us"]) == ("not agreed", None)
