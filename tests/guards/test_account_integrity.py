"""Amounts are whole and holders are one thing, whatever a raw statement says."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import psycopg
import pytest
from raw import Refused
from world import World

TAKES_ITS_OWN = {
    "need": "INSERT INTO need SELECT {other}, 'N-X', 'n-x', NULL, project_id, factor, 'EUR', "
    "declared_on, request_id, 0 FROM need",
    "offer": "INSERT INTO offer SELECT {other}, 'O-X', 'o-x', NULL, provider_id, factor, 'EUR', "
    "declared_on, request_id, 0 FROM offer",
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
        kinds = (sqlite3.IntegrityError, psycopg.IntegrityError)
        with pytest.raises(kinds, match="takes a holder of"):
            raw.execute(TAKES_ITS_OWN[side].format(other=taken))


ENTRY = (
    "INSERT INTO entry SELECT 99, act, effective_on, recorded_at, request_id, "
    "NULL, NULL, NULL, NULL, NULL, 1, 1, NULL, NULL FROM entry WHERE id = 1"
)
MOVEMENT = (
    "INSERT INTO movement SELECT 99, 1, holder_id, NULL, unit, from_stage, to_stage, "
    "?, effective_on, recorded_at FROM movement WHERE entry_id = 1"
)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("amount", [1.5, 99.999, "one"])
def test_a_fraction_is_no_amount(metro: World, amount: object) -> None:
    with metro.unchanged(), closing(metro.raw()) as raw:
        raw.execute("BEGIN")
        raw.execute(ENTRY)
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(MOVEMENT, [amount])
        raw.execute("ROLLBACK")


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("amount", [1.5, 99.999])
def test_a_fraction_is_made_whole_before_anything_moves(metro: World, amount: float) -> None:
    """The column's type rounds it: what is written and what the balance moves by is one number."""
    with metro.unchanged(), closing(metro.raw()) as raw:
        raw.execute("BEGIN")
        raw.execute(ENTRY)
        raw.execute(MOVEMENT, [amount])
        ((moved, holder),) = raw.execute("SELECT amount, holder_id FROM movement WHERE entry_id=99")
        (free,) = raw.execute("SELECT free FROM balance WHERE holder_id = ?", [holder]).fetchone()
        raw.execute("ROLLBACK")
    assert moved == round(amount)
    assert free == 10_000 + moved


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("amount", ["one", float("nan"), float("inf"), 1e19])
def test_what_is_no_number_is_no_amount(metro: World, amount: object) -> None:
    with metro.unchanged(), closing(metro.raw()) as raw:
        raw.execute("BEGIN")
        raw.execute(ENTRY)
        with pytest.raises(Refused):
            raw.execute(MOVEMENT, [amount])
        raw.execute("ROLLBACK")
