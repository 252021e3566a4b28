"""Every hold asks for the deals of its need: by an index, however many deals there are."""

from __future__ import annotations

from contextlib import closing

import pytest
from world import World


@pytest.mark.parametrize("column", ["need_id", "offer_id"])
def test_the_deals_of_a_side_are_found_without_reading_all(world: World, column: str) -> None:
    query = f"SELECT * FROM deal WHERE {column} = 1"
    with closing(world.raw()) as raw:
        if raw.engine == "sqlite":
            plan = raw.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
        else:
            raw.execute("SET enable_seqscan = off")  # which a small table would be read by
            plan = raw.execute(f"EXPLAIN {query}").fetchall()
    assert f"ix_deal_{column}" in str(plan)
