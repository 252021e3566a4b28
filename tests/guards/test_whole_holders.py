"""Amounts are whole and holders are one thing, whatever a raw statement says."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from world import World

pytestmark = pytest.mark.only_on("sqlite")

TAKES_ITS_OWN = {
    "need": "INSERT INTO need SELECT {other}, 'N-X', 'n-x', NULL, project_id, factor, 'EUR', "
    "declared_on, request_id FROM need",
    "offer": "INSERT INTO offer SELECT {other}, 'O-X', 'o-x', NULL, provider_id, factor, 'EUR', "
    "declared_on, request_id FROM offer",
}


@pytest.fixture
def metro(world: World) -> World:
    world.need("100 EUR")
    world.offer("100 EUR")
    return world


@pytest.mark.parametrize(("side", "other"), [("need", "offer"), ("offer", "need")])
def test_no_holder_is_both_a_need_and_an_offer(metro: World, side: str, other: str) -> None:
    with metro.unchanged(), closing(metro.raw()) as raw:
        taken = raw.execute(f"SELECT id FROM {other}").fetchone()[0]
        with pytest.raises(sqlite3.IntegrityError, match="takes a holder of"):
            raw.execute(TAKES_ITS_OWN[side].format(other=taken))


@pytest.mark.parametrize("amount", [1.5, 99.999, "one"])
def test_a_fraction_is_no_amount(metro: World, amount: object) -> None:
    with metro.unchanged(), closing(metro.raw()) as raw:
        raw.execute("BEGIN")
        raw.execute(
            "INSERT INTO entry SELECT 99, act, effective_on, recorded_at, request_id, "
            "NULL, NULL, NULL, NULL, NULL, 1, 1 FROM entry WHERE id = 1"
        )
        copied = "INSERT INTO movement SELECT 99, 1, holder_id, NULL, unit, from_stage, to_stage, "
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(
                f"{copied} ?, effective_on, recorded_at FROM movement WHERE entry_id = 1", [amount]
            )
        raw.execute("ROLLBACK")
