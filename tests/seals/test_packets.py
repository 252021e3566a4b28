"""Packets of entries for another fund: verified without a ledger, and read as a statement."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from commands_in_a_folder import CommandsInAFolder
from ledgers import Ledgers
from sealed_world import Sealed, marks
from world import World

from cli.main import main
from ledger.store.evidence.seals import stream_hashes

NOWHERE = "--db sqlite:////nowhere/ledger.db"


class Funds(CommandsInAFolder):
    """One fund makes packets, another one verifies them."""

    def __init__(self, world: World, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        super().__init__(world, folder, capsys)
        self.entries = [one.number for one in world.entries()]

    def packet(self) -> dict[str, object]:
        document: dict[str, object] = json.loads((self.folder / "packet").read_text("utf-8"))
        return document

    def write(self, document: object) -> None:
        (self.folder / "packet").write_text(json.dumps(document), "utf-8")


THREE = datetime(2026, 11, 23, 15, tzinfo=UTC)


@pytest.fixture(scope="session")
def packed_once(
    sealed_once: Sealed, run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """Give a ledger whose entries are in a packet, and the folder with it and the keys."""
    folder, url = tmp_path_factory.mktemp("packed"), run_ledgers.copy(sealed_once.url)
    with time_machine.travel(THREE, tick=True), pytest.MonkeyPatch.context() as patched:
        _settle_at_once(patched, url, folder)
        world = World(url)
        numbers = " ".join(str(one.number) for one in world.entries())
        world.ledger.engine.dispose()
        for line in (
            "audit keygen {}/fund --name fund.example/key",
            "audit keygen {}/other --name other.example/key",
            "audit seal --sign {}/fund --note {}/note",
            f"audit packet {numbers} --note {{}}/note --disclose reference --output {{}}/packet",
        ):
            assert main(shlex.split(line.replace("{}", str(folder)))) == 0
    run_ledgers.settle(url)
    return url, folder


def _settle_at_once(patched: pytest.MonkeyPatch, url: str, folder: Path) -> None:
    patched.setattr("ledger.store.session.ledger.STABLE_AFTER", timedelta(0))
    patched.setenv("CITYFUND_DB", url)
    patched.setenv("XDG_STATE_HOME", str(folder / "state"))


@pytest.fixture
def funds(
    packed_once: tuple[str, Path], ledgers: Ledgers, tmp_path: Path, capsys, monkeypatch
) -> Iterator[Funds]:
    """Give a copy of them."""
    url, folder = packed_once
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    with time_machine.travel(THREE, tick=True):
        world = World(ledgers.furnished(url))
        _settle_at_once(monkeypatch, world.url, tmp_path)
        yield Funds(world, tmp_path, capsys)
        world.ledger.engine.dispose()


VERIFY = f"audit verify {{}}/packet --signer {{}}/fund.pub {NOWHERE}"


def test_a_packet_is_verified_without_the_ledger(funds):
    said = funds.says(VERIFY)
    assert [f"Proven: entry {one} is leaf" in said for one in funds.entries] == [True] * len(
        funds.entries
    )
    assert f"Seal {marks(funds.world)[-1]} of fund.example/key: signed by fund.example/key." in said
    document = json.loads(funds.says(f"{VERIFY} --json"))
    assert document["proven"] is True
    assert [one["leaf"]["number"] for one in document["leaves"]] == [str(n) for n in funds.entries]


def test_the_hashes_of_the_tree_are_read_once_for_all_leaves(funds, monkeypatch):
    reads = []

    def counting(connection, size):
        reads.append(size)
        return stream_hashes(connection, size)

    monkeypatch.setattr("ledger.usecases.evidence.stream_hashes", counting)
    before = funds.packet()
    numbers = " ".join(map(str, funds.entries))
    funds.says(f"audit packet {numbers} city:MHD city:MHD/1 --note {{}}/note --output {{}}/packet")
    assert len(funds.entries) > 1
    assert reads == [before["proofs"][0]["size"]]
    paths = [[one[key] for one in before["proofs"]] for key in ("position", "path")]
    after = funds.packet()["proofs"][: len(funds.entries)]
    assert [[one[key] for one in after] for key in ("position", "path")] == paths


def test_a_packet_alone_proves_nothing(funds):
    code, out, err = funds.tries(f"audit verify {{}}/packet {NOWHERE}")
    assert code == 1
    assert "proves nothing unless" in err
    assert "signed by" not in out
    funds.says(f"audit verify {{}}/packet --seal {marks(funds.world)[-1]} {NOWHERE}")
    assert funds.refused(f"audit verify {{}}/packet --seal {marks(funds.world)[0]} {NOWHERE}") == (
        "other-seal", 4,
    )  # fmt: skip


def test_a_packet_of_another_signer_is_refused(funds):
    line = f"audit verify {{}}/packet --signer {{}}/other.pub {NOWHERE}"
    assert funds.refused(line) == ("no-known-signature", 4)


@pytest.mark.parametrize("key", ["leaf", "position", "path", "root", "size"])
def test_a_changed_proof_of_a_packet_is_refused(funds, key):
    document = funds.packet()
    proof = document["proofs"][2]
    changed = {
        "leaf": lambda it: it.replace('"act":"', '"act":"x'),
        "position": lambda it: it + 1,
        "path": lambda it: it[1:],
        "root": lambda it: it[::-1],
        "size": lambda it: it - 1,
    }
    proof[key] = changed[key](proof[key])
    funds.write(document)
    assert funds.refused(VERIFY)[0] in {"not-proven", "other-seal"}


def test_a_changed_note_of_a_packet_is_refused(funds):
    document = funds.packet()
    document["note"] = document["note"].replace("fund.example/key\n", "fund.example/key2\n", 1)
    funds.write(document)
    assert funds.refused(VERIFY) == ("invalid-signature", 4)


def test_what_is_no_packet_is_refused(funds):
    document = funds.packet()
    for wrong in (
        {**document, "proofs": []},
        {**document, "proofs": [{}]},
        {**document, "proofs": "x"},
        {**document, "note": 1},
        {**document, "note": "x"},
        {**document, "note": "\ud800"},
        {**document, "more": 1},
    ):
        funds.write(wrong)
        assert funds.refused(VERIFY) == ("malformed-packet", 3)
        statement = "audit statement {}/packet --provider FUND --signer {}/fund.pub"
        assert funds.refused(statement) == ("malformed-packet", 3)


def test_a_packet_is_read_as_a_statement(funds):
    said = funds.says("audit statement {}/packet --provider FUND --signer {}/fund.pub")
    header, *lines = said.splitlines()
    assert header == "provider,statement,line,date,kind,deal,offer,need,quantity,unit,reference"
    assert lines
    assert all(one.startswith("FUND,fund.example/key:") for one in lines)
    rows = json.loads(
        funds.says("audit statement {}/packet --provider FUND --signer {}/fund.pub --json")
    )["rows"]
    assert {row["kind"] for row in rows} == {"commitment", "delivery"}
    due = sorted(
        one.amount * (1 if one.to_stage.value == "delivered" else -1)
        for entry in funds.world.entries()
        for one in entry.movements
        if one.side.value == "need"
        and one.unit == "EUR"
        and "delivered" in {one.from_stage.value, one.to_stage.value}
    )
    deliveries = [row for row in rows if (row["kind"], row["unit"]) == ("delivery", "EUR")]
    assert sorted(int(Decimal(row["quantity"]) * 100) for row in deliveries) == due != []


def test_a_statement_of_a_packet_is_read_by_the_night(funds):
    (funds.folder / "inbox").mkdir()
    funds.says(
        "audit statement {}/packet --provider BANK --signer {}/fund.pub --output {}/inbox/a.csv"
    )
    code, _, err = funds.tries("reconcile --only statements --inbox {}/inbox")
    assert code in {0, 1}, err
    begun = err.index('"files_read"')
    figures = json.loads("{" + err[begun : err.index("}", begun)] + "}")
    assert (figures["files_read"], figures["files_bad"]) == (1, 0)
    assert figures["lines"] > 0


def test_what_states_nothing_is_refused(funds):
    first = funds.entries[0]
    funds.says(f"audit packet {first} --note {{}}/note --output {{}}/packet")
    line = "audit statement {}/packet --provider FUND --signer {}/fund.pub"
    assert funds.refused(line) == ("nothing-to-state", 4)


def test_a_unit_that_is_not_known_is_refused(funds, monkeypatch):
    monkeypatch.setattr("ledger.store.db.queries.read_units", lambda _connection: {})
    line = "audit statement {}/packet --provider FUND --signer {}/fund.pub"
    assert funds.refused(line) == ("unit-of-packet-unknown", 5)


def test_options_that_a_packet_or_a_proof_does_not_take(funds):
    assert funds.refused("audit statement {}/packet --provider FUND") == ("bad-usage", 2)
    funds.says(f"audit prove {funds.entries[0]} --output {{}}/proof")
    line = f"audit verify {{}}/proof --signer {{}}/fund.pub {NOWHERE}"
    assert funds.refused(line) == ("bad-usage", 2)
