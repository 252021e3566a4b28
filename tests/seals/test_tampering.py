"""Whatever is changed in a sealed ledger by raw SQL is found, and named where it was done.

Twenty tamperings are drawn on each engine from a seed that a failure prints;
`pytest -m soak tests/seals` makes a thousand.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from attack_figures import count_cases
from bare_place import Place, Sql, bare_place
from complete_ledger import disarm
from ledgers import Ledgers
from sealed_world import Sealed
from sqlalchemy import Connection
from tampering import SEALED_TABLES, Attacker, Refused, Tampering

from ledger.checks import CheckResult
from ledger.evidence.merkle import Frontier, leaf_hash
from ledger.evidence.tree_head import TreeHead
from ledger.store.evidence.leaves import stream_leaves
from ledger.store.registers import LEAF_PLACES
from ledger.usecases.check import run_over_snapshot

SEED = 1_000_003
EVERY_DAY = 20
FOR_LONG = 1000
_NAMES = [table.name for table in SEALED_TABLES]


@pytest.fixture
def place(
    sealed_once: Sealed, ledgers: Ledgers, tmp_path: Path
) -> Iterator[tuple[Attacker, Place]]:
    bare = ledgers.furnished(sealed_once.url)
    disarm(bare)
    ledgers.settle(bare)
    with bare_place(bare, tmp_path) as (reader, attempt):
        rows = {name: reader.rows(name) for name in _NAMES}
        yield Attacker(rows, sealed_once.marks), attempt


def check(
    connection: Connection, outside: tuple[TreeHead, ...], name: str = "seals"
) -> CheckResult:
    (result,) = run_over_snapshot(connection, [name], outside)
    return result


def draw(
    attacker: Attacker, attempt: Place, chance: Random, number: int
) -> tuple[Tampering, CheckResult]:
    """Tamper until something is taken by the database; give what was done and what is found."""
    kinds = (attacker.edit, attacker.delete, attacker.edit, attacker.insert, attacker.edit,
             attacker.exchange, attacker.delete_an_entry, attacker.edit, attacker.cut,
             attacker.insert_a_request)  # fmt: skip
    while True:
        with attempt() as (sql, connection):
            try:
                done: Tampering = kinds[number % len(kinds)](sql, chance)
            except Refused:
                continue
            return done, check(connection, attacker.marks, done.check)


def tampered(attacker: Attacker, attempt: Place, seed: int, count: int) -> Counter[str]:
    chance = Random(seed)
    told: Counter[str] = Counter()
    missed = []
    for number in range(count):
        done, result = draw(attacker, attempt, chance, number)
        told[done.kind] += 1
        if not any(name in failure for name in done.names for failure in result.failures):
            missed.append(f"{done}: {result.failures}")
    count_cases(count, undetected=len(missed))
    print(f"seed {seed}: {dict(told)}")  # noqa: T201 - pytest shows it where asked to
    assert missed == [], f"seed {seed}"
    return told


def test_an_untouched_ledger_is_what_its_seals_say(place) -> None:
    attacker, attempt = place
    with attempt() as (_, connection):
        result = check(connection, attacker.marks)
    assert (result.ok, result.failures) == (True, ())
    assert result.examined > attacker.marks[-1].size


@pytest.mark.parametrize("number", [1, 2, 3])
def test_another_format_of_a_request_is_found(place, number: int) -> None:
    attacker, attempt = place
    with attempt() as (sql, connection):
        sql.run("UPDATE request SET format = ? WHERE id = 40", (number,))
        result = check(connection, attacker.marks, "chain")
    assert any("request 40" in failure for failure in result.failures)


def test_whatever_is_tampered_with_is_found_and_named(place) -> None:
    told = tampered(*place, SEED, EVERY_DAY)
    assert sum(told.values()) == EVERY_DAY


@pytest.mark.soak
def test_a_thousand_tamperings_are_found_and_named(place) -> None:
    told = tampered(*place, secrets.randbelow(10**9), FOR_LONG)
    assert sum(told.values()) == FOR_LONG


def seal_anew(sql: Sql, connection: Connection, attacker: Attacker) -> None:
    """Do what somebody does who knows the program: put leaves and seals right after tampering."""
    tree = Frontier()
    leaves = list(stream_leaves(connection, 0, attacker.last))
    sql.run("DELETE FROM sealed_leaf")
    for position, leaf in enumerate(leaves):
        assert leaf.content is not None
        kept = leaf_hash(leaf.content)
        sql.run("INSERT INTO sealed_leaf VALUES (?, ?, ?, ?)",
                (position, leaf.kind, leaf.reference, kept))  # fmt: skip
        tree.add(kept)
        for seal in attacker.rows["seal"]:
            if seal["last_request"] == leaf.request and (
                leaf is leaves[-1] or leaves[position + 1].request > leaf.request
            ):
                sql.run(
                    "UPDATE seal SET size = ?, root = ?, frontier = ? WHERE number = ?",
                    (tree.size, tree.root(), tree.to_bytes(), seal["number"]),
                )


DISCLOSED = (
    "UPDATE disclosure SET text = '\"{text}\"' WHERE field = 'record.{term}' AND version = 2"
    " AND record = 1 AND kind = {place}"
)
"""A rewritten text is disclosed as it is now by whoever knows the program."""

REWRITINGS = {
    "a sum": "UPDATE movement SET amount = amount + 1 WHERE entry_id = 12",
    "a name": "UPDATE city_version SET name = 'Elsewhere' WHERE version = 2 AND city_id = 1; "
    + DISCLOSED.format(text="Elsewhere", term="name", place=LEAF_PLACES["city"]),
    "an entry out": "DELETE FROM movement WHERE entry_id = 12; DELETE FROM entry WHERE id = 12",
}


@pytest.mark.parametrize("name", REWRITINGS)
def test_who_seals_anew_what_was_rewritten_is_found_by_a_seal_from_outside(place, name) -> None:
    attacker, attempt = place
    with attempt() as (sql, connection):
        for statement in REWRITINGS[name].split("; "):
            sql.run(statement)
        seal_anew(sql, connection, attacker)
        unseen = check(connection, ())
        assert unseen.ok, unseen.failures
        assert "can rewrite its seals" in unseen.notes[0]
        found = check(connection, attacker.marks)
    assert not found.ok
    assert "something differs in leaves" in " ".join(found.failures)


def test_a_difference_that_was_sealed_over_lies_after_the_last_seal_that_holds(place) -> None:
    attacker, attempt = place
    first, *later = attacker.marks
    with attempt() as (sql, connection):
        last = max(row["id"] for row in attacker.rows["entry"])
        sql.run("UPDATE deal_version SET note = 'never' WHERE version = 2 AND deal_id = 1")
        sql.run(DISCLOSED.format(text="never", term="note", place=LEAF_PLACES["deal"]))
        seal_anew(sql, connection, attacker)
        found = check(connection, attacker.marks)
    assert last
    told = " ".join(found.failures)
    good = max(mark.size for mark in attacker.marks if str(mark) not in told)
    assert good >= first.size
    assert f"something differs in leaves {good} to {later[-1].size - 1}" in told
    assert f"the first {good} of" in found.notes[0]


def test_what_lies_beyond_the_last_seal_from_outside_is_said(place) -> None:
    attacker, attempt = place
    with attempt() as (_, connection):
        result = check(connection, attacker.marks[:1])
    assert result.ok
    size = attacker.marks[0].size
    assert result.notes[0].startswith(f"Proven by external seals: the first {size} of ")
    assert "it begins with request" in result.notes[1]
