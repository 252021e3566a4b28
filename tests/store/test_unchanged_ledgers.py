"""The tests' own judgement that a refusal changed nothing: it finds any row, and rows alone."""

from __future__ import annotations

from contextlib import closing

import pytest
from world import World

MADE = "CREATE TABLE more (number int)"


def test_a_record_that_is_added_is_found(world: World) -> None:
    with pytest.raises(AssertionError), world.unchanged():
        world.city("MHD")


@pytest.mark.parametrize("last", ["INSERT INTO more VALUES (2)", "DELETE FROM more"])
def test_a_row_that_is_added_or_deleted_past_the_program_is_found(world: World, last: str) -> None:
    with closing(world.raw()) as raw:
        raw.execute(MADE)
        raw.execute("INSERT INTO more VALUES (1)")
    with pytest.raises(AssertionError), world.unchanged(), closing(world.raw()) as raw:
        raw.execute(last)


def test_what_leaves_the_rows_as_they_were_is_no_change(world: World) -> None:
    world.city("MHD")
    with world.unchanged(), closing(world.raw()) as raw:
        raw.execute(MADE)
        raw.execute("INSERT INTO more VALUES (1)")
        raw.execute("DROP TABLE more")


def test_a_change_in_the_log_beside_a_file_is_found(world: World) -> None:
    with closing(world.raw()) as first, closing(world.raw()) as raw:
        first.execute(MADE)
        first.execute("INSERT INTO more VALUES (1)")
        with pytest.raises(AssertionError), world.unchanged():
            raw.execute("UPDATE more SET number = 2")
