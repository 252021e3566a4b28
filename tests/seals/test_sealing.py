"""Sealing: once, in parts where there is much, and only what is new and settled."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from sealed_world import marks
from sent import recorded
from world import World, asked

from cli.main import main
from ledger.evidence.merkle import root_of
from ledger.store.evidence import seals
from ledger.store.evidence.seals import CannotSeal, read_seals, stream_hashes
from ledger.store.journal.balances import Times
from ledger.store.session.ledger import open_ledger
from ledger.usecases.check import run_checks
from ledger.usecases.evidence import NOTHING_NEW, seal_journal


def hashes(world: World) -> list[bytes]:
    with world.ledger.read() as connection:
        return list(stream_hashes(connection, 10**9))


def all_is_well(world: World) -> None:
    told = [one for result in run_checks(world.ledger) for one in result.failures]
    assert told == []


def test_a_seal_is_the_root_over_all_leaves_up_to_it(world: World) -> None:
    world.need("100 EUR")
    first = world.seal()
    world.offer("80 EUR")
    second = world.seal()
    assert first is not None
    assert second is not None
    found = hashes(world)
    assert second["size"] == len(found) == first["size"] + second["leaves"]
    for seal in (first, second):
        assert seal["root"] == root_of(found[: seal["size"]]).hex()
    all_is_well(world)


def test_sealing_again_without_news_does_nothing(world: World) -> None:
    world.need("100 EUR")
    world.seal()
    with world.unchanged():
        assert world.seal() is None


def test_a_seal_covers_the_request_of_the_one_before_it(world: World) -> None:
    world.need("100 EUR")
    world.seal()
    world.offer("80 EUR")
    second = world.seal()
    with world.ledger.read() as connection:
        kinds = [(leaf.kind, leaf.reference) for leaf in seals.stream_sealed(connection)]
    assert second is not None
    new = kinds[-second["leaves"] :]
    assert new[0][0] == "request", "the first seal's own"
    assert [kind for kind, _ in new[1:]] == [*("request", "provider", "request", "entry", "offer")]


def test_a_second_seal_reads_and_writes_only_what_is_new(sealed: World) -> None:
    sealed.revise("need", "N-0001", "9100 EUR")
    with recorded(sealed.ledger.engine) as told:
        made = sealed.seal()
    assert made is not None
    assert made["leaves"] == 3, "the last seal's request, this one, and its entry"
    written = [one for one in told if "INSERT INTO sealed_leaf" in one.sql]
    assert [len(one.parameters) for one in written] == [3]
    assert not [one for one in told if "FROM sealed_leaf" in one.sql]


def test_a_large_ledger_is_sealed_in_parts(sealed: World, monkeypatch) -> None:
    whole = marks(sealed)
    with sealed.ledger.read() as connection:
        before = len(read_seals(connection))
    monkeypatch.setattr(seals, "MOST_LEAVES", 2)
    for amount in ("9101", "9102", "9103", "9104"):
        sealed.revise("need", "N-0001", f"{amount} EUR")
    sealed.seal()
    after = marks(sealed)
    assert after[:before] == whole
    assert len(after) > before + 2
    assert after[-1].root == root_of(hashes(sealed))
    all_is_well(sealed)


def test_parts_that_were_made_before_a_death_are_not_made_again(sealed: World, monkeypatch) -> None:
    monkeypatch.setattr(seals, "MOST_LEAVES", 2)
    monkeypatch.setattr("ledger.store.session.ledger.STABLE_AFTER", timedelta(0))
    for amount in ("9101", "9102", "9103"):
        sealed.revise("need", "N-0001", f"{amount} EUR")

    def part(number: int):
        return asked("reconcile", key=f"night:{number}")

    def dying(number: int):
        if number > 1:
            raise KeyboardInterrupt
        return part(number)

    with pytest.raises(KeyboardInterrupt):
        seal_journal(sealed.ledger, dying)
    there = marks(sealed)
    receipts = seal_journal(sealed.ledger, part)
    assert [one["replayed"] for one in receipts][:2] == [True, False]
    assert marks(sealed)[: len(there)] == there
    with sealed.unchanged():
        again = seal_journal(sealed.ledger, part)
    assert all(one["replayed"] for one in again)
    assert [one["seal"] for one in again] == [one["seal"] for one in receipts]
    all_is_well(sealed)


def test_two_who_seal_at_once_make_one_seal_after_the_other(sealed: World) -> None:
    sealed.revise("need", "N-0001", "9101 EUR")
    other = World(sealed.url)
    done = []

    def meanwhile(number: int):
        if not done:
            done.append(other.seal())
            other.revise("need", "N-0001", "9102 EUR")
        return asked("audit seal")

    receipts = seal_journal(sealed.ledger, meanwhile)
    other.ledger.engine.dispose()
    assert done[0] is not None
    numbers = [one["seal"]["number"] for one in receipts]
    assert numbers in ([], [done[0]["number"] + 1]), "settled or not, never the same number"
    all_is_well(sealed)


@pytest.mark.only_on("postgresql")
def test_on_a_server_what_is_younger_than_a_minute_waits(world: World) -> None:
    def is_sealed() -> bool:
        seal_journal(world.ledger, lambda _: asked("audit seal"))
        with world.ledger.read() as connection:
            return seals.find_sealed_leaf(connection, "entry", "1") is not None

    world.need("100 EUR")
    recorded_at = world.entries()[0].recorded_at
    with time_machine.travel(recorded_at + timedelta(seconds=58)):
        assert not is_sealed()
    with time_machine.travel(recorded_at + timedelta(seconds=61)):
        assert is_sealed()


@pytest.mark.only_on("sqlite")
def test_in_a_file_all_that_was_recorded_is_sealed_at_once(world: World) -> None:
    world.need("100 EUR")
    receipts = seal_journal(world.ledger, lambda _: asked("audit seal"))
    with world.ledger.read() as connection:
        assert seals.find_sealed_leaf(connection, "entry", "1") is not None
    assert receipts[-1]["seal"]["complete"]


def test_a_dry_run_seals_nothing(sealed: World, monkeypatch) -> None:
    monkeypatch.setattr("ledger.store.session.ledger.STABLE_AFTER", timedelta(0))
    sealed.revise("need", "N-0001", "9101 EUR")
    with sealed.unchanged():
        (receipt,) = seal_journal(sealed.ledger, lambda _: asked("audit seal", dry_run=True))
    assert receipt["dry_run"]
    assert receipt["seal"]["leaves"] == 3


def test_sealing_from_the_command_line(sealed: World, capsys, monkeypatch) -> None:
    monkeypatch.setattr("ledger.store.session.ledger.STABLE_AFTER", timedelta(0))
    sealed.revise("need", "N-0001", "9101 EUR")
    words = ("audit", "seal", "--key", "seal-1", "--db", sealed.url)
    assert main([*words]) == 0
    told = capsys.readouterr().out
    mark = marks(sealed)[-1]
    assert "3 new leaves" in told
    assert str(mark) in told
    with sealed.unchanged():
        assert main([*words, "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["replayed"]
    assert again["seals"][-1]["size"] == mark.size
    assert main(["audit", "seals", "--json", "--db", sealed.url]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["mark"] for row in rows] == [str(one) for one in marks(sealed)]
    assert main(["audit", "seal", "--db", sealed.url]) == 0
    assert capsys.readouterr().out == f"{NOTHING_NEW}\n"


def test_what_cannot_have_been_recorded_is_not_sealed(sealed: World) -> None:
    from complete_ledger import attack  # noqa: PLC0415

    sealed.revise("need", "N-0001", "9101 EUR")
    attack(sealed.url, "UPDATE entry SET lines = 9 WHERE id = (SELECT max(id) FROM entry)")
    with sealed.refuses(CannotSeal, "entry"):
        sealed.seal()


def test_a_report_of_the_past_is_not_changed_by_seals(sealed: World) -> None:
    ledger = open_ledger(sealed.url)
    with ledger.reader(Times()) as reader:
        assert len(list(reader.entries())) == len(sealed.entries())
    ledger.engine.dispose()
